"""Questions of stations that wait for the library's own system, for as long as they wait.

A loan that nothing stands in the way of is kept as being sent in the same transaction as its grant;
it lies here as a job from the commit on.
"""

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Final

from broker.requests import Ask, Find, Lend
from broker.vocabulary import ActId, DeviceId
from server.ils.jobs import Job

# A station waits 3 s, by a clock that may be wrong.
LONGEST_SECONDS: Final = 10.0
_MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class Waiting:
    """A station's question; nobody waits any more after `until` (seconds since 1970 UTC)."""

    device: DeviceId
    ask: Ask
    until: float


@dataclass(frozen=True, slots=True)
class Prompt:
    """A job to be carried out at once: its station waits until then (seconds since 1970 UTC)."""

    job: Job
    until: float


class Asks:
    """Filled by the one thread of the ingest, emptied by those that talk to the system."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._news = False
        self._uncommitted: dict[ActId, Prompt] = {}
        self._prompts: deque[Prompt] = deque()
        self._reading: OrderedDict[tuple[DeviceId, str], Waiting] = OrderedDict()
        self._lending: OrderedDict[tuple[DeviceId, str], Waiting] = OrderedDict()
        # Of their own, so that no search wakes whoever lends, nor the other way round.
        self._searched_for = threading.Condition()
        self._searching: OrderedDict[DeviceId, Waiting] = OrderedDict()

    def add(self, device: DeviceId, ask: Ask, now: float) -> float:
        """Until when the station waits. The same question again is the same question."""
        until = min(ask.expires, now + LONGEST_SECONDS)
        if isinstance(ask.question, Find):
            self._search(Waiting(device, ask, until))
            return until
        waiting = self._lending if isinstance(ask.question, Lend) else self._reading
        with self._changed:
            waiting[device, ask.correlation] = Waiting(device, ask, until)
            while len(waiting) > _MOST:
                waiting.popitem(last=False)
            self._news = True
        return until

    def note(self) -> None:
        """There is something new to do, once it is committed."""
        self._news = True

    def prompt(self, one: Prompt) -> None:
        """To be carried out once it is committed."""
        self._uncommitted[one.job.steps[0].wanted.act] = one
        self._news = True

    def withdraw(self, act: ActId) -> Prompt | None:
        """What was to be carried out for this loan, had its transaction not failed."""
        return self._uncommitted.pop(act, None)

    def next_prompt(self) -> Prompt | None:
        with self._changed:
            return self._prompts.popleft() if self._prompts else None

    @property
    def waiting(self) -> int:
        """How many questions have no answer yet."""
        return len(self._reading) + len(self._lending)

    @property
    def is_pressing(self) -> bool:
        """Whether somebody is to be called who is no search."""
        return bool(self._prompts or self._reading)

    def next(self, now: float) -> Waiting | None:
        """The oldest question that is no loan; who waits no more is forgotten."""
        with self._changed:
            while self._reading:
                _, one = self._reading.popitem(last=False)
                if one.until > now:
                    return one
        return None

    def next_search(self, now: float, seconds: float) -> Waiting | None:
        """The oldest search that somebody still waits for, awaited for so long."""
        with self._searched_for:
            if not self._searching:
                self._searched_for.wait(seconds)
            while self._searching:
                _, one = self._searching.popitem(last=False)
                if one.until > now:
                    return one
        return None

    def put_back(self, one: Waiting) -> None:
        """It cannot be answered just now."""
        with self._changed:
            self._reading[one.device, one.ask.correlation] = one

    def about(self, act: ActId) -> list[Waiting]:
        """Who asked for this loan, each told once."""
        with self._changed:
            found = [key for key, one in self._lending.items() if _act(one.ask) == act]
            return [self._lending.pop(key) for key in found]

    def rest(self, seconds: float) -> bool:
        """Until somebody is called, at most so long; whether somebody was."""
        with self._changed:
            # Whoever was called while everybody was at work need not wait for the next call.
            return bool(self._prompts) or self._changed.wait(seconds)

    def stir(self) -> None:
        """What was noted is committed: one is called who sees to it."""
        if self._news:
            self._news = False
            with self._changed:
                self._prompts.extend(self._uncommitted.values())
                self._uncommitted.clear()
                self._changed.notify()

    def _search(self, one: Waiting) -> None:
        """A station shows one search: a newer one takes the place of the one before."""
        with self._searched_for:
            self._searching[one.device] = one
            while len(self._searching) > _MOST:
                self._searching.popitem(last=False)
            self._searched_for.notify()

    def call_one(self) -> None:
        with self._changed:
            self._changed.notify()

    def call_all(self) -> None:
        for condition in (self._changed, self._searched_for):
            with condition:
                condition.notify_all()


def _act(ask: Ask) -> ActId | None:
    return ask.question.act if isinstance(ask.question, Lend) else None
