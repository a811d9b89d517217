"""Our end of a metraTec reader: its commands, and what their answers mean."""

import time
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from devices.capabilities import TagDescription, TagUid
from devices.conversation import Conversation, Question
from devices.errors import DeviceError, Garbled, Refused, TagGone
from devices.iso15693 import TagRefusal, refusal_words
from devices.link import Link, Parity
from devices.metratec.air import (
    NXP,
    TEXAS_INSTRUMENTS,
    AirAnswer,
    AirRequest,
    Blocks,
    SystemInformation,
)
from devices.metratec.air import Command as Air
from devices.metratec.frame import Line, Receiver
from devices.metratec.protocol import (
    COLLISION,
    CONTINUOUS_ENDED,
    DONE,
    LINE_CHECKSUM_WRONG,
    NO_ANSWER,
    NOT_CONTINUOUS,
    TAG_CHECKSUM_WRONG,
    UNASKED,
    Command,
    Request,
    Said,
    TagRequest,
    acknowledged,
    inventoried,
    plain_word,
    question,
    revision_words,
    tag_answered,
)

SPEEDS: Final[tuple[tuple[int, Parity], ...]] = ((115200, Parity.NONE),)

_STOPPED: Final = (NOT_CONTINUOUS, CONTINUOUS_ENDED)
_OUT_OF_REACH: Final = (NO_ANSWER, TAG_CHECKSUM_WRONG, COLLISION, "FLE", "TCE", "TOE")
_SPOILT: Final = (LINE_CHECKSUM_WRONG, "CRT", "URE")
# Firmware before 3 gives 25 blocks of 4 bytes at most (rfid-sdk-dotnet, ReadMultipleBlocks); ten
# of 8 bytes with their security bytes are as much.
_BLOCKS_AT_ONCE: Final = 10

Answer = TypeVar("Answer")
ToldBy = Callable[[Sequence[str]], Answer | Said | None]


def identify(link: Link, answer_within: float) -> str:
    """The reader at this line, as in `metraTec DESKID_ISO, firmware 3.07`. Raises DeviceError.

    What stands on the line from other questions can spoil the first, and another program may have
    left the checksums on.
    """
    conversation = Conversation(link, Receiver, _IN_STEP, answer_within)
    answer = conversation.ask(_asked(Command.REVISION, _revised, is_checked=False))
    if isinstance(answer, Said):
        has_checksums = answer == Said(LINE_CHECKSUM_WRONG)
        answer = conversation.ask(_asked(Command.REVISION, _revised, is_checked=has_checksums))
    return f"metraTec {_granted(answer)}"


