"""The reader's end: 3M's frames answered from tags in a simulated field.

As the specification and the captures have it: a bad frame is never answered, an unknown command is
answered with CC and error 02, a tag that is not there with error 06 and its UID, and so is EAS that
is off. An inventory leaves no tag quiet and may tell one twice. What no pad needs, such as locking,
is answered as not implemented.
"""

from typing import Final

from devices.iso15693 import TagRefusal
from devices.m3_810.frame import Frame, Receiver
from devices.m3_810.protocol import (
    Command,
    Inventory,
    Probe,
    ReaderVersion,
    Reply,
    Status,
    TagRequest,
    probe_reply,
    request_of,
)
from devices.m3_810.replies import (
    BLOCK_BYTES,
    WITH_DSFIDS,
    WITH_UIDS,
    Blocks,
    Sighting,
    Sightings,
    Style,
    TagInformation,
)
from devices.simulated_tag import SimulatedTag, WriteFailed
from devices.tag_field import TagField

# Vendor 3M, version 5.2.27, as captured.
_VERSION: Final = bytes.fromhex("0A05021B")
_REFUSALS: Final = {
    TagRefusal.NOT_SUPPORTED: Status.NOT_SUPPORTED,
    TagRefusal.UNKNOWN: Status.UNKNOWN,
    TagRefusal.BLOCK_NOT_AVAILABLE: Status.MEMORY_NOT_AVAILABLE,
    TagRefusal.BLOCK_LOCKED: Status.MEMORY_LOCKED,
    WriteFailed.WRITE_FAILED: Status.NOT_PUT,
    None: Status.OK,
}
_NOT_IMPLEMENTED: Final = (
    Command.QUIET,
    Command.WRITE_BLOCK,
    Command.WRITE_AND_LOCK_BLOCK,
    Command.LOCK_BLOCK,
    Command.LOCK_AFI,
    Command.LOCK_DSFID,
)
_Told = tuple[Status, bytes]


class M3Peer:
    """The reader's electronics from power on to power off: bytes in, bytes out."""

    def __init__(self, field: TagField) -> None:
        self._field = field
        self._receiver = Receiver()
        field.power_off()

    def hear(self, data: bytes) -> bytes:
        self._receiver.hear(data)
        return b"".join(
            self._answer(frame).encode() for frame in iter(self._receiver.next_frame, None)
        )

    def silence(self) -> None:
        self._receiver.silence()

    def _answer(self, frame: Frame) -> Frame:
        match request_of(frame):
            case Probe():
                return probe_reply(_VERSION)
            case ReaderVersion():
                return Reply(frame.command, Status.OK, _VERSION).frame()
            case Inventory(afi, options):
                found = self._inventory(afi, options).encode()
                return Reply(frame.command, Status.OK, found).frame()
            case TagRequest() as request:
                status, told = self._addressed(request)
                return Reply(frame.command, status, request.uid.raw + told).frame()
            case Status.NOT_IMPLEMENTED as status:
                return Reply(Command.NOT_A_COMMAND, status).frame()
            case status:
                return Reply(frame.command, status).frame()

    def _inventory(self, afi: int, options: int) -> Sightings:
        tags = [t for t in self._field.inventory(then_quiet=False) if afi in (0, t.afi)]
        twice = tags[:1] if len(tags) > 1 else []
        return Sightings(
            afi,
            options,
            tuple(
                Sighting(
                    tag.uid if options & WITH_UIDS else None,
                    tag.dsfid if options & WITH_DSFIDS else None,
                )
                for tag in tags + twice
            ),
        )

    def _addressed(self, request: TagRequest) -> _Told:
        """The error code, and what follows the UID."""
        tag = self._field.addressed(request.uid)
        if tag is None:
            with_count = request.command in (Command.READ_BLOCKS, Command.WRITE_BLOCKS)
            is_eas = request.command is Command.CHECK_EAS
            return Status.NO_TRANSPONDER, b"\0" if with_count or is_eas else b""
        return _told_by(tag, request.command, tuple(request.arguments))


def _told_by(tag: SimulatedTag, command: Command, arguments: tuple[int, ...]) -> _Told:
    match command, arguments:
        case Command.READ_BLOCKS, (first, count, *options) if len(options) <= 1:
            return _read(tag, first, count, Style.asked_by(sum(options)))
        case Command.CHECK_EAS, ():
            return (Status.OK, b"\x01") if tag.raises_alarm() else (Status.NO_TRANSPONDER, b"\0")
        case Command.GET_AFI, ():
            return Status.OK, bytes((tag.describe().afi,))
        case Command.GET_DSFID, ():
            return Status.OK, bytes((tag.describe().dsfid,))
        case Command.TAG_INFORMATION, (bits,):
            told = tag.describe()
            about = TagInformation(told.dsfid, told.afi, told.block_size, told.block_count)
            return Status.OK, about.encode(bits)
    return _changed(tag, command, arguments)


def _changed(tag: SimulatedTag, command: Command, arguments: tuple[int, ...]) -> _Told:
    match command, arguments:
        case Command.WRITE_BLOCKS, (first, count, 0, *data) if len(data) == count * BLOCK_BYTES:
            return _written(tag, first, bytes(data))
        case Command.WRITE_AFI, (afi,):
            return _REFUSALS[tag.write_afi(afi)], b""
        case Command.WRITE_DSFID, (dsfid,):
            return _REFUSALS[tag.write_dsfid(dsfid)], b""
        case Command.SET_EAS, ((0 | 1) as on,):
            return _REFUSALS[tag.set_eas(on=bool(on))], b""
        case _ if command in _NOT_IMPLEMENTED:
            return Status.NOT_IMPLEMENTED, b""
    return Status.PARAMETER, b""


def _read(tag: SimulatedTag, first: int, count: int, style: Style) -> _Told:
    blocks, locks = tag.blocks(first, count), tag.locks(first, count)
    if isinstance(blocks, TagRefusal) or isinstance(locks, TagRefusal):
        return _REFUSALS[blocks if isinstance(blocks, TagRefusal) else TagRefusal.UNKNOWN], b"\0"
    return Status.OK, Blocks(first, blocks, locks).encode(style)


def _written(tag: SimulatedTag, first: int, data: bytes) -> _Told:
    """Tells the block after the last, or one that could not be written."""
    starts = range(0, len(data), BLOCK_BYTES)
    blocks = tuple(data[at : at + BLOCK_BYTES] for at in starts)
    status = _REFUSALS[tag.write_blocks(first, blocks)]
    after = first + len(blocks)
    if status is not Status.OK:
        after = min(tag.locked.intersection(range(first, after)), default=first)
    return status, bytes((after & 0xFF,))
