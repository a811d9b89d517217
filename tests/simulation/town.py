"""Who does what when: a seeded crowd for some kiosks and a box, and the staff behind."""

from typing import Final

from broker.vocabulary import PatronId
from server.circulation.tasks import Choice, TaskKind
from tests.simulation.library import Server
from tests.simulation.patrons import Errand
from tests.simulation.stations import SimulatedStation
from tests.simulation.things import BookInHand, World
from tests.simulation.weather import Weather
from tests.simulation.witness import lift, put, stir

_NEXT_SECONDS: Final = (2.0, 12.0)
_MOST_BOOKS: Final = 4


class Town:
    """One decision every few seconds, until the weather calms down.

    `left_at` is when a patron was last at a kiosk.
    """

    def __init__(
        self,
        world: World,
        kiosks: list[SimulatedStation],
        box: SimulatedStation,
        server: Server,
    ) -> None:
        self._weather: Weather = box.weather
        self._world = world
        self._kiosks = kiosks
        self._box = box
        self._server = server
        self._free = list(kiosks)
        self._errands = 0
        self.left_at = 0.0

    def live(self) -> None:
        if self._weather.calm:
            return
        self._weather.later(self._weather.random.uniform(*_NEXT_SECONDS), self.live)
        doings = (self._borrow, self._borrow, self._return, self._drop, self._empty, self._tidy)
        self._weather.random.choice(doings)()

    # Patrons --------------------------------------------------------------------------------------

    def _borrow(self, kiosk: SimulatedStation | None = None) -> None:
        kiosk = kiosk or self._free_kiosk()
        patron = self._weather.random.choice(self._world.patrons)
        shelf = self._world.at("shelf")
        if kiosk is None or not shelf:
            return
        count = min(len(shelf), self._weather.random.randint(1, _MOST_BOOKS))
        books = self._weather.random.sample(shelf, count)
        left = self._world.at(kiosk.name)
        if left and self._weather.strikes("former patron's book taken over"):
            books.append(left[0])
        self._errand(kiosk, patron, books).borrow()

    def _return(self) -> None:
        kiosk = self._free_kiosk()
        patron = self._weather.random.choice(self._world.patrons)
        at_home = self._world.at(patron.reveal())
        if kiosk is not None and at_home:
            self._errand(kiosk, patron, at_home).give_back()

    def _drop(self) -> None:
        patron = self._weather.random.choice(self._world.patrons)
        for book in self._world.at(patron.reveal())[:2]:
            put(self._box, book)
        if self._weather.strikes("unreadable thing dropped"):
            self._box.field.put(self._world.unreadable_thing())
            stir(self._box)

    def _free_kiosk(self) -> SimulatedStation | None:
        ready = [kiosk for kiosk in self._free if kiosk.alive]
        return self._weather.random.choice(ready) if ready else None

    def _errand(self, kiosk: SimulatedStation, patron: PatronId, books: list[BookInHand]) -> Errand:
        self._errands += 1
        if kiosk in self._free:
            self._free.remove(kiosk)
        for book in books:
            if book.place != kiosk.name:
                book.place = "hands"
        return Errand(self._errands, kiosk, patron, books, lambda: self._next(kiosk))

    def _next(self, kiosk: SimulatedStation) -> None:
        """The kiosk is free; somebody may have waited for that."""
        self.left_at = self._weather.now
        self._free.append(kiosk)
        if kiosk.alive and self._weather.strikes("next patron at once"):
            self._borrow(kiosk)

    # Staff ----------------------------------------------------------------------------------------

    def _empty(self) -> None:
        """The bin: what was taken goes to the shelf. Somebody else may have been there before."""
        for book in self._world.at(self._box.name):
            promise = self._world.last_promise.get(book.item)
            if self._weather.strikes("fished out of the bin"):
                lift(self._box, book, self._weather.random.choice(self._world.patrons).reveal())
            elif self._box.alive and promise is not None and promise.patron is None:
                lift(self._box, book, "shelf")
        for tag in self._box.field.inventory(then_quiet=False):
            if self._world.book_of(tag.uid) is None and self._box.alive:
                self._box.field.take(tag.uid)
                stir(self._box)

    def _tidy(self) -> None:
        """Pads nobody stands at, and the books on the shelf that staff were told to look at."""
        for kiosk in self._free:
            for book in self._world.at(kiosk.name):
                holder = self._world.holder(book.item)
                lift(kiosk, book, "shelf" if holder is None else holder.reveal())
        for kind, act, item in self._server.open_tasks():
            self._see_to(kind, f"{kind}/{act}", item)

    def _see_to(self, kind: str, key: str, item: str | None) -> None:
        """A tag is secured by hand before the task is settled; what was found is put right."""
        found = [book for book in self._world.at("shelf") if str(book.item) == item]
        if kind == TaskKind.TAG_NOT_SECURED.value and found:
            self._world.secure(found[0])
            if self._server.settle(key, Choice.SECURED_BY_HAND):
                self._weather.reached("staff secured a tag")
        elif kind == TaskKind.UNKNOWN_ITEM_DROPPED.value:
            self._server.settle(key, Choice.NOT_OURS)
