"""All that must hold when the storm is over, invariant by invariant."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

from tests.simulation.checker import ledger, rebuilding, running, tags, times
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
    yield from times.broken(seen, weather.beginning)
    yield from running.broken(seen, stations)
    yield from rebuilding.broken(server.engine, Random(weather.random.random()))
