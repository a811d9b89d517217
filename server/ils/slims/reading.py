"""SLiMS' rows, read into the values that its rules speak of."""

from datetime import date
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Row,
    Select,
    and_,
    exists,
    func,
    select,
)

from server.ils.port import NothingSent, address_in
from server.ils.slims.rules import Calendar, Copy, Member, OpenLoan, Rule
from server.ils.slims.tables import (
    biblio,
    fines,
    holiday,
    item,
    item_status,
    loan,
    loan_rules,
    location,
    member,
    member_type,
    reserve,
    setting,
)

OPEN: Final = and_(loan.c.is_lent == 1, loan.c.is_return == 0)
# SLiMS keeps a PHP value there.
_FREE_OF_FINES: Final = "b:1;"


def member_of(connection: Connection, number: str) -> tuple[Member, str] | None:
    """A member and the hash of their password; None when SLiMS does not know the number."""
    kinds = member.outerjoin(member_type, member.c.member_type_id == member_type.c.member_type_id)
    found = connection.execute(
        select(member, member_type).select_from(kinds).where(member.c.member_id == number)
    ).first()
    if found is None:
        return None
    rows = connection.execute(
        select(loan_rules)
        .where(loan_rules.c.member_type_id == found.member_type_id)
        .order_by(loan_rules.c.loan_rules_id)
    )
    rules = tuple(_rule(row, row.loan_rules_id, row.coll_type_id, row.gmd_id) for row in rows)
    # A date of zeros comes as text.
    expires = found.expire_date if isinstance(found.expire_date, date) else None
    told = Member(
        found.member_id,
        expires,
        bool(found.is_pending),
        _rule(found, 0, 0, 0),
        rules,
        address_in(found.member_email),
    )
    return told, found.mpasswd or ""


def _rule(row: Row[Any], number: int, collection: int | None, gmd_id: int | None) -> Rule:
    return Rule(
        number,
        collection or 0,
        gmd_id or 0,
        row.loan_limit or 0,
        row.loan_periode or 0,
        row.reborrow_limit or 0,
        row.fine_each_day or 0,
        row.grace_periode or 0,
    )


def copy_of(connection: Connection, code: str) -> Copy | None:
    """An item with its title; None when SLiMS does not know the code."""
    found = connection.execute(
        select(
            item,
            biblio.c.title,
            biblio.c.gmd_id,
            func.coalesce(item.c.call_number, biblio.c.call_number, "").label("shelf"),
            item_status.c.no_loan,
            location.c.location_name,
        )
        .select_from(
            item.join(biblio, item.c.biblio_id == biblio.c.biblio_id)
            .outerjoin(item_status, item.c.item_status_id == item_status.c.item_status_id)
            .outerjoin(location, item.c.location_id == location.c.location_id)
        )
        .where(item.c.item_code == code)
    ).first()
    if found is None:
        return None
    queue = connection.scalars(
        select(reserve.c.member_id)
        .where(reserve.c.item_code == found.item_code)
        .order_by(reserve.c.reserve_date, reserve.c.reserve_id)
    ).all()
    return Copy(
        found.item_code,
        found.title or "",
        found.shelf,
        found.location_name or "",
        found.coll_type_id or 0,
        found.gmd_id or 0,
        found.item_status_id or "",
        bool(found.no_loan),
        queue[0] if queue else None,
        len(queue),
    )


def loans_of_item(connection: Connection, code: str) -> list[OpenLoan]:
    """More than one only when the desk wrote them."""
    return _loans(connection, select(loan).where(OPEN, loan.c.item_code == code))


def loans_of_member(connection: Connection, number: str) -> list[OpenLoan]:
    return _loans(connection, select(loan).where(OPEN, loan.c.member_id == number))


def _loans(connection: Connection, chosen: Select[Any]) -> list[OpenLoan]:
    return [
        OpenLoan(
            row.loan_id,
            row.item_code,
            row.member_id,
            _due(row),
            row.renewed,
            row.loan_rules_id,
            row.return_date,
        )
        for row in connection.execute(chosen.order_by(loan.c.loan_id))
    ]


def _due(row: Row[Any]) -> date:
    """Raises NothingSent for zeros, which nothing can be decided by."""
    if isinstance(row.due_date, date):
        return row.due_date
    raise NothingSent(f"loan {row.loan_id} has no due date: put it right at the desk")


def calendar_of(connection: Connection) -> Calendar:
    names: set[str] = set()
    dates: set[date] = set()
    for row in connection.execute(select(holiday)):
        if row.holiday_date is None:
            names.add(row.holiday_dayname.lower()[:3])
        else:
            dates.add(row.holiday_date)
    free = connection.scalar(
        select(setting.c.setting_value).where(setting.c.setting_name == "ignore_holidays_fine_calc")
    )
    return Calendar(frozenset(names), frozenset(dates), free == _FREE_OF_FINES)


def owed_by(connection: Connection, number: str) -> int:
    """Whole Rupiah."""
    balance = func.coalesce(func.sum(fines.c.debet - fines.c.credit), 0)
    return int(connection.scalar(select(balance).where(fines.c.member_id == number)) or 0)


def reservations_of(connection: Connection, number: str) -> int:
    theirs = select(func.count()).select_from(reserve).where(reserve.c.member_id == number)
    return int(connection.scalar(theirs) or 0)


def is_reserved_by_another(connection: Connection, code: str, number: str) -> bool:
    another = exists().where(reserve.c.item_code == code, reserve.c.member_id != number)
    return bool(connection.scalar(select(another)))
