"""FEIG's ISO 15693 commands as typed values, each way. Pure.

Commands of a tag are always addressed: MODE 01, then the UID, most significant byte first. Blocks
travel with their bytes in reverse. Sources by clause: H20800-16e-ID-B, "protocols for host
commands" [0xB0] and "for reader control" [0x65], [0x69].
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from devices.capabilities import UID_BYTES, TagUid
from devices.errors import Garbled
from devices.feig.frame import ANY_ADDRESS, Form, Frame

_VERSION: Final = 0x65
_RF_RESET: Final = 0x69
_HOST: Final = 0xB0
_INVENTORY: Final = 0x01
_READ: Final = 0x23
_WRITE: Final = 0x24
_WRITE_AFI: Final = 0x27
_WRITE_DSFID: Final = 0x29
_SYSTEM_INFORMATION: Final = 0x2B
_CUSTOM: Final = 0xB1
_NXP: Final = 0x04
_SET_EAS: Final = 0xA2
_RESET_EAS: Final = 0xA3
_EAS_ALARM: Final = 0xA5
_MORE: Final = 0x80
_ADDRESSED: Final = 0x01
_WITH_LOCKS: Final = 0x08

_ISO15693: Final = 0x03
_ISO14443A: Final = 0x04
_LONG_UID: Final = 0x04
_COUNTED: Final = (0x09, 0x84)  # 18000-3M3 and EPC Gen2: one byte, a count, as many bytes
# Bytes after the type, by type of transponder: I-Code1, ISO 15693, 14443B, I-Code EPC, I-Code UID,
# Jewel, SR176, SRIx.
_SIZES: Final = {0x00: 9, 0x03: 9, 0x05: 9, 0x06: 8, 0x07: 19, 0x08: 8, 0x0A: 9, 0x0B: 9}


class Status(IntEnum):
    """The first byte of every reply. Others exist; to us they are Garbled."""

    OK = 0x00
    NO_TRANSPONDER = 0x01
    DATA_FALSE = 0x02
    WRITE_ERROR = 0x03
    ADDRESS_ERROR = 0x04
    WRONG_TRANSPONDER_TYPE = 0x05
    AUTHENTICATION_ERROR = 0x08
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
class SoftwareVersion:
    pass


@dataclass(frozen=True, slots=True)
class RfReset:
    """Field off for 15 ms: every quiet tag will answer again."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """Every tag that is not quiet; `more` asks for the rest of an answer that was too long."""

    more: bool = False


@dataclass(frozen=True, slots=True)
class ReadBlocks:
    """`with_locks` asks for each block's security status as well, which takes longer."""

    uid: TagUid
    first: int
    count: int
    with_locks: bool = False


@dataclass(frozen=True, slots=True)
class WriteBlocks:
    """Blocks of one size, in memory order."""

    uid: TagUid
    first: int
    blocks: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class WriteAfi:
    uid: TagUid
    afi: int


@dataclass(frozen=True, slots=True)
class WriteDsfid:
    uid: TagUid
    dsfid: int


@dataclass(frozen=True, slots=True)
class SystemInformation:
    uid: TagUid


@dataclass(frozen=True, slots=True)
class SetEas:
    """NXP's custom commands A2 and A3."""

    uid: TagUid
    on: bool


@dataclass(frozen=True, slots=True)
class EasAlarm:
    """NXP's custom command A5: only a tag whose EAS is on answers."""

    uid: TagUid


TagRequest = (
    ReadBlocks | WriteBlocks | WriteAfi | WriteDsfid | SystemInformation | SetEas | EasAlarm
)
Request = SoftwareVersion | RfReset | Inventory | TagRequest


def question(request: Request, address: int = ANY_ADDRESS, form: Form = Form.ADVANCED) -> Frame:
    """The frame that asks."""
    match request:
        case SoftwareVersion():
            return Frame(address, _VERSION, b"", form)
        case RfReset():
            return Frame(address, _RF_RESET, b"", form)
        case Inventory(more):
            return Frame(address, _HOST, bytes((_INVENTORY, _MORE if more else 0)), form)
        case SetEas() | EasAlarm():
            return Frame(address, _CUSTOM, bytes((_NXP,)) + _tag_question(request), form)
        case _:
            return Frame(address, _HOST, _tag_question(request), form)


def _tag_question(request: TagRequest) -> bytes:
    """Subcommand, mode, UID and what belongs to it."""
    mode = _ADDRESSED
    match request:
        case ReadBlocks(_, first, count, with_locks):
            mode |= _WITH_LOCKS if with_locks else 0
            command, rest = _READ, bytes((first, count))
        case WriteBlocks(_, first, blocks):
            size = len(blocks[0]) if blocks else 0
            turned = b"".join(block[::-1] for block in blocks)
            command, rest = _WRITE, bytes((first, len(blocks), size)) + turned
        case WriteAfi(_, afi):
            command, rest = _WRITE_AFI, bytes((afi,))
        case WriteDsfid(_, dsfid):
            command, rest = _WRITE_DSFID, bytes((dsfid,))
        case SystemInformation():
            command, rest = _SYSTEM_INFORMATION, b""
        case SetEas(_, on):
            command, rest = _SET_EAS if on else _RESET_EAS, b""
        case EasAlarm():
            command, rest = _EAS_ALARM, b""
    return bytes((command, mode)) + request.uid.raw + rest


