"""The reader's end: FEIG frames answered from tags in a simulated field.

As the manuals say: a frame with a bad length or checksum is never answered, every address is
answered with 00, tags are quiet after an inventory until the field is reset, and an inventory that
does not fit the transmit buffer comes in parts.
"""

from dataclasses import dataclass
from typing import Final

from devices.feig.frame import ANY_ADDRESS, Frame, Receiver
from devices.feig.protocol import (
    EasAlarm,
    EasRequest,
    Inventory,
    ReadBlocks,
    Request,
    ResetEas,
    RfReset,
    SetEas,
    SoftwareVersion,
    SystemInformation,
    TagRequest,
    Transparent,
    WriteAfi,
    WriteBlocks,
    WriteDsfid,
    request_of,
)
from devices.feig.replies import (
    Blocks,
    Reply,
    Sighting,
    Sightings,
    Status,
    TagInformation,
    Told,
    Version,
)
from devices.iso15693 import TagRefusal
from devices.simulated_tag import SimulatedTag, WriteFailed
from devices.tag_field import TagField

ADDRESS: Final = 0x00

_SOFTWARE: Final = 0x0303
_FRAME_BYTES: Final = 8
_SIGHTING_BYTES: Final = 10
_CUSTOM_COMMAND: Final = 0xB1
# What a tag whose EAS is on answers to the alarm (NXP, ICODE SLI data sheet, EAS sequence).
EAS_SEQUENCE: Final = bytes.fromhex(
    "2FB36270D5A7907FE8B18038D281497682DA9A866FAF8BB0F19CD112A57237EF"
)


@dataclass(frozen=True, slots=True)
class Personality:
    """What differs between the readers of the family, and how they are set.

    `reader` is the type it tells; a reader that resets itself has CFG5.ONT = 0; `most_tags` is how
    many an inventory can handle. The CPR's buffer is from its manual, the others' are round ones.
    """

    reader: int
    transmit_buffer: int = 256
    sizes_less_one: bool = False
    has_custom_commands: bool = True
    resets_itself: bool = False
    is_scanning: bool = False
    most_tags: int | None = None


MR101: Final = Personality(76)
MR102: Final = Personality(77, sizes_less_one=True)
CPR_M02: Final = Personality(80, transmit_buffer=128, has_custom_commands=False, most_tags=4)
LR200: Final = Personality(41, transmit_buffer=512, resets_itself=True)


class FeigPeer:
    """The reader's electronics from power on to power off: bytes in, bytes out."""

    def __init__(self, field: TagField, personality: Personality = MR101) -> None:
        self._field = field
        self._is = personality
        self._room = personality.transmit_buffer - _FRAME_BYTES
        self._untold: tuple[Sighting, ...] = ()
        self._receiver = Receiver()
        field.power_off()

    def hear(self, data: bytes) -> bytes:
        self._receiver.hear(data)
        told = b""
        while frame := self._receiver.next_frame():
            if frame.address in (ADDRESS, ANY_ADDRESS):
                told += self._reply(frame).frame(frame, ADDRESS).encode()
        return told

    def silence(self) -> None:
        self._receiver.silence()

    def _reply(self, frame: Frame) -> Reply:
        if frame.command == _CUSTOM_COMMAND and not self._is.has_custom_commands:
            return Reply(Status.UNKNOWN_COMMAND)
        request = request_of(frame)
        return Reply(request) if isinstance(request, Status) else self._carried_out(request)

    def _carried_out(self, request: Request) -> Reply:
        match request:
            case SoftwareVersion():
                return Reply(Status.OK, Version(_SOFTWARE, self._is.reader).encode())
            case RfReset():
                self._field.power_off()
                return Reply(Status.OK)
            case _ if self._is.is_scanning:
                return Reply(Status.COMMAND_NOT_AVAILABLE)
            case Inventory(more):
                return self._inventory(more=more)
            case Transparent(eas):
                return self._on_air(eas)
            case _:
                return self._addressed(request)

    def _inventory(self, *, more: bool) -> Reply:
        has_too_many = False
        if not more:
            if self._is.resets_itself:
                self._field.power_off()
            tags = self._field.inventory(then_quiet=False)
            handled = tags[: self._is.most_tags]
            for tag in handled:
                tag.stay_quiet()
            has_too_many = len(handled) < len(tags)
            self._untold = tuple(Sighting(tag.uid, tag.dsfid) for tag in handled)
        fits = (self._room - 1) // _SIGHTING_BYTES
        told, self._untold = self._untold[:fits], self._untold[fits:]
        if not told:
            return Reply(Status.NO_TRANSPONDER)
        status = Status.DATA_BUFFER_OVERFLOW if has_too_many else Status.OK
        return Reply(Status.MORE_DATA if self._untold else status, Sightings(told).encode())

    def _addressed(self, request: TagRequest) -> Reply:
        tag = self._field.addressed(request.uid)
        if tag is None:
            return Reply(Status.NO_TRANSPONDER)
        match request:
            case ReadBlocks():
                return self._read(tag, request)
            case SystemInformation(uid):
                body = TagInformation(uid, tag.describe()).encode(less_one=self._is.sizes_less_one)
                return Reply(Status.OK, body)
            case EasAlarm():
                return Reply(Status.OK if tag.raises_alarm() else Status.NO_TRANSPONDER)
            case _:
                return _written(tag, request)

    def _read(self, tag: SimulatedTag, asked: ReadBlocks) -> Reply:
        blocks = tag.blocks(asked.first, asked.count)
        locks = tag.locks(asked.first, asked.count) if asked.with_locks else ()
        if isinstance(blocks, TagRefusal) or isinstance(locks, TagRefusal):
            refusal = blocks if isinstance(blocks, TagRefusal) else TagRefusal.UNKNOWN
            return Reply(Status.ISO15693_ERROR, bytes((refusal,)))
        body = Blocks(blocks, locks).encode()
        if len(body) > self._room:
            return Reply(Status.DATA_BUFFER_OVERFLOW)
        return Reply(Status.OK, body)

    def _on_air(self, eas: EasRequest) -> Reply:
        """The same, in a tag's own words."""
        reply = self._addressed(eas)
        match reply.status:
            case Status.OK:
                told = Told(EAS_SEQUENCE if isinstance(eas, EasAlarm) else b"")
            case Status.ISO15693_ERROR:
                told = Told(reply.body, is_error=True)
            case _:
                return reply
        return Reply(Status.OK, told.encode())


def _written(
    tag: SimulatedTag, request: WriteBlocks | WriteAfi | WriteDsfid | SetEas | ResetEas
) -> Reply:
    match request:
        case WriteBlocks(_, first, blocks):
            outcome = tag.write_blocks(first, blocks)
        case WriteAfi(_, afi):
            outcome = tag.write_afi(afi)
        case WriteDsfid(_, dsfid):
            outcome = tag.write_dsfid(dsfid)
        case SetEas() | ResetEas():
            outcome = tag.set_eas(on=isinstance(request, SetEas))
    match outcome:
        case TagRefusal():
            return Reply(Status.ISO15693_ERROR, bytes((outcome,)))
        case WriteFailed():
            return Reply(Status.WRITE_ERROR)
        case None:
            return Reply(Status.OK)
