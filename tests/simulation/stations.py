"""The real station core in the simulation: machine, ledger file and courier; crashes anywhere."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NoReturn

from broker.facts import Entry, Fact
from broker.telemetry import Birth, Kind, Presence
from broker.topics import Channel
from broker.vocabulary import ActId, DeviceId, ItemId, Moment, PatronId
from broker.wire import encode_snapshot
from devices.capabilities import TagUid
from kiosk.book import BUSY, Book, Stage
from kiosk.courier import Publish
from kiosk.discretion import Bearer, Discretion
from kiosk.dropbox.box import BoxConduct
from kiosk.happenings import Happening, PadChanged, TagArrived, TagLeft, TagNotWritten, TagWritten
from kiosk.ledger import Ledger
from kiosk.serving import KioskConduct
from kiosk.station import Equipment, Station
from server.intake import Heard
from tests.keys import SEALING
from tests.simulation.library import SITE, Server
from tests.simulation.planted import PlantedCourier, PlantedLedger, PlantedStation
from tests.simulation.things import BookInHand, Promise, World
from tests.simulation.weather import Network, VirtualClock, Weather


class PowerCut(Exception):
    """The station lost its power at this very point."""


class FragileLedger(PlantedLedger):
    """The real ledger, with a power cut possible on either side of each commit."""

    weather: Weather

    def _perhaps_cut(self, where: str) -> None:
        if self.weather.strikes(f"power cut {where}", 0.01):
            raise PowerCut

    def intend(
        self, act: ActId, uid: TagUid, item: ItemId | None, bearer: Bearer | None, at: Moment
    ) -> None:
        self._perhaps_cut("before INTENT")
        super().intend(act, uid, item, bearer, at)
        self._perhaps_cut("after INTENT")

    def releasing(self, act: ActId, due: date, *, provisional: bool) -> None:
        self._perhaps_cut("before RELEASING")
        super().releasing(act, due, provisional=provisional)
        self._perhaps_cut("after RELEASING")

    def record(self, act: ActId, fact: Fact) -> Entry:
        self._perhaps_cut("before CONFIRM")
        entry = super().record(act, fact)
        self._perhaps_cut("after CONFIRM")
        return entry


class SimulatedStation:
    """One kiosk or box in the world; `alive` between power cuts."""

    def __init__(
        self,
        name: str,
        weather: Weather,
        world: World,
        server: Server,
        folder: Path,
        *,
        bug: str,
    ) -> None:
        self.device = DeviceId(name)
        self.name = name
        self.is_box = name.startswith("box")
        self.weather = weather
        self.world = world
        self.server = server
        self.network = Network(weather)
        self.path = folder / f"{name}.db"
        self.life = 0
        self.acts = 0
        self.alive = False
        self.bug = bug
        self.start()

    def start(self) -> None:
        self.life += 1
        self.alive = True
        clock = VirtualClock(self.weather, f"{self.name}-boot-{self.life}")
        self.ledger = FragileLedger.open(self.path, SITE, self.device, f"{self.name}-1")
        self.ledger.weather = self.weather
        self.ledger.bug = self.bug
        self.conduct: KioskConduct | BoxConduct = BoxConduct() if self.is_box else KioskConduct()
        self.courier = PlantedCourier(
            (SITE, self.device), self.ledger, clock, self._publish(self.life), self._new_id
        )
        self.courier.bug = self.bug
        # A power cut takes the key out of memory: whose loans were whose is forgotten.
        self.ledger.forget_cards()
        discretion = Discretion(SEALING, f"{self.name} {self.life}".encode().ljust(32))
        equipment = Equipment(self.ledger, self.courier, discretion, self, clock, self._new_act)
        self.station: Station = PlantedStation(self.conduct, equipment, in_bin=self.is_box)
        self.station.bug = self.bug
        self.weather.say(f"{self.name} starts")
        self._later(1.0, self._look)
        self._later(self.weather.random.uniform(0.5, 5), self.connect)
        self._later(1.0, self._tick)

    def _later(self, seconds: float, happen: Callable[[], None]) -> None:
        life = self.life

        def unless_dead() -> None:
            if self.alive and self.life == life:
                self._guarded(happen)

        self.weather.later(seconds, unless_dead)

    def _guarded(self, happen: Callable[[], None]) -> None:
        try:
            happen()
        except PowerCut:
            self.cut()
            return
        self._witness()

    def hear(self, happening: Happening) -> None:
        if self.alive:
            self._guarded(lambda: self.station.hear(happening))

    def cut(self) -> None:
        """Power is gone; it comes back by itself."""
        self.weather.say(f"{self.name} loses power")
        self.alive = False
        for book in self.books():
            if book.stage in BUSY and book.item is not None:
                self.world.doubt(book.item, self.weather.now)
        self.ledger.close()
        self.weather.later(self.weather.random.uniform(3, 40), self.start)

    def connect(self) -> None:
        if not self.network.up:
            return
        self.courier.connection(up=True)
        self._server(Presence.ONLINE if self.server.up else Presence.OFFLINE)

    def _server(self, presence: Presence) -> None:
        """A server that is back has to know what is held here."""
        self.courier.server(presence)
        identity = (SITE, self.device, Kind.KIOSK, "sim", "boot", self.ledger.install, 0.0)
        birth = Birth(*identity, self.ledger.extent)
        self.courier.send(Channel.BIRTH, encode_snapshot(birth), retain=True)

    def partition(self) -> None:
        """The network breaks without a word; the station notices later."""
        self.network.up = False
        self._later(self.weather.random.uniform(0, 25), self._notice)
        self.weather.later(self.weather.random.uniform(5, 120), self.heal)

    def _notice(self) -> None:
        if not self.network.up:
            self.courier.connection(up=False)

    def heal(self) -> None:
        self.network.up = True
        if self.alive:
            self._guarded(self.connect)

    def presence(self, presence: Presence) -> None:
        if self.alive and self.network.up:
            self._guarded(lambda: self._server(presence))

    def put(self, book: BookInHand) -> None:
        book.place = self.name
        self.hear(TagArrived(book.uid, book.item, None, book.secured))

    def lift(self, book: BookInHand, place: str) -> None:
        book.place = place
        self.hear(TagLeft(book.uid))

    def books(self) -> tuple[Book, ...]:
        if isinstance(self.conduct, KioskConduct):
            return self.conduct.visit.books
        return self.conduct.box.books

    def release(self, act: ActId, uid: TagUid) -> None:
        self._later(
            self.weather.random.uniform(0.05, 0.3), lambda: self._write(act, uid, secured=False)
        )

    def secure(self, act: ActId, uid: TagUid) -> None:
        self._later(
            self.weather.random.uniform(0.05, 0.3), lambda: self._write(act, uid, secured=True)
        )

    def _write(self, act: ActId, uid: TagUid, *, secured: bool) -> None:
        book = self.world.by_uid(uid)
        if book.place != self.name:
            self.station.hear(TagNotWritten(act, lifted=True))
            return
        if self.weather.strikes("tag torn from the field", 0.03):
            if self.weather.random.random() < 0.5:
                book.secured = secured
            self.station.hear(TagNotWritten(act, lifted=False))
            return
        book.secured = secured
        if self.weather.strikes("power cut after the tag was written", 0.01):
            self._dies()
        self.station.hear(TagWritten(act))

    def _dies(self) -> NoReturn:
        raise PowerCut

    def _look(self) -> None:
        self.station.hear(PadChanged(healthy=True))
        for book in self.world.at(self.name):
            self.station.hear(TagArrived(book.uid, book.item, None, book.secured))

    def _tick(self) -> None:
        self._later(1.0, self._tick)
        self.station.tick()

    def _witness(self) -> None:
        """What the screen or the lamp says now is a promise."""
        known = {promise.act for promise in self.world.promises}
        for book in self.books():
            promised = book.stage in {Stage.LENT, Stage.RETURNED}
            if promised and book.item and book.act and str(book.act) not in known:
                patron = book.patron if isinstance(book.patron, PatronId) else None
                yes = Promise(self.weather.now, book.item, str(book.act), patron)
                self.world.promises.append(yes)
                self.weather.say(f"{self.name} says {book.stage.name} {book.item} {book.act}")

    def _new_id(self) -> str:
        self.acts += 1
        return f"{self.name}-ask-{self.acts}"

    def _new_act(self) -> str:
        self.acts += 1
        act = f"{self.name}-act-{self.acts}"
        self.world.attempted.add(act)
        return act

    def _publish(self, life: int) -> Publish:
        def publish(topic: str, payload: bytes, *, retain: bool) -> None:
            del retain
            if self.alive and self.life == life:
                self.network.carry(lambda: self.server.hear(Heard(topic, payload)))

        return publish

    def receive(self, topic: str, payload: bytes) -> None:
        """From the server, over this station's own bad network."""
        life = self.life

        def deliver() -> None:
            if self.alive and self.life == life:
                self._guarded(lambda: self.station.receive(topic, payload))

        self.network.carry(deliver)


def ledger_of(station: SimulatedStation) -> Ledger:
    """A witness's own look into the file, whatever the station believes."""
    return Ledger.open(station.path, SITE, station.device, "witness")
