"""What a patron may take along of a visit: books and due dates, never who borrowed them. Pure."""

from dataclasses import dataclass
from datetime import date

from broker.vocabulary import ItemId


@dataclass(frozen=True, slots=True)
class Line:
    """One book; `due` is a branch-local date, None for one that was returned.

    `title` is empty while nobody knows it.
    """

    item: ItemId
    title: str
    due: date | None = None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Slip:
    """A receipt's content, in the language it is to be written in."""

    language: str
    lent: tuple[Line, ...] = ()
    renewed: tuple[Line, ...] = ()
    returned: tuple[Line, ...] = ()

    @property
    def lines(self) -> tuple[Line, ...]:
        return (*self.lent, *self.renewed, *self.returned)
