"""What a patron may take along of a visit: titles and due dates, never a name or a number. Pure."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Line:
    """One book; `due` is a branch-local date, None for one that was returned."""

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
