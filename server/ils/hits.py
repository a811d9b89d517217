"""What of a system's catalogue is shown: the titles that have the words, and their copies. Pure.

A system is asked for what may have the words, as cheaply as it can; what is promised of a search
(`server.words`) is decided here, so that it is the same for every system.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from broker.requests import MOST_HITS, Find, Hit
from server.ils.port import ItemState
from server.words import asked_for, rank


@dataclass(frozen=True, slots=True)
class Title:
    """A title by the number that its system gives it."""

    number: int
    title: str
    author: str


@dataclass(frozen=True, slots=True)
class ShelfCopy:
    """One copy; `due` while it is on loan, as far as the system tells."""

    state: ItemState
    due: date | None
    call_number: str
    place: str


def page(asked: Find, candidates: Iterable[Title]) -> tuple[int, list[Title]]:
    """How many have all the words, and those that are asked for, as the built-in search ranks."""
    words = asked_for(asked.words)
    ranked = ((rank(words, one.title, one.author), one) for one in candidates)
    found = [(place, one.number, one) for place, one in ranked if place is not None]
    found.sort(key=lambda each: each[:2])
    shown = found[asked.start : asked.start + MOST_HITS]
    return len(found), [one for _, _, one in shown]


def hit(title: str, author: str, copies: Sequence[ShelfCopy]) -> Hit:
    """A title as it is shown; how many are there is not known when it is not told of every copy."""
    call_number = next((copy.call_number for copy in copies if copy.call_number), "")
    shelf = dict.fromkeys((call_number, *(copy.place for copy in copies)))
    words = (title, author, ", ".join(place for place in shelf if place))
    if not copies or any(copy.state is ItemState.NOT_TOLD for copy in copies):
        return Hit(*words, len(copies), 0, None, known=False)
    free = sum(copy.state is ItemState.AVAILABLE for copy in copies)
    back = [copy.due for copy in copies if copy.due is not None]
    return Hit(*words, len(copies), free, None if free else min(back, default=None))
