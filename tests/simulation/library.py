"""The real server core in the simulation: intake, journal and circulation over real SQLite."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, insert

from broker.telemetry import Presence
from broker.topics import Channel, Topic, parse
from broker.vocabulary import PatronId, SiteId
from broker.wire import encode_snapshot
from server.catalogue import rulebook
from server.intake import Heard, Intake, Outgoing
from server.journal.database import open_engine, transaction
from server.journal.tables import item, loan_rule, member, metadata, title
from server.library import Library
from server.settings import Branch, OfflineLimits, Service, desired_settings
from tests.keys import OPENING
from tests.simulation.things import World
from tests.simulation.weather import BEGINNING, Weather

SITE = SiteId("sim")
BRANCH = Branch(ZoneInfo("Asia/Jakarta"), frozenset({6}))
REFERENCE = "B00001"


def opened_library(folder: Path, world: World) -> Engine:
    """A small library on a real SQLite file: its first book may not be lent."""
    engine = open_engine(f"sqlite:///{folder / 'server.db'}")
    with transaction(engine) as connection:
        metadata.create_all(connection)
        book = {"id": 1, "title": "Laskar Pelangi", "author": "Andrea Hirata"}
        rest = {"publisher": "Bentang", "year": 2005, "call_number": "899.221 3 HIR l"}
        connection.execute(insert(title), [book | rest])
        copies = [str(copy.item) for copy in world.books]
        connection.execute(
            insert(item),
            [
                {
                    "barcode": barcode,
                    "title": 1,
                    "collection": "reference" if barcode == REFERENCE else "circulating",
                    "state": "present",
                }
                for barcode in copies
            ],
        )
        connection.execute(insert(member), [_member(patron) for patron in world.patrons])
        rule = {"member_kind": "umum", "collection": "circulating", "item_limit": 4, "days": 7}
        reading = {"member_kind": "umum", "collection": "reference", "item_limit": 0, "days": 0}
        connection.execute(insert(loan_rule), [rule, reading])
    return engine


def _member(patron: PatronId) -> dict[str, object]:
    return {
        "number": patron.reveal(),
        "card": None,
        "name": "Contoh",
        "kind": "umum",
        "expires": date(2030, 1, 1),
        "blocked": None,
    }


class Server:
    """Takes batches, commits, then answers; crashes before or after the commit."""

    def __init__(
        self, weather: Weather, engine: Engine, send: Callable[[Outgoing], None], tell: "Tell"
    ) -> None:
        self.weather = weather
        self.engine = engine
        self.send = send
        self.tell = tell
        self.up = True
        self.inbox: list[Heard] = []
        self.intake = Intake(Library(BRANCH), SITE, OPENING)

    def hear(self, message: Heard) -> None:
        if not self.up:
            return
        if not self.inbox:
            self.weather.later(self.weather.random.uniform(0.005, 0.2), self.work)
        self.inbox.append(message)

    def work(self) -> None:
        batch, self.inbox = self.inbox, []
        if not self.up or not batch:
            return
        if self.weather.strikes("server crashed before the commit", 0.02):
            self.crash()
            return
        outgoing = self.commit(batch)
        if self.weather.strikes("server crashed after the commit", 0.02):
            self.crash()
            return
        for message in outgoing:
            self.send(message)

    def commit(self, batch: list[Heard]) -> tuple[Outgoing, ...]:
        """One transaction, and what it owes."""
        now = BEGINNING + self.weather.now
        with transaction(self.engine) as connection:
            outgoing = self.intake.digest(connection, batch, now)
            days = rulebook(connection, BRANCH).calendar.closed_days
        wanted = desired_settings(Service(1), BRANCH, OfflineLimits(3, 72, 7), days, date.min)
        born = {parse(heard.topic).device for heard in batch if heard.topic.endswith("/birth")}
        return outgoing + tuple(
            Outgoing(
                str(Topic(SITE, device, Channel.SETTINGS_DESIRED)),
                encode_snapshot(wanted),
                retain=True,
            )
            for device in sorted(born, key=str)
        )

    def crash(self) -> None:
        self.up = False
        self.inbox = []
        self.weather.later(5, lambda: self.tell(Presence.OFFLINE))
        self.weather.later(self.weather.random.uniform(6, 40), self.restart)

    def restart(self) -> None:
        self.up = True
        self.tell(Presence.ONLINE)


Tell = Callable[[Presence], None]
