"""Our end of a FEIG reader: one question, one answer, over a link.

A reader answers in order, but its answers do not say which tag they speak of. So after a question
that went wrong the driver first asks for the software version and waits for that answer: whatever
was still on its way has come before it and is dropped.
"""

import time
from collections.abc import Callable
from typing import Final

from devices.capabilities import TagMemory, TagUid
from devices.errors import Garbled, NoAnswer, NotWritten, Refused, TagGone
from devices.feig.frame import ANY_ADDRESS, Receiver
from devices.feig.protocol import (
    Blocks,
    Inventory,
    ReadBlocks,
    Reply,
    Request,
    RfReset,
    Sightings,
    SoftwareVersion,
    Status,
    SystemInformation,
    TagInformation,
    WriteAfi,
    question,
    reply_of,
)
from devices.iso15693 import TagRefusal
from devices.link import Link

_OUT_OF_REACH: Final = (
    Status.NO_TRANSPONDER,
    Status.DATA_FALSE,
    Status.RF_COMMUNICATION_ERROR,
)
_MOST_ROUNDS: Final = 32
# The smallest transmit buffer of the family (CPR) has 128 bytes; a reply's frame takes 10 of them.
_BLOCK_ROOM: Final = 118


class FeigReader:
    """A pad reader for one thread. `answer_within` is in seconds, for each question."""

    def __init__(
        self,
        link: Link,
        address: int = ANY_ADDRESS,
        answer_within: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._link = link
        self._address = address
        self._answer_within = answer_within
        self._clock = clock
        self._answers_may_be_late = False

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

    def read(self, uid: TagUid) -> TagMemory:
        """The whole user memory. Raises TagGone, or Refused when the tag will not tell."""
        about = self._system_information(uid)
        step = max(1, _BLOCK_ROOM // (about.block_size + 1))
        blocks: list[bytes] = []
        while len(blocks) < about.block_count:
            count = min(step, about.block_count - len(blocks))
            got = self._blocks(ReadBlocks(uid, len(blocks), count))
            blocks.extend(got)
            if len(got) < count:
                break
        return TagMemory(b"".join(blocks), about.block_size, about.afi, about.dsfid)

    def write_afi(self, uid: TagUid, afi: int) -> None:
        """Writes and reads back. Raises NotWritten, or TagGone when it cannot be known."""
        try:
            said = self._ask(WriteAfi(uid, afi)).status.words
        except NoAnswer:
            said = "no answer"
        now = self._system_information(uid).afi
        if now != afi:
            raise NotWritten(f"the tag still has AFI {now:02X}, not {afi:02X}: {said}")

    def close(self) -> None:
        self._link.close()

    def _blocks(self, request: ReadBlocks) -> tuple[bytes, ...]:
        """Fewer than asked for when the memory ends earlier than the tag promised."""
        reply = self._ask(request)
        beyond_the_end = bytes((TagRefusal.BLOCK_NOT_AVAILABLE,))
        if reply == Reply(Status.ISO15693_ERROR, beyond_the_end) and request.first > 0:
            return ()
        return Blocks.decode(_granted(reply)).blocks[: request.count]

    def _system_information(self, uid: TagUid) -> TagInformation:
        about = TagInformation.decode(self._ask_and_expect(SystemInformation(uid)))
        if about.uid != uid:
            raise Garbled(f"asked for tag {uid}, got {about.uid}")
        return about

    def _ask_and_expect(self, request: Request) -> bytes:
        return _granted(self._ask(request))

    def _ask(self, request: Request) -> Reply:
        if self._answers_may_be_late:
            self._exchange(SoftwareVersion())
        self._answers_may_be_late = True
        reply = self._exchange(request)
        self._answers_may_be_late = False
        return reply

    def _exchange(self, request: Request) -> Reply:
        """The only place where bytes and frames meet."""
        asked = question(request, self._address)
        receiver = Receiver()
        self._link.drain()
        self._link.send(asked.encode())
        deadline = self._clock() + self._answer_within
        while (left := deadline - self._clock()) > 0:
            receiver.hear(self._link.receive(left))
            while answer := receiver.next_frame():
                if answer.command == asked.command and self._address in (
                    ANY_ADDRESS,
                    answer.address,
                ):
                    return reply_of(answer)
        raise NoAnswer(f"{type(request).__name__}: nothing within {self._answer_within} s")


def _granted(reply: Reply) -> bytes:
    """The body of a reply that says yes. Raises TagGone or Refused."""
    if reply.status is Status.OK:
        return reply.body
    if reply.status in _OUT_OF_REACH:
        raise TagGone(f"the tag left, or answers too weakly: {reply.status.words}")
    if reply.status is Status.ISO15693_ERROR and reply.body:
        raise Refused(f"the tag refuses with error {reply.body[0]:02X}")
    raise Refused(reply.status.words)
