"""The RL866's commands as typed values, each way. Pure.

A tag is connected by its UID, which gives a handle; its memory is then accessed by the handle, with
codes and parameters as `access` has them. Numbers of two bytes and UIDs travel least significant
byte first. Names and numbers of errors are the manual's (appendix C, as lainuri quotes it).
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from devices.capabilities import UID_BYTES, TagUid
from devices.errors import Garbled
from devices.rl866.frame import ANY_ADDRESS, RESYNC, SEQUENCE, Frame

ALL_HANDLES: Final = 0x00
ISO15693: Final = 0x01
ICODE_SLI: Final = 0x01

_ANY_ANTENNA: Final = 0x00
_ADDRESSED: Final = 0x01
_MORE: Final = 0x08
_ROM: Final = 0x80
# A length is told in seven bits, and goes on in the next byte if the eighth is set. The order of
# such bytes is not published, and nothing here needs them.
_LONGEST: Final = 0x7F


class Command(IntEnum):
    """The first byte of an I-block's body."""

    READ_CONFIGURATION = 0x01
    INVENTORY = 0x31
    CONNECT = 0x32
    DISCONNECT = 0x33
    ACCESS = 0x34


class Error(IntEnum):
    """What a reader says went wrong. Which of the tag's are given when is not published."""

    UNKNOWN_ERROR = 0x001
    INVALID_ARGUMENT = 0x002
    NOT_SUPPORTED = 0x003
    TIMEOUT = 0x004
    NO_ROOM = 0x005
    NOT_SET_UP = 0x006
    OVERFLOW = 0x007
    BUS_FAILURE = 0x009
    INVALID_LENGTH_OF_PARAMETER = 0x00B
    INVALID_CHECKSUM = 0x101
    INVALID_LENGTH = 0x102
    INVALID_COMMAND = 0x103
    INVALID_SEQUENCE = 0x104
    INVALID_PARAMETER = 0x105
    INVALID_BLOCK_TYPE = 0x106
    INVALID_CONFIGURATION_BLOCK = 0x121
    INVALID_AIR_PROTOCOL = 0x122
    WRONG_DATA = 0x400
    WRITE_FAILED = 0x401
    TRANSCEIVE_FAILED = 0x402
    BUFFER_OVERFLOW = 0x403
    COLLISION = 0x404
    AIR_CHECKSUM_WRONG = 0x405
    AIR_PARITY_WRONG = 0x406
    AIR_PROTOCOL_BROKEN = 0x407
    NO_DATA = 0x408
    FRAME_TOO_SHORT = 0x409
    AIR_INTEGRITY_BROKEN = 0x40A
    WRONG_HANDLE = 0x415
    AUTHENTICATION_FAILED = 0x416
    CHIP_DEAD = 0x417
    CHIP_MEMORY_FAILED = 0x418
    TAGS_COLLIDE = 0x419
    INVALID_ADDRESS_MODE = 0x41A
    BLOCK_LOCKED_OR_NOT_THERE = 0x41B
    BLOCK_NOT_THERE = 0x41C
    PASSWORD_LOCKED = 0x41D
    NOT_AUTHORISED = 0x41E
    AIR_FAILURE = 0x41F
    NO_TAG_FOUND = 0x420
    UNKNOWN_TAG_TYPE = 0x421
    TAG_REFUSES = 0x422
    TAG_GAVE_WRONG_DATA = 0x423
    TAG_GAVE_WRONG_UID = 0x424


def error_words(code: int) -> str:
    """As it stands in a log, such as `wrong handle (error 0415)`."""
    name = next((known.name for known in Error if known == code), "error").lower()
    return f"{name.replace('_', ' ')} (error {code:04X})"


@dataclass(frozen=True, slots=True)
class ReadConfiguration:
    """Blocks of 14 bytes each, from 1, as in effect or as stored."""

    first: int
    count: int
    stored: bool = False


@dataclass(frozen=True, slots=True)
class Inventory:
    """Every tag there, as the reader is configured; `more` goes on where the last one stopped."""

    more: bool = False


@dataclass(frozen=True, slots=True)
class Connect:
    """One ISO 15693 tag, addressed; the answer is its handle."""

    uid: TagUid
    tag_type: int = ICODE_SLI


@dataclass(frozen=True, slots=True)
class Disconnect:
    handle: int = ALL_HANDLES


@dataclass(frozen=True, slots=True)
class Access:
    """One operation on a connected tag; the code is one of `access.Code`, or any other."""

    handle: int
    code: int
    parameters: bytes = b""


Request = ReadConfiguration | Inventory | Connect | Disconnect | Access


def resync(address: int = ANY_ADDRESS) -> Frame:
    return Frame(RESYNC, b"", address)


def question(request: Request, sequence: int = 0, address: int = ANY_ADDRESS) -> Frame:
    """The I-block that asks; `sequence` is 0 after RESYNC, then 1 and 0 in turn."""
    match request:
        case ReadConfiguration(first, count, stored):
            body = bytes((Command.READ_CONFIGURATION, first | (_ROM if stored else 0), count))
        case Inventory(more):
            body = bytes((Command.INVENTORY, _MORE if more else 0))
        case Connect(uid, tag_type):
            kind = (_ANY_ANTENNA, ISO15693, tag_type)
            body = bytes((Command.CONNECT, *kind, 1 + UID_BYTES, _ADDRESSED)) + uid.raw[::-1]
        case Disconnect(handle):
            body = bytes((Command.DISCONNECT, handle))
        case Access(handle, code, parameters):
            body = bytes((Command.ACCESS, handle)) + _with_length(
                code.to_bytes(2, "little") + parameters
            )
    return Frame(SEQUENCE * sequence, body, address)


def _with_length(operation: bytes) -> bytes:
    if len(operation) > _LONGEST:
        raise Garbled(f"an operation of {len(operation)} bytes is too long")
    return bytes((len(operation),)) + operation


def request_of(frame: Frame) -> Request | Error:
    """What an I-block asks, or the error a reader refuses it with."""
    match tuple(frame.body):
        case (0x01, first, count):
            return ReadConfiguration(first & ~_ROM, count, bool(first & _ROM))
        case (0x31, (0x00 | 0x08) as flags):
            return Inventory(more=flags == _MORE)
        case (0x32, 0x00, 0x01, tag_type, 0x09, 0x01, *uid) if len(uid) == UID_BYTES:
            return Connect(TagUid(bytes(uid[::-1])), tag_type)
        case (0x33, handle):
            return Disconnect(handle)
        case (0x34, handle, length, low, high, *parameters) if length == 2 + len(parameters):
            return Access(handle, high << 8 | low, bytes(parameters))
        case (0x01 | 0x31 | 0x32 | 0x33 | 0x34, *_):
            return Error.INVALID_PARAMETER
    return Error.INVALID_COMMAND


@dataclass(frozen=True, slots=True)
class Reply:
    """A reader's answer; `error` is 0 for success."""

    command: int
    error: int = 0
    body: bytes = b""

    def frame(self, control: int, address: int) -> Frame:
        """The I-block that answers one with that control byte."""
        return Frame(
            control, bytes((self.command,)) + self.error.to_bytes(2, "little") + self.body, address
        )


def reply_of(frame: Frame) -> Reply:
    """Raises Garbled on an I-block too short for an error."""
    match tuple(frame.body):
        case (command, low, high, *_):
            return Reply(command, high << 8 | low, frame.body[3:])
    raise Garbled(f"a reply of {len(frame.body)} bytes")
