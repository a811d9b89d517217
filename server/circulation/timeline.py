"""When things really happened, as far as it can be proved, and in which order. Pure.

Law: a station's own order (`seq`) is never changed by anybody's clock unless it cannot be, by when
we received it; and nothing else depends on the order in which things became known. A fact that its
own synchronised clock does not tell lies between what is known of its boot and the moment the
server received it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import reduce
from math import inf
from typing import Final

from broker.facts import Entry, Fact, ItemLent, ItemReturned, LoanRenewed, LoanUnconfirmed
from broker.vocabulary import BEGINNING, ActId, ClockState, DeviceId, Moment
from server.circulation.boots import Placed, Span, narrowed

# So much difference between a station's clock and the server's is nothing unusual; what a station
# says is later than that in the server's future is not believed.
CLOCK_TOLERANCE_SECONDS: Final = 300.0
# A bin reads the parts of a set within some rounds of its reader.
ONE_DROP_SECONDS: Final = 30.0


def judged(at: Moment, received_at: float) -> Moment:
    """`at`, its clock not called synchronised if it tells what cannot be."""
    earliest, latest = at.wall - at.bound, at.wall + at.bound
    if latest >= BEGINNING and earliest <= received_at + CLOCK_TOLERANCE_SECONDS:
        return at
    return replace(at, clock=ClockState.UNKNOWN)


def span(at: Moment, received_at: float, boot: Placed | None) -> Span:
    """When it happened, by all that is known of its boot."""
    widest = Span(min(BEGINNING, received_at), received_at + CLOCK_TOLERANCE_SECONDS)
    received = Span(-inf, received_at)
    if judged(at, received_at).clock is ClockState.SYNCHRONISED:
        own = narrowed(widest, Span(at.wall - at.bound, at.wall + at.bound))
        return narrowed(own, received)
    claims = () if boot is None else boot.claims(at.monotonic)
    return reduce(narrowed, (received, *claims), widest)


@dataclass(frozen=True, slots=True)
class Happened:
    """A journalled fact with when it happened; `wall` is what the station's clock showed."""

    act: ActId
    device: DeviceId
    install: str
    seq: int
    span: Span
    wall: float
    received_at: float
    fact: Fact

    @property
    def time(self) -> float:
        """The one second it counts from: in doubt the patron wins, so a return counts early."""
        early = isinstance(self.fact, ItemReturned)
        return self.span.earliest if early else self.span.latest


def happened(entry: Entry, received_at: float, boot: Placed | None) -> Happened:
    """The entry with its corrected time; `boot` is what is known of its boot."""
    when = span(entry.at, received_at, boot)
    place = (entry.act, entry.device, entry.install, entry.seq)
    return Happened(*place, when, entry.at.wall, received_at, entry.fact)


def in_order(events: Iterable[Happened]) -> tuple[Happened, ...]:
    """One item's events, as they must or, where nobody can know, as they are likely to have been.

    Within one ledger by seq, each no earlier than the one before and no later than the next; but of
    a disk that was put back, which began to count again, what it wrote since is another ledger's.
    Between ledgers, what ended before another began comes first; of what may have been at the same
    time, what fits: a loan of an item that is in, a return of one that is out.
    """
    ledgers: dict[tuple[DeviceId, str], list[Happened]] = {}
    for event in sorted(events, key=lambda one: one.seq, reverse=True):
        ledgers.setdefault((event.device, event.install), []).append(event)
    waiting = [_in_step(part) for ledger in ledgers.values() for part in _lives(ledger)]
    ordered: list[Happened] = []
    out = False
    while waiting := [ledger for ledger in waiting if ledger]:
        heads = [ledger[-1] for ledger in waiting]
        soonest = min(head.span.latest for head in heads)
        possible = [one for one in heads if one.span.earliest <= soonest]
        chosen = min(possible, key=lambda one: (_misfit(one, out=out), *_place(one)))
        ledger = waiting[heads.index(chosen)]
        ledger.pop()
        ordered += (chosen, *_dropped_with(chosen, ledger, waiting))
        out = _is_out_after(chosen, out=out)
    return tuple(ordered)


def _lives(newest_first: list[Happened]) -> tuple[list[Happened], list[Happened]]:
    """What its numbers put in order, and what was written since the disk was put back."""
    first: list[Happened] = []
    since: list[Happened] = []
    for at, event in enumerate(newest_first):
        again = any(_was_here_before(one, event) for one in newest_first[:at])
        (since if again else first).append(event)
    return first, since


def _was_here_before(one: Happened, other: Happened) -> bool:
    """Whether we had `one` before `other` can have happened, and it had happened by then."""
    had = one.received_at < min(other.received_at, other.span.earliest)
    return had and one.span.latest < other.span.earliest


def _dropped_with(
    first: Happened, ledger: list[Happened], ledgers: Iterable[list[Happened]]
) -> Iterator[Happened]:
    """The other parts of a set, whose tags a bin reads one by one: they are one return.

    Unless something else surely came in between.
    """
    while ledger and _is_one_drop(first, ledger[-1]):
        begun = ledger[-1].span.earliest
        if any(other[-1].span.latest < begun for other in ledgers if other):
            return
        yield ledger.pop()


def _is_one_drop(one: Happened, next_one: Happened) -> bool:
    both = isinstance(one.fact, ItemReturned) and isinstance(next_one.fact, ItemReturned)
    apart = next_one.span.earliest - one.span.earliest, next_one.span.latest - one.span.latest
    return both and max(apart) <= ONE_DROP_SECONDS


def _in_step(newest_first: list[Happened]) -> list[Happened]:
    """A ledger's events with spans that never go back from one to the next."""
    forward: list[Happened] = []
    for event in reversed(newest_first):
        earliest = max(event.span.earliest, forward[-1].span.earliest if forward else -inf)
        latest = max(event.span.latest, earliest)
        forward.append(_within(event, earliest, latest))
    backward: list[Happened] = []
    for event in reversed(forward):
        latest = min(event.span.latest, backward[-1].span.latest if backward else inf)
        backward.append(_within(event, event.span.earliest, latest))
    return backward


def _within(event: Happened, earliest: float, latest: float) -> Happened:
    span = Span(earliest, latest)
    return event if span == event.span else replace(event, span=span)


def _place(event: Happened) -> tuple[float, str, str]:
    """The middle of its span is the best guess there is."""
    return event.span.earliest + event.span.latest, str(event.device), event.install


def _misfit(event: Happened, *, out: bool) -> bool:
    match event.fact:
        case ItemLent() | LoanUnconfirmed():
            return out
        case ItemReturned() | LoanRenewed():
            return not out
        case _:
            return False


def _is_out_after(event: Happened, *, out: bool) -> bool:
    match event.fact:
        case ItemLent() | LoanUnconfirmed():
            return True
        case ItemReturned():
            return False
        case _:
            return out