class MetratecReader:
    """A pad reader for one thread. `answer_within` is in seconds, for each question."""

    def __init__(
        self,
        link: Link,
        answer_within: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._conversation = Conversation(link, Receiver, _IN_STEP, answer_within, clock)
        self._is_set_up = False

    def inventory(self) -> tuple[TagUid, ...]:
        """Every tag in the field now, each once, by UID."""
        return tuple(sorted(set(_granted(self._ask(Command.INVENTORY, inventoried)))))

    def describe(self, uid: TagUid) -> TagDescription:
        """Its system information. Raises Garbled when another tag answers."""
        about = SystemInformation.decode(self._told(AirRequest(Air.SYSTEM_INFORMATION, uid)))
        if uid.raw not in (about.uid.raw, about.uid.raw[::-1]):
            raise Garbled(f"asked for tag {uid}, got {about.uid}")
        return TagDescription(about.block_size, about.block_count, about.afi, about.dsfid)

    def read_blocks(self, uid: TagUid, first: int, count: int) -> tuple[bytes, ...]:
        """Ten blocks to a question."""
        return self._blocks(uid, first, count, with_locks=False).blocks

    def locked_blocks(self, uid: TagUid, first: int, count: int) -> tuple[bool, ...]:
        return self._blocks(uid, first, count, with_locks=True).locks

    def eas_is_on(self, uid: TagUid) -> bool:
        """A tag whose EAS is off is silent; so is one that is not there."""
        answer = self._ask_tag(_of_nxp(AirRequest(Air.EAS_ALARM, uid)))
        if answer == Said(NO_ANSWER):
            return False
        _yes(AirAnswer.decode(_granted(answer)))
        return True

    def write_blocks(self, uid: TagUid, first: int, blocks: tuple[bytes, ...]) -> None:
        """One block to a question: not every chip knows how to write several."""
        for at, block in enumerate(blocks, first):
            self._write(AirRequest(Air.WRITE_BLOCK, uid, bytes((at,)) + block))

    def write_afi(self, uid: TagUid, afi: int) -> None:
        self._write(AirRequest(Air.WRITE_AFI, uid, bytes((afi,))))

    def write_dsfid(self, uid: TagUid, dsfid: int) -> None:
        self._write(AirRequest(Air.WRITE_DSFID, uid, bytes((dsfid,))))

    def set_eas(self, uid: TagUid, *, on: bool) -> None:
        self._write(_of_nxp(AirRequest(Air.SET_EAS if on else Air.RESET_EAS, uid)))

    def close(self) -> None:
        self._conversation.close()

    def _blocks(self, uid: TagUid, first: int, count: int, *, with_locks: bool) -> Blocks:
        """Fewer than asked for when the memory ends earlier than the tag promised."""
        read = Blocks(())
        while (have := len(read.blocks)) < count:
            wanted = min(_BLOCKS_AT_ONCE, count - have)
            where = bytes((first + have, wanted - 1))
            asked = AirRequest(Air.READ_BLOCKS, uid, where, option=with_locks)
            answer = AirAnswer.decode(_granted(self._ask_tag(asked)))
            if answer.error == TagRefusal.BLOCK_NOT_AVAILABLE:
                break
            got = Blocks.decode(_yes(answer), wanted, with_locks=with_locks)
            read = Blocks(read.blocks + got.blocks, read.locks + got.locks)
        return read

    def _write(self, asked: AirRequest) -> None:
        """TI's tags write only with the option flag (FEIG H60301-3e, 9.1.11: WR-OPTION = 1)."""
        option = asked.uid.raw[1] == TEXAS_INSTRUMENTS
        self._told(AirRequest(asked.command, asked.uid, asked.arguments, option), writes=True)

    def _told(self, asked: AirRequest, *, writes: bool = False) -> bytes:
        """What a tag tells that says yes. Raises TagGone or Refused."""
        return _yes(AirAnswer.decode(_granted(self._ask_tag(asked, writes=writes))))

    def _ask_tag(self, asked: AirRequest, *, writes: bool = False) -> bytes | Said:
        return self._ask(TagRequest(asked.encode(), writes), tag_answered)

    def _ask(self, request: Request, told_by: ToldBy[Answer]) -> Answer | Said:
        """Once more when a line was spoilt on its way, either way: they are long.

        A reader that has forgotten its set-up, after a dip in its power, is set up again.
        """
        try:
            answer = self._ask_once(request, told_by)
        except Garbled:
            return self._ask_once(request, told_by)
        if isinstance(answer, Said) and answer.lacks_set_up:
            self._is_set_up = False
            return self._ask_once(request, told_by)
        return answer

    def _ask_once(self, request: Request, told_by: ToldBy[Answer]) -> Answer | Said:
        if not self._is_set_up:
            self._set_up()
        return self._conversation.ask(_asked(request, told_by))

    def _set_up(self) -> None:
        """From whatever state another program left it in, or as switched on."""
        said = self._say(Command.BREAK, is_checked=False)
        has_checksums = said == Said(LINE_CHECKSUM_WRONG)
        if has_checksums:
            said = self._say(Command.BREAK)
        if said.word not in _STOPPED:
            raise _error(said)
        if not has_checksums:
            self._order(Command.CHECKSUMS_ON, is_checked=False)
        self._order(Command.ISO15693)
        self._order(Command.FIELD_ON)
        self._is_set_up = True

    def _order(self, command: Command, *, is_checked: bool = True) -> None:
        said = self._say(command, is_checked=is_checked)
        if said != Said(DONE):
            raise _error(said)

    def _say(self, command: Command, *, is_checked: bool = True) -> Said:
        return self._conversation.ask(_asked(command, acknowledged, is_checked=is_checked))


def _asked(
    request: Request, told_by: ToldBy[Answer], *, is_checked: bool = True
) -> Question[Line, Answer | Said]:
    """Of a reader whose checksums should be on, a line without one says that they are not.

    Of one that was spoilt, the rest may still be answered: so it is no answer, but Garbled.
    """
    heard: list[str] = []

    def answer_of(line: Line) -> Answer | Said | None:
        if line.text[:3] in UNASKED:
            return None
        if is_checked and not line.is_checked:
            word = plain_word(line.text)
            return Said(word, is_checked=False) if word else None
        if is_checked and line.text in _SPOILT:
            raise Garbled(Said(line.text).words)
        heard.append(line.text)
        return told_by(heard)

    text = question(request)
    return Question(Line(text, is_checked).encode(), answer_of, text[:3])


def _in_step(line: Line) -> bool | None:
    """Whether a line answers BREAK; without checksums, whether it answers anything."""
    if line.is_checked:
        return line.text in _STOPPED or None
    return (plain_word(line.text) is not None and acknowledged([line.text]) is not None) or None


_IN_STEP: Final = Question(Line(question(Command.BREAK)).encode(), _in_step, "BRK")


def _revised(lines: Sequence[str]) -> str | Said | None:
    return revision_words(lines[-1]) or acknowledged(lines)


def _of_nxp(asked: AirRequest) -> AirRequest:
    """Raises Refused for another maker's tag, to which the code means something else."""
    if asked.uid.raw[1] != NXP:
        raise Refused(f"tag {asked.uid} is not NXP's and has no EAS")
    return asked


def _yes(answer: AirAnswer) -> bytes:
    """What a tag told. Raises Refused."""
    if answer.error is not None:
        raise Refused(refusal_words(answer.error))
    return answer.told


def _granted(answer: Answer | Said) -> Answer:
    """Raises what a word means."""
    if isinstance(answer, Said):
        raise _error(answer)
    return answer


def _error(said: Said) -> DeviceError:
    if said.word in _OUT_OF_REACH:
        return TagGone(f"the tag left, or answers too weakly: {said.words}")
    return Refused(said.words)
