"""Our end of a FEIG reader: its commands, and what their answers mean."""

import time
from collections.abc import Callable
from typing import Final

from devices.capabilities import TagDescription, TagUid
from devices.conversation import Conversation, Question
from devices.errors import Garbled, Refused, TagGone
from devices.feig.frame import ANY_ADDRESS, Form, Frame, Receiver
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
    Transparent,
    WriteAfi,
    WriteBlocks,
    WriteDsfid,
    question,
)
from devices.feig.replies import (
    Blocks,
    Reply,
    Sightings,
    Status,
    TagInformation,
    Told,
    Version,
    reply_of,
)
from devices.iso15693 import TagRefusal, refusal_words
from devices.link import Link, Parity

# Rates a reader can be set to (CFG1); it is delivered with the first.
SPEEDS: Final = tuple((baud, Parity.EVEN) for baud in (38400, 115200, 57600, 19200, 9600, 230400))

_GRANTED: Final = (Status.OK, Status.RF_WARNING)
_OUT_OF_REACH: Final = (
    Status.NO_TRANSPONDER,
    Status.DATA_FALSE,
    Status.RF_COMMUNICATION_ERROR,
)
_THERE_IS_MORE: Final = (Status.MORE_DATA, Status.DATA_BUFFER_OVERFLOW)
_BEYOND_THE_END: Final = (
    Reply(Status.ISO15693_ERROR, bytes((TagRefusal.BLOCK_NOT_AVAILABLE,))),
    Reply(Status.ADDRESS_ERROR),
)
_ADVICE: Final = {
    Status.COMMAND_NOT_AVAILABLE: "the reader is in scan mode, where it tells tags unasked and"
    " takes no commands: switch it to host mode with FEIG's configuration program, and save that",
    Status.LOGIN_REQUEST: "the reader wants a password: switch that off in its configuration",
    Status.DATA_BUFFER_OVERFLOW: "more than the reader can handle at once",
}
_MOST_ROUNDS: Final = 32
# The smallest transmit buffer of the family (CPR) has 128 bytes; a reply's frame takes 10 of them.
_BLOCK_ROOM: Final = 118
_LARGEST_BLOCK: Final = 8


def identify(link: Link, answer_within: float) -> str:
    """The reader at this line, as in `FEIG MR101, software 3.3`. Raises DeviceError."""
    return FeigReader(link, answer_within=answer_within).version()


