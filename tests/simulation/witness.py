"""Who stands beside a station: sees what it promises, and sometimes takes a book away too early."""

from typing import Final

from broker.facts import ItemReturned
from devices.capabilities import TagUid
from devices.security import Security
from kiosk.book import Book, Stage
from tests.simulation.faults import FAULTS
from tests.simulation.stations import SimulatedStation
from tests.simulation.things import BookInHand, Promise

_TOO_EARLY_SECONDS: Final = (0.0, 0.5)
_BACK_IN_SIGHT_SECONDS: Final = 5.0
_COMMANDS_OF_A_WRITE: Final = 3


class Witness:
    """What the screen or the lamp says now is a promise; hands do as they like meanwhile."""

    def __init__(self, station: SimulatedStation) -> None:
        self._station = station
        self._weather = station.weather
        self._world = station.world
        station.watch = self.watch
        station.tear = self.tear

    def watch(self, before: tuple[Book, ...], now: tuple[Book, ...]) -> None:
        """The books at a station have changed."""
        stages = {book.uid: book.stage for book in before}
        for book in now:
            if book.stage is stages.get(book.uid):
                continue
            if book.stage is Stage.LENT and book.tries:
                self._weather.reached("lent once it was put back")
            if book.stage in {Stage.LENT, Stage.RETURNED} and book.act is not None:
                self._promised(book, str(book.act))
            fault = f"book lifted while {book.stage.name}"
            if fault in FAULTS and not self._station.is_box and self._weather.strikes(fault):
                self._lift_soon(book.uid)

    def tear(self, uid: TagUid) -> None:
        """The tag stops answering in the middle of a write; the book is lifted, or slid away."""
        book = self._world.book_of(uid)
        tag = next((tag for tag in book.tags if tag.uid == uid), None) if book else None
        if book is None or tag is None or book.place != self._station.name:
            return
        tag.leave_after(self._weather.random.randint(0, _COMMANDS_OF_A_WRITE))
        if self._station.is_box:
            self._weather.later(_BACK_IN_SIGHT_SECONDS, lambda: put_again(self._station, book))
        else:
            self._weather.later(0.01, lambda: lift(self._station, book, "hands"))

    def _promised(self, book: Book, act: str) -> None:
        if act in self._world.promises:
            return
        now = self._weather.now
        patron = self._world.opened(book.patron)
        self._world.promise(Promise(now, book.item, act, patron, book.due))
        self._weather.say(f"{self._station.name} says {book.stage.name} {book.item} {act}")
        real = self._world.book_of(book.uid)
        if real is not None:
            self._agrees(real, book, act)

    def _agrees(self, real: BookInHand, book: Book, act: str) -> None:
        """The tag says what the screen says, or staff will hear of it."""
        if book.patron is not None:
            if not self._world.all_say(real, Security.RELEASED):
                self._world.accuse("I-18", f"{real.item} was lent with a tag that is not released")
            return
        fact = self._world.endings.get(act)
        claimed = isinstance(fact, ItemReturned) and fact.secured
        tag = next(tag for tag in real.tags if tag.uid == book.uid)
        if claimed and self._world.says(tag) is not Security.SECURED:
            self._world.accuse("I-20", f"{real.item} was called secured and is not")

    def _lift_soon(self, uid: TagUid) -> None:
        book = self._world.book_of(uid)
        if book is not None:
            seconds = self._weather.random.uniform(*_TOO_EARLY_SECONDS)
            self._weather.later(seconds, lambda: lift(self._station, book, "hands"))


def put(station: SimulatedStation, book: BookInHand, *, parts: int | None = None) -> None:
    """Lays a book down, or only so many parts of a set."""
    book.place = station.name
    book.laid_by = station.world.sessions.get(station.name, 0)
    book.laid += 1
    for tag in book.tags[:parts]:
        station.field.put(tag)
    stir(station)


def put_again(station: SimulatedStation, book: BookInHand) -> None:
    """What slid out of sight in the bin is seen again: to a reader it has just been dropped."""
    if book.place == station.name:
        book.laid += 1
        for tag in book.tags:
            station.field.put(tag)
        stir(station)


def lift(station: SimulatedStation, book: BookInHand, place: str) -> None:
    """Takes it up, if it still lies there."""
    if book.place != station.name:
        return
    book.place = place
    for tag in book.tags:
        station.field.take(tag.uid)
        tag.leave_after(0)  # whatever was to tear it away: that is over
    stir(station)


def stir(station: SimulatedStation) -> None:
    """The pad has something to see."""
    if station.alive:
        station.pad.stir()
