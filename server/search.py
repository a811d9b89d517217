"""The catalogue searched by words of title and author.

Law: `index` alone writes `title_word`, whenever a title or a copy is told anew; the rest reads.
An index of its own serves both databases alike and needs no extension of either. Words are folded
to small letters without accents; a word of three letters or more is looked for as a beginning.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
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

_WORD: Final = re.compile(r"[^\W_]+")
# Qur'an and Quran are one word.
_APOSTROPHES: Final = re.compile("['`\u2018\u2019\u02bb\u02bc]")
_BEGINNING: Final = 3  # letters
_BEGINS_TITLE, _IN_TITLE, _IN_AUTHOR = range(3)
_LONGEST_WORD: Final = 64
_TITLES: Final = select(title).where(title.c.id.in_(bindparam("titles", expanding=True)))
_COPIES: Final = (
    select(item.c.barcode, item.c.title, item.c.collection, HELD.c.due, hold.c.act.label("hold"))
    .outerjoin_from(item, HELD, HELD.c.item == item.c.barcode)
    .outerjoin(hold, and_(hold.c.copy == item.c.barcode, hold.c.ended_at.is_(None)))
    .where(item.c.title.in_(bindparam("titles", expanding=True)), item.c.state != WITHDRAWN)
    .order_by(item.c.barcode)
)


def folded(text: str) -> list[str]:
    """The words of a text as they are compared.

    >>> folded("Al-Qur'an & Élan Vital")
    ['al', 'quran', 'elan', 'vital']
    """
    # Before and after folding: a letter may come out of a compound, a compound out of a letter.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = "".join(one for one in _APOSTROPHES.sub("", plain) if not unicodedata.combining(one))
    return [word[:_LONGEST_WORD] for word in _WORD.findall(kept)]


def index(connection: Connection, titles: Iterable[int]) -> None:
    """Keep the words of these titles, as far as there is a copy, and none that they had before."""
    held = exists().where(item.c.title == title.c.id, item.c.state != WITHDRAWN)
    for chunk in chunks(sorted(titles)):
        connection.execute(delete(title_word).where(title_word.c.title.in_(chunk)))
        words = select(title.c.id, title.c.title, title.c.author)
        words = words.where(title.c.id.in_(chunk), held)
        rows = [
            {"word": word.encode(), "title": number, "place": place}
            for number, name, author in connection.execute(words).all()
            for word, place in _places(name, author).items()
        ]
        if rows:
            connection.execute(insert(title_word), rows)


def find(connection: Connection, asked: Find) -> Found:
    """The titles that have all the words: first those that begin with the first word."""
    words = list(dict.fromkeys(folded(asked.words)))
    if not words:
        return Found(0, ())
    matches = _matching(words)
    page = matches.add_columns(func.count().over().label("total"))
    page = page.order_by("rank", "title").limit(MOST_HITS).offset(asked.start)
    found = connection.execute(page).all()
    if not found:
        return Found(_count(connection, matches) if asked.start else 0, ())
    order = [one.title for one in found]
    known = {row.id: row for row in connection.execute(_TITLES, {"titles": order})}
    rows = [known[number] for number in order]
    copies: dict[int, list[Any]] = {row.id: [] for row in rows}
    for copy in connection.execute(_COPIES, {"titles": list(copies)}):
        copies[copy.title].append(copy)
    return Found(found[0].total, tuple(_hit(row, copies[row.id]) for row in rows))


def _count(connection: Connection, matches: Select[Any]) -> int:
    return connection.scalar(select(func.count()).select_from(matches.subquery())) or 0


def _places(name: str, author: str) -> dict[str, int]:
    """Each word once, where it counts most."""
    in_title = folded(name)
    places = dict.fromkeys(folded(author), _IN_AUTHOR) | dict.fromkeys(in_title, _IN_TITLE)
    return places | dict.fromkeys(in_title[:1], _BEGINS_TITLE)


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
    place = func.min(title_word.c.place) if number == 0 else literal(_IN_AUTHOR)
    statement = select(title_word.c.title, place.label("rank"))
    return statement.where(_is(word)).group_by(title_word.c.title)


def _is(word: str) -> Any:
    first = word.encode()
    if len(word) < _BEGINNING:
        return title_word.c.word == first
    return and_(title_word.c.word >= first, title_word.c.word < first + b"\xff")


def _hit(row: Any, copies: Sequence[Any]) -> Hit:
    barcodes = {copy.barcode: (copy.due, copy.hold) for copy in copies}
    free = sum(due is None and held_for is None for due, held_for in barcodes.values())
    back: list[date] = [due for due, _ in barcodes.values() if due is not None]
    places = dict.fromkeys((row.call_number, *(copy.collection for copy in copies)))
    shelf = ", ".join(place for place in places if place)
    due = min(back, default=None) if free == 0 else None
    return Hit(row.title, row.author, shelf, len(barcodes), free, due)
