"""Our end of an RR3036: its commands, and what their answers mean."""

import time
from collections.abc import Callable
from typing import Final

from devices.capabilities import TagDescription, TagUid
from devices.conversation import Conversation, Question
from devices.errors import Refused, TagGone
from devices.iso15693 import TagRefusal, refusal_words
from devices.link import Link, Parity
from devices.rr3036.frame import ANY_ADDRESS, Frame, Receiver
from devices.rr3036.protocol import (
    EIGHT_BYTES,
    Command,
    ForReader,
    Inventory,
    ReaderCommand,
    Reply,
    Request,
    Scan,
    Status,
    TagRequest,
    can_answer,
    question,
    reply_of,
    write_states,
)
from devices.rr3036.replies import Blocks, ReaderInformation, Sightings, TagInformation

SPEEDS: Final[tuple[tuple[int, Parity], ...]] = ((19200, Parity.NONE),)

# A reader whose power dipped may be in another mode, or its field closed by somebody else.
_REMEDIES: Final = {
    Status.WRONG_MODE: ReaderCommand.ISO15693,
    Status.FIELD_CLOSED: ReaderCommand.OPEN_FIELD,
}
_INVENTORIED: Final = (
    Status.OK,
    Status.NOTHING_IN_SCAN_TIME,
    Status.MORE_TAGS,
    Status.TAG_ANSWERS_ODDLY,
    Status.NO_TAG,
)
# Which of them a reader without scans answers is not known.
_HAS_NO_SCAN: Final = (
    Status.LENGTH,
    Status.NOT_SUPPORTED,
    Status.OUT_OF_RANGE,
    Status.NOT_POSSIBLE,
)
_OUT_OF_REACH: Final = (Status.TAG_ANSWERS_ODDLY, Status.NO_TAG)
_BEYOND_THE_END: Final = Reply(Status.ISO15693_ERROR, bytes((TagRefusal.BLOCK_NOT_AVAILABLE,)))
_ADVICE: Final = {
    Status.NOTHING_IN_SCAN_TIME: "there are tags, but they disturb each other: lay down fewer",
}
_BY_AFI: Final = "no command for that is published; mark books by their AFI"
# More than lie on any pad, for a reader that tells its tags again and again.
_MOST_ROUNDS: Final = 128
# By abatei/HB-RFID-Demo: twelve blocks of 4 bytes or six of 8 to a question.
_BLOCK_ROOM: Final = 48
_STATES: Final = {4: 0, 8: EIGHT_BYTES}
_NXP: Final = 0x04
_ICODE_BLOCK: Final = 4


def identify(link: Link, answer_within: float) -> str:
    """The reader at this line, as in `RR9036, version 03.80`. Raises DeviceError."""
    return Rr3036Reader(link, answer_within=answer_within).version()


