"""One seed: a library's morning in the worst weather, then calm, then the checker."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from broker.facts import Acknowledgement
from broker.telemetry import Presence
from broker.topics import Channel, parse
from broker.vocabulary import PatronId
from broker.wire import decode_snapshot
from server.intake import Outgoing
from tests.simulation.checker import AcknowledgementWitness, violations
from tests.simulation.library import opened_library
from tests.simulation.patrons import Town
from tests.simulation.planted import PlantedServer
from tests.simulation.stations import SimulatedStation
from tests.simulation.things import World, stacked_books
from tests.simulation.weather import Weather

STORM_SECONDS = 600.0
CALM_SECONDS = 240.0
# A file system in memory: the databases are real, their disk is quick.
MEMORY = Path("/dev/shm")  # noqa: S108 a private folder is made below it


@dataclass(frozen=True)
class Outcome:
    """What one seed came to."""

    seed: int
    facts: int
    faults: int
    violations: tuple[str, ...]


def run_seed(seed: int, *, bug: str = "", trace: bool = False) -> Outcome:
    """Plays one seed on real databases in a folder of its own."""
    below = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=below) as folder:
        return _Storm(seed, Path(folder), bug, trace=trace).outcome()


class _Storm:
    def __init__(self, seed: int, folder: Path, bug: str, *, trace: bool) -> None:
        self.seed = seed
        self.folder = folder
        self.weather = Weather(seed, trace=trace)
        patrons = [PatronId(f"KTA-{number:04}") for number in range(1, 6)]
        self.world = World(stacked_books(12), patrons)
        engine = opened_library(folder, self.world)
        self.server = PlantedServer(self.weather, engine, self._send, self._tell)
        self.server.bug = bug
        self.witness = AcknowledgementWitness(self.world, folder)
        self.stations = {
            name: self._station(name, bug) for name in ("kios-01", "kios-02", "box-01")
        }
        kiosks = [self.stations["kios-01"], self.stations["kios-02"]]
        self.town = Town(self.weather, self.world, kiosks, self.stations["box-01"])

    def _station(self, name: str, bug: str) -> SimulatedStation:
        return SimulatedStation(name, self.weather, self.world, self.server, self.folder, bug=bug)

    def outcome(self) -> Outcome:
        self.weather.later(10, self.town.live)
        self.weather.later(20, self._break_network)
        self.weather.run_until(STORM_SECONDS)
        self.weather.calm = True
        for station in self.stations.values():
            station.heal()
        self.weather.run_until(STORM_SECONDS + CALM_SECONDS)
        for station in self.stations.values():
            station.ledger.close()
        self.server.engine.dispose()
        self.witness.close()
        found = violations(self.world, self.folder, list(self.stations))
        facts = len(self.world.promises)
        return Outcome(self.seed, facts, self.weather.faults.total(), tuple(found))

    def _break_network(self) -> None:
        if self.weather.calm:
            return
        self.weather.later(self.weather.random.uniform(20, 60), self._break_network)
        station = self.weather.random.choice(list(self.stations.values()))
        if station.network.up:
            self.weather.faults["partition"] += 1
            station.partition()

    def _send(self, message: Outgoing) -> None:
        topic = parse(message.topic)
        if topic.channel is Channel.ACK:
            word = decode_snapshot(message.payload, Acknowledgement)
            self.witness.heard(str(topic.device), word.install, word.through)
        self.stations[str(topic.device)].receive(message.topic, message.payload)

    def _tell(self, presence: Presence) -> None:
        for station in self.stations.values():
            station.presence(presence)
