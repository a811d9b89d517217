"""The reader's end: metraTec's lines answered from tags in a simulated field.

As metraTec's libraries take it: checksums are off and the field is not set up when it is switched
on; with checksums on, a line without a good one is answered with CCE, and CON is answered with one
already; a tag that is not there is TNR, and so is EAS that is off. Chosen where nothing is
published: with checksums off, one on a command is an unknown parameter, except for COF; a field
that is not set up is RNW; a request that is not addressed, and a write that a tag was too weak for,
are not answered (TNR); a line that is never finished is forgotten.
"""

from dataclasses import dataclass
from typing import Final

from devices.errors import Garbled
from devices.iso15693 import TagRefusal
from devices.metratec.air import (
    TEXAS_INSTRUMENTS,
    AirAnswer,
    AirRequest,
    Blocks,
    SystemInformation,
)
from devices.metratec.air import Command as Air
from devices.metratec.frame import Line, Receiver
from devices.metratec.protocol import (
    DONE,
    FIELD_NOT_SET_UP,
    LINE_CHECKSUM_WRONG,
    NO_ANSWER,
    NO_MODE,
    NOT_CONTINUOUS,
    TOO_LONG,
    UNKNOWN_PARAMETER,
    Command,
    Request,
    TagRequest,
    inventory_lines,
    question,
    request_of,
    tag_lines,
)
from devices.simulated_tag import SimulatedTag, WriteFailed
from devices.tag_field import TagField

# 256 bits, least significant bit first (NXP's data sheets of the ICODE SLI family).
_ALARM: Final = bytes.fromhex("2FB36270D5A7907FE8B18038D281497682DA9A866FAF8BB0F19CD112A57237EF")
_MOST_BLOCKS: Final = 25
_WRITES: Final = (Air.WRITE_BLOCK, Air.WRITE_AFI, Air.WRITE_DSFID, Air.SET_EAS, Air.RESET_EAS)
# A tag's answer, its silence, or a word of the reader's.
_Told = AirAnswer | str | None


@dataclass(frozen=True, slots=True)
class Model:
    """What it answers to REV, and whether it passes on the checksums of tags."""

    revision: str
    tells_checksums: bool = True


DESKID_ISO: Final = Model("DESKID_ISO 02000307")
QUASAR_LR: Final = Model("QuasarLR 01000220", tells_checksums=False)


class MetratecPeer:
    """The reader's electronics from power on to power off: bytes in, bytes out."""

    def __init__(self, field: TagField, model: Model = DESKID_ISO) -> None:
        self._field = field
        self._model = model
        self._receiver = Receiver()
        self._has_checksums = self._has_mode = self._has_field = False
        field.power_off()

    def hear(self, data: bytes) -> bytes:
        self._receiver.hear(data)
        return b"".join(map(self._answer, iter(self._receiver.next_frame, None)))

    def silence(self) -> None:
        self._receiver.silence()

    def _answer(self, line: Line) -> bytes:
        told = self._told(line)
        return b"".join(Line(text, self._has_checksums).encode() for text in told)

    def _told(self, line: Line) -> tuple[str, ...]:
        if self._has_checksums and not line.is_checked:
            return (LINE_CHECKSUM_WRONG,)
        if not self._has_checksums and line.is_checked:
            is_off = line.text == question(Command.CHECKSUMS_OFF)
            return (DONE if is_off else UNKNOWN_PARAMETER,)
        return self._to(request_of(line.text))

    def _to(self, request: Request | str) -> tuple[str, ...]:
        match request:
            case Command.REVISION:
                return (self._model.revision,)
            case Command.BREAK:
                return (NOT_CONTINUOUS,)
            case Command.INVENTORY | TagRequest() if not self._has_field:
                return (FIELD_NOT_SET_UP,)
            case Command.INVENTORY:
                tags = self._field.inventory(then_quiet=False)
                return inventory_lines([tag.uid for tag in tags])
            case TagRequest(raw):
                return self._of_a_tag(raw)
            case Command() as command:
                return (self._set(command),)
            case word:
                return (word,)

    def _set(self, command: Command) -> str:
        match command:
            case Command.CHECKSUMS_ON | Command.CHECKSUMS_OFF:
                self._has_checksums = command is Command.CHECKSUMS_ON
            case Command.ISO15693:
                self._has_mode = True
            case _ if not self._has_mode:
                return NO_MODE
            case _:
                self._has_field = command is Command.FIELD_ON
                self._field.power_off()
        return DONE

    def _of_a_tag(self, raw: bytes) -> tuple[str, ...]:
        try:
            asked = AirRequest.decode(raw)
        except Garbled:
            return (NO_ANSWER,)
        tag = self._field.addressed(asked.uid)
        told = None if tag is None else _told_by(tag, asked)
        if isinstance(told, AirAnswer):
            return tag_lines(told.encode(with_checksum=self._model.tells_checksums))
        return (told or NO_ANSWER,)


def _told_by(tag: SimulatedTag, asked: AirRequest) -> _Told:
    match asked.command, tuple(asked.arguments):
        case Air.READ_BLOCK, (block,):
            return _read(tag, block, 1, with_locks=asked.option)
        case Air.READ_BLOCKS, (first, following):
            return _read(tag, first, following + 1, with_locks=asked.option)
        case Air.SYSTEM_INFORMATION, ():
            about = tag.describe()
            sizes = about.block_size, about.block_count
            return AirAnswer(SystemInformation(tag.uid, about.dsfid, about.afi, *sizes).encode())
        case Air.EAS_ALARM, ():
            return AirAnswer(_ALARM) if tag.raises_alarm() else None
        case (command, _) if command in _WRITES and not asked.option and _wants_option(tag):
            return AirAnswer(error=TagRefusal.OPTION_NOT_SUPPORTED)
    return _written(tag, asked)


def _written(tag: SimulatedTag, asked: AirRequest) -> _Told:
    outcome: TagRefusal | WriteFailed | None
    match asked.command, tuple(asked.arguments):
        case Air.WRITE_BLOCK, (block, *data):
            outcome = tag.write_blocks(block, (bytes(data),))
        case Air.WRITE_AFI, (afi,):
            outcome = tag.write_afi(afi)
        case Air.WRITE_DSFID, (dsfid,):
            outcome = tag.write_dsfid(dsfid)
        case (Air.SET_EAS | Air.RESET_EAS) as command, ():
            outcome = tag.set_eas(on=command == Air.SET_EAS)
        case _:
            outcome = TagRefusal.NOT_SUPPORTED
    if isinstance(outcome, WriteFailed):
        return None
    return AirAnswer() if outcome is None else AirAnswer(error=outcome)


def _read(tag: SimulatedTag, first: int, count: int, *, with_locks: bool) -> _Told:
    if count > _MOST_BLOCKS:
        return TOO_LONG
    blocks = tag.blocks(first, count)
    locks = tag.locks(first, count) if with_locks else ()
    if isinstance(blocks, TagRefusal):
        return AirAnswer(error=blocks)
    if isinstance(locks, TagRefusal):
        return AirAnswer(error=locks)
    return AirAnswer(Blocks(blocks, locks).encode())


def _wants_option(tag: SimulatedTag) -> bool:
    return tag.uid.raw[1] == TEXAS_INSTRUMENTS
