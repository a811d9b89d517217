"""ISO/IEC 15693-3 requests to one tag and its answers, as they travel inside REQ and WRQ. Pure.

    request: flags command [maker] UID arguments        answer: flags [error or data] [CRC CRC]

Flags 22 are an addressed request at high data rate, 62 the same with the option flag; 00 is a good
answer, 01 an error. The reader adds the request's checksum when told to (CRC), and gives the tag's
with the answer, CRC-16/X-25, least significant byte first; QuasarLR does not (rfid-sdk-java). A UID
is written as an inventory tells it, most significant byte first, and turned by the reader; the rest
is in the order of the air. Custom commands name their maker first (NXP, data sheets of ICODE SLI).
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from devices.capabilities import UID_BYTES, TagUid
from devices.checksum import checksum
from devices.errors import Garbled

NXP: Final = 0x04
TEXAS_INSTRUMENTS: Final = 0x07

_ADDRESSED: Final = 0x22
_OPTION: Final = 0x40
_FIRST_CUSTOM: Final = 0xA0
_CHECKSUM_BYTES: Final = 2
_ALL_BUT_REFERENCE: Final = 0x07


class Command(IntEnum):
    """ISO/IEC 15693-3, clause 10; from A0 those of NXP."""

    STAY_QUIET = 0x02
    READ_BLOCK = 0x20
    WRITE_BLOCK = 0x21
    LOCK_BLOCK = 0x22
    READ_BLOCKS = 0x23
    WRITE_AFI = 0x27
    LOCK_AFI = 0x28
    WRITE_DSFID = 0x29
    LOCK_DSFID = 0x2A
    SYSTEM_INFORMATION = 0x2B
    SET_EAS = 0xA2
    RESET_EAS = 0xA3
    LOCK_EAS = 0xA4
    EAS_ALARM = 0xA5


@dataclass(frozen=True, slots=True)
class AirRequest:
    """A command for one tag. `option` asks a read for locks, and delays a write's answer."""

    command: int
    uid: TagUid
    arguments: bytes = b""
    option: bool = False

    def encode(self) -> bytes:
        flags = _ADDRESSED | (_OPTION if self.option else 0)
        maker = bytes((NXP,)) if self.command >= _FIRST_CUSTOM else b""
        return bytes((flags, self.command)) + maker + self.uid.raw + self.arguments

    @classmethod
    def decode(cls, raw: bytes) -> "AirRequest":
        """Raises Garbled on other flags, another maker's command, and on a UID cut short."""
        flags, command = raw[:2].ljust(2, b"\0")
        before = 2 + (command >= _FIRST_CUSTOM)
        after = before + UID_BYTES
        if flags & ~_OPTION != _ADDRESSED or len(raw) < after or raw[2:before] not in (b"", b"\4"):
            raise Garbled(f"not an addressed request: {raw.hex().upper()}")
        uid = TagUid(raw[before:after])
        return cls(command, uid, raw[after:], bool(flags & _OPTION))


@dataclass(frozen=True, slots=True)
class AirAnswer:
    """What a tag told, or its error (`devices.iso15693`)."""

    told: bytes = b""
    error: int | None = None

    def encode(self, *, with_checksum: bool = True) -> bytes:
        body = b"\0" + self.told if self.error is None else bytes((1, self.error))
        return body + air_checksum(body) if with_checksum else body

    @classmethod
    def decode(cls, raw: bytes) -> "AirAnswer":
        """With or without checksum. Raises Garbled on flags that are neither yes nor error."""
        body = raw[:-_CHECKSUM_BYTES] if has_checksum(raw) else raw
        match tuple(body):
            case (0, *_):
                return cls(body[1:])
            case (1, error):
                return cls(b"", error)
        raise Garbled(f"not a tag's answer: {raw.hex().upper()}")


def air_checksum(covered: bytes) -> bytes:
    """CRC-16/X-25 as it goes on the air.

    >>> air_checksum(bytes.fromhex("0011112222")).hex()
    'b7dd'
    """
    return (checksum(covered) ^ 0xFFFF).to_bytes(_CHECKSUM_BYTES, "little")


def has_checksum(raw: bytes) -> bool:
    """Whether an answer ends with its checksum."""
    body, told = raw[:-_CHECKSUM_BYTES], raw[-_CHECKSUM_BYTES:]
    return bool(body) and told == air_checksum(body)


@dataclass(frozen=True, slots=True)
class Blocks:
    """What a read tells: blocks in memory order, each after its security byte when asked for."""

    blocks: tuple[bytes, ...]
    locks: tuple[bool, ...] = ()

    def encode(self) -> bytes:
        locks = [bytes((lock,)) for lock in self.locks] or [b""] * len(self.blocks)
        return b"".join(lock + block for lock, block in zip(locks, self.blocks, strict=True))

    @classmethod
    def decode(cls, told: bytes, count: int, *, with_locks: bool) -> "Blocks":
        """So many blocks of one size. Raises Garbled when the bytes cannot be that."""
        size = len(told) // count if count else 0
        if size <= with_locks or size * count != len(told):
            raise Garbled(f"{count} blocks in {len(told)} bytes")
        parts = [told[at : at + size] for at in range(0, len(told), size)]
        locks = tuple(bool(part[0] & 1) for part in parts) if with_locks else ()
        return cls(tuple(part[with_locks:] for part in parts), locks)


@dataclass(frozen=True, slots=True)
class SystemInformation:
    """ISO/IEC 15693-3, 10.4.12: which of the fields are there, then all of them."""

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
    def decode(cls, told: bytes) -> "SystemInformation":
        """Raises Garbled when the tag does not tell DSFID, AFI and memory."""
        uid, rest = told[1 : 1 + UID_BYTES][::-1], told[1 + UID_BYTES :]
        match tuple(rest):
            case (dsfid, afi, count, size, *reference) if (
                told[0] & _ALL_BUT_REFERENCE == _ALL_BUT_REFERENCE and len(reference) <= 1
            ):
                sizes = (size & 0x1F) + 1, count + 1
                return cls(TagUid(uid), dsfid, afi, *sizes, *reference)
        raise Garbled(f"incomplete system information: {told.hex().upper()}")
