"""3M's commands as typed values, each way. Pure.

A command for a tag is addressed: its UID, most significant byte first, then what ARGUMENTS says.
The reply repeats the UID after its error code; `replies` has what follows. Source by section: 7.1
to 7.18, errors in section 5 and appendix A.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from devices.capabilities import UID_BYTES, TagUid
from devices.errors import Garbled
from devices.m3_810.frame import PROBE_MARK, Frame

# UIDs, and bit 2, which the specification leaves open but every captured host sets.
USUAL_OPTIONS: Final = 0x05


class Command(IntEnum):
    """The codes of section 7, and two the captures show besides."""

    QUIET = 0x01
    READ_BLOCKS = 0x02
    CHECK_EAS = 0x03
    WRITE_BLOCKS = 0x04
    WRITE_BLOCK = 0x05
    LOCK_AFI = 0x06
    WRITE_AND_LOCK_BLOCK = 0x07
    LOCK_BLOCK = 0x08
    WRITE_AFI = 0x09
    GET_AFI = 0x0A
    WRITE_DSFID = 0x0B
    SET_EAS = 0x0C
    TAG_INFORMATION = 0x0D
    LOCK_DSFID = 0x0E
    GET_DSFID = 0x0F
    READER_VERSION = 0x11
    PARAMETERS = 0x13  # asked after the probe; not in the specification
    PASS_THROUGH = 0x14
    NOT_A_COMMAND = 0xCC  # only ever answered
    INVENTORY = 0xFE


# What a tag's command carries after the UID, by name. A name in capitals takes all that is left.
ARGUMENTS: Final = {
    Command.QUIET: (),
    Command.READ_BLOCKS: ("first", "count", "options"),
    Command.CHECK_EAS: (),
    Command.WRITE_BLOCKS: ("first", "count", "flags", "BLOCKS"),
    Command.WRITE_BLOCK: ("block", "BLOCKS"),
    Command.LOCK_AFI: (),
    Command.WRITE_AND_LOCK_BLOCK: ("block", "BLOCKS"),
    Command.LOCK_BLOCK: ("block",),
    Command.WRITE_AFI: ("afi",),
    Command.GET_AFI: (),
    Command.WRITE_DSFID: ("dsfid",),
    Command.SET_EAS: ("on",),
    Command.TAG_INFORMATION: ("bits",),
    Command.LOCK_DSFID: (),
    Command.GET_DSFID: (),
}


class Status(IntEnum):
    """The error code every reply begins with (appendix A). To us, others are Garbled."""

    OK = 0x00
    NOT_IMPLEMENTED = 0x02
    NO_TRANSPONDER = 0x06
    UNKNOWN = 0x0F
    MEMORY_NOT_AVAILABLE = 0x11
    MEMORY_LOCKED = 0x12
    NOT_READ = 0x15
    NOT_PUT = 0x16
    TAG_COMMAND_21 = 0x21
    TAG_COMMAND_22 = 0x22
    TAG_COMMAND_23 = 0x23
    NOT_SUPPORTED = 0x30
    OPTION = 0x31
    PARAMETER = 0x32
    CANCELLED = 0xFD
    MEMORY = 0xFE

    @property
    def words(self) -> str:
        return f"{self.name.lower().replace('_', ' ')} (error {self.value:02X})"


@dataclass(frozen=True, slots=True)
class Probe:
    """What every host begins with; answered at any time with the reader's version."""


@dataclass(frozen=True, slots=True)
class ReaderVersion:
    pass


@dataclass(frozen=True, slots=True)
class Inventory:
    """Every tag of that family, 00 for all; `options` say what is told of each."""

    afi: int = 0
    options: int = USUAL_OPTIONS


@dataclass(frozen=True, slots=True)
class TagRequest:
    """A command for one tag, and its ARGUMENTS."""

    command: Command
    uid: TagUid
    arguments: bytes = b""


Request = Probe | ReaderVersion | Inventory | TagRequest

_PROBED: Final = bytes((0x00, Command.READER_VERSION))
_PROBE: Final = 0x04


def question(request: Request) -> Frame:
    """The frame that asks."""
    match request:
        case Probe():
            return Frame(_PROBE, _PROBED, PROBE_MARK)
        case ReaderVersion():
            return Frame(Command.READER_VERSION)
        case Inventory(afi, options):
            return Frame(Command.INVENTORY, bytes((afi, options)))
        case TagRequest(command, uid, arguments):
            return Frame(command, uid.raw + arguments)


def request_of(frame: Frame) -> Request | Status:
    """What a frame asks, or the error a reader refuses it with."""
    uid = frame.body[:UID_BYTES]
    match (frame.mark, frame.command, *frame.body):
        case (0xD5, 0x04, 0x00, 0x11):
            return Probe()
        case (0xD6, 0x11):
            return ReaderVersion()
        case (0xD6, 0xFE, afi, options, *protocols) if len(protocols) == options >> 6 & 1:
            return Inventory(afi, options)
        case (0xD6, command, *_) if command in ARGUMENTS:
            if len(uid) < UID_BYTES:
                return Status.PARAMETER
            return TagRequest(Command(command), TagUid(uid), frame.body[UID_BYTES:])
        case (0xD6, 0x11 | 0xFE, *_):
            return Status.PARAMETER
    return Status.NOT_IMPLEMENTED


def probe_reply(version: bytes) -> Frame:
    """The vendor, 0A for 3M, then major, minor and build number."""
    return Frame(_PROBE, _PROBED + version, PROBE_MARK)


def probed_version(frame: Frame) -> bytes | None:
    """The four bytes of a version when that is what the frame tells."""
    if (frame.mark, frame.command, frame.body[:2]) != (PROBE_MARK, _PROBE, _PROBED):
        return None
    return frame.body[2:] or None


@dataclass(frozen=True, slots=True)
class Reply:
    """A reader's answer. A tag's begins with its UID, also when it tells an error."""

    command: int
    status: Status
    body: bytes = b""

    def frame(self) -> Frame:
        return Frame(self.command, bytes((self.status,)) + self.body)


def reply_of(frame: Frame) -> Reply:
    """Raises Garbled on a frame without an error code, or with one nobody documented."""
    if not frame.body:
        raise Garbled("a reply without an error code")
    try:
        return Reply(frame.command, Status(frame.body[0]), frame.body[1:])
    except ValueError as error:
        raise Garbled(f"a reply with the unknown error {frame.body[0]:02X}") from error
