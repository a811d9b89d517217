"""SLiMS' rows, written as SLiMS writes them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import (
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)

from server.ils.mariadb import Change
from server.ils.slims.reading import OPEN
from server.ils.slims.rules import Copy, Fine, Member, OpenLoan
from server.ils.slims.tables import (
    biblio,
    coll_type,
    fines,
    gmd,
    item,
    language,
    loan,
    loan_history,
    location,
    member,
    member_type,
    reserve,
)

_FINE_WORDS: Final = "Denda keterlambatan eksemplar"
_IN_BOTH: Final = tuple(column.name for column in loan.c if column.name in loan_history.c)


@dataclass(frozen=True, slots=True)
class Terms:
    """A loan made `on` a day until `due` by the rule of that number; written `now` for `uid`."""

    rule: int
    on: date
    due: date
    now: datetime
    uid: int


def write_loan(change: Change, who: Member, what: Copy, terms: Terms) -> bool:
    """The loan's row, unless the item has an open one: looked at and written by one statement.

    Says whether it was written.
    """
    row = {
        "item_code": what.code,
        "member_id": who.number,
        "loan_date": terms.on,
        "due_date": terms.due,
        "renewed": 0,
        "loan_rules_id": terms.rule,
        "is_lent": 1,
        "is_return": 0,
        "input_date": terms.now,
        "last_update": terms.now,
        "uid": terms.uid,
    }
    lent = exists().where(OPEN, loan.c.item_code == what.code)
    values = [literal(value, loan.c[name].type) for name, value in row.items()]
    chosen = select(*values).select_from(item).where(item.c.item_code == what.code, ~lent)
    return change.send(insert(loan).from_select(list(row), chosen)).rowcount == 1


def write_history(change: Change, number: int) -> None:
    """What SLiMS writes beside a new loan, where no trigger of the database does.

    Versions before the triggers were dropped have them; both at once would write it twice.
    """
    tables = (
        loan.join(item, item.c.item_code == loan.c.item_code)
        .join(biblio, biblio.c.biblio_id == item.c.biblio_id)
        .outerjoin(gmd, gmd.c.gmd_id == biblio.c.gmd_id)
        .outerjoin(language, language.c.language_id == biblio.c.language_id)
        .outerjoin(location, location.c.location_id == item.c.location_id)
        .outerjoin(coll_type, coll_type.c.coll_type_id == item.c.coll_type_id)
        .outerjoin(member, member.c.member_id == loan.c.member_id)
        .outerjoin(member_type, member_type.c.member_type_id == member.c.member_type_id)
    )
    values = {
        **{name: loan.c[name] for name in _IN_BOTH},
        "biblio_id": biblio.c.biblio_id,
        "title": func.left(biblio.c.title, 300),
        "call_number": func.coalesce(item.c.call_number, biblio.c.call_number),
        "classification": biblio.c.classification,
        "gmd_name": gmd.c.gmd_name,
        "language_name": language.c.language_name,
        "location_name": location.c.location_name,
        "collection_type_name": coll_type.c.coll_type_name,
        "member_name": member.c.member_name,
        "member_type_name": member_type.c.member_type_name,
    }
    written = exists().where(loan_history.c.loan_id == number)
    chosen = select(*values.values()).select_from(tables).where(loan.c.loan_id == number, ~written)
    change.send(insert(loan_history).from_select(list(values), chosen))


def write_return(change: Change, number: int, on: date, now: datetime) -> None:
    change.send(
        update(loan)
        .where(loan.c.loan_id == number, OPEN)
        .values(is_return=1, return_date=on, last_update=now)
    )


def write_renewal(change: Change, was: OpenLoan, due: date, on: date, now: datetime) -> bool:
    """SLiMS takes the item back and lends it again: its day of return stays. Says whether written.

    In one statement: between SLiMS' own two the item would be free.
    """
    done = change.send(
        update(loan)
        .where(loan.c.loan_id == was.number, OPEN, loan.c.renewed == was.renewed)
        .values(renewed=was.renewed + 1, due_date=due, return_date=on, last_update=now)
    )
    return done.rowcount == 1


def repeat_in_history(change: Change, number: int) -> None:
    """What of a loan that changed is in its history, where no trigger of the database does it."""
    copied = ("is_lent", "is_return", "renewed", "return_date")
    told = {name: select(loan.c[name]).where(loan.c.loan_id == number) for name in copied}
    values = {name: chosen.scalar_subquery() for name, chosen in told.items()}
    change.send(update(loan_history).where(loan_history.c.loan_id == number).values(**values))


def remove_loan(change: Change, number: int) -> None:
    """A row of ours that must not stand."""
    change.send(delete(loan).where(loan.c.loan_id == number))
    change.send(delete(loan_history).where(loan_history.c.loan_id == number))


def remove_reservation(change: Change, number: str, code: str) -> None:
    change.send(delete(reserve).where(reserve.c.member_id == number, reserve.c.item_code == code))


def write_fines(change: Change, booked: Iterable[tuple[OpenLoan, Fine]], on: date) -> None:
    for late, charge in booked:
        change.send(
            insert(fines).values(
                fines_date=on,
                member_id=late.member,
                debet=charge.rupiah,
                credit=0,
                description=f"{_FINE_WORDS} {late.item}",
            )
        )
