"""The real server core in the simulation: intake, journal and circulation over real SQLite."""

from datetime import date
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from broker.errors import BadMessage
from broker.facts import Acknowledgement
from broker.fault_points import fault_point
from broker.requests import Answer
from broker.telemetry import SettingsDesired
from broker.topics import Channel, Topic, parse
from broker.vocabulary import DeviceId
from broker.wire import decode_snapshot, encode_snapshot
from server.backup import back_up, restore
from server.catalogue import keep_elsewhere, rulebook
from server.circulation.outcomes import WhenLentToAnother
from server.circulation.tasks import Choice
from server.desk.settling import NotSettled, settle
from server.desk.task import Verdict
from server.enrolment.register import revoke
from server.heard import Heard
from server.ils.asks import Waiting
from server.ils.clerk import Clerk
from server.ils.library import SystemLibrary
from server.intake import Intake, Outgoing
from server.journal.copies import BackupFailed
from server.journal.database import DatabaseFailed, transaction
from server.library import Library
from server.settings import Service, desired_settings
from tests.keys import OPENING
from tests.simulation.limits import BRANCH, LIMITS, LOAN_DAYS
from tests.simulation.line import SITE, Broker
from tests.simulation.office import Office
from tests.simulation.plain_sql import PlainSql
from tests.simulation.stock import empty, opened_library
from tests.simulation.system import SimulatedSystem
from tests.simulation.things import World
from tests.simulation.weather import Crash, Weather

REVOKED: Final = DeviceId("kios-99")
_BATCH_SECONDS: Final = (0.02, 0.5)
_RETRY_SECONDS: Final = 1.0
_REMIND_SECONDS: Final = 30.0
_AWAY_SECONDS: Final = (6.0, 40.0)
_PLACES: Final = " UNION ".join(
    f"SELECT seq FROM {table} WHERE device = :device AND install = :install"  # noqa: S608 our own
    for table in ("fact", "quarantine", "retold", "lost")
)


