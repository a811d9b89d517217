"""The RR3036's commands as typed values, each way. Pure.

A command has a state that says more. One for a tag is addressed, its UID least significant byte
first, unless bit 0 of the state means the selected tag; then follows what ARGUMENTS says. Source:
abatei/HB-RFID-Demo, Code.cs and FrameHelper.cs of HR8002Reader and ISO15693 (where the frame that
writes an AFI to a UID has the DSFID's code by mistake); statuses also in 545ch4/RR3036.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from devices.capabilities import UID_BYTES, TagUid
from devices.errors import Garbled
from devices.rr3036.frame import ANY_ADDRESS, Frame

# Bits of the state of a tag's command.
SELECTED: Final = 0x01
EIGHT_BYTES: Final = 0x04  # blocks have 8 bytes, not 4
TYPE_B: Final = 0x08  # without it a write has ISO 15693's option flag, most likely

_ONE_AFI: Final = 0x01  # of an inventory's state

READER_INFORMATION_BYTES: Final = 8
SIGHTING_BYTES: Final = 1 + UID_BYTES


class Command(IntEnum):
    """For the reader itself, and the codes of ISO/IEC 15693-3 for tags."""

    READER = 0x00
    INVENTORY = 0x01
    STAY_QUIET = 0x02
    READ_BLOCK = 0x20
    WRITE_BLOCK = 0x21
    LOCK_BLOCK = 0x22
    READ_BLOCKS = 0x23
    SELECT = 0x25
    RESET_TO_READY = 0x26
    WRITE_AFI = 0x27
    LOCK_AFI = 0x28
    WRITE_DSFID = 0x29
    LOCK_DSFID = 0x2A
    SYSTEM_INFORMATION = 0x2B


class ReaderCommand(IntEnum):
    """The states of Command.READER. Address and scan time are kept for good."""

    INFORMATION = 0x00
    CLOSE_FIELD = 0x01
    OPEN_FIELD = 0x02
    WRITE_ADDRESS = 0x03
    WRITE_SCAN_TIME = 0x04
    ISO14443A = 0x05
    ISO15693 = 0x06
    LED = 0x07
    BEEP = 0x08
    ISO14443B = 0x09


class Scan(IntEnum):
    """The states of Command.INVENTORY; one more means tags of one AFI. What is told falls quiet."""

    ONE = 0x00  # a single tag
    REST = 0x02  # those that are not quiet
    NEW = 0x06  # all: the field goes off and on first


# What follows the UID, or the state, by name. DATA is a block of 4 or 8 bytes.
ARGUMENTS: Final = {
    Command.STAY_QUIET: (),
    Command.READ_BLOCK: ("block",),
    Command.WRITE_BLOCK: ("block", "DATA"),
    Command.LOCK_BLOCK: ("block",),
    Command.READ_BLOCKS: ("first", "count"),
    Command.SELECT: (),
    Command.RESET_TO_READY: (),
    Command.WRITE_AFI: ("afi",),
    Command.LOCK_AFI: (),
    Command.WRITE_DSFID: ("dsfid",),
    Command.LOCK_DSFID: (),
    Command.SYSTEM_INFORMATION: (),
}
READER_ARGUMENTS: Final[dict[ReaderCommand, tuple[str, ...]]] = {
    ReaderCommand.WRITE_ADDRESS: ("new address",),
    ReaderCommand.WRITE_SCAN_TIME: ("scan time",),
    ReaderCommand.LED: ("on", "off", "times"),
    ReaderCommand.BEEP: ("on", "off", "times"),
}
# By the maker in the UID: Texas Instruments, Fujitsu, and EM, of which the source is not sure.
_WRITE_STATES: Final = {0x07: (0,), 0x08: (0, TYPE_B), 0x16: (0,)}


class Status(IntEnum):
    """What every answer begins with. To us, others are Garbled."""

    OK = 0x00
    LENGTH = 0x01
    NOT_SUPPORTED = 0x02
    OUT_OF_RANGE = 0x03
    NOT_POSSIBLE = 0x04
    FIELD_CLOSED = 0x05
    EEPROM = 0x06
    NOTHING_IN_SCAN_TIME = 0x0A
    MORE_TAGS = 0x0B
    TAG_ANSWERS_ODDLY = 0x0C
    NO_TAG = 0x0E  # at the end of an inventory: no further one
    ISO15693_ERROR = 0x0F  # and the tag's own code
    ISO14443A_ERROR = 0x10
    SRI_ERROR = 0x11
    ISO14443B_ERROR = 0x1B
    WRONG_MODE = 0x1F

    @property
    def words(self) -> str:
        return f"{self.name.lower().replace('_', ' ')} (status {self.value:02X})"


@dataclass(frozen=True, slots=True)
class ForReader:
    command: ReaderCommand
    arguments: bytes = b""


@dataclass(frozen=True, slots=True)
class Inventory:
    scan: Scan
    afi: int | None = None


@dataclass(frozen=True, slots=True)
class TagRequest:
    """A command for a tag, the selected one without `uid`; its ARGUMENTS, other bits of state."""

    command: Command
    uid: TagUid | None
    arguments: bytes = b""
    state: int = 0


Request = ForReader | Inventory | TagRequest


def block_size(state: int) -> int:
    return 8 if state & EIGHT_BYTES else 4


def write_states(uid: TagUid) -> tuple[int, ...]:
    """The types of write a tag takes, the best last. Makers the vendor does not name: type B."""
    return _WRITE_STATES.get(uid.raw[1], (TYPE_B,))


def question(request: Request, address: int = ANY_ADDRESS) -> Frame:
    """The frame that asks."""
    match request:
        case ForReader(command, arguments):
            return Frame(Command.READER, bytes((command,)) + arguments, address)
        case Inventory(scan, afi):
            body = bytes((scan,)) if afi is None else bytes((scan | _ONE_AFI, afi))
            return Frame(Command.INVENTORY, body, address)
        case TagRequest(command, uid, arguments, state):
            whom = bytes((state,)) + uid.raw[::-1] if uid else bytes((state | SELECTED,))
            return Frame(command, whom + arguments, address)


def request_of(frame: Frame) -> Request | Status:
    """What a frame asks, or the status it is refused with. No answer has the form of a question."""
    if not frame.body:
        return Status.LENGTH
    state, rest = frame.body[0], frame.body[1:]
    match frame.code:
        case Command.READER:
            return _for_reader(state, rest)
        case Command.INVENTORY:
            return _inventory(state, rest)
        case code if code in ARGUMENTS:
            return _for_tag(Command(code), state, rest)
    return Status.NOT_SUPPORTED


def _for_reader(state: int, rest: bytes) -> Request | Status:
    if state not in set(ReaderCommand):
        return Status.NOT_SUPPORTED
    command = ReaderCommand(state)
    if len(rest) != len(READER_ARGUMENTS.get(command, ())):
        return Status.LENGTH
    return ForReader(command, rest)


def _inventory(state: int, rest: bytes) -> Request | Status:
    if state & ~_ONE_AFI not in set(Scan):
        return Status.NOT_SUPPORTED
    if len(rest) != state & _ONE_AFI:
        return Status.LENGTH
    return Inventory(Scan(state & ~_ONE_AFI), rest[0] if rest else None)


def _for_tag(command: Command, state: int, rest: bytes) -> Request | Status:
    uid = b"" if state & SELECTED else rest[:UID_BYTES]
    words = ARGUMENTS[command]
    wanted = len(words) + (block_size(state) - 1 if "DATA" in words else 0)
    if len(rest) != wanted + (0 if state & SELECTED else UID_BYTES):
        return Status.LENGTH
    whom = TagUid(uid[::-1]) if uid else None
    return TagRequest(command, whom, rest[len(uid) :], state & ~SELECTED)


@dataclass(frozen=True, slots=True)
class Reply:
    """A reader's answer."""

    status: Status
    body: bytes = b""

    def frame(self, address: int) -> Frame:
        return Frame(self.status, self.body, address)


def reply_of(frame: Frame) -> Reply:
    """Raises Garbled on a status nobody documented."""
    try:
        return Reply(Status(frame.code), frame.body)
    except ValueError as error:
        raise Garbled(f"an answer with the unknown status {frame.code:02X}") from error


def can_answer(reply: Reply, request: Request) -> bool:
    """Whether the reply has the form of an answer to that, which is all there is to tell it by.

    Only reader information has its form to itself, so that nothing late is taken for it.
    """
    told = len(reply.body)
    match request:
        case ForReader(ReaderCommand.INFORMATION):
            return reply.status is Status.OK and told == READER_INFORMATION_BYTES
        case Inventory():
            return told % SIGHTING_BYTES == 0
        case _ if reply.status is not Status.OK:
            return told <= 1
        case TagRequest(Command.SYSTEM_INFORMATION, TagUid(raw)):
            return reply.body[1 : 1 + UID_BYTES] == raw[::-1]
        case TagRequest(Command.READ_BLOCKS, _, arguments, state):
            step = block_size(state) + 1
            return told % step == 0 and 0 < told <= arguments[-1] * step
    return told == 0
