"""What one boot of a station learns of the true time, and when its own clock is not believed. Pure.

Of what NTP says the first is kept, of what the server says that which puts the boot's start latest:
it was the least delayed.
"""

from dataclasses import replace
from typing import Final

from broker.vocabulary import Anchor, BootClock, ClockState, Moment, TimeSource

# A server's word that is better by less is not worth a write to the disk.
WORTH_SECONDS: Final = 1.0
# A clock that is behind the server's word by more is set wrong, whoever set it.
TOLERANCE_SECONDS: Final = 300.0


def learnt(clock: BootClock, anchor: Anchor) -> BootClock:
    """The boot with `anchor` among its anchors; the same boot if it has a better one."""
    known = {one.source: one for one in clock.anchors}
    before = known.get(anchor.source)
    if before is not None:
        gain = (anchor.wall - anchor.monotonic) - (before.wall - before.monotonic)
        if anchor.source is TimeSource.NTP or gain <= WORTH_SECONDS:
            return clock
    known[anchor.source] = anchor
    kept = tuple(known[source] for source in TimeSource if source in known)
    return replace(clock, anchors=kept)


def heard(clock: BootClock, at: Moment, server_time: float) -> BootClock:
    """After the server's word, which was written at `server_time` and came in at `at`."""
    return learnt(clock, Anchor(at.monotonic, server_time, TimeSource.SERVER, 0.0))


def seen(clock: BootClock, at: Moment) -> BootClock:
    """After a look at the machine's clock."""
    if judged(clock, at).clock is not ClockState.SYNCHRONISED:
        return clock
    return learnt(clock, Anchor(at.monotonic, at.wall, TimeSource.NTP, at.bound))


def judged(clock: BootClock, at: Moment) -> Moment:
    """`at`, its clock not called synchronised when the server has proved it to be behind."""
    for one in clock.anchors:
        earliest = one.wall + at.monotonic - one.monotonic
        if one.source is TimeSource.SERVER and at.wall < earliest - TOLERANCE_SECONDS:
            return replace(at, clock=ClockState.UNKNOWN)
    return at
