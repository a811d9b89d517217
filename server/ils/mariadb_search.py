"""A library's own MariaDB or MySQL database, searched without being in anybody's way.

Law: reads only, on one connection of its own, so that one search runs at a time and none takes a
connection from a loan; the database itself ends a statement that takes longer than a patron waits.

The titles are read through from end to end. The full-text indexes that SLiMS has would spare that,
and find less than is promised: MyISAM leaves out words of three letters ("ibu"), both engines their
stop words, and both take the apostrophe of "Qur'an" for something else than we do. SLiMS' table
search_biblio has such indexes alone, and is true only where its indexing is on. Nothing but titles
and names is read through; copies and loans are looked up by key, for the titles that are shown.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    MetaData,
    case,
    collate,
    event,
    func,
    literal_column,
)
from sqlalchemy.exc import SQLAlchemyError

from server.ils.mariadb import DatabaseAddress, engine_to, told
from server.ils.port import NothingSent
from server.ils.schema import Schema, read_schema
from server.words import APOSTROPHES

# Of a statement: a station waits 3 s for the whole. The database is to give up before we do.
LONGEST_SECONDS: Final = 2.0
_SLACK_SECONDS: Final = 0.3
# What is looked through; a station asks for the 10,000th and no further.
MOST_TITLES: Final = 10_020
_PASSES: Final = 2
_UTF8MB4: Final[ColumnElement[Any]] = literal_column("utf8mb4")
_MARIADB: Final = "MariaDB"


class MariaDbSearch:
    """A catalogue to be searched; any number of threads, one after the other.

    `tables` are those that are read: a database without them can still be lent by.
    """

    def __init__(self, address: DatabaseAddress, tables: MetaData) -> None:
        within = LONGEST_SECONDS + _SLACK_SECONDS
        self._tables = tables
        self._known: Schema | None = None
        self._engine = engine_to(replace(address, answer_within=within, connections=1), ping=False)
        event.listen(self._engine, "connect", _bound)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Raises UnknownSchema, NothingSent."""
        try:
            with self._engine.connect() as connection:
                self._check(connection)
                yield connection
        except SQLAlchemyError as error:
            raise NothingSent(told(error)) from None

    def _check(self, connection: Connection) -> None:
        if self._known is None:
            found = read_schema(connection)
            found.check(self._tables)
            self._known = found


def rarest(words: Sequence[str]) -> list[str]:
    """Those to ask for, two at most: each is a pass through all names, and long words are rare."""
    return sorted(words, key=len, reverse=True)[:_PASSES]


def has(text: ColumnElement[Any], word: str) -> ColumnElement[bool]:
    """Whether a text may have a folded word in it, in any writing."""
    return _plain(text).contains(word, autoescape=True)


def first(text: ColumnElement[Any], words: Sequence[str]) -> ColumnElement[int]:
    """Sorts before the others what begins with the first word, should there be too many."""
    return case((_plain(text).startswith(words[0], autoescape=True), 0), else_=1)


def _plain(text: ColumnElement[Any]) -> ColumnElement[Any]:
    """Without apostrophes, and compared without regard to case and accents.

    The collation is named: a library's own may tell them apart.
    """
    bare: ColumnElement[Any] = func.convert(text.op("USING")(_UTF8MB4))
    for apostrophe in APOSTROPHES:
        bare = func.replace(bare, apostrophe, "")
    return collate(bare, "utf8mb4_unicode_ci")


def _bound(connection: Any, _: object) -> None:
    """MariaDB since 10.1 counts seconds, MySQL since 5.7.8 milliseconds; older ones cannot."""
    limit = (
        f"max_statement_time={LONGEST_SECONDS}"
        if _MARIADB in connection.get_server_info()
        else f"max_execution_time={LONGEST_SECONDS * 1000:.0f}"
    )
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION TRANSACTION READ ONLY")
        cursor.execute(f"SET SESSION {limit}")
