"""Holds kept: placed and cancelled for members, and brought up to date with where the copies are.

Law: works in the caller's transaction, one writer at a time, and never commits. What becomes of a
hold is `circulation.holds`'s to say. One that has ended names nobody any more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    exists,
    insert,
    select,
    true,
    update,
)

from broker.vocabulary import ActId, ItemId, PatronId, Reason, Refusal
from server import catalogue
from server.circulation.grants import Standing
from server.circulation.holds import ENDED, Hold, HoldState, TitleCopy, objection, served
from server.circulation.rules import Rulebook
from server.journal.journal import chunks
from server.journal.tables import grant, hold, item, loan, member
from server.retention import mark_freed

_ACTIVE: Final = hold.c.ended_at.is_(None)
_ANY: Final = select(hold.c.act).where(_ACTIVE).limit(1)
_HOLDS: Final = (
    select(hold, member.c.kind)
    .join_from(hold, member, member.c.number == hold.c.member)
    .where(_ACTIVE)
    .order_by(hold.c.title, hold.c.placed_at, hold.c.act)
)
_COPIES: Final = (
    select(
        item,
        loan.c.act.label("loan"),
        loan.c.member.label("borrower"),
        loan.c.patron.label("card"),
        exists()
        .where(grant.c.item == item.c.barcode, grant.c.standing == Standing.OPEN.value)
        .label("promised"),
    )
    .outerjoin_from(item, loan, and_(loan.c.item == item.c.barcode, loan.c.returned_at.is_(None)))
    .order_by(item.c.barcode)
)
_KEEP: Final = (
    update(hold)
    .where(hold.c.act == bindparam("this"))
    .values({name: bindparam(f"new_{name}") for name in ("state", "copy", "pick_up_by")})
)


@dataclass(frozen=True, slots=True)
class Wish:
    """For the item, or for any copy of its title; made at `at`, seconds since 1970 UTC."""

    act: ActId
    item: ItemId
    at: float
    only_this: bool = False


def place(
    connection: Connection, patron: PatronId, wish: Wish, rulebook: Rulebook
) -> Hold | Refusal:
    """The hold, READY when a copy is on the shelf: staff fetch it; or why there is none."""
    borrower = catalogue.borrower(connection, patron, rulebook)
    title = connection.scalar(select(item.c.title).where(item.c.barcode == str(wish.item)))
    copies = [
        copy
        for copy in _copies(connection, item.c.title == title).get(title, ())
        if not wish.only_this or copy.item == wish.item
    ]
    mine = [] if borrower is None else holds_of(connection, borrower.number)
    if (no := objection(borrower, mine, title, copies, rulebook)) is not None:
        return no
    if borrower is None or title is None:  # objected to above
        return Refusal(Reason.UNKNOWN_ITEM)
    number = borrower.number.reveal()
    only = str(wish.item) if wish.only_this else None
    row = {"act": str(wish.act), "title": title, "item": only, "member": number}
    waiting = {"placed_at": wish.at, "state": HoldState.WAITING.value}
    connection.execute(insert(hold), row | waiting)
    _serve(connection, hold.c.title == title, rulebook, wish.at)
    return next(one for one in holds_of(connection, borrower.number) if one.act == wish.act)


def cancel(connection: Connection, act: ActId, rulebook: Rulebook, now: float) -> None:
    """End the hold, if it has not ended; a copy set aside for it goes to the next who waits."""
    for row in connection.execute(_HOLDS.where(hold.c.act == str(act))).all():
        cancelled = replace(_hold(row), state=HoldState.CANCELLED, copy=None)
        _write(connection, [cancelled], now)
        _serve(connection, hold.c.title == row.title, rulebook, now)


def follow(
    connection: Connection, items: Iterable[ItemId] | None, rulebook: Rulebook, now: float
) -> None:
    """Bring the holds on these items' titles up to date with where the copies are; None: on all."""
    if items is None:
        _serve(connection, true(), rulebook, now)
        return
    for chunk in chunks(sorted(map(str, items))):
        titles = select(item.c.title).where(item.c.barcode.in_(chunk))
        _serve(connection, hold.c.title.in_(titles), rulebook, now)


def somebody_waits(connection: Connection) -> bool:
    """Whether there is any hold to bring up to date."""
    return connection.scalar(_ANY) is not None


def holds_of(connection: Connection, number: PatronId) -> list[Hold]:
    """The member's holds that have not ended."""
    statement = _HOLDS.where(hold.c.member == number.reveal())
    return [_hold(row) for row in connection.execute(statement)]


def is_awaited(connection: Connection, item: ItemId) -> bool:
    """Whether this copy, once it is back, goes to the hold shelf."""
    return any(
        one.copy == item or one.state is HoldState.WAITING for one in queue(connection, item)
    )


def queue(connection: Connection, of: ItemId | None = None) -> list[Hold]:
    """All holds that have not ended, or those that this item could serve, in order."""
    if of is None:
        return [_hold(row) for row in connection.execute(_HOLDS)]
    title = select(item.c.title).where(item.c.barcode == str(of)).scalar_subquery()
    rows = connection.execute(_HOLDS.where(hold.c.title == title))
    return [one for one in map(_hold, rows) if one.fits(of)]


def _serve(
    connection: Connection, scope: ColumnElement[bool], rulebook: Rulebook, now: float
) -> None:
    rows = connection.execute(_HOLDS.where(scope)).all()
    if not rows:
        return
    copies = _copies(connection, item.c.title.in_(sorted({row.title for row in rows})))
    today = rulebook.calendar.today(now)
    for title, of_title in groupby(rows, key=lambda row: row.title):
        before = [_hold(row) for row in of_title]
        after = served(before, copies.get(title, ()), rulebook, today)
        _write(connection, [one for one in after if one not in before], now)


def _copies(
    connection: Connection, scope: ColumnElement[bool]
) -> dict[int | None, list[TitleCopy]]:
    found: dict[int | None, list[TitleCopy]] = {}
    for row in connection.execute(_COPIES.where(scope)):
        lent_to = None if row.loan is None else row.borrower or row.card or ""
        withdrawn = row.state == catalogue.WITHDRAWN
        copy = TitleCopy(
            ItemId(row.barcode), row.collection, withdrawn, lent_to, promised=row.promised
        )
        found.setdefault(row.title, []).append(copy)
    return found


def _write(connection: Connection, changed: Sequence[Hold], now: float) -> None:
    if not changed:
        return
    rows = [
        {
            "this": str(one.act),
            "new_state": one.state.value,
            "new_copy": None if one.copy is None else str(one.copy),
            "new_pick_up_by": one.pick_up_by,
        }
        for one in changed
    ]
    connection.execute(_KEEP, rows)
    ended = [str(one.act) for one in changed if one.state in ENDED]
    if ended:
        over = update(hold).where(hold.c.act.in_(ended))
        connection.execute(over.values(member=None, ended_at=now))
        mark_freed(connection, now)


def _hold(row: Row[Any]) -> Hold:
    return Hold(
        ActId(row.act),
        row.title,
        None if row.item is None else ItemId(row.item),
        PatronId(row.member),
        row.kind,
        row.placed_at,
        HoldState(row.state),
        None if row.copy is None else ItemId(row.copy),
        row.pick_up_by,
    )
