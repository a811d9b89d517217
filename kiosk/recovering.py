"""What a crash or a failing disk left open, while it is being settled beside the visit. Pure."""

from broker.vocabulary import ActId
from kiosk.actions import Action
from kiosk.book import SETTLED, Book, advance
from kiosk.happenings import Happening
from kiosk.recovery import OpenAct, resume


class Recovering:
    """The books of acts that are open and nobody's visit any more."""

    def __init__(self, *, in_bin: bool) -> None:
        self._in_bin = in_bin
        self._books: tuple[Book, ...] = ()

    @property
    def begun(self) -> frozenset[ActId | None]:
        return frozenset(book.act for book in self._books)

    def begin(self, open_act: OpenAct, *, present: bool) -> tuple[Action, ...]:
        """The first things to do about an act."""
        book, actions = resume(open_act, present=present, in_bin=self._in_bin)
        self._books = (*self._books, book)
        return actions

    def hear(self, happening: Happening) -> tuple[Action, ...]:
        """What to do next about them after `happening`."""
        steps = [advance(book, happening) for book in self._books]
        self._books = tuple(book for book, _ in steps if book.stage not in SETTLED)
        return tuple(action for _, wanted in steps for action in wanted)