class Server:
    """Takes batches, commits, then answers; crashes at every named point in between."""

    def __init__(self, weather: Weather, world: World, broker: Broker, path: Path) -> None:
        self.weather = weather
        self.world = world
        self.broker = broker
        self.path = path
        self.look = PlainSql(path)
        items = [book.item for book in world.books]
        self.engine = opened_library(path, items, world.patrons)
        self.up = True
        library = self.library()
        self.intake = Intake(library, SITE, OPENING)
        self.office = self._office(library) if isinstance(library, SystemLibrary) else None
        self.inbox: list[Heard] = []
        self.service: dict[str, Service] = {}
        self.acknowledged: list[Outgoing] = []
        self._spoke: dict[str, float] = {}
        self._calendar: frozenset[date] | None = None
        self._backups: list[Path] = []
        self.shut_out(REVOKED)
        world.holders.append(self.acts)

    def library(self) -> Library:
        if self.weather.has_system:
            return SystemLibrary(BRANCH, SITE, LOAN_DAYS)
        return Library(BRANCH, SITE)

    def clerk(self, conflict: WhenLentToAnother) -> Clerk:
        return Clerk(conflict)

    def _office(self, library: SystemLibrary) -> Office:
        """Whoever talks to the library's own system, which is empty and knows everybody."""
        system = SimulatedSystem(
            self.weather, self.world.patrons, [book.item for book in self.world.books]
        )
        self.world.system = system
        with transaction(self.engine) as connection:
            keep_elsewhere(connection, elsewhere=True)
        conflict = self.weather.random.choice(list(WhenLentToAnother))
        office = Office(self, system, self.clerk(conflict))
        office.start(library.asks)
        return office

    def shut_out(self, device: DeviceId) -> None:
        """Nothing this device says counts from now on."""
        with transaction(self.engine) as connection:
            revoke(connection, device, self.weather.true)

    # What the server does by itself ---------------------------------------------------------------

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
        """As `server.ingest`: commit, then say, then let go."""
        batch, self.inbox = self.inbox, []
        if not self.up or not batch:
            return
        try:
            fault_point("S1")
            outgoing = self.commit(batch)
            self._remember(batch)
            self._shows_who_spoke(batch)
            fault_point("S3")
            self._say(outgoing)
            fault_point("S5")
        except DatabaseFailed:
            self.weather.reached("batch kept while the database refused")
            self.inbox = [*batch, *self.inbox]
            self.weather.later(_RETRY_SECONDS, self.work)
        except Crash:
            self.crash()

    def commit(self, batch: list[Heard]) -> tuple[Outgoing, ...]:
        """One transaction, and what it owes."""
        with transaction(self.engine) as connection:
            outgoing = self.intake.digest(connection, batch, self.weather.true)
            wishes = self._wishes(connection, batch)
        if self.office is not None:
            self.office.stir()
        return (*outgoing, *wishes)

    def say_late(self, waiting: Waiting, answer: Answer) -> None:
        """What the library's own system has answered to a station."""
        correlation = waiting.ask.correlation
        self._say((self.intake.reply_to(waiting.device, correlation, answer, self.weather.true),))

    def remind(self) -> None:
        """Now and then: asks again for what has been missing for too long."""
        self.weather.later(_REMIND_SECONDS, self.remind)
        if not self.up:
            return
        try:
            with transaction(self.engine) as connection:
                outgoing = self.intake.remind(connection, self.weather.true)
        except DatabaseFailed:
            return
        if outgoing:
            self.weather.reached("asked for what is missing")
        self._say(outgoing)

    def crash(self) -> None:
        self.weather.say("server crashes")
        self.up = False
        self.inbox = []
        self.broker.server_went()
        self.weather.later(self.weather.random.uniform(*_AWAY_SECONDS), self.restart)

    def restart(self) -> None:
        if self._backups and self.weather.strikes("server restored from a backup"):
            self._restore()
        self.up = True
        self.connected()
        # What it only remembered is forgotten.
        library = self.library()
        self.intake = Intake(library, SITE, OPENING)
        if self.office is not None and isinstance(library, SystemLibrary):
            self.office.start(library.asks)

    # What people do with it -----------------------------------------------------------------------

    def settings(self, name: str) -> SettingsDesired:
        """What this station shall be now."""
        service = self.service.get(name, Service(1))
        return desired_settings(service, BRANCH, LIMITS, self._calendar or (), date.min)

    def serve(self, name: str, *, in_service: bool) -> None:
        """A technician takes a station out of service, or back in."""
        version = self.service.get(name, Service(1)).version + 1
        self.service[name] = Service(version, in_service=in_service)
        wished = self._wished(DeviceId(name))
        self.broker.say(wished.topic, wished.payload, retain=True)

    def refuse(self, seconds: float) -> None:
        """The database takes no writes for so long."""
        self._only_read(on=True)
        self.weather.later(seconds, lambda: self._only_read(on=False))

    def back_up(self) -> None:
        """As `sirkula-server backup`."""
        try:
            self._backups.append(back_up(self.engine, self.path.parent, self.weather.true))
        except (BackupFailed, DatabaseFailed, Crash):
            self.weather.reached("backup that failed")

    def settle(self, key: str, choice: Choice) -> bool:
        """Staff have seen to a task."""
        verdict = Verdict(choice, "Ibu Sari", "seen on the shelf")
        try:
            with transaction(self.engine) as connection:
                settle(connection, self.intake, key, verdict, self.weather.true)
        except (DatabaseFailed, NotSettled):
            return False
        except Crash:
            self.crash()
            return False
        if self.office is not None:
            self.office.stir()
        return True

    def open_tasks(self) -> list[tuple[str, str, str | None]]:
        """What staff see on their list: kind, act and item of each."""
        return sorted(self.look.rows("SELECT kind, act, item FROM task WHERE settled_at IS NULL"))

    def _say(self, outgoing: tuple[Outgoing, ...]) -> None:
        for said in outgoing:
            if said.topic.endswith("/ack"):
                self.acknowledged.append(said)
                self._is_true(said)
            self.broker.say(said.topic, said.payload, retain=said.retain)

    def _wishes(self, connection: Connection, batch: list[Heard]) -> tuple[Outgoing, ...]:
        """The settings of every station that was just born."""
        if self._calendar is None:
            self._calendar = rulebook(connection, BRANCH).calendar.closed_days
        born = {_name(heard) for heard in batch if heard.topic.endswith("/birth")}
        return tuple(self._wished(DeviceId(name)) for name in sorted(born - {""}))

    def _wished(self, device: DeviceId) -> Outgoing:
        topic = str(Topic(SITE, device, Channel.SETTINGS_DESIRED))
        return Outgoing(topic, encode_snapshot(self.settings(str(device))), retain=True)

    def _only_read(self, *, on: bool) -> None:
        raw = self.engine.raw_connection()
        raw.cursor().execute(f"PRAGMA query_only = {int(on)}")
        raw.close()

    def _restore(self) -> None:
        """As `sirkula-server restore`: what came after the backup is gone from here."""
        self.weather.say("server is restored")
        self.look.close()
        empty(self.engine, self.path)
        restore(self.engine, self._backups[-1], self.weather.true)
        self.world.taken.clear()
        self.world.restores += 1
        self._spoke.clear()
        self.world.count_copies()

    def acts(self) -> set[str]:
        """The acts whose facts it keeps."""
        return {act for (act,) in self.look.rows("SELECT act FROM fact")}

    def close(self) -> None:
        """Nothing stays open on its file."""
        self.look.close()
        self.engine.dispose()

    # Its witnesses --------------------------------------------------------------------------------

    def _is_true(self, said: Outgoing) -> None:
        """What the server says it keeps, a crash now would not lose: by plain SQL."""
        word = decode_snapshot(said.payload, Acknowledgement)
        name = str(parse(said.topic).device)
        self.world.said[word.install] = max(self.world.said[word.install], word.through)
        kept = f"SELECT count(*) FROM ({_PLACES}) WHERE seq <= :through"  # noqa: S608 as above
        asked = {"device": name, "install": word.install, "through": word.through}
        ((count,),) = self.look.rows(kept, asked)
        if count != word.through:
            self.world.accuse("I-10", f"{name} was told of {word.through}, and {count} were kept")

    def _remember(self, batch: list[Heard]) -> None:
        """Which facts the server can be held to."""
        for heard in batch:
            if heard.topic.endswith("/fact"):
                self.world.taken[heard.payload] = heard.topic

    def _shows_who_spoke(self, batch: list[Heard]) -> None:
        """A device that the broker only remembers has not spoken."""
        for heard in batch:
            readable = self.world.mischief.get(heard.payload, True)
            if readable and not heard.retained and not heard.topic.endswith("/status"):
                self._spoke[_name(heard)] = self.weather.true
        remembered = {_name(heard) for heard in batch if heard.retained}
        if not remembered:
            return
        shown = dict(self.look.rows("SELECT device, last_heard FROM device"))
        for name in sorted(remembered & self._spoke.keys()):
            if shown.get(name) != self._spoke[name]:
                self.world.accuse("I-39", f"{name} was called alive when it had not spoken")


def _name(heard: Heard) -> str:
    try:
        return str(parse(heard.topic).device)
    except BadMessage:
        return ""
