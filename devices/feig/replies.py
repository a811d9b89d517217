"""What FEIG readers say: a status, and the body that belongs to the command. Pure.

A reply does not repeat what exactly was asked. Blocks travel with their bytes in reverse. Sources:
H60301-3e-ID-B, clauses 5 (reader), 6 and 8 (tags), annexes D (status) and K (types of readers).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from devices.capabilities import UID_BYTES, TagDescription, TagUid
from devices.checksum import checksum
from devices.errors import Garbled
from devices.feig.frame import STANDARD_LONGEST, Form, Frame

_ISO15693: Final = 0x03
_ISO14443A: Final = 0x04
_LONG_UID: Final = 0x04
_COUNTED: Final = (0x09, 0x84)  # 18000-3M3 and EPC Gen2: one byte, a count, as many bytes
# Bytes after the type, by type of transponder: I-Code1, ISO 15693, 14443B, I-Code EPC, I-Code UID,
# Jewel, SR176, SRIx.
_SIZES: Final = {0x00: 9, 0x03: 9, 0x05: 9, 0x06: 8, 0x07: 19, 0x08: 8, 0x0A: 9, 0x0B: 9}

_VERSION_BYTES: Final = 7
_AIR_CRC_BYTES: Final = 2
_TAG_ERROR: Final = 0x01

READERS: Final = {
    30: "ISC.M01", 31: "ISC.M02", 40: "LR100", 41: "LR200", 60: "PRH101", 61: "PRH101-U",
    71: "PRH100-U", 72: "PRH100", 73: "MR100-U", 74: "MR100", 75: "MR200", 76: "MR101",
    77: "MR102", 78: "MR101-U", 80: "CPR.M02", 81: "CPR.02", 82: "CPR40", 83: "CPR40",
    84: "CPR.M03", 87: "CPR.04", 88: "CPR.04", 91: "LRU1000",
}  # fmt: skip


class Status(IntEnum):
    """The first byte of every reply. Others exist; to us they are Garbled."""

    OK = 0x00
    NO_TRANSPONDER = 0x01
    DATA_FALSE = 0x02
    WRITE_ERROR = 0x03
    ADDRESS_ERROR = 0x04
    WRONG_TRANSPONDER_TYPE = 0x05
    AUTHENTICATION_ERROR = 0x08
    INTERNAL_ERROR = 0x0B
    GENERAL_ERROR = 0x0E
    EEPROM_FAILURE = 0x10
    PARAMETER_RANGE = 0x11
    LOGIN_REQUEST = 0x13
    LOGIN_ERROR = 0x14
    READ_PROTECT = 0x15
    WRITE_PROTECT = 0x16
    UNKNOWN_COMMAND = 0x80
    LENGTH_ERROR = 0x81
    COMMAND_NOT_AVAILABLE = 0x82
    RF_COMMUNICATION_ERROR = 0x83
    RF_WARNING = 0x84
    DATA_BUFFER_OVERFLOW = 0x93
    MORE_DATA = 0x94
    ISO15693_ERROR = 0x95
    ISO14443_ERROR = 0x96
    HARDWARE_WARNING = 0xF1

    @property
    def words(self) -> str:
        return f"{self.name.lower().replace('_', ' ')} (status {self.value:02X})"


@dataclass(frozen=True, slots=True)
class Reply:
    """A reader's answer. It carries its command but not its subcommand."""

    status: Status
    body: bytes = b""

    def frame(self, asked: Frame, address: int = 0) -> Frame:
        """The frame that answers `asked`, in its form if it fits."""
        payload = bytes((self.status,)) + self.body
        form = asked.form if len(payload) <= STANDARD_LONGEST else Form.ADVANCED
        return Frame(address, asked.command, payload, form)


def reply_of(frame: Frame) -> Reply:
    """Raises Garbled on a frame without a status, or with one nobody documented."""
    if not frame.payload:
        raise Garbled("a reply without a status")
    try:
        return Reply(Status(frame.payload[0]), frame.payload[1:])
    except ValueError as error:
        raise Garbled(f"a reply with the unknown status {frame.payload[0]:02X}") from error


@dataclass(frozen=True, slots=True)
class Version:
    """The body of a software version. `software` is two digits and two digits, as 0303 for 3.3."""

    software: int
    reader: int

    def encode(self) -> bytes:
        """With D-REV 00, HW-TYPE 44 and TR-TYPE 0008: ISO 15693."""
        return self.software.to_bytes(2, "big") + bytes((0x00, 0x44, self.reader, 0x00, 0x08))

    @classmethod
    def decode(cls, body: bytes) -> "Version":
        """Raises Garbled when it is not 7 bytes."""
        if len(body) != _VERSION_BYTES:
            raise Garbled(f"a software version of {len(body)} bytes")
        return cls(int.from_bytes(body[:2], "big"), body[4])

    @property
    def words(self) -> str:
        """As in `FEIG MR101, software 3.3`."""
        name = READERS.get(self.reader, f"reader of type {self.reader}")
        return f"FEIG {name}, software {self.software >> 8:X}.{self.software & 0xFF:X}"


