"""Questions of stations that wait for the library's own system, for as long as they wait."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from broker.requests import Ask, Lend
from broker.vocabulary import ActId, DeviceId

# A station waits 3 s, by a clock that may be wrong.
LONGEST_SECONDS: Final = 10.0
_MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class Waiting:
    """A station's question; nobody waits any more after `until` (seconds since 1970 UTC)."""

    device: DeviceId
    ask: Ask
    until: float


class Asks:
    """Filled by the ingest, emptied by whoever talks to the system; for any number of threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._reading: OrderedDict[tuple[DeviceId, str], Waiting] = OrderedDict()
        self._lending: OrderedDict[tuple[DeviceId, str], Waiting] = OrderedDict()

    def add(self, device: DeviceId, ask: Ask, now: float) -> float:
        """Until when the station waits. The same question again is the same question."""
        until = min(ask.expires, now + LONGEST_SECONDS)
        waiting = self._lending if isinstance(ask.question, Lend) else self._reading
        with self._changed:
            waiting[device, ask.correlation] = Waiting(device, ask, until)
            while len(waiting) > _MOST:
                waiting.popitem(last=False)
            self._changed.notify()
        return until

    def next(self, now: float) -> Waiting | None:
        """The oldest question that is no loan; who waits no more is forgotten."""
        with self._changed:
            while self._reading:
                _, one = self._reading.popitem(last=False)
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

    def rest(self, seconds: float) -> None:
        """Until there is something new to do, at most so long."""
        with self._changed:
            self._changed.wait(seconds)

    def stir(self) -> None:
        """There is something new to do."""
        with self._changed:
            self._changed.notify_all()


def _act(ask: Ask) -> ActId | None:
    return ask.question.act if isinstance(ask.question, Lend) else None
