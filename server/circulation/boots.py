"""What is known of the time in each boot of a station, as intervals. Pure.

Law: true time is the server's. Every claim is an interval; one that contradicts a more trusted one
is dismissed whole. Of a boot, the most trusted first:

it was heard            a message sent at that monotonic second was received then: not later
it heard the server     what the server wrote then was heard at that monotonic second: not earlier
it was set by NTP       within `bound` of NTP's time
its neighbours          a boot begins when the one before has ended
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from math import inf
from typing import Final

from broker.vocabulary import BEGINNING, Anchor, BootClock, TimeSource

# A monotonic clock is slewed by at most 500 ppm (adjtimex(2)), and a cheap crystal errs by 100.
DRIFT: Final = 0.0006
# What telemetry teaches about a boot counts when it is better by more: each refolds its facts.
WORTH_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Span:
    """Not earlier and not later than these (seconds since 1970 UTC)."""

    earliest: float
    latest: float

    def nearest(self, time: float) -> float:
        """`time` if it is possible, else what is nearest to it."""
        return min(max(time, self.earliest), self.latest)


def narrowed(span: Span, claim: Span) -> Span:
    """Both at once; the span as it was if the claim contradicts it."""
    earliest = max(span.earliest, claim.earliest)
    latest = min(span.latest, claim.latest)
    return Span(earliest, latest) if earliest <= latest else span


@dataclass(frozen=True, slots=True)
class Mark:
    """In one boot: at that monotonic second it was that second since 1970 UTC, or later, or not."""

    monotonic: float
    wall: float

    @property
    def begin(self) -> float:
        return self.wall - self.monotonic

    def at(self, monotonic: float, bound: float = 0.0) -> Span:
        """The time at another second of the boot."""
        away = monotonic - self.monotonic
        error = bound + DRIFT * abs(away)
        return Span(self.wall + away - error, self.wall + away + error)


@dataclass(frozen=True, slots=True)
class Boot:
    """What is known of the time in one boot; `monotonic` is the last second known of it.

    It was `after.wall` or later at `after`, and `before.wall` or earlier at `before`.
    """

    monotonic: float
    after: Mark | None = None
    before: Mark | None = None
    ntp: Anchor | None = None

    @property
    def loose(self) -> bool:
        """Whether only its neighbours could say more."""
        return self.ntp is None and (self.after is None or self.before is None)

    def claims(self, monotonic: float) -> tuple[Span, ...]:
        """What the boot says of the time at this second, the most trusted first."""
        found = []
        if self.before is not None:
            found.append(Span(-inf, self.before.at(monotonic).latest))
        if self.after is not None:
            found.append(Span(self.after.at(monotonic).earliest, inf))
        if self.ntp is not None:
            mark = Mark(self.ntp.monotonic, self.ntp.wall)
            found.append(mark.at(monotonic, self.ntp.bound))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Placed:
    """A boot between its neighbours: it began after the one, and ended before the other."""

    boot: Boot
    begun_after: float = -inf
    ended_before: float = inf

    def narrowed(self, other: "Placed") -> "Placed":
        """The same boot between the neighbours that another ledger knows as well."""
        begun = max(self.begun_after, other.begun_after)
        return Placed(self.boot, begun, min(self.ended_before, other.ended_before))

    def claims(self, monotonic: float) -> tuple[Span, ...]:
        if not self.boot.loose:
            return self.boot.claims(monotonic)
        left = max(self.boot.monotonic - monotonic, 0.0)
        return (
            *self.boot.claims(monotonic),
            Span(self.begun_after + monotonic * (1 - DRIFT), inf),
            Span(-inf, self.ended_before - left * (1 - DRIFT)),
        )


def placed(steps: Sequence[Sequence[Boot]]) -> tuple[Placed, ...]:
    """The boots of one ledger by their number, each between its neighbours.

    A disk that was put back counts from there again: a number has several boots then, and nobody
    knows which of them went before a boot of the next number, or whether any did.
    """
    begun, ended = [], []
    time = BEGINNING
    for step in steps:
        begun.append(time)
        time = min(_end(boot, time) for boot in step)
    time = inf
    for step, previous in pairwise([*reversed(steps), ()]):
        ended.append(time)
        starts = [_start(boot, time) for boot in step]
        time = min(starts) if len(previous) == 1 else max(starts)
        if len(previous) > len(step):  # some were followed by none, and may have ended last
            time = inf
    between = zip(steps, begun, reversed(ended), strict=True)
    return tuple(Placed(boot, after, before) for step, after, before in between for boot in step)


def _end(boot: Boot, begun: float) -> float:
    """When it ended at the earliest."""
    end = reduce(narrowed, boot.claims(boot.monotonic), Span(BEGINNING, inf))
    return max(end.earliest, begun + boot.monotonic * (1 - DRIFT))


def _start(boot: Boot, ended: float) -> float:
    """When it began at the latest."""
    start = reduce(narrowed, boot.claims(0.0), Span(BEGINNING, inf))
    return min(start.latest, ended - boot.monotonic * (1 - DRIFT))


def told(clock: BootClock, received_at: float) -> Boot:
    """What a station's own words about a boot, received then, say of its time."""
    by = {one.source: one for one in clock.anchors}
    word = by.get(TimeSource.SERVER)
    return Boot(
        clock.monotonic,
        None if word is None else Mark(word.monotonic, word.wall - word.bound),
        Mark(clock.monotonic, received_at),
        by.get(TimeSource.NTP),
    )


def joined(known: Boot, more: Boot) -> Boot:
    """Both together; marks only move when that is worth it."""
    after, before, ntp = known.after, known.before, known.ntp
    if more.after and (not after or more.after.begin > after.begin + WORTH_SECONDS):
        after = more.after
    if more.before and (not before or more.before.begin < before.begin - WORTH_SECONDS):
        before = more.before
    if more.ntp and (not ntp or _earlier(more.ntp, ntp)):
        ntp = more.ntp
    return Boot(max(known.monotonic, more.monotonic), after, before, ntp)


def _earlier(one: Anchor, other: Anchor) -> bool:
    return (one.monotonic, one.bound, one.wall) < (other.monotonic, other.bound, other.wall)
