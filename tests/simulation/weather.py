"""Virtual time and bad weather: one heap of what will happen, one source of chance."""

import heapq
from collections import Counter
from collections.abc import Callable
from random import Random

from broker.vocabulary import ClockState, Moment

BEGINNING = 1_790_000_000.0  # a Monday morning in September 2026


class Weather:
    """What happens next, and all the chance there is. `trace` prints it."""

    def __init__(self, seed: int, *, trace: bool) -> None:
        self.random = Random(seed)
        self.now = 0.0
        self.faults: Counter[str] = Counter()
        self.calm = False
        self._trace = trace
        self._ahead: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0

    def later(self, seconds: float, happen: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._ahead, (self.now + seconds, self._count, happen))

    def run_until(self, end: float) -> None:
        while self._ahead and self._ahead[0][0] <= end:
            self.now, _, happen = heapq.heappop(self._ahead)
            happen()
        self.now = end

    def strikes(self, fault: str, probability: float) -> bool:
        """Whether this fault happens now; never once the weather is calm."""
        if self.calm or self.random.random() >= probability:
            return False
        self.faults[fault] += 1
        self.say(f"FAULT {fault}")
        return True

    def say(self, line: str) -> None:
        if self._trace:
            print(f"{self.now:9.3f} {line}")


class VirtualClock:
    """A station's clock: exact, and a new boot id with every life."""

    def __init__(self, weather: Weather, boot: str) -> None:
        self._weather = weather
        self._boot = boot
        self._booted = weather.now

    def wall(self) -> float:
        return BEGINNING + self._weather.now

    def monotonic(self) -> float:
        return self._weather.now - self._booted

    def moment(self) -> Moment:
        return Moment(self._boot, self.monotonic(), self.wall(), ClockState.SYNCHRONISED)


class Network:
    """Between one station and the server: loses, doubles, delays, reorders, and breaks."""

    def __init__(self, weather: Weather) -> None:
        self._weather = weather
        self.up = True

    def carry(self, deliver: Callable[[], None]) -> None:
        weather = self._weather
        if not self.up or weather.strikes("message lost", 0.05):
            return
        copies = 2 if weather.strikes("message doubled", 0.05) else 1
        for _ in range(copies):
            slow = weather.strikes("message delayed", 0.05)
            delay = weather.random.uniform(2, 20) if slow else weather.random.uniform(0.01, 0.1)
            weather.later(delay, deliver)
