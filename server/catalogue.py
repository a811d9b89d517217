"""What the library knows of its members and items, read from the built-in library's tables.

Law: reads only, but for the mark that a system of the library's own knows them, and we do not.
Member numbers and card numbers are kept in capitals; a card reader or keyboard may say them in any
case.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Connection,
    Row,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    select,
    union,
)

from broker.requests import Description
from broker.vocabulary import ItemId, MailAddress, Patron, PatronId
from server.accounts import suspended_until
from server.circulation.grants import Standing
from server.circulation.rules import Borrower, Calendar, Copy, LoanRule, Rulebook
from server.closed_days import CLOSED
from server.ils.port import address_in
from server.journal.journal import chunks
from server.journal.patrons import from_column
from server.journal.tables import (
    closed_day,
    grant,
    hold,
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
_NAMES: Final[BindParameter[Sequence[str]]] = bindparam("names", expanding=True)
_NAMED: Final = or_(member.c.number.in_(_NAMES), member.c.card.in_(_NAMES))
_BORROWERS: Final = select(member).where(_NAMED)
_MEMBERS: Final = select(member.c.number, member.c.card).where(_NAMED)
_KNOWN: Final = select(item.c.barcode).where(item.c.barcode.in_(_NAMES))
# The collection of each item on loan or granted to these members; unknown items count too.
_HELD_ITEMS: Final = union(
    select(loan.c.member, loan.c.item).where(
        loan.c.member.in_(_NAMES), loan.c.returned_at.is_(None)
    ),
    select(grant.c.member, grant.c.item).where(
        grant.c.member.in_(_NAMES), grant.c.standing == Standing.OPEN.value
    ),
).subquery("held_items")
_HOLDINGS: Final = select(_HELD_ITEMS.c.member, item.c.collection).select_from(
    _HELD_ITEMS.outerjoin(item, item.c.barcode == _HELD_ITEMS.c.item)
)
_RULES: Final = select(loan_rule)
_CLOSED_DAYS: Final = select(closed_day.c.day).where(CLOSED)
_COPIES: Final = (
    select(
        item.c.barcode,
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
    .where(item.c.barcode.in_(_NAMES))
    .order_by(item.c.barcode, grant.c.granted_at, grant.c.act.desc())
)


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
        # A number beats another member's card of the same characters.
        rows = connection.execute(_MEMBERS, {"names": chunk}).all()
        for name, number in [(card, number) for number, card in rows] + [
            (number, number) for number, _ in rows
        ]:
            found.update(dict.fromkeys(wanted.get(name, ()), number))
    return found


def address_of(connection: Connection, patron: PatronId) -> MailAddress | None:
    """Where the member behind a card or number reads mail, if the library was told."""
    number = members_of(connection, (patron,)).get(patron)
    return address_in(connection.scalar(select(member.c.mail).where(member.c.number == number)))


def known_items(connection: Connection, items: Iterable[str]) -> frozenset[str]:
    """Those barcodes that the library has."""
    if is_elsewhere(connection):
        return frozenset(items)
    found: set[str] = set()
    for chunk in chunks(sorted(items)):
        found.update(connection.scalars(_KNOWN, {"names": chunk}))
    return frozenset(found)


def borrower(connection: Connection, patron: PatronId, rulebook: Rulebook) -> Borrower | None:
    """The member behind a card or number, with what they hold now."""
    return borrowers(connection, (patron,), rulebook).get(patron)


def borrowers(
    connection: Connection, patrons: Iterable[PatronId], rulebook: Rulebook
) -> dict[PatronId, Borrower]:
    """As `borrower`, of those who are known."""
    said = {patron: patron.reveal().upper() for patron in patrons}
    found: dict[str, Borrower] = {}
    for chunk in chunks(sorted(set(said.values()))):
        rows = connection.execute(_BORROWERS, {"names": chunk}).all()
        held: dict[str, list[str]] = {row.number: [] for row in rows}
        for number, collection in connection.execute(_HOLDINGS, {"names": list(held)}):
            held[number].append(collection or "")
        of_number = {
            row.number: _borrower(connection, row, tuple(held[row.number]), rulebook)
            for row in rows
        }
        # A number beats another member's card of the same characters.
        named = {row.card: of_number[row.number] for row in rows} | of_number
        found |= {name: named[name] for name in chunk if name in named}
    return {patron: found[name] for patron, name in said.items() if name in found}


def _borrower(
    connection: Connection, row: Row[Any], held: tuple[str, ...], rulebook: Rulebook
) -> Borrower:
    return Borrower(
        PatronId(row.number),
        row.kind,
        row.expires,
        row.blocked is not None,
        held,
        suspended_until(connection, row.number, rulebook) if rulebook.suspends else None,
    )


def copy_of(connection: Connection, barcode: ItemId) -> Copy | None:
    """The item, with who holds it now, and for whom it is set aside.

    Its holder is who was granted it last and has not answered for it, else who has it on loan.
    """
    return copies(connection, (barcode,)).get(barcode)


def copies(connection: Connection, barcodes: Iterable[ItemId]) -> dict[ItemId, Copy]:
    """As `copy_of`, of those that are known."""
    found = {}
    for chunk in chunks(sorted(map(str, barcodes))):
        # Of several grants the last comes last.
        for row in connection.execute(_COPIES, {"names": chunk}):
            copy = _copy(row)
            found[copy.item] = copy
    return found


def _copy(row: Row[*tuple[Any, ...]]) -> Copy:
    holder = None
    if row.grant is not None:
        holder = from_column(row.granted_to or row.grant_of)
    elif row.loan is not None:
        holder = from_column(row.lent_to or row.loan_of)
    waits_for = None if row.set_aside_for is None else PatronId(row.set_aside_for)
    barcode = ItemId(row.barcode)
    return Copy(barcode, row.collection, row.state == WITHDRAWN, holder, waits_for)


def describe(connection: Connection, barcode: ItemId) -> Description | None:
    """The item in words."""
    statement = select(title.c.title, title.c.author).join_from(item, title)
    row = connection.execute(statement.where(item.c.barcode == str(barcode))).first()
    return None if row is None else Description(barcode, row.title, row.author)


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
        for row in connection.execute(_RULES)
    )
    return Rulebook(rules, calendar(connection, branch), branch.policy)


def calendar(connection: Connection, branch: Branch) -> Calendar:
    """The days on which the branch is open."""
    closed = frozenset(connection.scalars(_CLOSED_DAYS))
    return Calendar(branch.zone, branch.closed_weekdays, closed)
