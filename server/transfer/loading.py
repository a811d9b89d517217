"""Lines brought into the tables: what is new goes in, what is there is changed where they say so.

Law: works in the caller's transaction and never commits. Two lines about the same thing are one
line too many. What a file does not name stays as it is. Loans of whom or what nobody knew are
derived anew.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from broker.vocabulary import ItemId
from server import search, shelving
from server.circulation.tasks import TaskKind
from server.journal.keeping import keep
from server.journal.tables import item, loan_rule, member, task, title
from server.projection import refold
from server.transfer.fields import (
    NEEDED,
    OTHERWISE,
    Line,
    Refused,
    Usable,
    What,
    Why,
    key_of,
    usable,
)
from server.transfer.mappings import Mapping, defaults_of

_OF_TITLES: Final = ("title", "author", "publisher", "year", "call_number")
_TABLES: Final = {What.MEMBERS: member, What.RULES: loan_rule}
Key = tuple[str, ...]
Values = dict[str, Any]


@dataclass(slots=True)
class Report:
    """What became of the lines; each is in exactly one of the four."""

    new: int = 0
    changed: int = 0
    same: int = 0
    refused: list[Refused] = field(default_factory=list)


def load(
    connection: Connection, what: What, told: Iterable[Line | Refused], mapping: Mapping
) -> Report:
    """Bring in all lines that can be used."""
    report = Report()
    stock = _Stock(connection, what)
    defaults = OTHERWISE[what] | defaults_of(what, mapping)
    for line in _usable(what, told, mapping, report):
        key = key_of(what, line.values)
        before = stock.known.get(key)
        after = (defaults if before is None else before) | line.values
        if (refused := stock.objection(line, key, after)) is not None:
            report.refused.append(refused)
            continue
        stock.bring(key, after, line.values)
        report.new += before is None
        report.changed += before is not None and before != after
        report.same += before == after
    stock.index()
    _refold_strangers(connection)
    return report


def stored(connection: Connection, what: What) -> Iterator[Values]:
    """All there is, by field, in the order of the keys; items title after title."""
    if what is What.ITEMS:
        words = (title.c[name] for name in _OF_TITLES)
        columns = (item.c.barcode, item.c.collection, item.c.state, title.c.id.label("title_id"))
        rows = select(*columns, *words).join_from(item, title).order_by(title.c.id, item.c.barcode)
    else:
        table = _TABLES[what]
        rows = select(table).order_by(*table.primary_key.columns)
    for row in connection.execute(rows).mappings():
        yield dict(row)


def _usable(
    what: What, told: Iterable[Line | Refused], mapping: Mapping, report: Report
) -> Iterator[Usable]:
    for one in told:
        found = usable(what, one, mapping.dates) if isinstance(one, Line) else one
        if isinstance(found, Usable):
            yield found
        else:
            report.refused.append(found)


def _refold_strangers(connection: Connection) -> None:
    """Whoever or whatever was unknown until now may be known."""
    kinds = [kind.value for kind in (TaskKind.UNKNOWN_CARD, TaskKind.UNKNOWN_ITEM)]
    unknown = task.c.settled_at.is_(None), task.c.kind.in_(kinds), task.c.item.is_not(None)
    items = connection.scalars(select(task.c.item).where(*unknown).distinct()).all()
    refold(connection, map(ItemId, items))


class _Stock:
    """What the tables hold, and what of it these lines have named."""

    def __init__(self, connection: Connection, what: What) -> None:
        self._connection = connection
        self._what = what
        self.known = {key_of(what, row): row for row in stored(connection, what)}
        self._cards = {row.get("card"): key for key, row in self.known.items()}
        self._named: set[Key] = set()
        self._titles = _Titles(connection)
        self._moved: set[int] = set()

    def objection(self, line: Usable, key: Key, after: Values) -> Refused | None:
        """Why the line cannot be brought in after all."""
        if key in self._named:
            return Refused(line.number, "", Why.TWICE)
        for name in NEEDED[self._what]:
            if after.get(name) in {None, ""}:
                return Refused(line.number, name, Why.EMPTY)
        card = after.get("card")
        if card is not None and self._cards.get(card, key) != key:
            return Refused(line.number, "card", Why.CARD_OF_ANOTHER)
        return None

    def bring(self, key: Key, after: Values, said: Values) -> None:
        """Keep the row `after`, of which the line `said` some."""
        self._named.add(key)
        self._cards[after.get("card")] = key
        before = self.known.get(key)
        if before == after:
            return
        if self._what is not What.ITEMS:
            keep(self._connection, _TABLES[self._what], after)
            return
        number = self._titles.number(after, said, None if before is None else before["title_id"])
        copy = {name: after[name] for name in ("barcode", "collection", "state")}
        keep(self._connection, item, copy | {"title": number})
        self._moved |= {number} if before is None else {number, before["title_id"]}

    def index(self) -> None:
        """Let what is new or told anew be found, and have its place on the shelf."""
        search.index(self._connection, self._moved)
        shelving.index(self._connection, self._moved)


class _Titles:
    """Titles by whatever a line tells of them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        rows = connection.execute(select(title)).mappings()
        self._rows = {row["id"]: dict(row) for row in rows}
        self._next = max(self._rows, default=0) + 1
        self._by: dict[Key, dict[tuple[Any, ...], int]] = {}

    def number(self, after: Values, said: Values, before: int | None) -> int:
        """The title that the item belongs to from now on.

        One that goes on by the same name is told anew for all its items; else it is another title.
        """
        told = tuple(name for name in _OF_TITLES if name in said)
        if before is not None and self._rows[before]["title"] == after["title"]:
            self._tell(before, {name: after[name] for name in told})
            return before
        found = self._index(told).get(tuple(after[name] for name in told))
        return self._new(after) if found is None else found

    def _tell(self, number: int, words: Values) -> None:
        if any(self._rows[number][name] != text for name, text in words.items()):
            self._rows[number] |= words
            self._by.clear()
            self._connection.execute(update(title).where(title.c.id == number).values(words))

    def _new(self, after: Values) -> int:
        number, self._next = self._next, self._next + 1
        row = {"id": number} | {name: after[name] for name in _OF_TITLES}
        self._connection.execute(insert(title), row)
        self._rows[number] = row
        for told, index in self._by.items():
            index.setdefault(tuple(row[name] for name in told), number)
        return number

    def _index(self, told: Key) -> dict[tuple[Any, ...], int]:
        if told not in self._by:
            self._by[told] = {}
            for number, row in sorted(self._rows.items()):
                self._by[told].setdefault(tuple(row[name] for name in told), number)
        return self._by[told]
