"""The catalogue searched by words of title and author.

Law: `index` alone writes `title_word`, whenever a title or a copy is told anew; the rest reads.
An index of its own serves both databases alike and needs no extension of either. Words are folded
to small letters without accents; a word of three letters or more is looked for as a beginning.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    union_all,
)

from broker.requests import MOST_HITS, Find, Found, Hit
from server.catalogue import WITHDRAWN
from server.ils.records import HELD
from server.journal.journal import chunks
from server.journal.tables import hold, item, title, title_word
from server.words import BEGINNING, Place, asked_for, places

_TITLES: Final = select(title).where(title.c.id.in_(bindparam("titles", expanding=True)))
_COPIES: Final = (
    select(item.c.barcode, item.c.title, item.c.collection, HELD.c.due, hold.c.act.label("hold"))
    .outerjoin_from(item, HELD, HELD.c.item == item.c.barcode)
    .outerjoin(hold, and_(hold.c.copy == item.c.barcode, hold.c.ended_at.is_(None)))
    .where(item.c.title.in_(bindparam("titles", expanding=True)), item.c.state != WITHDRAWN)
    .order_by(item.c.barcode)
)


def index(connection: Connection, titles: Iterable[int]) -> None:
    """Keep the words of these titles, as far as there is a copy, and none that they had before."""
    held = exists().where(item.c.title == title.c.id, item.c.state != WITHDRAWN)
    for chunk in chunks(sorted(titles)):
        connection.execute(delete(title_word).where(title_word.c.title.in_(chunk)))
        words = select(title.c.id, title.c.title, title.c.author)
        words = words.where(title.c.id.in_(chunk), held)
        rows = [
            {"word": word.encode(), "title": number, "place": place.value}
            for number, name, author in connection.execute(words).all()
            for word, place in places(name, author).items()
        ]
        if rows:
            connection.execute(insert(title_word), rows)


@dataclass(frozen=True, slots=True)
class Shelved:
    """A title as its row tells it, with its copies in the order of their barcodes."""

    row: Any
    copies: tuple[Any, ...]

    @property
    def barcodes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(copy.barcode for copy in self.copies))


def find(connection: Connection, asked: Find) -> Found:
    """The titles that have all the words: first those that begin with the first word."""
    total, shelved = look_up(connection, asked)
    return Found(total, tuple(hit(one) for one in shelved))


def look_up(connection: Connection, asked: Find) -> tuple[int, list[Shelved]]:
    """How many titles have all the words, and those that are asked for."""
    words = asked_for(asked.words)
    if not words:
        return 0, []
    matches = _matching(words)
    page = matches.add_columns(func.count().over().label("total"))
    page = page.order_by("rank", "title").limit(MOST_HITS).offset(asked.start)
    found = connection.execute(page).all()
    if not found:
        return (_count(connection, matches) if asked.start else 0), []
    order = [one.title for one in found]
    known = {row.id: row for row in connection.execute(_TITLES, {"titles": order})}
    copies: dict[int, list[Any]] = {number: [] for number in order}
    for copy in connection.execute(_COPIES, {"titles": order}):
        copies[copy.title].append(copy)
    return found[0].total, [Shelved(known[number], tuple(copies[number])) for number in order]


def is_empty(connection: Connection) -> bool:
    """Whether no title at all could be found."""
    return connection.scalar(select(title_word.c.title).limit(1)) is None


def _count(connection: Connection, matches: Select[Any]) -> int:
    return connection.scalar(select(func.count()).select_from(matches.subquery())) or 0


def _matching(words: Sequence[str]) -> Select[Any]:
    """Titles that have all the words, and where the first word stands in each."""
    each = [_having(word, number) for number, word in enumerate(words)]
    if len(each) == 1:
        return each[0]
    all_of_them = union_all(*each).subquery()
    rank = func.min(all_of_them.c.rank).label("rank")
    return (
        select(all_of_them.c.title, rank)
        .group_by(all_of_them.c.title)
        .having(func.count() == len(words))
    )


def _having(word: str, number: int) -> Select[Any]:
    place = func.min(title_word.c.place) if number == 0 else literal(Place.IN_AUTHOR.value)
    statement = select(title_word.c.title, place.label("rank"))
    return statement.where(_is(word)).group_by(title_word.c.title)


def _is(word: str) -> Any:
    first = word.encode()
    if len(word) < BEGINNING:
        return title_word.c.word == first
    return and_(title_word.c.word >= first, title_word.c.word < first + b"\xff")


def hit(one: Shelved) -> Hit:
    """By our own loans and holds."""
    row, copies = one.row, one.copies
    barcodes = {copy.barcode: (copy.due, copy.hold) for copy in copies}
    free = sum(due is None and held_for is None for due, held_for in barcodes.values())
    back: list[date] = [due for due, _ in barcodes.values() if due is not None]
    shelves = dict.fromkeys((row.call_number, *(copy.collection for copy in copies)))
    shelf = ", ".join(place for place in shelves if place)
    due = min(back, default=None) if free == 0 else None
    return Hit(row.title, row.author, shelf, len(barcodes), free, due)
