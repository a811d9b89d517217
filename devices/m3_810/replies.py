"""What 3M's longer replies carry. Pure.

Blocks have 4 bytes and travel in memory order. Source by section: 7.1 (inventory), 7.5 (blocks) and
7.18 (tag information).
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from devices.capabilities import UID_BYTES, TagUid
from devices.errors import Garbled

BLOCK_BYTES: Final = 4
WITH_UIDS: Final = 0x01
WITH_DSFIDS: Final = 0x02
DSFID_AFI_AND_MEMORY: Final = 0x07

_NEW_STYLE: Final = 0x04
_NO_LOCKS: Final = 0x08


@dataclass(frozen=True, slots=True)
class Sighting:
    """One tag in an inventory, as far as the options asked for it. A tag may be told twice."""

    uid: TagUid | None
    dsfid: int | None


@dataclass(frozen=True, slots=True)
class Sightings:
    """The body of an inventory's reply: AFI, options, count, then [DSFID] [UID] of each tag."""

    afi: int
    options: int
    tags: tuple[Sighting, ...]

    def encode(self) -> bytes:
        told = (
            (bytes((tag.dsfid,)) if tag.dsfid is not None else b"")
            + (tag.uid.raw if tag.uid else b"")
            for tag in self.tags
        )
        return bytes((self.afi, self.options, len(self.tags))) + b"".join(told)

    @classmethod
    def decode(cls, body: bytes) -> "Sightings":
        """Raises Garbled when the count and the bytes disagree."""
        (afi, options, count), rest = body[:3].ljust(3, b"\0"), body[3:]
        before = 1 if options & WITH_DSFIDS else 0
        step = before + (UID_BYTES if options & WITH_UIDS else 0)
        if len(body) < 3 or len(rest) != count * step:  # noqa: PLR2004 - the head
            raise Garbled(f"{count} tags announced in {len(rest)} bytes")
        sets = (rest[at * step : (at + 1) * step] for at in range(count))
        return cls(
            afi,
            options,
            tuple(
                Sighting(TagUid(r[before:]) if r[before:] else None, r[0] if before else None)
                for r in sets
            ),
        )


class Style(Enum):
    """How a reply tells its blocks: bytes before the count, and before the data of each block."""

    OLD = (0, 2)  # count, then block number, lock, data
    NEW = (1, 1)  # first block, count, then lock, data
    NEW_WITHOUT_LOCKS = (1, 0)  # first block, count, then data

    @classmethod
    def asked_by(cls, options: int) -> "Style":
        """Only the new style can leave the locks out."""
        if not options & _NEW_STYLE:
            return cls.OLD
        return cls.NEW_WITHOUT_LOCKS if options & _NO_LOCKS else cls.NEW


@dataclass(frozen=True, slots=True)
class Blocks:
    """What a reply to READ_BLOCKS tells after the UID; `locks` is empty where they are left out."""

    first: int
    blocks: tuple[bytes, ...]
    locks: tuple[bool, ...] = ()

    def encode(self, style: Style) -> bytes:
        head, before = style.value
        locks = self.locks or (False,) * len(self.blocks)
        records = (
            bytes((self.first + at, lock))[2 - before :] + block
            for at, (block, lock) in enumerate(zip(self.blocks, locks, strict=True))
        )
        return bytes((self.first, len(self.blocks)))[1 - head :] + b"".join(records)

    @classmethod
    def decode(cls, told: bytes, style: Style) -> "Blocks":
        """Raises Garbled when the bytes disagree, or a block tells an error in place of its lock.

        A lock is 00 or 01 in all captures; the specification calls the byte "lock or error".
        """
        head, before = style.value
        count, rest = int.from_bytes(told[head : head + 1], "big"), told[head + 1 :]
        step = before + BLOCK_BYTES
        if len(rest) != count * step or len(told) <= head:
            raise Garbled(f"{count} blocks announced in {len(rest)} bytes")
        first = told[0] if head else int.from_bytes(rest[:1], "big")
        records = [rest[at * step : (at + 1) * step] for at in range(count)]
        numbers = [record[0] for record in records] if style is Style.OLD else []
        locks = [record[before - 1] for record in records] if before else []
        if numbers != list(range(first, first + len(numbers))) or not {0, 1}.issuperset(locks):
            raise Garbled("blocks out of order, or one that could not be read")
        return cls(first, tuple(r[before:] for r in records), tuple(map(bool, locks)))


@dataclass(frozen=True, slots=True)
class TagInformation:
    """What a reply to TAG_INFORMATION tells after the UID."""

    dsfid: int
    afi: int
    block_size: int
    block_count: int

    def encode(self, bits: int = DSFID_AFI_AND_MEMORY) -> bytes:
        """As much of it as `bits` ask for; sizes less one, as ISO 15693 tells them."""
        memory = (self.block_size - 1, self.block_count - 1)
        fields = (bytes((self.dsfid,)), bytes((self.afi,)), bytes(memory))
        told = (field for at, field in enumerate(fields) if bits >> at & 1)
        return bytes((bits & DSFID_AFI_AND_MEMORY,)) + b"".join(told)

    @classmethod
    def decode(cls, told: bytes) -> "TagInformation":
        """Raises Garbled when the tag does not tell DSFID, AFI and memory."""
        match tuple(told):
            case (bits, dsfid, afi, size, count, *_) if bits & 0x07 == DSFID_AFI_AND_MEMORY:
                return cls(dsfid, afi, size + 1, count + 1)
        raise Garbled(f"tag information without memory or AFI: {told.hex().upper()}")
