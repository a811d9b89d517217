"""What the RR3036's longer answers carry. Pure.

Blocks travel in memory order, UIDs least significant byte first. Source: abatei/HB-RFID-Demo,
FrameHelper.cs and ResponseInfo.cs of ISO15693 and HR8002Reader.
"""

from dataclasses import dataclass
from typing import Final

from devices.capabilities import UID_BYTES, TagDescription, TagUid
from devices.errors import Garbled
from devices.rr3036.protocol import READER_INFORMATION_BYTES, SIGHTING_BYTES

_LOCKED: Final = 0x01
_DSFID_AFI_AND_MEMORY: Final = 0x07
_WITH_CHIP: Final = 0x08
_SYSTEM_INFORMATION_BYTES: Final = 1 + UID_BYTES + 5
# The vendor calls its readers HF where it sells them as RR9: HF036 is the RR9036.
_MODELS: Final = {0x48: "RR9036CF", 0x55: "RR9036", 0x5C: "RR9036SC", 0x66: "HR8002"}


@dataclass(frozen=True, slots=True)
class Sighting:
    """One tag in an inventory."""

    uid: TagUid
    dsfid: int


@dataclass(frozen=True, slots=True)
class Sightings:
    """The body of an inventory's answer: DSFID and UID of each tag."""

    tags: tuple[Sighting, ...]

    def encode(self) -> bytes:
        return b"".join(bytes((tag.dsfid,)) + tag.uid.raw[::-1] for tag in self.tags)

    @classmethod
    def decode(cls, body: bytes) -> "Sightings":
        """Raises Garbled on half a tag."""
        if len(body) % SIGHTING_BYTES:
            raise Garbled(f"tags of {SIGHTING_BYTES} bytes in {len(body)}")
        sets = (body[at : at + SIGHTING_BYTES] for at in range(0, len(body), SIGHTING_BYTES))
        return cls(tuple(Sighting(TagUid(one[:0:-1]), one[0]) for one in sets))


@dataclass(frozen=True, slots=True)
class Blocks:
    """The body of an answer to READ_BLOCKS: of each block its lock, then its data."""

    blocks: tuple[bytes, ...]
    locks: tuple[bool, ...]

    def encode(self) -> bytes:
        told = zip(self.locks, self.blocks, strict=True)
        return b"".join(bytes((is_locked,)) + block for is_locked, block in told)

    @classmethod
    def decode(cls, body: bytes, block_size: int) -> "Blocks":
        """Raises Garbled on half a block."""
        step = 1 + block_size
        if len(body) % step:
            raise Garbled(f"blocks of {block_size} bytes with their locks in {len(body)}")
        records = [body[at : at + step] for at in range(0, len(body), step)]
        locks = tuple(bool(record[0] & _LOCKED) for record in records)
        return cls(tuple(record[1:] for record in records), locks)


@dataclass(frozen=True, slots=True)
class TagInformation:
    """The body of an answer to SYSTEM_INFORMATION, as the tag tells it: sizes less one."""

    uid: TagUid
    about: TagDescription
    chip: int = 0x01

    def encode(self) -> bytes:
        about = self.about
        memory = (about.block_count - 1, about.block_size - 1)
        told = bytes((about.dsfid, about.afi, *memory, self.chip))
        return bytes((_DSFID_AFI_AND_MEMORY | _WITH_CHIP,)) + self.uid.raw[::-1] + told

    @classmethod
    def decode(cls, body: bytes) -> "TagInformation":
        """Raises Garbled when the tag does not tell DSFID, AFI and memory."""
        flags = body[0] if len(body) == _SYSTEM_INFORMATION_BYTES else 0
        if flags & _DSFID_AFI_AND_MEMORY != _DSFID_AFI_AND_MEMORY:
            raise Garbled(f"system information without memory or AFI: {body.hex().upper()}")
        dsfid, afi, last_block, last_byte, chip = body[-5:]
        about = TagDescription((last_byte & 0x1F) + 1, last_block + 1, afi, dsfid)
        return cls(TagUid(body[UID_BYTES:0:-1]), about, chip)


@dataclass(frozen=True, slots=True)
class ReaderInformation:
    """Version, two bytes for nothing, type, protocols, and the scan time in tenths of a second.

    Of the protocols' second byte bit 3 is ISO 15693, 2 ISO 14443A and 1 ISO 14443B.
    """

    version: tuple[int, int]
    reader: int
    protocols: int = 0x0008
    scan_time: int = 30

    @property
    def words(self) -> str:
        model = _MODELS.get(self.reader, f"RR3036 or its kin, type {self.reader:02X}")
        return f"{model}, version {self.version[0]:02}.{self.version[1]:02}"

    def encode(self) -> bytes:
        head = (*self.version, 0, 0, self.reader)
        return bytes(head) + self.protocols.to_bytes(2, "big") + bytes((self.scan_time,))

    @classmethod
    def decode(cls, body: bytes) -> "ReaderInformation":
        """Raises Garbled on another length."""
        if len(body) != READER_INFORMATION_BYTES:
            raise Garbled(f"reader information in {len(body)} bytes")
        major, minor, _, _, reader, high, low, scan_time = body
        return cls((major, minor), reader, high << 8 | low, scan_time)
