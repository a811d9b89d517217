"""The real station core in the simulation: machine, ledger file, pad and courier."""

from collections.abc import Callable
from typing import Final

from sqlalchemy.exc import DBAPIError

from broker.telemetry import Kind
from broker.vocabulary import DeviceId
from devices.capabilities import TagUid
from devices.pad_events import PadEvent, PadHealthy, PadLost, SecurityNotWritten, SecurityWritten
from devices.pad_events import TagArrived as TagSeen
from devices.pad_events import TagLeft as TagGone
from devices.tag_field import TagField
from kiosk.book import Book
from kiosk.condition import Condition
from kiosk.discretion import Discretion
from kiosk.dropbox.box import BoxConduct
from kiosk.dropbox.box import condition as condition_of_box
from kiosk.equipment import Equipment
from kiosk.gathering import Gathering
from kiosk.happenings import CardReaderChanged, Happening, PadChanged, TagWritten
from kiosk.ledger import LedgerUnusable
from kiosk.serving import KioskConduct
from kiosk.serving import condition as condition_of_kiosk
from kiosk.visit import Screen, screen
from tests.simulation.connection import Connection
from tests.simulation.disk import FULL, Card
from tests.simulation.line import SITE
from tests.simulation.pad import SimulatedPad
from tests.simulation.parts import Surroundings
from tests.simulation.things import KNOWN_SEAL, OWNER
from tests.simulation.weather import Crash

_TICK_SECONDS: Final = 1.5
_OWING_TICK_SECONDS: Final = 2.5
_IDLE_TICK_SECONDS: Final = 5.0
_REPORT_SECONDS: Final = 5.0
_POWER_SECONDS: Final = (3.0, 40.0)
_RESTART_SECONDS: Final = (2.0, 8.0)
_DISK_SECONDS: Final = (5.0, 60.0)


