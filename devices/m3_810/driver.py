"""Our end of a 3M reader: its commands, and what their answers mean."""

import time
from collections.abc import Callable
from typing import Final

from devices.capabilities import UID_BYTES, TagDescription, TagUid
from devices.conversation import Conversation, Question
from devices.errors import Garbled, Refused, TagGone
from devices.link import Link, Parity
from devices.m3_810.frame import MARK, Frame, Receiver
from devices.m3_810.protocol import (
    Command,
    Inventory,
    Probe,
    Reply,
    Request,
    Status,
    TagRequest,
    probed_version,
    question,
    reply_of,
)
from devices.m3_810.replies import (
    DSFID_AFI_AND_MEMORY,
    Blocks,
    Sightings,
    Style,
    TagInformation,
)

SPEEDS: Final[tuple[tuple[int, Parity], ...]] = ((19200, Parity.NONE),)

# NOT_READ does not say whether the tag or the air was at fault.
_OUT_OF_REACH: Final = (Status.NO_TRANSPONDER, Status.NOT_READ)
# All captured hosts read and write eight blocks at most; no limit is published.
_BLOCKS_AT_ONCE: Final = 8


def identify(link: Link, answer_within: float) -> str:
    """The reader's vendor and version. Raises DeviceError when nobody answers the probe."""
    version = Conversation(link, Receiver, _PROBE, answer_within).ask(_PROBE)
    vendor = "3M 210/810" if version[0] == 0x0A else f"vendor {version[0]:02X}"  # noqa: PLR2004
    return f"{vendor}, version {'.'.join(map(str, version[1:]))}"


class M3Reader:
    """A pad reader for one thread. `answer_within` is in seconds, for each question."""

    def __init__(
        self,
        link: Link,
        answer_within: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._conversation = Conversation(link, Receiver, _PROBE, answer_within, clock)
        self._is_awake = False

    def inventory(self) -> tuple[TagUid, ...]:
        """Every tag in the field now, each once, by UID."""
        reply = self._ask(Inventory(), Command.INVENTORY)
        if reply.status is Status.NO_TRANSPONDER:
            return ()
        tags = Sightings.decode(_granted(reply)).tags
        return tuple(sorted({tag.uid for tag in tags if tag.uid}))

    def describe(self, uid: TagUid) -> TagDescription:
        """Raises Garbled when the tag does not tell all of it."""
        bits = bytes((DSFID_AFI_AND_MEMORY,))
        about = TagInformation.decode(self._told(Command.TAG_INFORMATION, uid, bits))
        return TagDescription(about.block_size, about.block_count, about.afi, about.dsfid)

    def read_blocks(self, uid: TagUid, first: int, count: int) -> tuple[bytes, ...]:
        """Eight blocks to a question."""
        return self._blocks(uid, first, count).blocks

    def locked_blocks(self, uid: TagUid, first: int, count: int) -> tuple[bool, ...]:
        return self._blocks(uid, first, count).locks

    def eas_is_on(self, uid: TagUid) -> bool:
        """A tag whose EAS is off is told as one that is not there."""
        reply = self._ask_tag(Command.CHECK_EAS, uid)
        if reply.status is Status.NO_TRANSPONDER:
            return False
        return _granted(reply)[UID_BYTES:] == b"\x01"

    def write_blocks(self, uid: TagUid, first: int, blocks: tuple[bytes, ...]) -> None:
        """Eight blocks to a question."""
        for at in range(0, len(blocks), _BLOCKS_AT_ONCE):
            some = blocks[at : at + _BLOCKS_AT_ONCE]
            head = bytes((first + at, len(some), 0))
            self._told(Command.WRITE_BLOCKS, uid, head + b"".join(some))

    def write_afi(self, uid: TagUid, afi: int) -> None:
        self._told(Command.WRITE_AFI, uid, bytes((afi,)))

    def write_dsfid(self, uid: TagUid, dsfid: int) -> None:
        self._told(Command.WRITE_DSFID, uid, bytes((dsfid,)))

    def set_eas(self, uid: TagUid, *, on: bool) -> None:
        self._told(Command.SET_EAS, uid, bytes((on,)))

    def close(self) -> None:
        self._conversation.close()

    def _blocks(self, uid: TagUid, first: int, count: int) -> Blocks:
        """Fewer than asked for when the memory ends earlier than the tag promised.

        In the old style, which readers of every version know and which tells the locks.
        """
        told = Blocks(first, ())
        while (have := len(told.blocks)) < count:
            at, wanted = first + have, min(_BLOCKS_AT_ONCE, count - have)
            reply = self._ask_tag(Command.READ_BLOCKS, uid, bytes((at, wanted)))
            if reply.status is Status.MEMORY_NOT_AVAILABLE:
                break
            got = Blocks.decode(_granted(reply)[UID_BYTES:], Style.OLD)
            if got.blocks and (got.first != at or len(got.blocks) > wanted):
                raise Garbled(f"asked for {wanted} blocks from {at}, got other ones")
            told = Blocks(first, told.blocks + got.blocks, told.locks + got.locks)
            if len(got.blocks) < wanted:
                break
        return told

    def _told(self, command: Command, uid: TagUid, arguments: bytes = b"") -> bytes:
        """What a tag answers after its UID. Raises TagGone or Refused."""
        return _granted(self._ask_tag(command, uid, arguments))[UID_BYTES:]

    def _ask_tag(self, command: Command, uid: TagUid, arguments: bytes = b"") -> Reply:
        return self._ask(TagRequest(command, uid, arguments), command, uid.raw)

    def _ask(self, request: Request, command: Command, told_first: bytes = b"") -> Reply:
        """The reply to that command, whose body begins so."""
        if not self._is_awake:  # as every captured host does after opening the port
            self._conversation.ask(_PROBE)
            self._is_awake = True

        def answer_of(frame: Frame) -> Reply | None:
            if frame.mark != MARK or frame.command not in (command, Command.NOT_A_COMMAND):
                return None
            reply = reply_of(frame)
            speaks = reply.body.startswith(told_first) or reply.status is not Status.OK
            return reply if speaks else None

        return self._conversation.ask(Question(question(request).encode(), answer_of, command.name))


_PROBE: Final = Question(question(Probe()).encode(), probed_version, "probe")


def _granted(reply: Reply) -> bytes:
    """The body of a reply that says yes. Raises TagGone or Refused."""
    if reply.status is Status.OK:
        return reply.body
    if reply.status in _OUT_OF_REACH:
        raise TagGone(f"the tag left, or answers too weakly: {reply.status.words}")
    raise Refused(reply.status.words)
