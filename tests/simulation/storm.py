"""One seed: a library's morning in the worst weather, then calm, then the checker."""

import tempfile
import traceback
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Final

from broker.fault_points import FaultPoint, arm
from broker.vocabulary import PatronId
from tests.simulation.checker.running import unsettled
from tests.simulation.checker.verdict import violations
from tests.simulation.line import Broker
from tests.simulation.mischief import Mischief
from tests.simulation.parts import Parts, Surroundings
from tests.simulation.stations import SimulatedStation
from tests.simulation.things import World, marking, shelf
from tests.simulation.town import Town
from tests.simulation.troubles import Troubles
from tests.simulation.weather import Crash, Weather
from tests.simulation.witness import Witness

STORM_SECONDS: Final = 600.0
# Power, lines and server are back within 40 s; 60 s after that nothing may be owed (X_rec).
RECOVERY_SECONDS: Final = 100.0
# The last of the very late messages has arrived by then.
CALM_SECONDS: Final = 180.0
STATIONS: Final = ("kios-01", "kios-02", "box-01")
_BOOKS: Final = 12
_PATRONS: Final = 5
# A file system in memory: the databases are real, their disk is quick.
MEMORY: Final = Path("/dev/shm")  # noqa: S108 a private folder is made below it


@dataclass(frozen=True)
class Outcome:
    """What one seed came to. `violations` begin with the invariant that was broken."""

    seed: int
    facts: int
    faults: Counter[str]
    paths: Counter[str]
    violations: tuple[str, ...]


def run_seed(
    seed: int, parts: Parts | None = None, *, trace: bool = False, also: Collection[str] = ()
) -> Outcome:
    """Plays one seed on real databases; `also` are faults to arm in any case."""
    weather = Weather(seed, trace=trace, also=also)
    storm = _Storm(seed, weather, parts or Parts())
    try:
        arm(storm.reached)
        found = storm.blow()
    except Exception as error:  # noqa: BLE001 whatever stops a program is a violation like any other
        traceback.print_exc()
        found = [f"I-40 stopped by {type(error).__name__}: {error}"]
    finally:
        arm(None)
        storm.end()
    facts = len(storm.world.promises)
    return Outcome(seed, facts, weather.faults, weather.paths, tuple(found))


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """One for each process: the same paths for each seed, so that engines can be kept."""
    folder = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
    # A pool's process ends without what Python else does at an exit.
    Finalize(None, folder.cleanup, exitpriority=1)
    return folder


class _Storm:
    def __init__(self, seed: int, weather: Weather, parts: Parts) -> None:
        self.seed = seed
        self.weather = weather
        folder = Path(_folder().name)
        patrons = [PatronId(f"KTA-{number:04}") for number in range(1, _PATRONS + 1)]
        marks = marking(with_eas=weather.random.random() < 0.5)
        self.world = World(shelf(_BOOKS), patrons, marks)
        self.broker = Broker(weather)
        self.server = parts.server(weather, self.world, self.broker, folder / "server.db")
        self.broker.server = self.server
        around = Surroundings(weather, self.world, self.broker, folder, parts)
        self.stations = {name: SimulatedStation(name, around) for name in STATIONS}
        for name, station in self.stations.items():
            self.broker.stations[name] = station.connection
            Witness(station)
            station.start()
        kiosks = [one for one in self.stations.values() if not one.is_box]
        self.town = Town(self.world, kiosks, self.stations["box-01"], self.server)
        mischief = Mischief(weather, self.world, self.server)
        everyone = list(self.stations.values())
        self.troubles = Troubles(weather, self.broker, self.server, everyone, mischief)

    def blow(self) -> list[str]:
        """Everything that happens, and what the checker says of it."""
        self.server.connected()
        self.weather.later(10, self.town.live)
        self.troubles.begin()
        self.server.remind()
        self.weather.run_until(STORM_SECONDS)
        self._calm_down()
        self.weather.run_until(STORM_SECONDS + RECOVERY_SECONDS)
        # A kiosk waits for a patron who is still there before it settles anything.
        self.weather.run_until(self.town.left_at + RECOVERY_SECONDS)
        late = [*map(unsettled, self.stations.values())]
        self.weather.run_until(STORM_SECONDS + CALM_SECONDS)
        everyone = list(self.stations.values())
        final = violations(self.weather, self.server, everyone, Path(_folder().name))
        return [*self.world.wrong, *filter(None, late), *final]

    def end(self) -> None:
        """Nothing is left open for the next seed, which uses the same files."""
        for station in self.stations.values():
            station.close()
        self.server.close()

    def reached(self, point: FaultPoint) -> None:
        """Whichever program comes through here may stop here."""
        if self.weather.strikes(f"crash at {point}"):
            raise Crash

    def _calm_down(self) -> None:
        self.weather.calm = True
        for station in self.stations.values():
            station.connection.heal()
            station.mend_disk()
            self.server.serve(station.name, in_service=True)
