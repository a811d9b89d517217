"""Our end of a FEIG reader: its commands, and what their answers mean."""

import time
from collections.abc import Callable
from typing import Final

from devices.capabilities import TagDescription, TagUid
from devices.conversation import Conversation, Question
from devices.errors import Garbled, Refused, TagGone
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
    Sightings,
    SoftwareVersion,
    Status,
    SystemInformation,
    TagInformation,
    WriteAfi,
    WriteBlocks,
    WriteDsfid,
    question,
    reply_of,
)
from devices.iso15693 import TagRefusal, refusal_words
from devices.link import Link, Parity

_OUT_OF_REACH: Final = (
    Status.NO_TRANSPONDER,
    Status.DATA_FALSE,
    Status.RF_COMMUNICATION_ERROR,
)
_VERSION_BYTES: Final = 5
_MOST_ROUNDS: Final = 32
# The smallest transmit buffer of the family (CPR) has 128 bytes; a reply's frame takes 10 of them.
_BLOCK_ROOM: Final = 118
_LARGEST_BLOCK: Final = 8
SPEEDS: Final = (
    (38400, Parity.EVEN),
    (115200, Parity.EVEN),
    (19200, Parity.EVEN),
    (9600, Parity.EVEN),
)
_BEYOND_THE_END: Final = Reply(Status.ISO15693_ERROR, bytes((TagRefusal.BLOCK_NOT_AVAILABLE,)))


class FeigReader:
    """A pad reader for one thread. `answer_within` is in seconds, for each question."""

    def __init__(
        self,
        link: Link,
        address: int = ANY_ADDRESS,
        answer_within: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address = address
        self._conversation = Conversation(
            link, Receiver, self._question(SoftwareVersion()), answer_within, clock
        )

    def inventory(self) -> tuple[TagUid, ...]:
        """Every tag in the field now, each once, by UID."""
        self._ask_and_expect(RfReset())
        seen: set[TagUid] = set()
        for turn in range(_MOST_ROUNDS):
            reply = self._ask(Inventory(more=turn > 0))
            if reply.status not in (Status.OK, Status.MORE_DATA, *_OUT_OF_REACH):
                raise Refused(f"inventory: {reply.status.words}")
            seen.update(tag.uid for tag in Sightings.decode(reply.body).tags)
            if reply.status is not Status.MORE_DATA:
                break
        return tuple(sorted(seen))

    def describe(self, uid: TagUid) -> TagDescription:
        """Its system information. Raises Garbled when another tag answers."""
        about = TagInformation.decode(self._ask_and_expect(SystemInformation(uid)))
        if about.uid != uid:
            raise Garbled(f"asked for tag {uid}, got {about.uid}")
        return TagDescription(about.block_size, about.block_count, about.afi, about.dsfid)

    def read_blocks(self, uid: TagUid, first: int, count: int) -> tuple[bytes, ...]:
        """In as many questions as the reader's buffer asks for."""
        return self._blocks(uid, first, count, with_locks=False).blocks

    def locked_blocks(self, uid: TagUid, first: int, count: int) -> tuple[bool, ...]:
        return self._blocks(uid, first, count, with_locks=True).locks

    def eas_is_on(self, uid: TagUid) -> bool:
        """A tag whose EAS is off is silent; so is one that is not there."""
        reply = self._ask(EasAlarm(uid))
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
        self._ask_and_expect(SetEas(uid, on))

    def version(self) -> str:
        """Its type code and software (0x65: SW-REV, D-REV, HW-TYPE, SW-TYPE, TR-TYPE)."""
        told = self._ask_and_expect(SoftwareVersion())
        if len(told) < _VERSION_BYTES:
            raise Garbled(f"a software version of {len(told)} bytes")
        return f"FEIG reader of type {told[4]}, software {told[0]}.{told[1]}"

    def close(self) -> None:
        self._conversation.close()

    def _blocks(self, uid: TagUid, first: int, count: int, *, with_locks: bool) -> Blocks:
        """Fewer than asked for when the memory ends earlier than the tag promised."""
        told = Blocks((), ())
        while (have := len(told.blocks)) < count:
            size = len(told.blocks[0]) if have else _LARGEST_BLOCK
            wanted = min(_BLOCK_ROOM // (size + 1), count - have)
            reply = self._ask(ReadBlocks(uid, first + have, wanted, with_locks))
            if reply == _BEYOND_THE_END:
                break
            got = Blocks.decode(_granted(reply))
            told = Blocks(told.blocks + got.blocks[:wanted], told.locks + got.locks[:wanted])
            if len(got.blocks) < wanted:
                break
        return told

    def _ask_and_expect(self, request: Request) -> bytes:
        return _granted(self._ask(request))

    def _ask(self, request: Request) -> Reply:
        return self._conversation.ask(self._question(request))

    def _question(self, request: Request) -> Question[Frame, Reply]:
        asked = question(request, self._address)

        def answer_of(frame: Frame) -> Reply | None:
            speaks = self._address in (ANY_ADDRESS, frame.address)
            return reply_of(frame) if speaks and frame.command == asked.command else None

        return Question(asked.encode(), answer_of, type(request).__name__)


def _granted(reply: Reply) -> bytes:
    """The body of a reply that says yes. Raises TagGone or Refused."""
    if reply.status is Status.OK:
        return reply.body
    if reply.status in _OUT_OF_REACH:
        raise TagGone(f"the tag left, or answers too weakly: {reply.status.words}")
    if reply.status is Status.ISO15693_ERROR and reply.body:
        raise Refused(f"the tag refuses: {refusal_words(reply.body[0])}")
    raise Refused(reply.status.words)


def identify(link: Link, answer_within: float) -> str:
    """What answers at `link`, by its software version. Raises DeviceError when nothing does."""
    return FeigReader(link, answer_within=answer_within).version()
