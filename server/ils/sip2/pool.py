"""Whose turn it is on the few connections a system gives us: first come, first served.

One connection must do: some systems serve only one until it closes. A turn is a whole act, so that
an act's reads and its change pass on the same connection.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from server.ils.port import NothingSent, OutcomeUnknown
from server.ils.sip2.connection import Connection, HungUp, LineFailed
from server.ils.sip2.protocol import Message, NotSendable
from server.ils.sip2.questions import Question

_FIRST_REST_S: Final = 0.5
_LONGEST_REST_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """`connections` at most at once; a turn comes within so many seconds, or never.

    One that was idle for `idle_for` seconds is asked for the status, so that it is kept.
    """

    connections: int = 1
    turn_within: float = 60.0
    idle_for: float = 25.0


class Unopened(LineFailed):
    """There is no session with the system, and nothing of the question left this machine."""


class Turn:
    """One of the connections, for as long as an act takes; opened when it is first needed."""

    def __init__(self, opened: Callable[[], Connection]) -> None:
        self._opened = opened
        self._connection: Connection | None = None

    def read(self, question: Question) -> Message:
        """An answer to what changes nothing. Raises NothingSent.

        A connection that was closed while it was idle is noticed here: once more, on a new one.
        """
        try:
            with suppress(HungUp):
                return self._ask(question)
            return self._ask(question)
        except LineFailed as error:
            raise NothingSent(str(error)) from error

    def change(self, question: Question) -> Message:
        """The answer to what changes records, sent once. Raises NothingSent or OutcomeUnknown."""
        try:
            return self._ask(question)
        except LineFailed as error:
            raise (OutcomeUnknown if error.left else NothingSent)(str(error)) from error

    def keep(self, question: Question, idle_for: float, now: float) -> None:
        """Asks for the status on a connection that was idle for so long."""
        if self._connection is not None and now - self._connection.asked_at >= idle_for:
            with suppress(LineFailed):
                self._ask(question)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, question: Question) -> Message:
        if self._connection is None:
            self._connection = self._opened()
        try:
            return self._connection.ask(question)
        except LineFailed:
            self.close()
            raise
        except NotSendable as error:
            raise NothingSent(str(error)) from error


class Pool:
    """Turns for any number of threads. `opened` gives a session that is logged in."""

    def __init__(
        self,
        settings: PoolSettings,
        opened: Callable[[], Connection],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._opened, self._clock = settings, opened, clock
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()
        self._free = deque(Turn(self._open) for _ in range(settings.connections))
        self._rest, self._open_again_at, self._trouble = 0.0, 0.0, ""

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """A turn, after those who asked before. Raises NothingSent when it does not come in time.

        The connection that was used last is used next: fewer have to be kept.
        """
        mine = self._begun()
        try:
            yield mine
        finally:
            self._ended(mine)

    def tend(self, question: Question) -> None:
        """Keeps the connections that nobody uses now; to be called every few seconds."""
        for _ in range(self._settings.connections):
            with self._changed:
                if self._waiting or not self._free:
                    return
                turn = self._free.pop()
            try:
                turn.keep(question, self._settings.idle_for, self._clock())
            finally:
                self._ended(turn)

    def close(self) -> None:
        """Closes the connections that nobody uses now."""
        with self._changed:
            for turn in self._free:
                turn.close()

    def _begun(self) -> Turn:
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            try:
                if not self._changed.wait_for(
                    lambda: self._free and self._waiting[0] is ticket, self._settings.turn_within
                ):
                    within = self._settings.turn_within
                    raise NothingSent(f"no connection to the system was free within {within} s")
                return self._free.popleft()
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()

    def _ended(self, turn: Turn) -> None:
        with self._changed:
            self._free.appendleft(turn)
            self._changed.notify_all()

    def _open(self) -> Connection:
        """After a failure it rests, longer each time: everybody asks, and one attempt is enough."""
        if self._clock() < self._open_again_at:
            raise Unopened(f"not tried again yet: {self._trouble}", left=False)
        try:
            connection = self._opened()
        except LineFailed as error:
            self._trouble = str(error)
            self._rest = min(max(_FIRST_REST_S, 2 * self._rest), _LONGEST_REST_S)
            self._open_again_at = self._clock() + self._rest
            raise Unopened(self._trouble, left=False) from error
        self._rest, self._open_again_at = 0.0, 0.0
        return connection
