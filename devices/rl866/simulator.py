"""The reader's end: RL866 frames answered from tags in a simulated field.

A bad frame is never answered; a sequence bit out of turn is, with an error, and changes nothing;
RESYNC starts the sequence again. Connecting only gives a handle, as the manual says of addressed
tags: a tag that is not there is noticed when it is accessed. Chosen where nothing is published: one
tag is connected at a time, an inventory that does not fit a frame is cut off and told on when asked
for more, a tag that is not there is "no tag found", and so is EAS that is off.
"""

from typing import Final

from devices.capabilities import TagUid
from devices.errors import Garbled
from devices.iso15693 import TagRefusal
from devices.rl866.access import (
    Blocks,
    Code,
    ReadBlocks,
    Result,
    TagInformation,
    WriteBlocks,
)
from devices.rl866.frame import ANY_ADDRESS, RESYNC, RESYNCED, SEQUENCE, Frame, Receiver
from devices.rl866.inventory import Inventoried, Report
from devices.rl866.protocol import (
    ALL_HANDLES,
    Access,
    Connect,
    Disconnect,
    Error,
    Inventory,
    ReadConfiguration,
    Reply,
    Request,
    request_of,
)
from devices.simulated_tag import SimulatedTag, WriteFailed
from devices.tag_field import TagField

ADDRESS: Final = 0x01

_HANDLE: Final = 0x01
_REPORTS_AT_ONCE: Final = 18
# Block 1 as published: address 01, the rest is not explained.
_CONFIGURATION: Final = bytes.fromhex("0102020003016400000000000000")
# 256 bits, least significant bit first (NXP's data sheets of the ICODE SLI family).
_ALARM: Final = bytes.fromhex("2FB36270D5A7907FE8B18038D281497682DA9A866FAF8BB0F19CD112A57237EF")
_REFUSALS: Final = {
    TagRefusal.NOT_SUPPORTED: Error.NOT_SUPPORTED,
    TagRefusal.UNKNOWN: Error.TAG_REFUSES,
    TagRefusal.BLOCK_NOT_AVAILABLE: Error.BLOCK_NOT_THERE,
    TagRefusal.BLOCK_LOCKED: Error.BLOCK_LOCKED_OR_NOT_THERE,
    WriteFailed.WRITE_FAILED: Error.WRITE_FAILED,
}
_Told = bytes | Error


class Rl866Peer:
    """The reader's electronics from power on to power off: bytes in, bytes out."""

    def __init__(self, field: TagField) -> None:
        self._field = field
        self._sequence = 0
        self._connected: TagUid | None = None
        self._untold: tuple[Report, ...] = ()
        self._receiver = Receiver()
        field.power_off()

    def hear(self, data: bytes) -> bytes:
        self._receiver.hear(data)
        told = b""
        while frame := self._receiver.next_frame():
            if frame.address in (ADDRESS, ANY_ADDRESS):
                told += self._answer(frame)
        return told

    def silence(self) -> None:
        self._receiver.silence()

    def _answer(self, frame: Frame) -> bytes:
        if frame.control == RESYNC:
            self._sequence = 0
            return Frame(RESYNCED, b"", ADDRESS).encode()
        if frame.control & ~SEQUENCE or not frame.body:
            return b""
        if frame.control != self._sequence * SEQUENCE:
            told: _Told = Error.INVALID_SEQUENCE
        else:
            self._sequence ^= 1
            request = request_of(frame)
            told = request if isinstance(request, Error) else self._told(request)
        error, body = (told, b"") if isinstance(told, Error) else (0, told)
        return Reply(frame.body[0], error, body).frame(frame.control, ADDRESS).encode()

    def _told(self, request: Request) -> _Told:
        match request:
            case ReadConfiguration(1, count) if count:
                return b"\x01" + _CONFIGURATION
            case ReadConfiguration():
                return Error.INVALID_CONFIGURATION_BLOCK
            case Inventory(more):
                return self._inventory(more=more)
            case Connect(uid):
                if self._connected is not None:
                    return Error.NO_ROOM
                self._connected = uid
                return bytes((_HANDLE,))
            case Disconnect(handle):
                return self._disconnect(handle)
            case Access(handle, code, parameters):
                return self._access(handle, code, parameters)

    def _inventory(self, *, more: bool) -> bytes:
        if not more:
            tags = self._field.inventory(then_quiet=False)
            self._untold = tuple(Report.of(tag.uid, tag.dsfid) for tag in tags)
        told = self._untold[:_REPORTS_AT_ONCE]
        self._untold = self._untold[_REPORTS_AT_ONCE:]
        return Inventoried(bool(self._untold), len(told), told).encode()

    def _disconnect(self, handle: int) -> _Told:
        if handle != ALL_HANDLES and (self._connected is None or handle != _HANDLE):
            return Error.WRONG_HANDLE
        self._connected = None
        return b""

    def _access(self, handle: int, code: int, parameters: bytes) -> _Told:
        if self._connected is None or handle != _HANDLE:
            return Error.WRONG_HANDLE
        tag = self._field.addressed(self._connected)
        try:
            told = Error.NO_TAG_FOUND if tag is None else _told_by(tag, code, parameters)
            result = Result(code, told) if isinstance(told, Error) else Result(code, 0, told)
            return result.encode()
        except Garbled:  # parameters that do not hold, or an answer too long to be told
            return Result(code, Error.INVALID_PARAMETER).encode()


def _told_by(tag: SimulatedTag, code: int, parameters: bytes) -> _Told:
    """Raises Garbled on parameters that do not hold."""
    match code, tuple(parameters):
        case Code.READ_BLOCKS, _:
            return _read(tag, ReadBlocks.decode(parameters))
        case Code.WRITE_BLOCKS, _:
            asked = WriteBlocks.decode(parameters)
            return _written(tag.write_blocks(asked.first, asked.blocks))
        case Code.SYSTEM_INFORMATION, ():
            about = tag.describe()
            sizes = about.block_size, about.block_count
            return TagInformation(tag.uid, about.dsfid, about.afi, *sizes).encode()
        case Code.WRITE_AFI, (afi,):
            return _written(tag.write_afi(afi))
        case Code.WRITE_DSFID, (dsfid,):
            return _written(tag.write_dsfid(dsfid))
        case ((Code.ENABLE_EAS | Code.DISABLE_EAS), ()):
            return _written(tag.set_eas(on=code == Code.ENABLE_EAS))
        case Code.EAS_ALARM, ():
            return _ALARM if tag.raises_alarm() else Error.NO_TAG_FOUND
    return Error.NOT_SUPPORTED


def _read(tag: SimulatedTag, asked: ReadBlocks) -> _Told:
    blocks = tag.blocks(asked.first, asked.count)
    locks = tag.locks(asked.first, asked.count) if asked.with_locks else ()
    if isinstance(blocks, TagRefusal) or isinstance(locks, TagRefusal):
        return _REFUSALS[blocks if isinstance(blocks, TagRefusal) else TagRefusal.UNKNOWN]
    return Blocks(blocks, locks).encode()


def _written(outcome: TagRefusal | WriteFailed | None) -> _Told:
    return b"" if outcome is None else _REFUSALS[outcome]
