"""A pad or a bin under watch: one thread that owns the reader and tells what happens on it.

Law: tags on the pad are told about one by one, so a tag that cannot be read never hides another;
what is announced is taken back, by TagLeft, before the pad is trusted again; every write that was
asked for gets exactly one answer.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from typing import Final

from devices.capabilities import PadReader, TagUid
from devices.errors import DeviceError, NotWritten, Refused, Unplugged
from devices.presence import Arrived, Left, Presence, Rhythm
from devices.reading import read_security, read_whole_tag
from devices.security import Security, SecurityMarks
from devices.tags.content import TagContent, Unreadable, read_tag
from devices.writing import write_security

_READ_ATTEMPTS: Final = 3
_FAILED_ROUNDS: Final = 3
_UID_MARK: Final = 0xE0
_STOPPED: Final = "the pad is stopped"


@dataclass(frozen=True, slots=True)
class TagArrived:
    """A tag came to lie on the pad. `security` is None when its marks are not this site's."""

    uid: TagUid
    content: TagContent
    security: Security | None


@dataclass(frozen=True, slots=True)
class TagLeft:
    """An announced tag is no longer there, or the pad can no longer tell."""

    uid: TagUid


@dataclass(frozen=True, slots=True)
class PadLost:
    """The pad cannot be asked any more; told once, then it is tried again and again."""

    why: str


@dataclass(frozen=True, slots=True)
class PadHealthy:
    """The pad has answered an inventory: for the first time, or again."""


@dataclass(frozen=True, slots=True)
class SecurityWritten:
    """The tag was written and read back."""

    ticket: str
    uid: TagUid
    security: Security


@dataclass(frozen=True, slots=True)
class SecurityNotWritten:
    """Either value may be on the tag now. `tag_answered` when it is certainly still there."""

    ticket: str
    uid: TagUid
    why: str
    tag_answered: bool = False


@dataclass(frozen=True, slots=True)
class StackCounted:
    """How many tags lie there. `sure` once two rounds on end saw the same ones and all are told."""

    tags: int
    sure: bool


PadEvent = (
    TagArrived
    | TagLeft
    | PadLost
    | PadHealthy
    | StackCounted
    | SecurityWritten
    | SecurityNotWritten
)


@dataclass(frozen=True, slots=True)
class _Order:
    ticket: str
    uid: TagUid
    security: Security


