"""INLISLite's catalogue, searched: what its own public catalogue shows, and nothing that it hides.

Which titles those are, and that a copy set aside for who booked it is not there, is what its
procedures for the public catalogue say in version 3.2 (CAT.isopac=1; Status_id=1 and
BookingExpiredDate past or empty).
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, exists, func, or_, select

from broker.requests import Find, Found
from server.ils.hits import ShelfCopy, Title, hit, page
from server.ils.inlislite.reading import OPEN
from server.ils.inlislite.rules import AVAILABLE, LENT, MAY_BE_LENT
from server.ils.inlislite.tables import copies, extensions, loan_items, locations, searched
from server.ils.mariadb_search import MOST_TITLES, first, has, rarest
from server.ils.port import ItemState
from server.words import asked_for


def find(connection: Connection, asked: Find, now: datetime) -> Found:
    """The titles with a copy that have all the words; `now` is local."""
    words = asked_for(asked.words)
    if not words:
        return Found(0, ())
    author = func.coalesce(searched.c.Author, "")
    statement = (
        select(searched.c.ID, searched.c.Title, author.label("Author"))
        .where(
            searched.c.IsOPAC == 1,
            *(or_(has(searched.c.Title, word), has(author, word)) for word in rarest(words)),
            exists().where(copies.c.Catalog_id == searched.c.ID),
        )
        .order_by(first(searched.c.Title, words), searched.c.ID)
        .limit(MOST_TITLES)
    )
    rows = connection.execute(statement)
    total, shown = page(asked, (Title(int(row.ID), row.Title or "", row.Author) for row in rows))
    shelf = _copies(connection, [one.number for one in shown], now)
    hits = (hit(one.title, one.author, shelf[one.number]) for one in shown)
    return Found(total, tuple(hits))


def _copies(
    connection: Connection, titles: Sequence[int], now: datetime
) -> dict[int, list[ShelfCopy]]:
    found: dict[int, list[ShelfCopy]] = {number: [] for number in titles}
    if not found:
        return found
    statement = (
        select(copies, locations.c.Name)
        .select_from(copies.outerjoin(locations, copies.c.Location_id == locations.c.ID))
        .where(copies.c.Catalog_id.in_(titles))
        .order_by(copies.c.ID)
    )
    rows = connection.execute(statement).all()
    back = _back(connection, [row.ID for row in rows])
    for row in rows:
        state = ItemState.ON_LOAN if row.ID in back else _state(row, now)
        copy = ShelfCopy(state, back.get(row.ID), row.CallNumber or "", row.Name or "")
        found[int(row.Catalog_id)].append(copy)
    return found


def _back(connection: Connection, of: Sequence[float]) -> dict[float, date | None]:
    """When those on loan come back, with their renewals; None where nobody wrote it down."""
    lent = select(loan_items.c.ID, loan_items.c.Collection_id, loan_items.c.DueDate)
    loans = connection.execute(lent.where(OPEN, loan_items.c.Collection_id.in_(of))).all()
    until = select(extensions.c.CollectionLoanItem_id, extensions.c.DueDateExtend)
    renewed = until.where(extensions.c.CollectionLoanItem_id.in_([row.ID for row in loans]))
    days: dict[float, list[date]] = {row.ID: _days(row.DueDate) for row in loans}
    for number, told in connection.execute(renewed):
        days[number] += _days(told)
    return {row.Collection_id: max(days[row.ID], default=None) for row in loans}


def _days(told: object) -> list[date]:
    """Of a column of times or of dates; one of zeros comes as text."""
    if isinstance(told, datetime):
        return [told.date()]
    return [told] if isinstance(told, date) else []


def _state(row: Any, now: datetime) -> ItemState:
    """As `records.item_record` tells it of an item on no loan, and whether somebody booked it."""
    if row.Status_id == LENT:
        return ItemState.ON_LOAN
    until = row.BookingExpiredDate
    if isinstance(until, datetime) and until > now:
        return ItemState.ON_HOLD_SHELF
    here = row.Status_id == AVAILABLE and row.Rule_id == MAY_BE_LENT
    return ItemState.AVAILABLE if here else ItemState.OTHER