_MODES: Final = {
    False: (bytes((_ADDRESSED,)),),
    True: (bytes((_ADDRESSED,)), bytes((_ADDRESSED | _WITH_LOCKS,))),
}
_TAG_COMMANDS: Final = {
    _HOST: (_READ, _WRITE, _WRITE_AFI, _WRITE_DSFID, _SYSTEM_INFORMATION),
    _CUSTOM: (_SET_EAS, _RESET_EAS, _EAS_ALARM),
}


def request_of(frame: Frame) -> Request | Status:
    """What a frame asks, or the status a reader refuses it with."""
    match (frame.command, *frame.payload):
        case (0x65,):
            return SoftwareVersion()
        case (0x69,):
            return RfReset()
        case (0xB0, 0x01, (0x00 | 0x80) as mode):
            return Inventory(more=mode == _MORE)
        case (0xB0, 0x01, _):
            return Status.PARAMETER_RANGE
        case (0xB0, command, *rest) if command in _TAG_COMMANDS[_HOST]:
            return _tag_request(command, bytes(rest))
        case (0xB1, 0x04, command, *rest) if command in _TAG_COMMANDS[_CUSTOM]:
            return _tag_request(command, bytes(rest))
        case (0x65 | 0x69, *_) | (0xB0,) | (0xB0, 0x01, *_) | (0xB1,) | (0xB1, 0x04):
            return Status.LENGTH_ERROR
    return Status.UNKNOWN_COMMAND


def _tag_request(command: int, rest: bytes) -> TagRequest | Status:
    """`rest` is the mode, the UID and what belongs to the command."""
    mode, raw = rest[:1], rest[1 : 1 + UID_BYTES]
    if mode not in _MODES[command == _READ]:
        return Status.PARAMETER_RANGE
    if len(raw) < UID_BYTES:
        return Status.LENGTH_ERROR
    values = tuple(rest[1 + UID_BYTES :])
    if command == _READ and len(values) == 2:  # noqa: PLR2004 - first block and count
        return ReadBlocks(TagUid(raw), *values, with_locks=mode != _MODES[False][0])
    return _request_without_mode(command, TagUid(raw), values)


def _request_without_mode(
    command: int, uid: TagUid, values: tuple[int, ...]
) -> TagRequest | Status:
    match command, values:
        case 0x24, (first, count, size, *data) if size and len(data) == count * size:
            raw = bytes(data)
            blocks = (raw[at : at + size][::-1] for at in range(0, len(raw), size))
            return WriteBlocks(uid, first, tuple(blocks))
        case 0x27, (afi,):
            return WriteAfi(uid, afi)
        case 0x29, (dsfid,):
            return WriteDsfid(uid, dsfid)
        case 0x2B, ():
            return SystemInformation(uid)
        case _ if command in _TAG_COMMANDS[_CUSTOM] and not values:
            return EasAlarm(uid) if command == _EAS_ALARM else SetEas(uid, command == _SET_EAS)
    return Status.LENGTH_ERROR


@dataclass(frozen=True, slots=True)
class Reply:
    """A reader's answer. It carries its command but not its subcommand."""

    status: Status
    body: bytes = b""

    def frame(self, asked: Frame, address: int = 0) -> Frame:
        """The frame that answers `asked`, in its form."""
        payload = bytes((self.status,)) + self.body
        return Frame(address, asked.command, payload, asked.form)


def reply_of(frame: Frame) -> Reply:
    """Raises Garbled on a frame without a status, or with one nobody documented."""
    if not frame.payload:
        raise Garbled("a reply without a status")
    try:
        return Reply(Status(frame.payload[0]), frame.payload[1:])
    except ValueError as error:
        raise Garbled(f"a reply with the unknown status {frame.payload[0]:02X}") from error


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
    dsfid: int
    afi: int
    block_size: int
    block_count: int
    ic_reference: int = 0x01

    def encode(self) -> bytes:
        """As an MR102 does: sizes less one."""
        sizes = (self.block_size - 1, self.block_count - 1)
        return bytes((self.dsfid, *self.uid.raw, self.afi, *sizes, self.ic_reference))

    @classmethod
    def decode(cls, body: bytes) -> "TagInformation":
        """Reads both ways to tell the memory: as the manual says, and less one as ISO 15693 does.

        4 and 8 are taken as they are: there are no blocks of 5 or 9 bytes.
        """
        if len(body) != UID_BYTES + 5:
            raise Garbled(f"system information of {len(body)} bytes")
        size, count = body[10] & 0x1F, body[11]
        if size not in (4, 8):
            size, count = size + 1, count + 1
        return cls(TagUid(body[1:9]), body[0], body[9], size, count, body[12])