class Pad:
    """Watches one reader. `tell` is called on the pad's own thread and must not block."""

    def __init__(
        self,
        open_reader: Callable[[], PadReader],
        marks: SecurityMarks,
        tell: Callable[[PadEvent], None],
        rhythm: Rhythm | None = None,
        presence: Presence[TagUid] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open_reader = open_reader
        self._marks = marks
        self._tell = tell
        self._rhythm = rhythm or Rhythm()
        self._nothing_seen = presence or Presence()
        self._clock = clock
        self._orders: SimpleQueue[_Order | None] = SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._is_healthy: bool | None = None
        self._thread = threading.Thread(target=self._run, name="pad", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Close the reader; the last event has been told when this returns."""
        self._orders.put(None)
        self._thread.join()

    def write(self, ticket: str, uid: TagUid, security: Security) -> None:
        """Ask from any thread; SecurityWritten or SecurityNotWritten will carry the ticket."""
        order = _Order(ticket, uid, security)
        with self._closing:
            if not self._closed:
                self._orders.put(order)
                return
        self._refuse(order, _STOPPED)

    def _run(self) -> None:
        while self._one_opening():
            pass
        with self._closing:
            self._closed = True
        while not self._orders.empty():
            if order := self._orders.get():
                self._refuse(order, _STOPPED)

    def _one_opening(self) -> bool:
        """From opening the reader until it is lost; False when the pad is to stop."""
        announced: tuple[TagUid, ...] = ()
        try:
            reader = self._open_reader()
            watch = _Watch(reader, self._marks, self._tell, self._nothing_seen)
            try:
                return self._polls(watch)
            finally:
                reader.close()
                announced = watch.announced
        except DeviceError as error:
            return self._lost(str(error), announced)

    def _polls(self, watch: "_Watch") -> bool:
        """Round after round; False to stop. Raises DeviceError when the reader is lost."""
        failed = 0
        while True:
            try:
                seen = watch.look()
            except DeviceError as error:
                failed += 1
                if isinstance(error, Unplugged) or failed == _FAILED_ROUNDS:
                    raise
            else:
                failed = 0
                self._healthy()
                watch.tell_changes(seen)
            if not self._orders_served(self._rhythm.poll, watch.write):
                return False

    def _lost(self, why: str, announced: tuple[TagUid, ...]) -> bool:
        """Tells it, and waits until it is time to try again; False to stop."""
        if self._is_healthy is not False:
            self._is_healthy = False
            self._tell(PadLost(why))
        for uid in announced:
            self._tell(TagLeft(uid))
        refuse = partial(self._refuse, why="the pad is lost")
        return self._orders_served(self._rhythm.retry, refuse)

    def _healthy(self) -> None:
        if not self._is_healthy:
            self._is_healthy = True
            self._tell(PadHealthy())

    def _orders_served(self, seconds: float, serve: Callable[[_Order], None]) -> bool:
        """Serves orders as they come for so long; False when one was to stop."""
        until = self._clock() + seconds
        while True:
            try:
                order = self._orders.get(timeout=max(until - self._clock(), 0))
            except Empty:
                return True
            if order is None:
                return False
            serve(order)

    def _refuse(self, order: _Order, why: str) -> None:
        self._tell(SecurityNotWritten(order.ticket, order.uid, why))


class _Watch:
    """One opening of the reader: what was seen, what was read and what was told of it."""

    def __init__(
        self,
        reader: PadReader,
        marks: SecurityMarks,
        tell: Callable[[PadEvent], None],
        presence: Presence[TagUid],
    ) -> None:
        self._reader = reader
        self._marks = marks
        self._tell = tell
        self._presence = presence
        self._attempts: dict[TagUid, int] = {}  # of tags that arrived and are not read yet
        self._announced: dict[TagUid, None] = {}
        self._round: tuple[TagUid, ...] = ()
        self._counted = StackCounted(0, sure=True)

    @property
    def announced(self) -> tuple[TagUid, ...]:
        return tuple(self._announced)

    def look(self) -> tuple[TagUid, ...]:
        """One round, without what no tag can be: a UID begins with E0 (ISO/IEC 15693-3, 4.1)."""
        return tuple(uid for uid in self._reader.inventory() if uid.raw[0] == _UID_MARK)

    def tell_changes(self, seen: tuple[TagUid, ...]) -> None:
        """Departures, then arrivals as far as they can be read. Raises Unplugged."""
        self._presence, changes = self._presence.observe(seen)
        for change in changes:
            match change:
                case Left(uid):
                    self._leave(uid)
                case Arrived(uid):
                    self._attempts[uid] = 0
        for uid in seen:
            if uid in self._attempts:
                self._read(uid)
        self._count(seen)

    def write(self, order: _Order) -> None:
        """Exactly one answer, whatever happens. Raises Unplugged after giving it."""
        try:
            write_security(self._reader, order.uid, order.security, self._marks)
        except DeviceError as error:
            answered = isinstance(error, NotWritten | Refused)
            self._tell(SecurityNotWritten(order.ticket, order.uid, str(error), answered))
            if isinstance(error, Unplugged):
                raise
        else:
            self._tell(SecurityWritten(order.ticket, order.uid, order.security))

    def _count(self, seen: tuple[TagUid, ...]) -> None:
        sure = set(seen) == set(self._round) == set(self._announced)
        self._round = seen
        counted = StackCounted(len(seen), sure)
        if counted != self._counted:
            self._counted = counted
            self._tell(counted)

    def _read(self, uid: TagUid) -> None:
        """A tag sliding into place may answer only at the second attempt, or the third."""
        try:
            tag = read_whole_tag(self._reader, uid)
            security = read_security(self._reader, uid, tag.afi, self._marks)
        except Unplugged:
            raise
        except DeviceError as error:
            self._attempts[uid] += 1
            if self._attempts[uid] == _READ_ATTEMPTS:
                self._announce(TagArrived(uid, Unreadable(str(error)), None))
        else:
            self._announce(TagArrived(uid, read_tag(tag), security))

    def _announce(self, arrived: TagArrived) -> None:
        del self._attempts[arrived.uid]
        self._announced[arrived.uid] = None
        self._tell(arrived)

    def _leave(self, uid: TagUid) -> None:
        self._attempts.pop(uid, None)
        if uid in self._announced:
            del self._announced[uid]
            self._tell(TagLeft(uid))
