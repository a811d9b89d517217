"""What the library knows of its members and items, read from the built-in library's tables.

Law: reads only. Member numbers and card numbers are kept in capitals; a card reader or keyboard may
say them in any case.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, and_, bindparam, or_, select, union_all

from broker.requests import Description
from broker.vocabulary import ActId, ItemId, Patron, PatronId
from server.accounts import suspended_until
from server.circulation.grants import Standing
from server.circulation.rules import Borrower, Calendar, Copy, LoanRule, Renewable, Rulebook
from server.closed_days import CLOSED
from server.journal.journal import chunks
from server.journal.patrons import from_column
from server.journal.tables import closed_day, grant, hold, item, loan, loan_rule, member, title
from server.settings import Branch

WITHDRAWN = "withdrawn"
PRESENT = "present"
# Who has what until when, on loan or by a grant that no fact has closed.
_HELD: Final = union_all(
    select(loan.c.item, loan.c.member, loan.c.due).where(loan.c.returned_at.is_(None)),
    select(grant.c.item, grant.c.member, grant.c.due).where(
        grant.c.standing == Standing.OPEN.value
    ),
).subquery("held")


_COPY: Final = (
    select(
        item.c.collection,
        item.c.state,
        grant.c.act.label("grant"),
        grant.c.member.label("granted_to"),
        grant.c.patron.label("grant_of"),
        loan.c.act.label("loan"),
        loan.c.member.label("lent_to"),
        loan.c.patron.label("loan_of"),
        hold.c.member.label("set_aside_for"),
    )
    .outerjoin_from(
        item, grant, and_(grant.c.item == item.c.barcode, grant.c.standing == Standing.OPEN.value)
    )
    .outerjoin(loan, and_(loan.c.item == item.c.barcode, loan.c.returned_at.is_(None)))
    .outerjoin(hold, and_(hold.c.copy == item.c.barcode, hold.c.ended_at.is_(None)))
    .where(item.c.barcode == bindparam("this"))
    .order_by(grant.c.granted_at.desc(), grant.c.act)
    .limit(1)
)


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


def members_of(connection: Connection, patrons: Iterable[PatronId]) -> dict[Patron, str]:
    """The member number of each patron that is known by number or card."""
    wanted: dict[str, list[PatronId]] = {}
    for patron in patrons:
        wanted.setdefault(patron.reveal().upper(), []).append(patron)
    found: dict[Patron, str] = {}
    for chunk in chunks(sorted(wanted)):
        statement = select(member.c.number, member.c.card).where(
            or_(member.c.number.in_(chunk), member.c.card.in_(chunk))
        )
        # A number beats another member's card of the same characters.
        rows = connection.execute(statement).all()
        for name, number in [(card, number) for number, card in rows] + [
            (number, number) for number, _ in rows
        ]:
            found.update(dict.fromkeys(wanted.get(name, ()), number))
    return found


def known_items(connection: Connection, items: Iterable[str]) -> frozenset[str]:
    """Those barcodes that the library has."""
    found: set[str] = set()
    for chunk in chunks(sorted(items)):
        found.update(connection.scalars(select(item.c.barcode).where(item.c.barcode.in_(chunk))))
    return frozenset(found)


def borrower(connection: Connection, patron: PatronId, rulebook: Rulebook) -> Borrower | None:
    """The member behind a card or number, with what they hold now."""
    number = members_of(connection, (patron,)).get(patron)
    row = connection.execute(select(member).where(member.c.number == number)).first()
    if row is None:
        return None
    return Borrower(
        PatronId(row.number),
        row.kind,
        row.expires,
        row.blocked is not None,
        _holdings(connection, row.number),
        suspended_until(connection, row.number, rulebook) if rulebook.suspends else None,
    )


def copy_of(connection: Connection, barcode: ItemId) -> Copy | None:
    """The item, with who holds it now, and for whom it is set aside.

    Its holder is who was granted it last and has not answered for it, else who has it on loan.
    """
    row = connection.execute(_COPY, {"this": str(barcode)}).first()
    if row is None:
        return None
    holder = None
    if row.grant is not None:
        holder = from_column(row.granted_to or row.grant_of)
    elif row.loan is not None:
        holder = from_column(row.lent_to or row.loan_of)
    waits_for = None if row.set_aside_for is None else PatronId(row.set_aside_for)
    return Copy(barcode, row.collection, row.state == WITHDRAWN, holder, waits_for)


def describe(connection: Connection, barcode: ItemId) -> Description | None:
    """The item in words."""
    statement = select(title.c.title, title.c.author).join_from(item, title)
    row = connection.execute(statement.where(item.c.barcode == str(barcode))).first()
    return None if row is None else Description(barcode, row.title, row.author)


def shelved(connection: Connection, barcode: ItemId) -> Shelved | None:
    """The item in words, and when it will be back."""
    words = (title.c.title, title.c.call_number, item.c.collection, item.c.state)
    statement = (
        select(*words, _HELD.c.due, hold.c.act.label("hold"))
        .join_from(item, title)
        .outerjoin(_HELD, _HELD.c.item == item.c.barcode)
        .outerjoin(hold, and_(hold.c.copy == item.c.barcode, hold.c.ended_at.is_(None)))
        .where(item.c.barcode == str(barcode))
        .order_by(_HELD.c.due.desc())
    )
    row = connection.execute(statement.limit(1)).first()
    if row is None:
        return None
    where = (row.collection, row.state == WITHDRAWN, row.due, row.hold is not None)
    return Shelved(row.title, row.call_number, *where)


def held_by(connection: Connection, number: PatronId) -> dict[str, date]:
    """The items this member has, on loan or granted, with their due dates."""
    statement = select(_HELD.c.item, _HELD.c.due).where(_HELD.c.member == number.reveal())
    rows = connection.execute(statement.order_by(_HELD.c.due, _HELD.c.item)).all()
    return {row.item: row.due for row in rows}


def loan_by(connection: Connection, act: ActId) -> Lending | None:
    """The loan that this act made, open or over."""
    row = connection.execute(select(loan).where(loan.c.act == str(act))).first()
    return None if row is None else Lending(ItemId(row.item), from_column(row.patron), row.due)


def renewable(connection: Connection, barcode: ItemId) -> Renewable | None:
    """The item's open loan."""
    columns = (loan.c.member, loan.c.due, loan.c.renewals, item.c.collection)
    this = and_(loan.c.item == str(barcode), loan.c.returned_at.is_(None))
    statement = select(*columns).outerjoin_from(loan, item, item.c.barcode == loan.c.item)
    row = connection.execute(statement.where(this)).first()
    if row is None:
        return None
    return Renewable(barcode, row.collection or "", row.member, row.due, row.renewals)


def rulebook(connection: Connection, branch: Branch) -> Rulebook:
    """The loan rules and the branch's calendar."""
    rules = tuple(
        LoanRule(
            row.member_kind,
            row.collection,
            row.item_limit,
            row.days,
            row.renewals,
            row.grace_days,
            row.barred_per_day,
            row.barred_at_most,
        )
        for row in connection.execute(select(loan_rule))
    )
    closed = frozenset(connection.scalars(select(closed_day.c.day).where(CLOSED)))
    return Rulebook(rules, Calendar(branch.zone, branch.closed_weekdays, closed), branch.policy)


def _holdings(connection: Connection, number: str) -> tuple[str, ...]:
    """The collection of each item on loan or granted to this member; unknown items count too."""
    lent = select(loan.c.item).where(loan.c.member == number, loan.c.returned_at.is_(None))
    promised = select(grant.c.item).where(
        grant.c.member == number, grant.c.standing == Standing.OPEN.value
    )
    held = lent.union(promised).subquery()
    statement = (
        select(item.c.collection).select_from(held).outerjoin(item, item.c.barcode == held.c.item)
    )
    return tuple(collection or "" for collection in connection.scalars(statement))
