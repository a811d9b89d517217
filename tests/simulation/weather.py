"""Virtual time and bad weather: one heap of what will happen, one source of chance."""

import heapq
from collections import Counter
from collections.abc import Callable, Collection
from random import Random
from typing import Final

from tests.simulation.faults import ENABLED, FAULTS, OF_SYSTEM

# Midnight in Jakarta, 22 September 2026: a week later it is no Sunday, nor the day before.
_A_TUESDAY: Final = 1_790_010_000.0
_DAY_SECONDS: Final = 86_400.0
_ARMED: Final = 0.6


class Crash(Exception):
    """A program stopped at this very point."""


class Weather:
    """What happens next, and all the chance there is. `also` are faults to arm in any case."""

    def __init__(self, seed: int, *, trace: bool, also: Collection[str] = ()) -> None:
        self.random = Random(seed)
        self.now = 0.0
        self.beginning = _A_TUESDAY + self.random.uniform(0, _DAY_SECONDS)
        # Half of the libraries have a system of their own.
        self.has_system = seed % 2 == 1
        self.armed = {name for name in sorted(ENABLED - OF_SYSTEM) if self.random.random() < _ARMED}
        if self.has_system:
            self.armed |= {name for name in sorted(OF_SYSTEM) if self.random.random() < _ARMED}
        self.armed |= set(also)
        self.faults: Counter[str] = Counter()
        self.paths: Counter[str] = Counter()
        self.calm = False
        self._trace = trace
        self._ahead: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0

    @property
    def true(self) -> float:
        """The true time, in seconds since 1970 UTC."""
        return self.beginning + self.now

    def later(self, seconds: float, happen: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._ahead, (self.now + seconds, self._count, happen))

    def run_until(self, end: float, done: Callable[[], bool] = lambda: False) -> None:
        """Lets everything happen until `end`, or until `done`."""
        while self._ahead and self._ahead[0][0] <= end and not done():
            self.now, _, happen = heapq.heappop(self._ahead)
            happen()

    def strikes(self, fault: str) -> bool:
        """Whether this fault happens now; never once the weather is calm."""
        if self.calm or fault not in self.armed or self.random.random() >= FAULTS[fault]:
            return False
        self.faults[fault] += 1
        self.say(f"FAULT {fault}")
        return True

    def reached(self, path: str) -> None:
        """A way of recovering, or another branch of the product, was gone through."""
        self.paths[path] += 1

    def say(self, line: str) -> None:
        if self._trace:
            print(f"{self.now:9.3f} {line}")
