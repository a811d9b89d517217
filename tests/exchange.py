"""Real ledgers, couriers and reporters, and the real intake over a real database, joined by hand.

Every message arrives at once and in order; what may go wrong on the way is the simulation's.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from broker.facts import Acknowledgement, Entry, Fact, ItemLent, ItemReturned
from broker.telemetry import Kind, Presence
from broker.topics import Channel, parse
from broker.vocabulary import ActId, DeviceId, SiteId
from broker.wire import decode_entry, decode_snapshot
from kiosk.courier import Courier
from kiosk.ledger import Ledger
from kiosk.report import Reporter
from server.heard import Heard
from server.intake import Intake
from server.journal.database import transaction
from server.library import Library
from server.settings import Branch
from tests.keys import OPENING
from tests.kiosk.clocks import HandClock
from tests.kiosk.things import DUE, SITI_SEALED, item, uid

SITE = SiteId("binjai")


class Correspondent:
    """One station without hands: it writes facts, sends them and hears what became of them."""

    def __init__(self, device: str, path: Path, hear: Callable[[Heard], None]) -> None:
        self.device = DeviceId(device)
        self.path = path
        self.clock = HandClock()
        self._hear = hear
        self._count = 0
        self.start()

    def start(self) -> None:
        """Also after its disk was put back: what it knew in memory is gone."""
        self.ledger = Ledger.open_or_replace(self.path, SITE, self.device, self._new_id())
        self.courier = Courier(
            (SITE, self.device), self.ledger, self.clock, self._publish, self._new_id
        )
        self.reporter = Reporter((SITE, self.device, Kind.KIOSK), self.clock, self.courier.send)

    def _publish(self, topic: str, payload: bytes, *, retain: bool) -> None:
        del retain
        self._hear(Heard(topic, payload))

    def _new_id(self) -> str:
        self._count += 1
        return f"{self.device}-{self._count}"

    def lend(self, *numbers: int) -> None:
        for number in numbers:
            self._record(number, ItemLent(item(number), SITI_SEALED, DUE, provisional=False))

    def take_back(self, *numbers: int) -> None:
        for number in numbers:
            self._record(number, ItemReturned(item(number), secured=True))

    def finish_as_returned(self, act: str, number: int, *, secured: bool) -> None:
        """Ends an act that was begun before."""
        self.ledger.record(ActId(act), ItemReturned(item(number), secured))

    def entries(self) -> list[Entry]:
        """All that its disk holds."""
        with self.ledger._engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT payload FROM entry ORDER BY seq")
            return [decode_entry(payload) for (payload,) in rows]

    def _record(self, number: int, fact: Fact) -> None:
        act = ActId(self._new_id())
        self.clock.wait(60)
        self.ledger.intend(act, uid(number), item(number), None, self.clock.moment())
        self.ledger.record(act, fact)

    def speak(self) -> None:
        """One turn of its loop, with the line and the server there."""
        install, extent = self.ledger.install, self.ledger.extent
        self.reporter.introduce(install, extent, self.courier.coming)
        self.courier.deliver()

    def presence(self, presence: Presence) -> None:
        self.courier.connection(up=True)
        self.courier.server(presence)
        self.speak()


@dataclass
class Exchange:
    """A library of such stations over `engine`, which may be changed for another."""

    engine: Engine
    folder: Path
    stations: dict[str, Correspondent] = field(default_factory=dict)
    waiting: list[Heard] = field(default_factory=list)

    def station(self, name: str) -> Correspondent:
        if name not in self.stations:
            path = self.folder / name / "ledger.db"
            path.parent.mkdir(parents=True)
            self.stations[name] = Correspondent(name, path, self.waiting.append)
        return self.stations[name]

    def server_comes(self) -> None:
        """The server goes and is there again, perhaps with an older memory."""
        for presence in (Presence.OFFLINE, Presence.ONLINE):
            for station in self.stations.values():
                station.presence(presence)

    def settle(self) -> None:
        """Until nobody has anything to say. Fails when that never comes."""
        intake = Intake(Library(Branch(ZoneInfo("Asia/Jakarta")), SITE), SITE, OPENING)
        for _ in range(1000):
            for station in self.stations.values():
                station.speak()
            batch = self.waiting[:]
            self.waiting.clear()
            if not batch:
                return
            now = max(station.clock.wall() for station in self.stations.values())
            with transaction(self.engine) as connection:
                outgoing = intake.digest(connection, batch, now)
            for message in outgoing:
                topic = parse(message.topic)
                if topic.channel is Channel.ACK:
                    word = decode_snapshot(message.payload, Acknowledgement)
                    self.stations[str(topic.device)].courier.acknowledged(word)
        raise AssertionError("they talk for ever")

    def owed(self) -> int:
        return sum(station.ledger.owed_count for station in self.stations.values())

    def close(self) -> None:
        for station in self.stations.values():
            station.ledger.close()
