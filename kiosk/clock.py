"""The station's clocks: the only place that reads them."""

import time
from pathlib import Path
from typing import Final, Protocol

from broker.kernel_clock import discipline
from broker.vocabulary import BEGINNING, ClockState, Moment

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


class Clock(Protocol):
    """Wall and monotonic seconds, and both as a `Moment` for a fact."""

    def wall(self) -> float: ...

    def monotonic(self) -> float: ...

    def moment(self) -> Moment: ...


class SystemClock:
    """The machine's clocks. A wall clock before this program was written is not believed."""

    def __init__(self) -> None:
        self._boot = _BOOT_ID.read_text(encoding="ascii").strip()

    def wall(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    def moment(self) -> Moment:
        kept = discipline()
        wall, monotonic = self.wall(), time.clock_gettime(time.CLOCK_BOOTTIME)
        if wall < BEGINNING:
            return Moment(self._boot, monotonic, wall, ClockState.UNKNOWN)
        if not kept.synchronised:
            return Moment(self._boot, monotonic, wall, ClockState.COASTING)
        return Moment(self._boot, monotonic, wall, ClockState.SYNCHRONISED, kept.bound)
