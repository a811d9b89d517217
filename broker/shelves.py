"""What staff ask about shelves, and the answers. Pure values; a part of `broker.requests`."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from broker.vocabulary import ItemId, shelf_name

MOST_SHELVES: Final = 100
_FURTHEST: Final = 9_999
MOST_LISTED: Final = 50
LONGEST_LISTED: Final = 100
LONGEST_CALL_NUMBER: Final = 60


@dataclass(frozen=True, slots=True)
class ListShelves:
    """Which shelves can be walked along? Answered by `Shelves` or a refusal.

    `start` is how many to leave out, at most 9,999. Asked by staff alone.
    """

    start: int = 0

    def __post_init__(self) -> None:
        """Raises ValueError for what no station asks."""
        if not 0 <= self.start <= _FURTHEST:
            raise ValueError(f"start is 0 to {_FURTHEST}")


@dataclass(frozen=True, slots=True)
class ListShelf:
    """What should stand on this shelf? Answered by `ShelfList` or a refusal.

    `after` is the last item that is known already; None asks from the beginning. Asked by staff
    alone.
    """

    shelf: str
    after: ItemId | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for what is no shelf's name."""
        shelf_name(self.shelf)


@dataclass(frozen=True, slots=True)
class ShelfSize:
    """One shelf that can be walked along, and how many items belong there.

    `name` is 1 to 48 printable characters without a slash of either kind.
    """

    name: str
    items: int

    def __post_init__(self) -> None:
        """Raises ValueError for what is no shelf's name."""
        shelf_name(self.name)


@dataclass(frozen=True, slots=True)
class Shelves:
    """At most 100 of `total` shelves, in the library's order."""

    total: int
    shelves: tuple[ShelfSize, ...]

    def __post_init__(self) -> None:
        """Raises ValueError for more than one message may hold."""
        if len(self.shelves) > MOST_SHELVES:
            raise ValueError(f"{len(self.shelves)} shelves; at most {MOST_SHELVES}")


class Whereabouts(Enum):
    """Where the library's records have an item; who has it is not told."""

    HERE = "here"
    ON_LOAN = "on-loan"
    ON_HOLD_SHELF = "on-hold-shelf"


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a shelf list. `title` is cut to 100 characters, `call_number` to 60."""

    item: ItemId
    call_number: str
    title: str
    where: Whereabouts

    def __post_init__(self) -> None:
        """Raises ValueError for words that were not cut."""
        if len(self.title) > LONGEST_LISTED or len(self.call_number) > LONGEST_CALL_NUMBER:
            raise ValueError(f"{self.item}: title or call number too long")


@dataclass(frozen=True, slots=True)
class ShelfList:
    """The next 50 of a shelf's `total` items, by call number; fewer are the last ones."""

    total: int
    items: tuple[Listed, ...]

    def __post_init__(self) -> None:
        """Raises ValueError for more than one message may hold."""
        if len(self.items) > MOST_LISTED:
            raise ValueError(f"{len(self.items)} items; at most {MOST_LISTED}")
