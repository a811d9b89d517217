"""A clock moved by hand."""

from broker.vocabulary import ClockState, Moment

NOON = 1_790_000_000.0


class HandClock:
    """Stands still until told to wait; the wall may also be set apart from the monotonic time."""

    def __init__(self, boot: str = "boot-1") -> None:
        self.boot = boot
        self.seconds = 1000.0
        self.offset = NOON - self.seconds
        self.state = ClockState.SYNCHRONISED

    def wait(self, seconds: float) -> None:
        self.seconds += seconds

    def monotonic(self) -> float:
        return self.seconds

    def wall(self) -> float:
        return self.seconds + self.offset

    def moment(self) -> Moment:
        return Moment(self.boot, self.seconds, self.wall(), self.state)
