"""What a patron is told of their own loans, holds and fines. Reads only."""

from datetime import date
from typing import Final

from sqlalchemy import Connection, bindparam, select

from broker.requests import Account, Borrowed, Waiting
from broker.vocabulary import ItemId, PatronId, Refusal
from server import accounts, holds, renewals
from server.circulation import rules
from server.circulation.holds import HoldState
from server.circulation.rules import Borrower, Rulebook
from server.ils import records
from server.journal.tables import hold, item, title

_TITLES: Final = (
    select(item.c.barcode, title.c.title)
    .join_from(item, title)
    .where(item.c.barcode.in_(bindparam("these", expanding=True)))
)
_QUEUES: Final = (
    select(hold.c.act, hold.c.state, title.c.title, hold.c.pick_up_by)
    .join_from(hold, title)
    .where(hold.c.ended_at.is_(None), hold.c.title == bindparam("of_title"))
    .order_by(hold.c.placed_at, hold.c.act)
)


def account(connection: Connection, borrower: Borrower, rulebook: Rulebook, now: float) -> Account:
    """All of it at `now`, seconds since 1970 UTC; what the items are called, but not the patron."""
    bar = rules.bar(borrower, rulebook.calendar.today(now))
    owed = accounts.owed(connection, borrower.number.reveal(), rulebook)
    return Account(
        loans=_loans(connection, borrower, rulebook, now),
        holds=_waiting(connection, borrower.number),
        remaining=rules.remaining(borrower, rulebook) if bar is None else 0,
        owed=rupiah(owed) if owed else "",
        bar=bar,
    )


def ready(connection: Connection, number: PatronId) -> int:
    """How many holds wait for this member at the desk."""
    mine = holds.holds_of(connection, number)
    return sum(one.state is HoldState.READY for one in mine)


def rupiah(amount: int) -> str:
    """Money as Indonesia writes it (Bank Indonesia: a point for thousands).

    >>> rupiah(1_250_000)
    'Rp 1.250.000'
    """
    return f"Rp {amount:,}".replace(",", ".")


def _loans(
    connection: Connection, borrower: Borrower, rulebook: Rulebook, now: float
) -> tuple[Borrowed, ...]:
    held = records.held_by(connection, borrower.number)
    rows = connection.execute(_TITLES, {"these": list(held)})
    names = {row.barcode: row.title for row in rows}
    today = rulebook.calendar.today(now)

    def told(barcode: str, due: date) -> Borrowed:
        answer = renewals.decide(connection, borrower, ItemId(barcode), rulebook, now)
        why_not = answer.reason if isinstance(answer, Refusal) else None
        return Borrowed(ItemId(barcode), names.get(barcode, ""), due, due < today, why_not)

    return tuple(told(barcode, due) for barcode, due in held.items())


def _waiting(connection: Connection, number: PatronId) -> tuple[Waiting, ...]:
    return tuple(
        _place(connection, one.title, str(one.act)) for one in holds.holds_of(connection, number)
    )


def _place(connection: Connection, of_title: int, act: str) -> Waiting:
    """Whoever has a copy set aside stands in nobody's way."""
    position = 1
    for row in connection.execute(_QUEUES, {"of_title": of_title}):
        waits = row.state == HoldState.WAITING.value
        if row.act == act:
            return Waiting(row.title, position if waits else 1, None if waits else row.pick_up_by)
        position += waits
    raise LookupError(f"no hold {act} on title {of_title}")