class Rr3036Reader:
    """A pad reader for one thread. `answer_within` is in seconds, for each question.

    An inventory may take a reader the scan time it is set to, 3 s as delivered, and 75 ms more.
    Without an `address` the first reader to answer is meant from then on.
    """

    def __init__(
        self,
        link: Link,
        address: int = ANY_ADDRESS,
        answer_within: float = 4.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address = address
        harmless = self._question(ForReader(ReaderCommand.INFORMATION))
        self._conversation = Conversation(
            link, lambda: Receiver(self._address), harmless, answer_within, clock
        )
        self._has_scan = True
        self._block_sizes: dict[TagUid, int] = {}

    def version(self) -> str:
        """What the reader is, in words."""
        told = self._ask_and_expect(ForReader(ReaderCommand.INFORMATION))
        return ReaderInformation.decode(told).words

    def inventory(self) -> tuple[TagUid, ...]:
        """Every tag in the field now, each once, by UID."""
        seen: set[TagUid] = set()
        reply = self._begun_inventory()
        for _ in range(_MOST_ROUNDS):
            if reply.status not in _INVENTORIED:
                raise _refusal(reply)
            told = [tag.uid for tag in Sightings.decode(reply.body).tags]
            seen.update(told)
            if reply.status is Status.NO_TAG or not told:
                break
            reply = self._ask(Inventory(Scan.REST if self._has_scan else Scan.ONE))
        if not seen and reply.status not in (Status.OK, Status.NO_TAG):
            raise _refusal(reply)
        self._block_sizes = {uid: size for uid, size in self._block_sizes.items() if uid in seen}
        return tuple(sorted(seen))

    def describe(self, uid: TagUid) -> TagDescription:
        """Raises Garbled when the tag does not tell all of it."""
        told = self._ask_and_expect(TagRequest(Command.SYSTEM_INFORMATION, uid))
        about = TagInformation.decode(told).about
        self._block_sizes[uid] = about.block_size
        return about

    def read_blocks(self, uid: TagUid, first: int, count: int) -> tuple[bytes, ...]:
        """Twelve blocks of 4 bytes to a question. Refused where they have neither 4 nor 8."""
        return self._blocks(uid, first, count).blocks

    def locked_blocks(self, uid: TagUid, first: int, count: int) -> tuple[bool, ...]:
        return self._blocks(uid, first, count).locks

    def eas_is_on(self, uid: TagUid) -> bool:
        """Raises Refused: no command for it is published."""
        raise Refused(f"an RR3036 is not asked for the EAS of {uid}: {_BY_AFI}")

    def write_blocks(self, uid: TagUid, first: int, blocks: tuple[bytes, ...]) -> None:
        """A question for each. Refused where they have neither 4 nor 8 bytes."""
        for at, block in enumerate(blocks, first):
            self._write(Command.WRITE_BLOCK, uid, bytes((at,)) + block, _state_for(len(block)))

    def write_afi(self, uid: TagUid, afi: int) -> None:
        self._write(Command.WRITE_AFI, uid, bytes((afi,)))

    def write_dsfid(self, uid: TagUid, dsfid: int) -> None:
        self._write(Command.WRITE_DSFID, uid, bytes((dsfid,)))

    def set_eas(self, uid: TagUid, *, on: bool) -> None:
        """Raises Refused: no command for it is published."""
        raise Refused(f"an RR3036 does not switch EAS {'on' if on else 'off'} on {uid}: {_BY_AFI}")

    def close(self) -> None:
        self._conversation.close()

    def _begun_inventory(self) -> Reply:
        """From a fresh field, so that tags which fell quiet answer again."""
        if self._has_scan:
            reply = self._ask(Inventory(Scan.NEW))
            self._has_scan = reply.status not in _HAS_NO_SCAN
        if self._has_scan:
            return reply
        self._ask_and_expect(ForReader(ReaderCommand.CLOSE_FIELD))
        self._ask_and_expect(ForReader(ReaderCommand.OPEN_FIELD))
        return self._ask(Inventory(Scan.ONE))

    def _blocks(self, uid: TagUid, first: int, count: int) -> Blocks:
        """Fewer than asked for when the memory ends earlier than the tag promised."""
        size = self._block_size(uid)
        state = _state_for(size)
        told = Blocks((), ())
        while (have := len(told.blocks)) < count:
            wanted = min(_BLOCK_ROOM // size, count - have)
            asked = bytes((first + have, wanted))
            reply = self._ask(TagRequest(Command.READ_BLOCKS, uid, asked, state))
            if reply == _BEYOND_THE_END:
                break
            got = Blocks.decode(_granted(reply), size)
            told = Blocks(told.blocks + got.blocks, told.locks + got.locks)
            if len(got.blocks) < wanted:
                break
        return told

    def _block_size(self, uid: TagUid) -> int:
        """Every ICODE has blocks of 4 bytes; of other chips it has to be asked."""
        if uid not in self._block_sizes and uid.raw[1] == _NXP:
            return _ICODE_BLOCK
        if uid not in self._block_sizes:
            self.describe(uid)
        return self._block_sizes[uid]

    def _write(self, command: Command, uid: TagUid, arguments: bytes, state: int = 0) -> None:
        self._ask_and_expect(TagRequest(command, uid, arguments, state | write_states(uid)[-1]))

    def _ask_and_expect(self, request: Request) -> bytes:
        return _granted(self._ask(request))

    def _ask(self, request: Request) -> Reply:
        """A reader in another mode, or whose field is closed, is brought back."""
        reply = self._exchange(request)
        for _ in _REMEDIES:
            if reply.status not in _REMEDIES:
                break
            _granted(self._exchange(ForReader(_REMEDIES[reply.status])))
            reply = self._exchange(request)
        return reply

    def _exchange(self, request: Request) -> Reply:
        return self._conversation.ask(self._question(request))

    def _question(self, request: Request) -> Question[Frame, Reply]:
        def answer_of(frame: Frame) -> Reply | None:
            reply = reply_of(frame)
            if not can_answer(reply, request):
                return None
            self._address = frame.address
            return reply

        asked = question(request, self._address)
        return Question(asked.encode(), answer_of, _name(request))


def _name(request: Request) -> str:
    match request:
        case ForReader(command):
            return f"reader {command.name}"
        case Inventory(scan):
            return f"INVENTORY {scan.name}"
        case TagRequest(command):
            return command.name


def _state_for(size: int) -> int:
    """Raises Refused."""
    if size not in _STATES:
        raise Refused(f"the tag has blocks of {size} bytes; this reader knows 4 and 8")
    return _STATES[size]


def _granted(reply: Reply) -> bytes:
    """The body of an answer that says yes. Raises TagGone or Refused."""
    if reply.status is Status.OK:
        return reply.body
    raise _refusal(reply)


def _refusal(reply: Reply) -> TagGone | Refused:
    if reply.status in _OUT_OF_REACH:
        return TagGone(f"the tag left, or answers too weakly: {reply.status.words}")
    if reply.status is Status.ISO15693_ERROR and reply.body:
        return Refused(f"the tag refuses: {refusal_words(reply.body[0])}")
    advice = _ADVICE.get(reply.status)
    return Refused(f"{reply.status.words}: {advice}" if advice else reply.status.words)
