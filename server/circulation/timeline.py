"""When things really happened, and in which order. Pure.

Law: a station's own order (`seq`) is never changed by anybody's clock, and the result depends only
on what happened, never on the order in which it became known.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from broker.facts import Entry, Fact
from broker.vocabulary import ActId, ClockState, DeviceId, Moment

# A fact cannot happen after it was received; this much difference of clocks is nothing unusual.
CLOCK_TOLERANCE_SECONDS: Final = 300.0


@dataclass(frozen=True, slots=True)
class Happened:
    """A journalled fact with its corrected time (seconds since 1970 UTC)."""

    act: ActId
    device: DeviceId
    install: str
    seq: int
    time: float
    received_at: float
    fact: Fact


@dataclass(frozen=True, slots=True)
class Anchor:
    """In one boot of one station: this monotonic second was that second since 1970 UTC."""

    monotonic: float
    wall: float


def happened(entry: Entry, received_at: float, anchor: Anchor | None) -> Happened:
    """The entry at its corrected time; `anchor` is what is known of its boot."""
    time = corrected(entry.at, received_at, anchor)
    return Happened(
        entry.act, entry.device, entry.install, entry.seq, time, received_at, entry.fact
    )


def corrected(at: Moment, received_at: float, anchor: Anchor | None) -> float:
    """Seconds since 1970 UTC: the wall clock if it was synchronised, else by the boot's anchor.

    Without an anchor the wall clock stands: a station without a clock battery starts from the last
    time it saved, which is early, and early is in the patron's favour.
    """
    time = at.wall
    if at.clock is not ClockState.SYNCHRONISED and anchor is not None:
        time = anchor.wall + at.monotonic - anchor.monotonic
    if time > received_at + CLOCK_TOLERANCE_SECONDS:
        return received_at
    return max(time, 0.0)


def anchors(moments: Iterable[tuple[DeviceId, Moment]]) -> dict[tuple[DeviceId, str], Anchor]:
    """For each (device, boot): its earliest synchronised moment."""
    found: dict[tuple[DeviceId, str], Anchor] = {}
    for device, at in moments:
        if at.clock is not ClockState.SYNCHRONISED:
            continue
        boot = (device, at.boot)
        anchor = Anchor(at.monotonic, at.wall)
        known = found.get(boot, anchor)
        found[boot] = min(known, anchor, key=lambda one: (one.monotonic, one.wall))
    return found


def in_order(events: Iterable[Happened]) -> tuple[Happened, ...]:
    """By corrected time, device, install and seq; within one ledger always by seq.

    A station whose clock went backwards keeps its own order: an event is placed no earlier than
    what the same ledger wrote before it.
    """
    latest: dict[tuple[DeviceId, str], float] = {}
    placed: list[tuple[float, str, str, int, Happened]] = []
    for event in sorted(events, key=lambda one: one.seq):
        ledger = (event.device, event.install)
        latest[ledger] = max(event.time, latest.get(ledger, event.time))
        place = (latest[ledger], str(event.device), event.install, event.seq)
        placed.append((*place, event))
    return tuple(place[-1] for place in sorted(placed, key=lambda place: place[:4]))
