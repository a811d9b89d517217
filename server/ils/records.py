"""What the built-in library's port tells of items and loans, read from the tables. Reads only."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, and_, bindparam, select, union_all

from broker.vocabulary import ActId, ItemId, Patron, PatronId
from server.catalogue import WITHDRAWN
from server.circulation.grants import Standing
from server.journal.patrons import from_column
from server.journal.tables import grant, hold, item, loan, member, title

# Who has what until when, on loan or by a grant that no fact has closed.
HELD: Final = union_all(
    select(loan.c.item, loan.c.member, loan.c.due).where(loan.c.returned_at.is_(None)),
    select(grant.c.item, grant.c.member, grant.c.due).where(
        grant.c.standing == Standing.OPEN.value
    ),
).subquery("held")
_BLOCKED: Final = select(member.c.blocked).where(member.c.number == bindparam("of_member"))


@dataclass(frozen=True, slots=True)
class Shelved:
    """An item in words; `due` while somebody has it, `set_aside` while it waits for somebody."""

    title: str
    call_number: str
    collection: str
    withdrawn: bool
    due: date | None
    set_aside: bool


@dataclass(frozen=True, slots=True)
class Lending:
    """What the journal's loan by one act came to."""

    item: ItemId
    patron: Patron
    due: date


def shelved(connection: Connection, barcode: ItemId) -> Shelved | None:
    """The item in words, and when it will be back."""
    words = (title.c.title, title.c.call_number, item.c.collection, item.c.state)
    statement = (
        select(*words, HELD.c.due, hold.c.act.label("hold"))
        .join_from(item, title)
        .outerjoin(HELD, HELD.c.item == item.c.barcode)
        .outerjoin(hold, and_(hold.c.copy == item.c.barcode, hold.c.ended_at.is_(None)))
        .where(item.c.barcode == str(barcode))
        .order_by(HELD.c.due.desc())
    )
    row = connection.execute(statement.limit(1)).first()
    if row is None:
        return None
    where = (row.collection, row.state == WITHDRAWN, row.due, row.hold is not None)
    return Shelved(row.title, row.call_number, *where)


def blocked_because(connection: Connection, number: PatronId) -> tuple[str, ...]:
    """Why staff have blocked this member, for staff."""
    reasons = connection.scalars(_BLOCKED, {"of_member": number.reveal()})
    return tuple(reason for reason in reasons if reason is not None)


def held_by(connection: Connection, number: PatronId) -> dict[str, date]:
    """The items this member has, on loan or granted, with their due dates."""
    statement = select(HELD.c.item, HELD.c.due).where(HELD.c.member == number.reveal())
    rows = connection.execute(statement.order_by(HELD.c.due, HELD.c.item)).all()
    return {row.item: row.due for row in rows}


def loan_by(connection: Connection, act: ActId) -> Lending | None:
    """The loan that this act made, open or over."""
    row = connection.execute(select(loan).where(loan.c.act == str(act))).first()
    return None if row is None else Lending(ItemId(row.item), from_column(row.patron), row.due)
