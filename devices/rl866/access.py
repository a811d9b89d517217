"""What is done with a connected tag, and what it answers. Pure.

An operation is a code and its parameters; the answer repeats the code, says yes or no, and carries
what was asked for, or an error. Numbers of two bytes travel least significant byte first, blocks in
memory order.
"""

from dataclasses import dataclass
from enum import IntEnum

from devices.capabilities import TagUid
from devices.errors import Garbled


class Code(IntEnum):
    """The manual's section 6.5.

    WRITE_DSFID is inferred: the published codes follow the order of functions in the vendor's
    header without a gap, 6 write AFI, (7 lock AFI, 8 write DSFID, 9 lock DSFID,) A system
    information, (B security of blocks,) C and D EAS, (E lock EAS,) F EAS alarm. The header says
    that the alarm tells 32 bytes; lainuri's authors note that it did not work for them.
    """

    RESET = 0x01
    SELECT = 0x02
    READ_BLOCKS = 0x03
    WRITE_BLOCKS = 0x04
    WRITE_AFI = 0x06
    WRITE_DSFID = 0x08
    SYSTEM_INFORMATION = 0x0A
    ENABLE_EAS = 0x0C
    DISABLE_EAS = 0x0D
    EAS_ALARM = 0x0F
    READ_BLOCK = 0x4F
    WRITE_BLOCK = 0x50


@dataclass(frozen=True, slots=True)
class ReadBlocks:
    """The parameters of READ_BLOCKS."""

    first: int
    count: int
    with_locks: bool = False

    def encode(self) -> bytes:
        return bytes((self.with_locks,)) + _word(self.first) + _word(self.count)

    @classmethod
    def decode(cls, parameters: bytes) -> "ReadBlocks":
        """Raises Garbled on any other length."""
        if len(parameters) != 5 or parameters[0] > 1:  # noqa: PLR2004 - a flag and two words
            raise Garbled(f"parameters of a read: {parameters.hex().upper()}")
        return cls(_number(parameters[1:3]), _number(parameters[3:]), bool(parameters[0]))


@dataclass(frozen=True, slots=True)
class WriteBlocks:
    """The parameters of WRITE_BLOCKS: blocks of one size."""

    first: int
    blocks: tuple[bytes, ...]

    def encode(self) -> bytes:
        return _word(self.first) + _word(len(self.blocks)) + b"".join(self.blocks)

    @classmethod
    def decode(cls, parameters: bytes) -> "WriteBlocks":
        """Raises Garbled when the count and the bytes disagree."""
        head, rest = parameters[:4], parameters[4:]
        return cls(_number(head[:2]), _parts(rest, _number(head[2:])))


@dataclass(frozen=True, slots=True)
class Result:
    """The body of an answer to one operation; `error` is 0 for success."""

    code: int
    error: int = 0
    told: bytes = b""

    def encode(self) -> bytes:
        """Raises Garbled when it is too long to be told."""
        outcome = b"\x00" + _word(self.error) if self.error else b"\x01" + self.told
        operation = _word(self.code) + outcome
        if len(operation) > 0x7F:  # noqa: PLR2004 - as in a question
            raise Garbled(f"a result of {len(operation)} bytes is too long")
        return bytes((len(operation),)) + operation

    @classmethod
    def decode(cls, body: bytes) -> "Result":
        """Raises Garbled when length, outcome and bytes disagree."""
        match tuple(body):
            case (length, low, high, 1, *_) if length == len(body) - 1:
                return cls(high << 8 | low, 0, body[4:])
            case (5, low, high, 0, error_low, error_high) if error_low or error_high:
                return cls(high << 8 | low, error_high << 8 | error_low)
        raise Garbled(f"the result of an operation does not hold: {body.hex().upper()}")


@dataclass(frozen=True, slots=True)
class Blocks:
    """What READ_BLOCKS tells. With locks, each block follows its security byte, as ISO 15693 has
    it; no published frame shows that.
    """

    blocks: tuple[bytes, ...]
    locks: tuple[bool, ...] = ()

    def encode(self) -> bytes:
        locks = [bytes((lock,)) for lock in self.locks] or [b""] * len(self.blocks)
        told = (lock + block for lock, block in zip(locks, self.blocks, strict=True))
        return _word(len(self.blocks)) + b"".join(told)

    @classmethod
    def decode(cls, told: bytes, *, with_locks: bool) -> "Blocks":
        """Raises Garbled when the count and the bytes disagree."""
        parts = _parts(told[2:], _number(told[:2]))
        if not with_locks:
            return cls(parts)
        if not {0, 1}.issuperset(part[0] for part in parts) or any(len(p) == 1 for p in parts):
            raise Garbled(f"blocks without locks before them: {told.hex().upper()}")
        return cls(tuple(part[1:] for part in parts), tuple(bool(part[0]) for part in parts))


@dataclass(frozen=True, slots=True)
class TagInformation:
    """What SYSTEM_INFORMATION tells: flags, UID, DSFID, AFI, sizes less one, IC reference."""

    uid: TagUid
    dsfid: int
    afi: int
    block_size: int
    block_count: int
    ic_reference: int = 0x01

    def encode(self) -> bytes:
        sizes = (self.block_count - 1, self.block_size - 1)
        told = (self.dsfid, self.afi, *sizes, self.ic_reference)
        return bytes((0x0F, *self.uid.raw[::-1], *told))

    @classmethod
    def decode(cls, told: bytes) -> "TagInformation":
        """Raises Garbled when the tag does not tell all of it."""
        if len(told) != 14 or told[0] & 0x0F != 0x0F:  # noqa: PLR2004 - as published
            raise Garbled(f"incomplete system information: {told.hex().upper()}")
        dsfid, afi, count, size, reference = told[9:]
        return cls(TagUid(told[1:9][::-1]), dsfid, afi, size + 1, count + 1, reference)


def _word(number: int) -> bytes:
    return number.to_bytes(2, "little")


def _number(word: bytes) -> int:
    return int.from_bytes(word, "little")


def _parts(data: bytes, count: int) -> tuple[bytes, ...]:
    """`data` in `count` equal parts."""
    if not count or not data or len(data) % count:
        raise Garbled(f"{count} blocks in {len(data)} bytes")
    size = len(data) // count
    return tuple(data[at : at + size] for at in range(0, len(data), size))
