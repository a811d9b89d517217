"""A pad or a bin under watch: one thread that owns the reader and tells what happens on it.

Law: what is announced is taken back, by TagLeft, before the pad is trusted again, and it is trusted
once it has answered an inventory; every write that was asked for gets exactly one answer.
"""

import threading
import time
from collections.abc import Callable
from functools import partial
from queue import Empty, SimpleQueue
from typing import Final

from devices.capabilities import PadReader, TagUid
from devices.errors import DeviceError, Unplugged
from devices.pad_events import PadEvent, PadHealthy, PadLost, SecurityNotWritten, TagLeft
from devices.presence import Presence, Rhythm
from devices.security import Security
from devices.settings import TagSettings
from devices.stack import ReaderWork, Stack, WriteOrder

_FAILED_ROUNDS: Final = 3
_STOPPED: Final = "the pad is stopped"


class Pad:
    """Watches one reader. `tell` is called on the pad's own thread and must not block."""

    def __init__(
        self,
        open_reader: Callable[[], PadReader],
        tags: TagSettings,
        tell: Callable[[PadEvent], None],
        rhythm: Rhythm | None = None,
        presence: Presence[TagUid] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open_reader = open_reader
        self._site = tags
        self._tell = tell
        self._rhythm = rhythm or Rhythm()
        self._nothing_seen = presence or Presence()
        self._clock = clock
        self._orders: SimpleQueue[WriteOrder | ReaderWork | None] = SimpleQueue()
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
        self._take(WriteOrder(ticket, uid, security))

    def use(self, work: ReaderWork) -> None:
        """Ask from any thread; the work is done, or refused, between two rounds."""
        self._take(work)

    def _take(self, order: WriteOrder | ReaderWork) -> None:
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
            watch = Stack(reader, self._site, self._tell, self._nothing_seen)
            try:
                return self._polls(watch)
            finally:
                reader.close()
                announced = watch.announced
        except DeviceError as error:
            return self._lost(str(error), announced)

    def _polls(self, watch: "Stack") -> bool:
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
            if not self._orders_served(self._rhythm.poll, watch.serve):
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

    def _orders_served(
        self, seconds: float, serve: Callable[[WriteOrder | ReaderWork], None]
    ) -> bool:
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

    def _refuse(self, order: WriteOrder | ReaderWork, why: str) -> None:
        if isinstance(order, ReaderWork):
            order.refuse(why)
            return
        self._tell(SecurityNotWritten(order.ticket, order.uid, why))
