"""Which shelf to walk along: lists kept here, and the server's, fetched when one is chosen. Pure.

Law: a list whose walk has begun, and one that somebody copied here by hand, stay as they are; a
list is kept whole or not at all; without the server, the one kept from before will do.
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from broker.shelves import (
    MOST_LISTED,
    Listed,
    ListShelf,
    ListShelves,
    ShelfList,
    ShelfSize,
    Shelves,
)
from kiosk.staff.deeds import Ask, BeginWalk, Deed, KeepList
from kiosk.staff.heard import (
    KeptList,
    NotKept,
    Pressed,
    ServerTold,
    ShelvesTold,
    StaffHeard,
    WalkRefused,
)
from kiosk.staff.inventory import Entry, Shelf
from kiosk.staff.words import Key

LISTS_SHOWN: Final = 3
"""How many shelf lists are offered at once: with the key for more, two rows on a small panel."""

_MOST_OFFERED: Final = 1000


class Server(Enum):
    """What the server made of the question for its shelves, or for one shelf's list."""

    ASKED = "asked"
    TOLD = "told"
    SILENT = "silent"
    NO_LISTS = "no-lists"
    NO_MORE = "no-more"  # the shelf that was chosen


@dataclass(frozen=True, slots=True)
class Fetch:
    """A list on its way: what has come of `total` items, and the question that waits."""

    question: ListShelf
    lines: tuple[Listed, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """One shelf to choose. `kept` is the list kept here, `items` how many the server knows of."""

    name: str
    kept: KeptList | None
    items: int | None

    @property
    def is_fetched(self) -> bool:
        """Whether choosing it asks the server first."""
        free = self.kept is None or (self.kept.from_server and not self.kept.reads)
        return free and self.items is not None


@dataclass(frozen=True, slots=True)
class Choosing:
    """The lists to choose from. `kept` is None until the disk has told; `first` is shown first.

    `trouble` when the disk did not take a list.
    """

    kept: tuple[KeptList, ...] | None = None
    there: tuple[ShelfSize, ...] = ()
    server: Server = Server.ASKED
    first: int = 0
    fetch: Fetch | None = None
    refused: WalkRefused | None = None
    trouble: bool = False

    @property
    def offers(self) -> tuple[Offer, ...]:
        """Those kept here, then the server's others: what is shown keeps its place."""
        items = {one.name: one.items for one in self.there}
        kept = [Offer(one.name, one, items.pop(one.name, None)) for one in self.kept or ()]
        return (*kept, *(Offer(name, None, count) for name, count in items.items()))


Turn = tuple[Choosing, tuple[Deed, ...]]


def step(choosing: Choosing, heard: StaffHeard) -> Turn:
    """The choice after what was heard, and what is to be done."""
    match heard:
        case ShelvesTold(lists):
            return replace(choosing, kept=lists), (Ask(ListShelves()),)
        case WalkRefused():
            return replace(choosing, refused=heard, fetch=None), ()
        case NotKept():
            return replace(choosing, trouble=True, fetch=None), ()
        case ServerTold(ListShelves() as question, answer):
            return _shelves_told(choosing, question, answer)
        case ServerTold(question, answer):
            fetch = choosing.fetch
            if fetch is None or fetch.question != question:
                return choosing, ()
            return _page_told(choosing, fetch, answer)
        case Pressed(key, number) if choosing.kept is not None and choosing.fetch is None:
            return _pressed(choosing, key, number)
        case _:
            return choosing, ()


def _pressed(choosing: Choosing, key: Key, number: int) -> Turn:
    offers = choosing.offers
    match key:
        case Key.CHOOSE if number < len(offers):
            choosing = replace(choosing, refused=None, trouble=False)
            if not offers[number].is_fetched:
                return choosing, (BeginWalk(offers[number].name),)
            fetch = Fetch(ListShelf(offers[number].name), total=offers[number].items or 0)
            return replace(choosing, fetch=fetch), (Ask(fetch.question),)
        case Key.NEXT:
            first = choosing.first + LISTS_SHOWN
            return replace(choosing, first=first if first < len(offers) else 0), ()
        case _:
            return choosing, ()


def _shelves_told(choosing: Choosing, question: ListShelves, answer: object) -> Turn:
    if not isinstance(answer, Shelves):
        server = Server.SILENT if answer is None else Server.NO_LISTS
        return replace(choosing, server=server), ()
    there = (*choosing.there[: question.start], *answer.shelves)
    server = Server.TOLD if there else Server.NO_LISTS
    choosing = replace(choosing, there=there, server=server)
    more = answer.shelves and len(there) < min(answer.total, _MOST_OFFERED)
    return choosing, (Ask(ListShelves(len(there))),) if more else ()


def _page_told(choosing: Choosing, fetch: Fetch, answer: object) -> Turn:
    over = replace(choosing, fetch=None)
    if not isinstance(answer, ShelfList):
        kept = {one.name for one in choosing.kept or ()}
        deeds = (BeginWalk(fetch.question.shelf),) if fetch.question.shelf in kept else ()
        return replace(over, server=Server.SILENT), deeds
    known = {one.item for one in fetch.lines}
    new = tuple(one for one in answer.items if one.item not in known)
    lines = (*fetch.lines, *new)
    if new and len(answer.items) == MOST_LISTED:
        question = replace(fetch.question, after=lines[-1].item)
        fetch = Fetch(question, lines, answer.total)
        return replace(choosing, fetch=fetch), (Ask(question),)
    if not lines:
        return replace(over, server=Server.NO_MORE), ()
    entries = tuple(Entry(one.item, one.call_number, one.title, one.where) for one in lines)
    return over, (KeepList(Shelf(fetch.question.shelf, entries)),)