class SimulatedStation:
    """One kiosk or box; `alive` between two crashes."""

    def __init__(self, name: str, around: Surroundings) -> None:
        self.name = name
        self.is_box = name.startswith("box")
        self.weather = around.weather
        self.world = around.world
        self.parts = around.parts
        self.connection = Connection(self, around.broker)
        self.card = Card(around.folder / f"{name}.db")
        self.world.holders.append(self.card.acts)
        self.field = TagField()
        self.watch: Callable[[tuple[Book, ...], tuple[Book, ...]], None] = lambda *_: None
        self.tear: Callable[[TagUid], None] = lambda _: None
        self.life = self.boots = self.ids = self._card_key_of = 0
        self.alive = self._has_power = False

    # Life and death -------------------------------------------------------------------------------

    def start(self) -> None:
        """The program starts, if the disk lets it."""
        if not self._has_power:
            self._has_power = True
            self.boots += 1
            self._card_key = f"{self.name} {self.boots}".encode().ljust(32)
            self.clock = self.parts.clock(self.weather, f"{self.name}-boot-{self.boots}")
        self.life += 1
        try:
            self._build()
        except (LedgerUnusable, DBAPIError, ValueError) as error:
            self.weather.say(f"{self.name} cannot start: {error}")
            self.weather.reached("start put off by the disk")
            self.weather.later(_RESTART_SECONDS[1], self.start)
            return
        except Crash:
            self.weather.later(_RESTART_SECONDS[1], self.start)
            return
        self.alive = True
        self.weather.say(f"{self.name} starts")
        self._tick_at = self._report_at = self.weather.now
        self.hear(CardReaderChanged(healthy=True))
        self.later(0.5, self.pad.plug)
        self.later(self.weather.random.uniform(0.5, 5), self.connection.connect)

    def _build(self) -> None:
        install = f"{self.name}-ledger-{self.life}"
        ledger = self.parts.ledger(self.card.engine(), SITE, DeviceId(self.name), install)
        ledger.weather, ledger.world, ledger.clock = self.weather, self.world, self.clock
        ledger.owner, ledger.life = self.name, self.life
        if self.card.trouble == FULL:
            ledger.spoil(FULL)
        if self._card_key_of != self.boots:
            # It is in memory only: a power cut takes it away.
            self._card_key_of = self.boots
            ledger.forget_cards()
        self.ledger = ledger
        self.conduct: KioskConduct | BoxConduct = (
            self.parts.box() if self.is_box else self.parts.kiosk()
        )
        self._seen: tuple[Book, ...] = ()
        address = (SITE, DeviceId(self.name))
        publish = self.connection.publisher(self.life)
        self.courier = self.parts.courier(address, ledger, self.clock, publish, self._new_id)
        reader = self.parts.reader(self.weather, self.world, self.field, self._may_write)
        self.pad: SimulatedPad = SimulatedPad(self.weather, self.world, reader, self)
        self.gathering = Gathering({OWNER}, together=not self.is_box)
        self.tags = self.parts.tags(self.pad, self.gathering)
        discretion = Discretion(KNOWN_SEAL, self._card_key)
        equipment = Equipment(ledger, self.courier, discretion, self.tags, self.clock, self._new_id)
        self.station = self.parts.station(self.conduct, equipment, in_bin=self.is_box)
        kind = Kind.DROP_BOX if self.is_box else Kind.KIOSK
        self.reporter = self.parts.reporter(
            (*address, kind), self.clock, self.courier.send, lambda: ledger.boots.known
        )

    def die(self, *, power: bool) -> None:
        """The program is gone, perhaps with the power; both come back by themselves."""
        if not self.alive:
            return
        self.weather.say(f"{self.name} loses its {'power' if power else 'program'}")
        self.alive = False
        self._has_power = not power
        self.ledger.close()
        self.connection.disconnected()
        if power:
            self.card.on_the_bench(self.weather, self.world)
        wait = _POWER_SECONDS if power else _RESTART_SECONDS
        self.weather.later(self.weather.random.uniform(*wait), self.start)

    def close(self) -> None:
        """Nothing more happens here."""
        if self.alive:
            self.alive = False
            self.ledger.close()

    def spoil_disk(self, trouble: str) -> None:
        """The disk is full or read-only for a while."""
        if self.card.trouble is not None:
            return
        self.card.trouble = trouble
        if self.alive:
            self.ledger.spoil(trouble)
        self.weather.later(self.weather.random.uniform(*_DISK_SECONDS), self.mend_disk)

    def mend_disk(self) -> None:
        if self.card.trouble is not None:
            self.card.trouble = None
            if self.alive:
                self.ledger.spoil(None)

    # What it hears and shows ----------------------------------------------------------------------

    def later(self, seconds: float, happen: Callable[[], None]) -> None:
        """In this life, if it lasts so long."""
        life = self.life

        def unless_dead() -> None:
            if self.alive and self.life == life:
                self.guarded(happen)

        self.weather.later(seconds, unless_dead)

    def guarded(self, happen: Callable[[], None]) -> None:
        """What happens, and a crash if it comes to that."""
        try:
            happen()
        except Crash:
            self.die(power=not self.weather.strikes("program killed"))
            return
        if self.alive:
            self._watch()

    def hear(self, happening: Happening) -> None:
        if self.alive:
            self._tick_again(_TICK_SECONDS)
            self.guarded(lambda: self.station.hear(happening))

    def books(self) -> tuple[Book, ...]:
        if isinstance(self.conduct, KioskConduct):
            return self.conduct.visit.books
        return self.conduct.box.books

    def screen(self) -> Screen | None:
        """What a patron sees; None when it is dark, or has no screen."""
        if self.alive and isinstance(self.conduct, KioskConduct):
            return screen(self.conduct.visit)
        return None

    def condition(self) -> Condition:
        if isinstance(self.conduct, KioskConduct):
            return condition_of_kiosk(self.conduct.visit)
        return condition_of_box(self.conduct.box)

    def _watch(self) -> None:
        before, self._seen = self._seen, self.books()
        if before is not self._seen:
            self.watch(before, self._seen)

    def _tick_again(self, seconds: float) -> None:
        """The next tick comes at the latest in so many seconds."""
        at = self.weather.now + seconds
        if self._tick_at > self.weather.now and self._tick_at <= at:
            return
        self._tick_at = at
        self.later(seconds, lambda: self._tick(at))

    def _tick(self, at: float) -> None:
        if at != self._tick_at:
            return
        self.station.tick()
        self.reporter.introduce(self.ledger.install, self.ledger.extent, self.courier.coming)
        if at >= self._report_at:
            self._report_at = at + _REPORT_SECONDS
            self.reporter.tell(self.condition(), self.station.debt, self.station.ignored)
        idle = self.screen() in {None, Screen.WELCOME} and not self.conduct.busy
        seconds = _OWING_TICK_SECONDS if self.ledger.owes else _IDLE_TICK_SECONDS
        self._tick_again(seconds if idle else _TICK_SECONDS)

    def told(self, event: PadEvent) -> None:
        """What the pad saw, as the station's own shell translates it (kiosk.running)."""
        match event:
            case TagSeen(uid, content, security):
                self.hear(self.gathering.arrived(uid, content, security))
            case TagGone(uid):
                self.hear(self.gathering.left(uid))
            case PadHealthy() | PadLost():
                self.hear(PadChanged(healthy=isinstance(event, PadHealthy)))
            case SecurityWritten() | SecurityNotWritten():
                answer = self.tags.answered(event)
                if isinstance(answer, TagWritten):
                    self.world.verified.add(str(answer.act))
                if answer is not None:
                    self.hear(answer)
            case _:
                pass

    def _may_write(self, uid: TagUid) -> bool:
        """Whether this tag belongs to a book of which an act is open."""
        book = self.world.book_of(uid)
        own = {uid} if book is None else {tag.uid for tag in book.tags}
        return not own.isdisjoint(self.world.open_acts[self.name].values())

    def _new_id(self) -> str:
        self.ids += 1
        return f"{self.name}.{self.ids}"
