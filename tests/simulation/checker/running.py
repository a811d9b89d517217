"""Whether everything runs again by itself, and who decided what did not: I-36 to I-39."""

from collections.abc import Iterator
from typing import Final

from kiosk.visit import Screen
from server.circulation.tasks import OF_SYSTEM
from tests.simulation.checker.evidence import Evidence
from tests.simulation.stations import SimulatedStation

# What ends when what was missing has come.
_BY_ITSELF: Final = frozenset({"gap", "quarantine"}) | {kind.value for kind in OF_SYSTEM}


def unsettled(station: SimulatedStation) -> str:
    """What a station still owes or has open when it should not any more; empty when nothing."""
    if not station.alive:
        return f"I-38 {station.name} does not start"
    if station.ledger.owes:
        return f"I-38 {station.name} still owes facts"
    if station.world.open_acts[station.name] and station.ledger.open_acts():
        return f"I-38 {station.name} has open acts"
    if station.conduct.busy:
        return f"I-38 {station.name} is still busy"
    return ""


def broken(seen: Evidence, stations: list[SimulatedStation]) -> Iterator[str]:
    """Each violation in words, beginning with its invariant."""
    for station in stations:
        if found := unsettled(station):
            yield found
        yield from _serves(station)
        yield from _bounded(seen, station)
        yield from _shown(seen, station)
    yield from _decided(seen)


def _serves(station: SimulatedStation) -> Iterator[str]:
    shown = station.screen()
    if shown not in {None, Screen.WELCOME}:
        yield f"I-38 {station.name} needs a hand: it shows {shown}"
    if not station.courier.online:
        yield f"I-38 {station.name} does not know that the server is there"


def _bounded(seen: Evidence, station: SimulatedStation) -> Iterator[str]:
    ledger = seen.ledgers[station.name]
    owed = sum(entry["acknowledged"] is None for entry in ledger.entries)
    if owed or ledger.open_acts:
        yield f"I-37 {station.name} keeps {owed} facts and {ledger.open_acts} acts for ever"
    lying = len(station.field.inventory(then_quiet=False))
    if len(station.books()) > lying:
        yield f"I-37 {station.name} remembers {len(station.books())} books where {lying} lie"


def _shown(seen: Evidence, station: SimulatedStation) -> Iterator[str]:
    """The page's row is the station's true state, two minutes after the last change."""
    row = seen.devices.get(station.name)
    if row is None:
        yield f"I-39 nobody knows of {station.name}"
        return
    truth = {
        "status": "online",
        "mode": station.condition().mode.value,
        "unsent": 0,
        "install": station.ledger.install,
        "boot": station.clock.moment().boot,
        "settings_reported_problem": "",
    }
    for column, true in truth.items():
        if row[column] != true:
            yield f"I-39 {station.name}: the page says {column} {row[column]!r}, in truth {true!r}"


def _decided(seen: Evidence) -> Iterator[str]:
    """Whatever staff settled says who, why and when; the rest was settled by what came."""
    decided = {(row["kind"], row["act"]) for row in seen.decisions}
    for row in seen.decisions:
        if not (row["who"] and row["note"] and row["decided_at"]):
            yield f"I-36 nobody stands for the decision about {row['kind']}/{row['act']}"
    for task in seen.tasks:
        by_staff = task["settled_at"] is not None and task["kind"] not in _BY_ITSELF
        if by_staff and (task["kind"], task["act"]) not in decided:
            yield f"I-36 {task['kind']}/{task['act']} was settled without a decision"