class FeigReader:
    """A pad reader for one thread. `answer_within` is in seconds, for each question.

    A reader that `resets_itself` (CFG5.ONT = 0) needs no field reset before an inventory.
    """

    def __init__(
        self,
        link: Link,
        address: int = ANY_ADDRESS,
        answer_within: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
        *,
        form: Form = Form.ADVANCED,
        resets_itself: bool = False,
    ) -> None:
        self._address = address
        self._form = form
        self._resets_itself = resets_itself
        self._knows_eas = True
        self._conversation = Conversation(
            link, Receiver, self._question(SoftwareVersion()), answer_within, clock
        )

    def version(self) -> str:
        """What the reader is, in words."""
        return Version.decode(self._ask_and_expect(SoftwareVersion())).words

    def inventory(self) -> tuple[TagUid, ...]:
        """Every tag in the field now, each once, by UID."""
        if not self._resets_itself:
            self._ask_and_expect(RfReset())
        seen: set[TagUid] = set()
        more = False
        for _ in range(_MOST_ROUNDS):
            reply = self._ask(Inventory(more))
            if reply.status not in (*_GRANTED, *_THERE_IS_MORE, *_OUT_OF_REACH):
                raise _refusal(reply)
            told = {tag.uid for tag in Sightings.decode(reply.body).tags}
            if reply.status not in _THERE_IS_MORE:
                return tuple(sorted(seen | told))
            # Of more tags than it handles, those it told are quiet now: the next will answer.
            more = reply.status is Status.MORE_DATA
            if not more and told <= seen:
                break
            seen |= told
        if not seen:
            raise _refusal(reply)
        return tuple(sorted(seen))

    def describe(self, uid: TagUid) -> TagDescription:
        """Its system information. Raises Garbled when another tag answers."""
        told = TagInformation.decode(self._ask_and_expect(SystemInformation(uid)))
        if told.uid != uid:
            raise Garbled(f"asked for tag {uid}, got {told.uid}")
        return told.about

    def read_blocks(self, uid: TagUid, first: int, count: int) -> tuple[bytes, ...]:
        """In as many questions as the reader's buffer asks for."""
        return self._blocks(uid, first, count, with_locks=False).blocks

    def locked_blocks(self, uid: TagUid, first: int, count: int) -> tuple[bool, ...]:
        return self._blocks(uid, first, count, with_locks=True).locks

    def eas_is_on(self, uid: TagUid) -> bool:
        """A tag whose EAS is off is silent; so is one that is not there."""
        reply = self._ask_eas(EasAlarm(uid))
        if reply.status is Status.NO_TRANSPONDER:
            return False
        _granted(reply)
        return True

    def write_blocks(self, uid: TagUid, first: int, blocks: tuple[bytes, ...]) -> None:
        """In as many questions as the reader's buffer asks for."""
        step = _BLOCK_ROOM // (max(map(len, blocks)) + 1)
        for at in range(0, len(blocks), step):
            self._ask_and_expect(WriteBlocks(uid, first + at, blocks[at : at + step]))

    def write_afi(self, uid: TagUid, afi: int) -> None:
        self._ask_and_expect(WriteAfi(uid, afi))

    def write_dsfid(self, uid: TagUid, dsfid: int) -> None:
        self._ask_and_expect(WriteDsfid(uid, dsfid))

    def set_eas(self, uid: TagUid, *, on: bool) -> None:
        _granted(self._ask_eas(SetEas(uid) if on else ResetEas(uid)))

    def close(self) -> None:
        self._conversation.close()

    def _blocks(self, uid: TagUid, first: int, count: int, *, with_locks: bool) -> Blocks:
        """Fewer than asked for when the memory ends earlier than the tag promised."""
        told = Blocks((), ())
        while (have := len(told.blocks)) < count:
            size = len(told.blocks[0]) if have else _LARGEST_BLOCK
            wanted = min(_BLOCK_ROOM // (size + 1), count - have)
            reply = self._ask(ReadBlocks(uid, first + have, wanted, with_locks))
            if reply in _BEYOND_THE_END:
                break
            got = Blocks.decode(_granted(reply))
            told = Blocks(told.blocks + got.blocks[:wanted], told.locks + got.locks[:wanted])
            if len(got.blocks) < wanted:
                break
        return told

    def _ask_eas(self, request: EasRequest) -> Reply:
        """By the reader's own command, or over the air if it has none."""
        if self._knows_eas:
            reply = self._ask(request)
            self._knows_eas = reply.status is not Status.UNKNOWN_COMMAND
        if self._knows_eas:
            return reply
        reply = self._ask(Transparent(request))
        if reply.status is not Status.OK:
            return reply
        told = Told.decode(reply.body)
        return Reply(Status.ISO15693_ERROR if told.is_error else Status.OK, told.data)

    def _ask_and_expect(self, request: Request) -> bytes:
        return _granted(self._ask(request))

    def _ask(self, request: Request) -> Reply:
        return self._conversation.ask(self._question(request))

    def _question(self, request: Request) -> Question[Frame, Reply]:
        asked = question(request, self._address, self._form)

        def answer_of(frame: Frame) -> Reply | None:
            speaks = self._address in (ANY_ADDRESS, frame.address)
            return reply_of(frame) if speaks and frame.command == asked.command else None

        return Question(asked.encode(), answer_of, type(request).__name__)


def _granted(reply: Reply) -> bytes:
    """The body of a reply that says yes. Raises TagGone or Refused."""
    if reply.status in _GRANTED:
        return reply.body
    raise _refusal(reply)


def _refusal(reply: Reply) -> TagGone | Refused:
    if reply.status in _OUT_OF_REACH:
        return TagGone(f"the tag left, or answers too weakly: {reply.status.words}")
    if reply.status is Status.ISO15693_ERROR and reply.body:
        return Refused(f"the tag refuses: {refusal_words(reply.body[0])}")
    advice = _ADVICE.get(reply.status)
    return Refused(f"{reply.status.words}: {advice}" if advice else reply.status.words)
