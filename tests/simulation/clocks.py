"""Stations' clocks: they wake up without the time, are told it later, and jump until then."""

from typing import Final

from broker.vocabulary import ClockState, Moment
from tests.simulation.weather import Weather

_SLOWEST: Final = -200 * 86_400.0
_FASTEST: Final = 2 * 3600.0
_COASTING_SECONDS: Final = 2.0
BOUND_SECONDS: Final = 0.2
_TELLING_SECONDS: Final = (20.0, 200.0)


class StationClock:
    """One boot's clock. Monotonic time is right; the wall clock is only when it is synchronised."""

    def __init__(self, weather: Weather, boot: str) -> None:
        self._weather = weather
        self._boot = boot
        self._booted = weather.now
        self._ahead = weather.random.uniform(-BOUND_SECONDS, BOUND_SECONDS)
        self._jumps = 0
        self.state = ClockState.SYNCHRONISED
        if weather.strikes("clock unknown at boot"):
            self._ahead = weather.random.uniform(_SLOWEST, _FASTEST)
            self.state = ClockState.UNKNOWN
            self._perhaps_learn()
        elif weather.strikes("clock coasting"):
            self._ahead = weather.random.uniform(-_COASTING_SECONDS, _COASTING_SECONDS)
            self.state = ClockState.COASTING

    def wall(self) -> float:
        return self._weather.true + self._ahead

    def monotonic(self) -> float:
        return self._weather.now - self._booted

    def moment(self) -> Moment:
        bound = BOUND_SECONDS if self.state is ClockState.SYNCHRONISED else 0.0
        return Moment(self._boot, self.monotonic(), self.wall(), self.state, bound)

    @property
    def settings(self) -> tuple[str, int]:
        """Another one whenever the wall clock was set."""
        return self._boot, self._jumps

    def step(self) -> None:
        """Somebody sets the wall clock wrong, where the time is not kept right from outside."""
        if self.state is ClockState.SYNCHRONISED:
            return
        self._weather.reached("clock stepped while nobody kept it")
        self._jumps += 1
        self._ahead = self._weather.random.uniform(_SLOWEST, _FASTEST)
        self.state = ClockState.UNKNOWN
        self._perhaps_learn()

    def _perhaps_learn(self) -> None:
        if not self._weather.strikes("clock never set"):
            self._weather.later(self._weather.random.uniform(*_TELLING_SECONDS), self._learn)

    def _learn(self) -> None:
        self._jumps += 1
        self._ahead = self._weather.random.uniform(-BOUND_SECONDS, BOUND_SECONDS)
        self.state = ClockState.SYNCHRONISED
        self._weather.reached("time learnt late")
