"""Patrons who borrow, return and drop, reading the screen as people do, and the staff behind."""

from collections.abc import Callable

from broker.vocabulary import PatronId
from kiosk.book import Stage
from kiosk.happenings import Button, CardArrived, Touched
from kiosk.serving import KioskConduct
from kiosk.visit import Screen, screen
from tests.simulation.stations import SimulatedStation
from tests.simulation.things import BookInHand, World
from tests.simulation.weather import Weather

LOOK_SECONDS = 1.0
PATIENCE_SECONDS = 40.0


class Errand:
    """One patron at one kiosk; the kiosk may die under their hands at any moment."""

    def __init__(
        self,
        weather: Weather,
        world: World,
        kiosk: SimulatedStation,
        patron: PatronId,
        done: Callable[[], None],
    ) -> None:
        self.weather = weather
        self.world = world
        self.kiosk = kiosk
        self.patron = patron
        self.done = done
        self.life = kiosk.life
        self.books: list[BookInHand] = []
        self.lifted: list[BookInHand] = []

    def _see(self) -> Screen | None:
        """What the kiosk shows; None when it has gone dark since the patron came."""
        alive = self.kiosk.alive and self.kiosk.life == self.life
        conduct = self.kiosk.conduct
        return screen(conduct.visit) if alive and isinstance(conduct, KioskConduct) else None

    def _wait(self, wanted: frozenset[Screen], then: Callable[[], None], left: float) -> None:
        seen = self._see()
        if seen in wanted:
            then()
        elif seen is None or left <= 0 or seen in {Screen.CARD_REFUSED, Screen.OUT_OF_SERVICE}:
            self._leave()
        else:
            again = left - LOOK_SECONDS
            self.weather.later(LOOK_SECONDS, lambda: self._wait(wanted, then, again))

    def borrow(self, books: list[BookInHand]) -> None:
        self.books = books
        self.weather.say(f"{self.patron.reveal()} comes to borrow at {self.kiosk.name}")
        self.kiosk.hear(CardArrived(self.patron))
        for book in books:
            self.kiosk.put(book)
        self._wait(frozenset({Screen.PAD}), self._confirm, PATIENCE_SECONDS)

    def _confirm(self) -> None:
        self.kiosk.hear(Touched(Button.CONFIRM))
        if self.weather.strikes("book lifted too early", 0.08):
            at = self.weather.random.uniform(0.01, 0.5)
            self.weather.later(at, self._lift_one)
        self._wait(frozenset({Screen.RESULT}), self._leave, PATIENCE_SECONDS)

    def _lift_one(self) -> None:
        lying = [book for book in self.books if book.place == self.kiosk.name]
        if lying:
            self.kiosk.lift(lying[0], "hands")
            self.lifted.append(lying[0])

    def give_back(self, books: list[BookInHand]) -> None:
        self.books = books
        self.weather.say(f"{self.patron.reveal()} comes to return at {self.kiosk.name}")
        self.kiosk.hear(Touched(Button.RETURN))
        for book in books:
            self.kiosk.put(book)
        self._wait_returned(PATIENCE_SECONDS)

    def _wait_returned(self, left: float) -> None:
        settled = [book.stage in {Stage.RETURNED, Stage.REFUSED} for book in self.kiosk.books()]
        if self._see() is None or left <= 0 or (len(settled) >= len(self.books) and all(settled)):
            self._leave()
        else:
            again = left - LOOK_SECONDS
            self.weather.later(LOOK_SECONDS, lambda: self._wait_returned(again))

    def _leave(self) -> None:
        """Takes what the screen gave, leaves what it took, and ends the visit."""
        for book in self.books:
            promise = next((p for p in reversed(self.world.promises) if p.item == book.item), None)
            place = "shelf"
            if promise is not None and promise.patron is not None:
                place = promise.patron.reveal()
            self.kiosk.lift(book, place)
        for button in (Button.DONE, Button.DONE, Button.BACK):
            self.kiosk.hear(Touched(button))
        self.weather.later(1.0, self.done)


class Town:
    """Who does what when: a seeded crowd for some kiosks and boxes."""

    def __init__(
        self, weather: Weather, world: World, kiosks: list[SimulatedStation], box: SimulatedStation
    ) -> None:
        self.weather = weather
        self.world = world
        self.kiosks = kiosks
        self.box = box
        self.free = list(kiosks)

    def live(self) -> None:
        """One decision every few seconds, until the weather calms down."""
        if self.weather.calm:
            return
        self.weather.later(self.weather.random.uniform(2, 12), self.live)
        self.weather.random.choice((self._borrow, self._return, self._drop, self._empty))()

    def _errand(self, patron: PatronId) -> Errand | None:
        ready = [kiosk for kiosk in self.free if kiosk.alive]
        if not ready:
            return None
        kiosk = self.weather.random.choice(ready)
        self.free.remove(kiosk)
        return Errand(self.weather, self.world, kiosk, patron, lambda: self.free.append(kiosk))

    def _borrow(self) -> None:
        shelf = self.world.at("shelf")
        if not shelf:
            return
        count = min(len(shelf), self.weather.random.randint(1, 4))
        books = self.weather.random.sample(shelf, count)
        errand = self._errand(self.weather.random.choice(self.world.patrons))
        if errand is not None:
            errand.borrow(books)

    def _return(self) -> None:
        patron = self.weather.random.choice(self.world.patrons)
        at_home = self.world.at(patron.reveal())
        errand = self._errand(patron) if at_home else None
        if errand is not None:
            errand.give_back(at_home)

    def _drop(self) -> None:
        patron = self.weather.random.choice(self.world.patrons)
        for book in self.world.at(patron.reveal())[:2]:
            self.box.put(book)

    def _empty(self) -> None:
        """Staff put back on the shelf what the box has taken."""
        taken = {p.item for p in self.world.promises if p.patron is None}
        last = {promise.item: promise.patron for promise in self.world.promises}
        for book in self.world.at(self.box.name):
            if book.item in taken and last[book.item] is None and self.box.alive:
                self.box.lift(book, "shelf")
