"""The reader's end: FEIG frames answered from tags in a simulated field.

As the manual says: a frame with a bad length or checksum is never answered, every address is
answered with 00, tags are quiet after an inventory until the field is reset, and an inventory that
does not fit the transmit buffer comes in parts.
"""

from typing import Final

from devices.feig.frame import ANY_ADDRESS, Frame, Receiver
from devices.feig.protocol import (
    Blocks,
    EasAlarm,
    Inventory,
    ReadBlocks,
    Reply,
    Request,
    RfReset,
    SetEas,
    Sighting,
    Sightings,
    SoftwareVersion,
    Status,
    SystemInformation,
    TagInformation,
    TagRequest,
    WriteAfi,
    WriteBlocks,
    WriteDsfid,
    request_of,
)
from devices.iso15693 import TagRefusal
from devices.simulated_tag import SimulatedTag, TagField, WriteFailed

ADDRESS: Final = 0x00
TRANSMIT_BUFFER: Final = 128

_FRAME_BYTES: Final = 8
_SIGHTING_BYTES: Final = 10
# SW-REV 03.03, D-REV 00, HW-TYPE 44, SW-TYPE 76 (MR101), TR-TYPE 0008 (ISO 15693).
_VERSION: Final = bytes.fromhex("03030044" + "4C" + "0008")


class FeigPeer:
    """The reader's electronics from power on to power off: bytes in, bytes out."""

    def __init__(self, field: TagField, transmit_buffer: int = TRANSMIT_BUFFER) -> None:
        self._field = field
        self._room = transmit_buffer - _FRAME_BYTES
        self._untold: tuple[Sighting, ...] = ()
        self._receiver = Receiver()
        field.power_off()

    def hear(self, data: bytes) -> bytes:
        self._receiver.hear(data)
        told = b""
        while frame := self._receiver.next_frame():
            if frame.address in (ADDRESS, ANY_ADDRESS):
                told += self._answer(frame).encode()
        return told

    def silence(self) -> None:
        self._receiver.silence()

    def _answer(self, frame: Frame) -> Frame:
        request = request_of(frame)
        reply = Reply(request) if isinstance(request, Status) else self._reply(request)
        return reply.frame(frame, ADDRESS)

    def _reply(self, request: Request) -> Reply:
        match request:
            case SoftwareVersion():
                return Reply(Status.OK, _VERSION)
            case RfReset():
                self._field.power_off()
                return Reply(Status.OK)
            case Inventory(more):
                return self._inventory(more=more)
            case _:
                return self._addressed(request)

    def _inventory(self, *, more: bool) -> Reply:
        if not more:
            self._untold = tuple(Sighting(t.uid, t.dsfid) for t in self._field.inventory())
        fits = (self._room - 1) // _SIGHTING_BYTES
        told, self._untold = self._untold[:fits], self._untold[fits:]
        if not told:
            return Reply(Status.NO_TRANSPONDER)
        return Reply(Status.MORE_DATA if self._untold else Status.OK, Sightings(told).encode())

    def _addressed(self, request: TagRequest) -> Reply:
        tag = self._field.addressed(request.uid)
        if tag is None:
            return Reply(Status.NO_TRANSPONDER)
        match request:
            case ReadBlocks(_, first, count):
                return self._read(tag, first, count)
            case WriteBlocks() | WriteAfi() | WriteDsfid() | SetEas():
                return _written(_carried_out(tag, request))
            case EasAlarm():
                return Reply(Status.OK if tag.eas else Status.NO_TRANSPONDER)
            case SystemInformation(uid):
                about = TagInformation(uid, tag.dsfid, tag.afi, tag.block_size, tag.block_count)
                return Reply(Status.OK, about.encode())

    def _read(self, tag: SimulatedTag, first: int, count: int) -> Reply:
        blocks, locks = tag.blocks(first, count), tag.locks(first, count)
        if isinstance(blocks, TagRefusal) or isinstance(locks, TagRefusal):
            refusal = blocks if isinstance(blocks, TagRefusal) else TagRefusal.UNKNOWN
            return Reply(Status.ISO15693_ERROR, bytes((refusal,)))
        body = Blocks(blocks, locks).encode()
        if len(body) > self._room:
            return Reply(Status.DATA_BUFFER_OVERFLOW)
        return Reply(Status.OK, body)


def _carried_out(
    tag: SimulatedTag, request: WriteBlocks | WriteAfi | WriteDsfid | SetEas
) -> TagRefusal | WriteFailed | None:
    match request:
        case WriteBlocks(_, first, blocks):
            return tag.write_blocks(first, blocks)
        case WriteAfi(_, afi):
            return tag.write_afi(afi)
        case WriteDsfid(_, dsfid):
            return tag.write_dsfid(dsfid)
        case SetEas(_, on):
            return tag.set_eas(on=on)


def _written(outcome: TagRefusal | WriteFailed | None) -> Reply:
    match outcome:
        case TagRefusal():
            return Reply(Status.ISO15693_ERROR, bytes((outcome,)))
        case WriteFailed():
            return Reply(Status.WRITE_ERROR)
        case None:
            return Reply(Status.OK)
