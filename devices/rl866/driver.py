"""Our end of an RL866: its commands, and what their answers mean."""

import time
from collections.abc import Callable
from typing import Final

from devices.capabilities import TagDescription, TagUid
from devices.conversation import Conversation, Question
from devices.errors import Garbled, Refused, TagGone
from devices.link import Link, Parity
from devices.rl866.access import (
    Blocks,
    Code,
    ReadBlocks,
    Result,
    TagInformation,
    WriteBlocks,
)
from devices.rl866.frame import ANY_ADDRESS, RESYNCED, Frame, Receiver
from devices.rl866.inventory import Inventoried
from devices.rl866.protocol import (
    ICODE_SLI,
    Access,
    Connect,
    Disconnect,
    Error,
    Inventory,
    Reply,
    Request,
    error_words,
    question,
    reply_of,
    resync,
)

SPEEDS: Final[tuple[tuple[int, Parity], ...]] = ((38400, Parity.EVEN),)

_MOST_ROUNDS: Final = 32
# The length of an operation and of its result is told in seven bits; 7 bytes are not blocks.
_BLOCK_ROOM: Final = 120
_LARGEST_BLOCK: Final = 8
_NO_SUCH_BLOCK: Final = (Error.BLOCK_LOCKED_OR_NOT_THERE, Error.BLOCK_NOT_THERE)
# Whatever an absent or weak tag is told as: the manual's words do not say which it will be.
_OUT_OF_REACH: Final = (
    Error.TIMEOUT,
    *(error for error in Error if Error.WRONG_DATA <= error <= Error.AIR_INTEGRITY_BROKEN),
    Error.TAGS_COLLIDE,
    Error.AIR_FAILURE,
    Error.NO_TAG_FOUND,
    Error.TAG_GAVE_WRONG_DATA,
    Error.TAG_GAVE_WRONG_UID,
)


def identify(link: Link, answer_within: float) -> str:
    """That it is one, and its address. Raises DeviceError when nobody answers RESYNC."""
    asked = _resync(ANY_ADDRESS)
    answer = Conversation(link, Receiver, asked, answer_within).ask(asked)
    return f"RL866, address {answer.address:02X}"


