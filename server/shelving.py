"""The catalogue in shelf order: which shelves there are, and what should stand on each now.

Law: `index` alone writes `shelf_mark`, whenever a title or a copy is told anew; the rest reads.
Who has an item is never told.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Connection,
    bindparam,
    delete,
    func,
    insert,
    select,
    tuple_,
)

from broker.shelves import (
    LONGEST_CALL_NUMBER,
    LONGEST_LISTED,
    MOST_LISTED,
    MOST_SHELVES,
    Listed,
    ListShelf,
    ListShelves,
    ShelfList,
    ShelfSize,
    Shelves,
    Whereabouts,
)
from broker.vocabulary import ItemId
from server.call_numbers import Stretch, place, stretches
from server.catalogue import WITHDRAWN
from server.ils.records import HELD
from server.journal.journal import chunks
from server.journal.tables import hold, item, shelf_mark, title

_COUNTED: Final = select(
    shelf_mark.c.collection, shelf_mark.c.section, func.count().label("items")
).group_by(shelf_mark.c.collection, shelf_mark.c.section)
_MARK_OF: Final = select(shelf_mark.c.mark).where(shelf_mark.c.item == bindparam("barcode"))
_ON_SHELF: Final = (
    select(shelf_mark.c.item, title.c.title, title.c.call_number)
    .join_from(shelf_mark, item)
    .join(title)
    .where(
        shelf_mark.c.collection == bindparam("collection"),
        shelf_mark.c.mark >= bindparam("first"),
        shelf_mark.c.mark < bindparam("end"),
        tuple_(shelf_mark.c.mark, shelf_mark.c.item)
        > tuple_(bindparam("after_mark"), bindparam("after")),
    )
    .order_by(shelf_mark.c.mark, shelf_mark.c.item)
    .limit(MOST_LISTED)
)
_NAMES: Final[BindParameter[Sequence[str]]] = bindparam("names", expanding=True)
_LENT: Final = select(HELD.c.item).where(HELD.c.item.in_(_NAMES))
_SET_ASIDE: Final = select(hold.c.copy).where(hold.c.copy.in_(_NAMES), hold.c.ended_at.is_(None))


def index(connection: Connection, titles: Iterable[int]) -> None:
    """Keep where the copies of these titles stand, by what their call numbers are now."""
    for chunk in chunks(sorted(titles)):
        copies = select(item.c.barcode).where(item.c.title.in_(chunk))
        connection.execute(delete(shelf_mark).where(shelf_mark.c.item.in_(copies)))
        known = (
            select(item.c.barcode, item.c.collection, title.c.call_number)
            .join_from(item, title)
            .where(title.c.id.in_(chunk), item.c.state != WITHDRAWN)
        )
        rows = [_row(*one) for one in connection.execute(known)]
        if rows:
            connection.execute(insert(shelf_mark), rows)


def _row(barcode: str, collection: str, call_number: str) -> dict[str, Any]:
    at = place(call_number)
    return {"item": barcode, "collection": collection, "section": at.section, "mark": at.mark}


def shelves(connection: Connection, asked: ListShelves) -> Shelves:
    """The shelves that can be walked along, in order; what is withdrawn stands on none."""
    found = _stretches(connection)
    page = found[asked.start : asked.start + MOST_SHELVES]
    return Shelves(len(found), tuple(ShelfSize(one.name, one.items) for one in page))


def shelf_list(connection: Connection, asked: ListShelf) -> ShelfList:
    """The next items of a shelf; none of one that there is not, or not any more."""
    shelf = next((one for one in _stretches(connection) if one.name == asked.shelf), None)
    if shelf is None:
        return ShelfList(0, ())
    known = None
    if asked.after is not None:
        known = connection.scalar(_MARK_OF, {"barcode": str(asked.after)})
    after = {"after_mark": known or b"", "after": "" if known is None else str(asked.after)}
    limits = {"collection": shelf.collection, "first": shelf.first, "end": shelf.end}
    rows = connection.execute(_ON_SHELF, limits | after).all()
    where = whereabouts(connection, [row.item for row in rows])
    lines = [
        Listed(
            ItemId(row.item),
            _cut(row.call_number, LONGEST_CALL_NUMBER),
            _cut(row.title, LONGEST_LISTED),
            where[row.item],
        )
        for row in rows
    ]
    return ShelfList(shelf.items, tuple(lines))


def _stretches(connection: Connection) -> tuple[Stretch, ...]:
    rows = connection.execute(_COUNTED).all()
    return stretches({(row.collection, bytes(row.section)): row.items for row in rows})


def whereabouts(connection: Connection, barcodes: Sequence[str]) -> dict[str, Whereabouts]:
    """Where these items should be now; what is neither lent nor set aside should be here."""
    found = dict.fromkeys(barcodes, Whereabouts.HERE)
    for chunk in chunks(barcodes):
        set_aside = connection.scalars(_SET_ASIDE, {"names": chunk})
        found.update(dict.fromkeys(set_aside, Whereabouts.ON_HOLD_SHELF))
        lent = connection.scalars(_LENT, {"names": chunk})
        found.update(dict.fromkeys(lent, Whereabouts.ON_LOAN))
    return found


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