@dataclass(frozen=True, slots=True)
class Sighting:
    """One ISO 15693 tag in an inventory."""

    uid: TagUid
    dsfid: int


@dataclass(frozen=True, slots=True)
class Sightings:
    """The body of an inventory's reply; transponders of other kinds are left out."""

    tags: tuple[Sighting, ...]

    def encode(self) -> bytes:
        sets = (bytes((_ISO15693, tag.dsfid)) + tag.uid.raw for tag in self.tags)
        return bytes((len(self.tags),)) + b"".join(sets)

    @classmethod
    def decode(cls, body: bytes) -> "Sightings":
        """Raises Garbled when the count and the bytes disagree."""
        sets = transponders(body)
        return cls(tuple(Sighting(TagUid(r[1:]), r[0]) for kind, r in sets if kind == _ISO15693))


def transponders(body: bytes) -> tuple[tuple[int, bytes], ...]:
    """Every data set of an inventory: type of transponder and the bytes after it."""
    if not body:
        return ()
    sets = tuple(_data_sets(body[1:]))
    if len(sets) != body[0]:
        raise Garbled(f"{body[0]} transponders announced, {len(sets)} told")
    return sets


def _data_sets(rest: bytes) -> Iterator[tuple[int, bytes]]:
    while rest:
        size = _size(rest)
        if len(rest) <= size:
            raise Garbled("the inventory is cut off")
        yield rest[0], rest[1 : 1 + size]
        rest = rest[1 + size :]


def _size(rest: bytes) -> int:
    kind, head = rest[0], rest[1:3].ljust(2, b"\0")
    if kind == _ISO14443A:
        return 12 if head[0] & _LONG_UID else 9
    if kind in _COUNTED:
        return 2 + head[1]
    if kind not in _SIZES:
        raise Garbled(f"unknown type of transponder {kind:02X}")
    return _SIZES[kind]


@dataclass(frozen=True, slots=True)
class Blocks:
    """The body of a read: blocks in memory order; `locks` mean nothing unless asked for."""

    blocks: tuple[bytes, ...]
    locks: tuple[bool, ...] = ()

    def encode(self) -> bytes:
        size = len(self.blocks[0]) if self.blocks else 0
        locks = self.locks or (False,) * len(self.blocks)
        told = (
            bytes((lock,)) + block[::-1] for block, lock in zip(self.blocks, locks, strict=True)
        )
        return bytes((len(self.blocks), size)) + b"".join(told)

    @classmethod
    def decode(cls, body: bytes) -> "Blocks":
        """Raises Garbled when the counts and the bytes disagree."""
        head, rest = body[:2].ljust(2, b"\0"), body[2:]
        count, step = head[0], head[1] + 1
        if len(rest) != count * step or (count and step == 1):
            raise Garbled(f"{count} blocks of {head[1]} bytes announced in {len(rest)} bytes")
        starts = range(0, len(rest), step)
        return cls(
            tuple(rest[at + 1 : at + step][::-1] for at in starts),
            tuple(bool(rest[at] & 1) for at in starts),
        )


@dataclass(frozen=True, slots=True)
class TagInformation:
    """The body of a system information: 13 bytes."""

    uid: TagUid
    about: TagDescription
    ic_reference: int = 0x01

    def encode(self, *, less_one: bool = False) -> bytes:
        """Sizes as the manuals say, or less one, as an MR102 and ISO 15693 do."""
        sizes = (self.about.block_size - less_one, self.about.block_count - less_one)
        return bytes((self.about.dsfid, *self.uid.raw, self.about.afi, *sizes, self.ic_reference))

    @classmethod
    def decode(cls, body: bytes) -> "TagInformation":
        """Reads both ways to tell the memory.

        4 and 8 are taken as they are: there are no blocks of 5 or 9 bytes.
        """
        if len(body) != UID_BYTES + 5:
            raise Garbled(f"system information of {len(body)} bytes")
        size, count = body[10] & 0x1F, body[11]
        if size not in (4, 8):
            size, count = size + 1, count + 1
        return cls(TagUid(body[1:9]), TagDescription(size, count, body[9], body[0]), body[12])


@dataclass(frozen=True, slots=True)
class Told:
    """The body of a transparent command: a tag's answer as it came over the air.

    flags  data ..  CRC CRC       with bit 0 of the flags: an error, and `data` is its code
    """

    data: bytes = b""
    is_error: bool = False

    def encode(self) -> bytes:
        covered = bytes((_TAG_ERROR if self.is_error else 0,)) + self.data
        return covered + (checksum(covered) ^ 0xFFFF).to_bytes(_AIR_CRC_BYTES, "little")

    @classmethod
    def decode(cls, body: bytes) -> "Told":
        """Raises Garbled when it is too short; the reader has checked the CRC."""
        if len(body) < 1 + _AIR_CRC_BYTES:
            raise Garbled(f"a tag's answer of {len(body)} bytes")
        return cls(body[1:-_AIR_CRC_BYTES], bool(body[0] & _TAG_ERROR))
