"""The real server core in the simulation: intake, journal and circulation over real SQLite."""

from contextlib import closing
from datetime import date
from pathlib import Path
from sqlite3 import connect
from typing import Final

from sqlalchemy import Connection

from broker.errors import BadMessage
from broker.telemetry import SettingsDesired
from broker.topics import Channel, Topic, parse
from broker.vocabulary import ActId, DeviceId
from broker.wire import decode_entry, encode_snapshot
from server.catalogue import rulebook
from server.circulation.fold import TaskKind
from server.intake import Heard, Intake, Outgoing
from server.journal.database import DatabaseFailed, transaction
from server.library import Library
from server.settings import Service, desired_settings
from tests.simulation.limits import BRANCH, LIMITS
from tests.simulation.line import SITE, Broker
from tests.simulation.stock import opened_library, put_in_place
from tests.simulation.things import World
from tests.simulation.weather import Weather

_BATCH_SECONDS: Final = (0.02, 0.5)
_RETRY_SECONDS: Final = 1.0


class Server:
    """Takes batches, commits, then answers; crashes before or after the commit."""

    def __init__(self, weather: Weather, world: World, broker: Broker, path: Path) -> None:
        self.weather = weather
        self.world = world
        self.broker = broker
        self.path = path
        items = [book.item for book in world.books]
        self.engine = opened_library(path, items, world.patrons)
        self.intake = Intake(self.library(), SITE)
        self.up = True
        self.refusing = False
        self.inbox: list[Heard] = []
        self.service: dict[str, Service] = {}
        self.acknowledged: list[Outgoing] = []
        self._spoke: dict[str, float] = {}
        self._calendar: frozenset[date] | None = None

    def library(self) -> Library:
        return Library(BRANCH)

    def hear(self, message: Heard) -> None:
        if not self.up:
            return
        if not self.inbox:
            self.weather.later(self.weather.random.uniform(*_BATCH_SECONDS), self.work)
        self.inbox.append(message)

    def connected(self) -> None:
        """The broker takes its subscriptions: everybody hears that it is there."""
        self.broker.server_came()

    def work(self) -> None:
        batch, self.inbox = self.inbox, []
        if not self.up or not batch:
            return
        if self.weather.strikes("server crashed before the commit"):
            self.crash()
            return
        try:
            outgoing = self.commit(batch)
        except DatabaseFailed:
            self._try_again(batch)
            return
        if self.weather.strikes("server crashed after the commit"):
            self.crash()
            return
        for message in outgoing:
            self.broker.say(message.topic, message.payload, retain=message.retain)

    def commit(self, batch: list[Heard]) -> tuple[Outgoing, ...]:
        """One transaction, and what it owes."""
        with transaction(self.engine) as connection:
            outgoing = self.intake.digest(connection, batch, self.weather.true)
            wishes = self._wishes(connection, batch)
        self.acknowledged += [said for said in outgoing if said.topic.endswith("/ack")]
        self._remember(batch)
        self._shows_who_spoke(batch)
        return (*outgoing, *wishes)

    def settings(self, name: str) -> SettingsDesired:
        """What this station shall be now."""
        service = self.service.get(name, Service(1))
        return desired_settings(service, BRANCH, LIMITS, self._calendar or (), date.min)

    def serve(self, name: str, *, in_service: bool) -> None:
        """A technician takes a station out of service, or back in."""
        version = self.service.get(name, Service(1)).version + 1
        self.service[name] = Service(version, in_service=in_service)
        self._wish(DeviceId(name))

    def refuse(self, seconds: float) -> None:
        """The database takes no writes for so long."""
        self._only_read(on=True)
        self.weather.later(seconds, lambda: self._only_read(on=False))

    def crash(self) -> None:
        self.weather.say("server crashes")
        self.up = False
        self.inbox = []
        self.broker.server_went()
        self.weather.later(self.weather.random.uniform(6, 40), self.restart)

    def restart(self) -> None:
        if self.weather.strikes("server restored from a backup"):
            self._restore()
        self.up = True
        self.connected()

    def back_up(self) -> None:
        """A copy of the database is put aside, as it is now."""
        with closing(connect(self.path)) as live, closing(connect(self._copy)) as copy:
            live.backup(copy)

    def settle(self, kind: str, act: str) -> bool:
        """Staff have seen to a task."""
        try:
            with transaction(self.engine) as connection:
                return self.intake.library.settle(
                    connection, TaskKind(kind), ActId(act), self.weather.true
                )
        except DatabaseFailed:
            return False

    def open_tasks(self) -> list[tuple[str, str, str | None]]:
        """What staff see on their list: kind, act and item of each."""
        with closing(connect(self.path)) as file:
            rows = file.execute("SELECT kind, act, item FROM task WHERE settled_at IS NULL")
            return sorted(rows.fetchall())

    def _wishes(self, connection: Connection, batch: list[Heard]) -> tuple[Outgoing, ...]:
        """The settings of every station that was just born."""
        if self._calendar is None:
            self._calendar = rulebook(connection, BRANCH).calendar.closed_days
        born = {_name(heard) for heard in batch if heard.topic.endswith("/birth")}
        return tuple(self._wished(DeviceId(name)) for name in sorted(born - {""}))

    def _wish(self, device: DeviceId) -> None:
        wished = self._wished(device)
        self.broker.say(wished.topic, wished.payload, retain=True)

    def _wished(self, device: DeviceId) -> Outgoing:
        topic = str(Topic(SITE, device, Channel.SETTINGS_DESIRED))
        return Outgoing(topic, encode_snapshot(self.settings(str(device))), retain=True)

    def _try_again(self, batch: list[Heard]) -> None:
        self.weather.reached("batch kept while the database refused")
        self.inbox = [*batch, *self.inbox]
        self.weather.later(_RETRY_SECONDS, self.work)

    def _only_read(self, *, on: bool) -> None:
        raw = self.engine.raw_connection()
        raw.cursor().execute(f"PRAGMA query_only = {int(on)}")
        raw.close()

    def _remember(self, batch: list[Heard]) -> None:
        """The witness of commits: which facts the server can be held to."""
        for heard in batch:
            if not heard.topic.endswith("/fact"):
                continue
            self.world.taken[heard.payload] = heard.topic
            try:
                entry = decode_entry(heard.payload)
            except BadMessage:
                continue
            self.world.committed[entry.install].add(entry.seq)

    def _shows_who_spoke(self, batch: list[Heard]) -> None:
        """A device that the broker only remembers has not spoken."""
        for heard in batch:
            spoke = not heard.topic.endswith("/status") and self.world.mischief.get(
                heard.payload, True
            )
            if spoke and not heard.retained:
                self._spoke[_name(heard)] = self.weather.true
        remembered = {_name(heard) for heard in batch if heard.retained}
        if remembered:
            with closing(connect(self.path)) as file:
                shown = dict(file.execute("SELECT device, last_heard FROM device"))
            for name in sorted(remembered):
                if shown.get(name) != self._spoke.get(name):
                    self.world.accuse("I-39", f"{name} was called alive when it had not spoken")

    @property
    def _copy(self) -> Path:
        return self.path.with_suffix(".backup")

    def _restore(self) -> None:
        if self._copy.exists():
            self.engine.dispose()
            put_in_place(self._copy, self.path)


def _name(heard: Heard) -> str:
    try:
        return str(parse(heard.topic).device)
    except BadMessage:
        return ""
