"""The reader's end: RR3036 frames answered from tags in a simulated field.

As the sources have it: the field is open and the mode ISO 15693 at power on; in another mode or
with the field closed tags' commands are refused with 1F or 05; what an inventory told is quiet
until the field goes off, which a new scan does first; a scan tells 16 tags at most, and 0E where
those were the last. An RR9036 has no scan and tells one tag at a time.

Chosen where nothing is published: a bad frame is not answered; the mode is looked at before the
field; a weak write is 0C, and so are blocks of another size than the state says; a write of a type
the tag does not take is the tag's error 03. What no pad needs, such as locking or the selected
tag, is answered as not supported.
"""

from typing import Final

from devices.iso15693 import TagRefusal
from devices.rr3036.frame import Frame, Receiver
from devices.rr3036.protocol import (
    TYPE_B,
    Command,
    ForReader,
    Inventory,
    ReaderCommand,
    Reply,
    Request,
    Scan,
    Status,
    TagRequest,
    block_size,
    request_of,
    write_states,
)
from devices.rr3036.replies import (
    Blocks,
    ReaderInformation,
    Sighting,
    Sightings,
    TagInformation,
)
from devices.simulated_tag import SimulatedTag, WriteFailed
from devices.tag_field import TagField

ADDRESS: Final = 0x00
RR3036: Final = ReaderInformation((2, 0), 0x00, protocols=0x000E)  # its type is not published
RR9036: Final = ReaderInformation((3, 80), 0x55)

_MOST_TOLD: Final = 16
_BLOCK_ROOM: Final = 48
_MODES: Final = (ReaderCommand.ISO14443A, ReaderCommand.ISO15693, ReaderCommand.ISO14443B)


class Rr3036Peer:
    """The reader's electronics from power on to power off: bytes in, bytes out."""

    def __init__(self, field: TagField, about: ReaderInformation = RR3036) -> None:
        self._field = field
        self._about = about
        self._has_scan = about.reader != RR9036.reader
        self._mode = ReaderCommand.ISO15693
        self._field_is_open = True
        self._receiver = Receiver(ADDRESS)
        field.power_off()

    def hear(self, data: bytes) -> bytes:
        self._receiver.hear(data)
        return b"".join(
            self._reply(frame).frame(ADDRESS).encode()
            for frame in iter(self._receiver.next_frame, None)
        )

    def silence(self) -> None:
        self._receiver.silence()

    def _reply(self, frame: Frame) -> Reply:
        request = request_of(frame)
        return Reply(request) if isinstance(request, Status) else self._carried_out(request)

    def _carried_out(self, request: Request) -> Reply:
        match request:
            case ForReader(command):
                return self._for_itself(command)
            case _ if self._mode is not ReaderCommand.ISO15693:
                return Reply(Status.WRONG_MODE)
            case _ if not self._field_is_open:
                return Reply(Status.FIELD_CLOSED)
            case Inventory():
                return self._inventory(request)
            case TagRequest(_, uid):
                if uid is None:
                    return Reply(Status.NOT_SUPPORTED)
                tag = self._field.addressed(uid)
                return _told_by(tag, request) if tag else Reply(Status.NO_TAG)

    def _for_itself(self, command: ReaderCommand) -> Reply:
        match command:
            case ReaderCommand.INFORMATION:
                return Reply(Status.OK, self._about.encode())
            case ReaderCommand.CLOSE_FIELD:
                self._field_is_open = False
                self._field.power_off()
            case ReaderCommand.OPEN_FIELD:
                self._field_is_open = True
            case _ if command in _MODES:
                self._mode = command
            case _:
                return Reply(Status.NOT_SUPPORTED)
        return Reply(Status.OK)

    def _inventory(self, asked: Inventory) -> Reply:
        if asked.scan is not Scan.ONE and not self._has_scan:
            return Reply(Status.NOT_SUPPORTED)
        if asked.scan is Scan.NEW:
            self._field.power_off()
        tags = self._field.inventory(then_quiet=False)
        meant = [tag for tag in tags if asked.afi in (None, 0, tag.afi)]
        told = meant[: 1 if asked.scan is Scan.ONE else _MOST_TOLD]
        for tag in told:
            tag.stay_quiet()
        if asked.scan is Scan.ONE and told:
            status = Status.OK
        else:
            status = Status.MORE_TAGS if len(told) < len(meant) else Status.NO_TAG
        return Reply(status, Sightings(tuple(Sighting(t.uid, t.dsfid) for t in told)).encode())


def _told_by(tag: SimulatedTag, request: TagRequest) -> Reply:
    match request.command, tuple(request.arguments):
        case Command.SYSTEM_INFORMATION, ():
            return Reply(Status.OK, TagInformation(tag.uid, tag.describe()).encode())
        case Command.READ_BLOCKS, (first, count):
            return _read(tag, first, count, block_size(request.state))
        case Command.WRITE_BLOCK | Command.WRITE_AFI | Command.WRITE_DSFID, _:
            if request.state & TYPE_B not in write_states(tag.uid):
                return _refused(TagRefusal.OPTION_NOT_SUPPORTED)
            return _refused(_written(tag, request.command, request.arguments))
    return Reply(Status.NOT_SUPPORTED)


def _read(tag: SimulatedTag, first: int, count: int, size: int) -> Reply:
    if count * size > _BLOCK_ROOM:
        return Reply(Status.OUT_OF_RANGE)
    if size != tag.block_size:
        return Reply(Status.TAG_ANSWERS_ODDLY)
    blocks, locks = tag.blocks(first, count), tag.locks(first, count)
    if isinstance(blocks, TagRefusal) or isinstance(locks, TagRefusal):
        return _refused(blocks if isinstance(blocks, TagRefusal) else TagRefusal.UNKNOWN)
    return Reply(Status.OK, Blocks(blocks, locks).encode())


def _written(
    tag: SimulatedTag, command: Command, arguments: bytes
) -> TagRefusal | WriteFailed | None:
    match command:
        case Command.WRITE_AFI:
            return tag.write_afi(arguments[0])
        case Command.WRITE_DSFID:
            return tag.write_dsfid(arguments[0])
    return tag.write_blocks(arguments[0], (arguments[1:],))


def _refused(outcome: TagRefusal | WriteFailed | None) -> Reply:
    match outcome:
        case TagRefusal():
            return Reply(Status.ISO15693_ERROR, bytes((outcome,)))
        case WriteFailed():
            return Reply(Status.TAG_ANSWERS_ODDLY)
        case None:
            return Reply(Status.OK)
