"""What the library knows of its members and items, read from the built-in library's tables.

Law: reads only, but for the mark that a system of the library's own knows them, and we do not.
Member numbers and card numbers are kept in capitals; a card reader or keyboard may say them in any
case.
"""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, delete, insert, or_, select

from broker.requests import Description
from broker.vocabulary import ItemId, Patron, PatronId
from server.circulation.grants import Standing
from server.circulation.rules import Borrower, Calendar, Copy, LoanRule, Rulebook
from server.journal.journal import chunks
from server.journal.patrons import from_column
from server.journal.tables import (
    closed_day,
    grant,
    item,
    loan,
    loan_rule,
    marker,
    member,
    title,
)
from server.settings import Branch

_CATALOGUE: Final = "catalogue"
_ELSEWHERE: Final = select(marker.c.content).where(marker.c.name == _CATALOGUE)
WITHDRAWN = "withdrawn"
PRESENT = "present"


def is_elsewhere(connection: Connection) -> bool:
    """Whether a system of the library's own knows its members and items."""
    return connection.scalar(_ELSEWHERE) is not None


def keep_elsewhere(connection: Connection, *, elsewhere: bool) -> None:
    """What `is_elsewhere` says from now on."""
    connection.execute(delete(marker).where(marker.c.name == _CATALOGUE))
    if elsewhere:
        connection.execute(insert(marker), {"name": _CATALOGUE, "content": "elsewhere"})


def members_of(connection: Connection, patrons: Iterable[PatronId]) -> dict[Patron, str]:
    """The member number of each patron that is known by number or card."""
    wanted: dict[str, list[PatronId]] = {}
    for patron in patrons:
        wanted.setdefault(patron.reveal().upper(), []).append(patron)
    if wanted and is_elsewhere(connection):
        return {patron: number for number, same in wanted.items() for patron in same}
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
    if is_elsewhere(connection):
        return frozenset(items)
    found: set[str] = set()
    for chunk in chunks(sorted(items)):
        found.update(connection.scalars(select(item.c.barcode).where(item.c.barcode.in_(chunk))))
    return frozenset(found)


def borrower(connection: Connection, patron: PatronId) -> Borrower | None:
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
    )


def copy_of(connection: Connection, barcode: ItemId) -> Copy | None:
    """The item, with who holds it now."""
    row = connection.execute(select(item).where(item.c.barcode == str(barcode))).first()
    if row is None:
        return None
    return Copy(barcode, row.collection, row.state == WITHDRAWN, holder(connection, barcode))


def holder(connection: Connection, barcode: ItemId) -> Patron | None:
    """Who was granted the item last and has not answered for it, else who has it on loan."""
    held = (
        select(grant.c.member, grant.c.patron)
        .where(grant.c.item == str(barcode), grant.c.standing == Standing.OPEN.value)
        .order_by(grant.c.granted_at.desc(), grant.c.act)
        .limit(1)
    )
    lent = select(loan.c.member, loan.c.patron).where(
        loan.c.item == str(barcode), loan.c.returned_at.is_(None)
    )
    row = connection.execute(held).first() or connection.execute(lent).first()
    return None if row is None else from_column(row.member or row.patron)


def describe(connection: Connection, barcode: ItemId) -> Description | None:
    """The item in words."""
    statement = select(title.c.title, title.c.author).join_from(item, title)
    row = connection.execute(statement.where(item.c.barcode == str(barcode))).first()
    return None if row is None else Description(barcode, row.title, row.author)


def rulebook(connection: Connection, branch: Branch) -> Rulebook:
    """The loan rules and the branch's calendar."""
    rules = tuple(
        LoanRule(row.member_kind, row.collection, row.item_limit, row.days)
        for row in connection.execute(select(loan_rule))
    )
    closed = frozenset(connection.scalars(select(closed_day.c.day)))
    return Rulebook(rules, Calendar(branch.zone, branch.closed_weekdays, closed))


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
