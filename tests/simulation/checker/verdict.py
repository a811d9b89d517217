"""All that must hold when the storm is over, invariant by invariant."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

from sqlalchemy import Engine

from server.histories import EVENTS, events_of
from tests.simulation.checker import ledger, rebuilding, running, system, tags, times
from tests.simulation.checker.evidence import Evidence
from tests.simulation.library import Server
from tests.simulation.stations import SimulatedStation
from tests.simulation.weather import Weather


def violations(
    weather: Weather, server: Server, stations: list[SimulatedStation], folder: Path
) -> Iterator[str]:
    """Every way in which a promise was broken, in words that begin with the invariant."""
    seen = Evidence(folder, [station.name for station in stations], server.world)
    yield from ledger.broken(seen)
    yield from tags.broken(seen)
    spans = _spans(server.engine)
    yield from times.broken(seen, spans, weather.beginning)
    yield from system.broken(seen, spans, weather.beginning)
    yield from system.unseen_at_night(server, seen)
    yield from running.broken(seen, stations)
    yield from rebuilding.broken(server.engine, Random(weather.random.random()))


def _spans(engine: Engine) -> times.Spans:
    """The product's own word on when each fact was: what I-26 puts to the test."""
    with engine.connect() as connection:
        events = events_of(connection, EVENTS)
    return {str(one.act): (one.span.earliest, one.span.latest) for one in events}
