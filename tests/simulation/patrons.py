"""Patrons who borrow and return at a kiosk, reading the screen as people do, or not at all."""

from collections.abc import Callable
from functools import partial
from typing import Final

from broker.vocabulary import PatronId
from devices.security import Security
from kiosk.book import SETTLED
from kiosk.happenings import Button, CardArrived, Touched
from kiosk.visit import IDLE_SECONDS, NOTICE_SECONDS, Screen
from tests.simulation.stations import SimulatedStation
from tests.simulation.things import BookInHand
from tests.simulation.witness import lift, put

_LOOK_SECONDS: Final = 1.0
_LOOKS: Final = 40
_BOOKS_FIRST: Final = 0.3
# An idle station here looks at the time only every few seconds.
_NOTICED_SECONDS: Final = 10.0
_TRIES: Final = 12
# A reader misses a tag for so long before it believes that it left.
_LIFTING_SECONDS: Final = 1.0


class Errand:
    """One patron at one kiosk, from the way there to the way out; the kiosk may die meanwhile."""

    def __init__(
        self,
        number: int,
        kiosk: SimulatedStation,
        patron: PatronId,
        books: list[BookInHand],
        done: Callable[[], None],
    ) -> None:
        self._number = number
        self._kiosk = kiosk
        self._weather = kiosk.weather
        self._world = kiosk.world
        self._patron = patron
        self._books = books
        self._done = done
        self._life = kiosk.life
        self._did = self._weather.now
        self._laid = -_LOOK_SECONDS
        self._is_gone = self._was_interrupted = False

    def borrow(self) -> None:
        self._weather.say(f"{self._patron.reveal()} comes to borrow at {self._kiosk.name}")
        self._to_the_first_screen(self._identify, _TRIES)

    def give_back(self) -> None:
        self._weather.say(f"{self._patron.reveal()} comes to return at {self._kiosk.name}")
        self._to_the_first_screen(self._return, _TRIES)

    def _identify(self) -> None:
        """Books first or card first: both are seen."""
        self._did = self._weather.now
        self._lay_down()
        if self._weather.strikes("books laid down without a card"):
            self._weather.later(IDLE_SECONDS + _NOTICED_SECONDS, self._done)
        elif self._weather.random.random() < _BOOKS_FIRST:
            self._again(self._show_card)
        else:
            self._show_card()

    def _show_card(self) -> None:
        if self._see() is not Screen.WELCOME:
            self._leave()
            return
        self._did = self._weather.now
        self._kiosk.hear(CardArrived(self._patron))
        self._wait_for(Screen.PAD, self._confirm, _LOOKS)

    def _confirm(self) -> None:
        self._touch(Button.CONFIRM)
        self._wait_for(Screen.RESULT, self._leave, _LOOKS)

    def _return(self) -> None:
        self._touch(Button.RETURN)
        self._lay_down()
        self._wait_until_taken(_LOOKS)

    def _wait_until_taken(self, looks: int) -> None:
        settled = [book.stage in SETTLED for book in self._kiosk.books()]
        taken = len(settled) >= len(self._books) and all(settled)
        if taken or looks == 0 or self._see() is None:
            self._leave()
        else:
            self._again(partial(self._wait_until_taken, looks - 1))

    # At the screen --------------------------------------------------------------------------------

    def _see(self) -> Screen | None:
        """What the kiosk shows; None when it has gone dark since the patron came."""
        return self._kiosk.screen() if self._kiosk.life == self._life else None

    def _touch(self, button: Button) -> None:
        self._did = self._weather.now
        self._kiosk.hear(Touched(button))

    def _again(self, look: Callable[[], None]) -> None:
        self._weather.later(_LOOK_SECONDS, look)

    def _to_the_first_screen(self, then: Callable[[], None], tries: int) -> None:
        """Whoever comes next ends what the one before left open."""
        seen = self._see()
        if seen is Screen.WELCOME:
            self._world.sessions[self._kiosk.name] = self._number
            then()
        elif seen is None or tries == 0:
            self._leave()
        else:
            self._touch(Button.DONE)
            self._touch(Button.BACK)
            self._again(partial(self._to_the_first_screen, then, tries - 1))

    def _wait_for(self, wanted: Screen, then: Callable[[], None], looks: int) -> None:
        seen = self._see()
        if seen is wanted:
            then()
        elif seen in {None, Screen.CARD_REFUSED} or looks == 0:
            self._leave()
        elif seen is Screen.WELCOME:
            self._was_sent_away()
            self._leave()
        else:
            if seen is Screen.PAD:  # a book was noticed after the first touch
                self._touch(Button.CONFIRM)
            if seen is Screen.PUT_BACK:
                self._put_back()
            self._was_interrupted |= seen is Screen.OUT_OF_SERVICE
            self._again(partial(self._wait_for, wanted, then, looks - 1))

    def _was_sent_away(self) -> None:
        """A visit ends by itself, but never before the shortest notice was shown."""
        too_early = self._weather.now - self._did < NOTICE_SECONDS - _LOOK_SECONDS
        if too_early and not self._was_interrupted:
            self._world.accuse("I-28", f"{self._kiosk.name} ended a visit before its time")

    # The hands ------------------------------------------------------------------------------------

    def _put_back(self) -> None:
        if self._weather.strikes("lifted book not put back"):
            self._touch(Button.BACK)
            return
        for book in self._books:
            if book.place == "hands":
                put(self._kiosk, book)

    def _lay_down(self) -> None:
        """Own books at once; what the one before left is taken up first."""
        left = [book for book in self._books if book.place == self._kiosk.name]
        for book in left:
            lift(self._kiosk, book, "hands")
            self._weather.reached("former patron's book laid down anew")
        seconds = _LIFTING_SECONDS if left else 0.0
        self._weather.later(seconds, self._put_down)

    def _put_down(self) -> None:
        if self._is_gone:
            return
        self._laid = self._weather.now
        for book in self._books:
            whole = len(book.tags) == 1 or not self._weather.strikes("part of a set missing")
            put(self._kiosk, book, parts=None if whole else 1)

    def _leave(self) -> None:
        """Takes what the screen gave, leaves what it took, and ends the visit, if well-behaved.

        Nobody lays books down and is gone before they were seen.
        """
        if self._weather.now - self._laid < _LOOK_SECONDS:
            self._again(self._leave)
            return
        self._is_gone = True
        dark = self._see() is None
        fault = "books left on a dark pad" if dark else "books left on the pad"
        for book in self._books:
            lies_there = book.place == self._kiosk.name
            if not lies_there and book.place != "hands":
                continue
            if lies_there and self._weather.strikes(fault):
                continue
            place = self._place_of(book, dark=dark)
            lift(self._kiosk, book, place)
            book.place = place
        if not dark and not self._weather.strikes("patron walked off"):
            for button in (Button.DONE, Button.DONE, Button.BACK):
                self._touch(button)
        self._weather.later(_LOOK_SECONDS, self._done)

    def _place_of(self, book: BookInHand, *, dark: bool) -> str:
        """To whom the screens promised it; a released book goes home with who stands there."""
        holder = self._world.holder(book.item)
        if holder is None and dark and self._world.all_say(book, Security.RELEASED):
            self._weather.reached("book taken home from a dark kiosk")
            return self._patron.reveal()
        return "shelf" if holder is None else holder.reveal()
