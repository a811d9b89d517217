"""SLiMS' catalogue, searched: what its own public catalogue shows, and nothing that it hides.

Hidden titles are those that lib/SearchEngine/DefaultEngine.php (commit 03521f5) leaves out. What is
looked up of the titles shown goes by keys of install/senayan_ddl.sql (biblio_id_idx of item,
item_code of loan, the primary key of biblio_author).
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, exists, func, literal_column, or_, select

from broker.requests import Find, Found
from server.ils.hits import ShelfCopy, Title, hit, page
from server.ils.mariadb_search import MOST_TITLES, first, has, rarest
from server.ils.port import ItemState
from server.ils.slims.reading import OPEN
from server.ils.slims.tables import (
    author,
    biblio,
    biblio_author,
    item,
    item_status,
    loan,
    location,
    reserve,
    searched,
)
from server.words import asked_for

_NAMES: Final = biblio_author.join(author, author.c.author_id == biblio_author.c.author_id)
_LISTED: Final[ColumnElement[Any]] = literal_column(
    "mst_author.author_name ORDER BY biblio_author.level SEPARATOR '; '"
)
_AUTHORS: Final = (
    select(func.group_concat(_LISTED))
    .select_from(_NAMES)
    .where(biblio_author.c.biblio_id == searched.c.biblio_id)
    .scalar_subquery()
)
_DUE: Final = (
    select(func.max(loan.c.due_date)).where(OPEN, loan.c.item_code == item.c.item_code)
).scalar_subquery()


def find(connection: Connection, asked: Find) -> Found:
    """The titles with an item that have all the words."""
    words = asked_for(asked.words)
    if not words:
        return Found(0, ())
    statement = (
        select(searched.c.biblio_id, searched.c.title, _AUTHORS.label("author"))
        .where(
            func.coalesce(searched.c.opac_hide, 0) == 0,
            *(_has(word) for word in rarest(words)),
            exists().where(item.c.biblio_id == searched.c.biblio_id),
        )
        .order_by(first(searched.c.title, words), searched.c.biblio_id)
        .limit(MOST_TITLES)
    )
    rows = connection.execute(statement)
    total, shown = page(asked, (Title(row.biblio_id, row.title, row.author or "") for row in rows))
    copies = _copies(connection, [one.number for one in shown])
    hits = (hit(one.title, one.author, copies[one.number]) for one in shown)
    return Found(total, tuple(hits))


def _has(word: str) -> ColumnElement[bool]:
    """In the title, or in a name: the names are read through once, whatever the titles are."""
    named = select(biblio_author.c.biblio_id).select_from(_NAMES)
    by_author = searched.c.biblio_id.in_(named.where(has(author.c.author_name, word)))
    return or_(has(searched.c.title, word), by_author)


def _copies(connection: Connection, titles: Sequence[int]) -> dict[int, list[ShelfCopy]]:
    found: dict[int, list[ShelfCopy]] = {number: [] for number in titles}
    waited_for = exists().where(reserve.c.item_code == item.c.item_code)
    statement = (
        select(
            item.c.biblio_id,
            item_status.c.no_loan,
            location.c.location_name,
            func.coalesce(item.c.call_number, biblio.c.call_number, "").label("shelf"),
            _DUE.label("due"),
            waited_for.label("reserved"),
        )
        .select_from(
            item.join(biblio, item.c.biblio_id == biblio.c.biblio_id)
            .outerjoin(item_status, item.c.item_status_id == item_status.c.item_status_id)
            .outerjoin(location, item.c.location_id == location.c.location_id)
        )
        .where(item.c.biblio_id.in_(titles))
        .order_by(item.c.item_code)
    )
    for row in connection.execute(statement) if found else ():
        # A date of zeros comes as text.
        due = row.due if isinstance(row.due, date) else None
        copy = ShelfCopy(_state(row), due, row.shelf, row.location_name or "")
        found[row.biblio_id].append(copy)
    return found


def _state(row: Any) -> ItemState:
    """As `records.item_record` tells it of one item, but for why it may not be lent."""
    if row.due is not None:
        return ItemState.ON_LOAN
    if row.no_loan:
        return ItemState.OTHER
    return ItemState.ON_HOLD_SHELF if row.reserved else ItemState.AVAILABLE