class Rl866Reader:
    """A pad reader for one thread. `answer_within` is in seconds, for each question.

    A published configuration holds the number 1000, most likely the milliseconds an inventory may
    take: so a question is given twice that.
    """

    def __init__(
        self,
        link: Link,
        address: int = ANY_ADDRESS,
        answer_within: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address = address
        self._resync = _resync(address)
        self._conversation = Conversation(link, Receiver, self._resync, answer_within, clock)
        self._is_in_step = False
        self._sequence = 0
        self._tag_types: dict[TagUid, int] = {}
        self._connected: tuple[TagUid, int] | None = None

    def inventory(self) -> tuple[TagUid, ...]:
        """Every tag in the field now, each once, by UID."""
        types: dict[TagUid, int] = {}
        told, is_cut_off = 0, False
        for turn in range(_MOST_ROUNDS):
            reply = self._ask(Inventory(more=turn > 0))
            if reply.error == Error.NO_TAG_FOUND or (reply.error and turn and not is_cut_off):
                break
            found = Inventoried.decode(_granted(reply))
            types |= {report.uid: report.tag_type for report in found.reports if report.uid}
            told, is_cut_off = told + len(found.reports), found.is_cut_off
            if not found.reports or not (is_cut_off or told < found.found):
                break
        self._tag_types = types
        return tuple(sorted(types))

    def describe(self, uid: TagUid) -> TagDescription:
        """Its system information. Raises Garbled when another tag answers."""
        about = TagInformation.decode(self._expect(uid, Code.SYSTEM_INFORMATION))
        if about.uid != uid:
            raise Garbled(f"asked for tag {uid}, got {about.uid}")
        return TagDescription(about.block_size, about.block_count, about.afi, about.dsfid)

    def read_blocks(self, uid: TagUid, first: int, count: int) -> tuple[bytes, ...]:
        """In as many questions as the length of a result asks for."""
        return self._blocks(uid, first, count, with_locks=False).blocks

    def locked_blocks(self, uid: TagUid, first: int, count: int) -> tuple[bool, ...]:
        return self._blocks(uid, first, count, with_locks=True).locks

    def eas_is_on(self, uid: TagUid) -> bool:
        """A tag whose EAS is off is silent; so is one that is not there."""
        result = self._access(uid, Code.EAS_ALARM)
        if result.error in _OUT_OF_REACH:
            return False
        _told(result)
        return True

    def write_blocks(self, uid: TagUid, first: int, blocks: tuple[bytes, ...]) -> None:
        """In as many questions as the length of an operation asks for."""
        step = _BLOCK_ROOM // max(map(len, blocks))
        for at in range(0, len(blocks), step):
            some = WriteBlocks(first + at, blocks[at : at + step])
            self._expect(uid, Code.WRITE_BLOCKS, some.encode())

    def write_afi(self, uid: TagUid, afi: int) -> None:
        self._expect(uid, Code.WRITE_AFI, bytes((afi,)))

    def write_dsfid(self, uid: TagUid, dsfid: int) -> None:
        """Raises Refused: its code is not published, and codes beside it lock tags for ever."""
        raise Refused(f"an RL866 is not asked to write DSFID {dsfid:02X} to {uid}: no known code")

    def set_eas(self, uid: TagUid, *, on: bool) -> None:
        self._expect(uid, Code.ENABLE_EAS if on else Code.DISABLE_EAS)

    def close(self) -> None:
        self._conversation.close()

    def _blocks(self, uid: TagUid, first: int, count: int, *, with_locks: bool) -> Blocks:
        """Fewer than asked for when the memory ends earlier than the tag promised."""
        told = Blocks(())
        while (have := len(told.blocks)) < count:
            size = len(told.blocks[0]) if have else _LARGEST_BLOCK
            wanted = min(_BLOCK_ROOM // (size + with_locks), count - have)
            asked = ReadBlocks(first + have, wanted, with_locks)
            result = self._access(uid, Code.READ_BLOCKS, asked.encode())
            if result.error in _NO_SUCH_BLOCK:
                break
            got = Blocks.decode(_told(result), with_locks=with_locks)
            told = Blocks(told.blocks + got.blocks[:wanted], told.locks + got.locks[:wanted])
            if len(got.blocks) < wanted:
                break
        return told

    def _expect(self, uid: TagUid, code: Code, parameters: bytes = b"") -> bytes:
        return _told(self._access(uid, code, parameters))

    def _access(self, uid: TagUid, code: Code, parameters: bytes = b"") -> Result:
        """One operation; a reader that has forgotten the tag is told of it again."""
        reply = self._ask(Access(self._handle(uid), code, parameters))
        if reply.error == Error.WRONG_HANDLE:
            self._connected = None
            reply = self._ask(Access(self._handle(uid), code, parameters))
        if reply.error:
            return Result(code, reply.error)
        result = Result.decode(reply.body)
        if result.code != code:
            raise Garbled(f"asked for operation {code:02X}, got {result.code:02X}")
        return result

    def _handle(self, uid: TagUid) -> int:
        """Of that tag, the only one connected."""
        if self._connected is None or self._connected[0] != uid:
            self._connected = None
            self._ask(Disconnect())  # also of what another program left, so it may say no
            told = _granted(self._ask(Connect(uid, self._tag_types.get(uid, ICODE_SLI))))
            if len(told) != 1 or not told[0]:
                raise Garbled(f"no handle, but {told.hex().upper() or 'nothing'}")
            self._connected = uid, told[0]
        return self._connected[1]

    def _ask(self, request: Request) -> Reply:
        """A reader that has lost the sequence, after a dip in its power, is brought back."""
        reply = self._exchange(request)
        if reply.error == Error.INVALID_SEQUENCE:
            self._is_in_step = False
            reply = self._exchange(request)
        return reply

    def _exchange(self, request: Request) -> Reply:
        """Raises NoAnswer, Unplugged or Garbled; then RESYNC comes before the next question.

        So until the answer is there the sequence is taken to be 0.
        """
        if not self._is_in_step:
            self._sequence = 0
            self._conversation.ask(self._resync)
            self._is_in_step = True
        asked = question(request, self._sequence, self._address)
        turn, self._sequence = self._sequence, 0

        def answer_of(frame: Frame) -> Reply | None:
            speaks = self._address in (ANY_ADDRESS, frame.address)
            same = frame.control == asked.control and frame.body[:1] == asked.body[:1]
            return reply_of(frame) if speaks and same else None

        name = type(request).__name__
        reply = self._conversation.ask(Question(asked.encode(), answer_of, name))
        self._sequence = 1 - turn
        return reply


def _resync(address: int) -> Question[Frame, Frame]:
    def answer_of(frame: Frame) -> Frame | None:
        speaks = address in (ANY_ADDRESS, frame.address)
        return frame if speaks and frame.control == RESYNCED else None

    return Question(resync(address).encode(), answer_of, "RESYNC")


def _granted(reply: Reply) -> bytes:
    """The body of a reply that says yes. Raises TagGone or Refused."""
    _check(reply.error)
    return reply.body


def _told(result: Result) -> bytes:
    """What an operation told that went well. Raises TagGone or Refused."""
    _check(result.error)
    return result.told


def _check(error: int) -> None:
    if error in _OUT_OF_REACH:
        raise TagGone(f"the tag left, or answers too weakly: {error_words(error)}")
    if error:
        raise Refused(error_words(error))
