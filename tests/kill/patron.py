"""Patrons and staff who never tire: borrow, return, drop, empty the bin; the kiosk may die on them.

They do what the screen says and nothing else, and take home whatever the gate lets through.
"""

import json
import socket
import threading
from collections.abc import Callable
from random import Random
from typing import Any

from devices.station.prompt import command_of
from tests.kill.programs import Library, Place, TooLate

SECURED, RELEASED = 0x07, 0xC2
PATRONS_OF_A_PLACE = 8
PATIENCE = 6.0
NOTICED_SECONDS = 0.5  # a reader needs some rounds to be sure that a book was lifted
_SETTLED = {"lent", "returned", "refused"}


def members() -> list[str]:
    """Members of the sample library who may borrow three books each."""
    grown = (number for number in range(1, 200) if number % 2)
    return [f"KTA-{number:04}" for number in grown if number % 17 and number % 29]


class Eyes:
    """Sees the headless kiosk's screen and touches it."""

    def __init__(self, port: int) -> None:
        self._port = port

    def see(self) -> dict[str, Any]:
        """What the screen shows; an empty one while it is dark."""
        return self._say("screen")

    def touch(self, button: str) -> None:
        self._say(f"touch {button}")

    def _say(self, line: str) -> dict[str, Any]:
        try:
            with socket.create_connection(("127.0.0.1", self._port), PATIENCE) as kiosk:
                kiosk.sendall(f"{line}\n".encode())
                answer = kiosk.makefile("rb").readline()
        except OSError:
            return {}
        seen: dict[str, Any] = json.loads(answer) if answer else {}
        return seen


class Town:
    """Everybody at one place; `violations` are what they saw with their own eyes.

    `rest` is the mean pause in seconds between two errands.
    """

    def __init__(self, library: Library, place: Place, random: Random, rest: float = 0.0) -> None:
        self._library = library
        self._place = place
        self._random = random
        self._rest = rest
        self._eyes = Eyes(place.screen)
        self._members = random.sample(members(), PATRONS_OF_A_PLACE)
        self._shelf = set(place.books)
        self._home: set[str] = set()
        self._bin: set[str] = set()
        self._pad: set[str] = set()
        self.visits = 0
        # Set whenever something begins that a kill may tear apart.
        self.acting = threading.Event()
        self.violations: list[str] = []

    def live(self, closing: threading.Event) -> None:
        """One errand after the other, until closing time."""
        errands = [self._borrow, self._borrow, self._give_back]
        errands += [self._drop] if self._place.box is not None else [self._give_back]
        while not closing.is_set():
            if self._rest:
                closing.wait(self._random.expovariate(1 / self._rest))
            try:
                self._random.choice(errands)()
                self.visits += 1
            except TooLate:
                # Some leave at once with what they have, some leave everything lying there.
                self._library.pause(self._random.choice((0.0, 4.0)))
            finally:
                self._go()
            self._empty_bin()

    def _borrow(self) -> None:
        books = self._some(self._shelf, 3)
        self._until("the welcome", lambda: self._shows("welcome"), 2 * PATIENCE)
        self._do(f"card {self._random.choice(self._members)}")
        self._until("the pad", lambda: self._shows("pad"))
        self._lay(books)
        self.acting.set()
        self._eyes.touch("confirm")
        self._until("the loans", lambda: self._all_settled(books))
        for item in self._items("lent"):
            if self._afi(item) != RELEASED:
                self.violations.append(f"{item} is shown lent and its tag is not released")

    def _give_back(self) -> None:
        books = self._some(self._home, 3)
        self._until("the welcome", lambda: self._shows("welcome"), 2 * PATIENCE)
        self._eyes.touch("return")
        self._until("the return", lambda: self._shows("return"))
        self.acting.set()
        self._lay(books)
        self._until("the returns", lambda: self._all_settled(books))
        for item in self._items("returned"):
            if self._afi(item) != SECURED:
                self.violations.append(f"{item} is shown returned and its tag is not secured")

    def _drop(self) -> None:
        for book in self._some(self._home, 2):
            self._home.discard(book)
            self._bin.add(book)
            self.acting.set()
            self._do(f"drop {book}")
            self._library.pause(self._random.uniform(0.0, 0.7))

    def _empty_bin(self) -> None:
        """Staff put on the shelf what the box has secured."""
        for book in sorted(self._bin):
            if self._afi(book) == SECURED and self._random.random() < 0.5:
                self._do(f"take {book}")
                self._bin.discard(book)
                self._shelf.add(book)

    def _go(self) -> None:
        """Takes everything off the pad; the gate decides what may leave the house."""
        for book in sorted(self._pad):
            self._do(f"take {book}")
            (self._home if self._afi(book) == RELEASED else self._shelf).add(book)
        self._pad.clear()
        self._do("card away")
        self._library.pause(NOTICED_SECONDS)
        for button in ("done", "done", "back"):
            self._eyes.touch(button)

    def _lay(self, books: list[str]) -> None:
        for book in books:
            self._shelf.discard(book)
            self._home.discard(book)
            self._pad.add(book)
        self._do(f"put {' '.join(books)}")
        self._until("the books", lambda: len(self._eyes.see().get("books", ())) == len(books))

    def _some(self, books: set[str], most: int) -> list[str]:
        """Raises TooLate when there are none: then there is nothing to do."""
        if not books:
            raise TooLate("no books")
        count = min(len(books), self._random.randint(1, most))
        return self._random.sample(sorted(books), count)

    def _until(self, what: str, find: Callable[[], object], patience: float = PATIENCE) -> None:
        self._library.until(what, find, patience)

    def _shows(self, screen: str) -> bool:
        return self._eyes.see().get("screen") == screen

    def _items(self, stage: str) -> list[str]:
        return [one["item"] for one in self._eyes.see().get("books", ()) if one["stage"] == stage]

    def _all_settled(self, books: list[str]) -> bool:
        shown = {one["item"]: one["stage"] for one in self._eyes.see().get("books", ())}
        return set(shown) >= set(books) and all(shown[book] in _SETTLED for book in books)

    def _afi(self, item: str) -> int:
        return self._place.station.truth.book(item).tag.afi

    def _do(self, line: str) -> None:
        self._place.station.carry_out(command_of(line))
