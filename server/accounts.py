"""What members still answer for: days without borrowing, and money under a named regulation.

It follows from their late loans while the records tell whose those were. When retention takes a
member out of a loan, what is still to be answered for is kept here without the item: a penalty
tells how long or how much, not for what.

Law: works in the caller's transaction and never commits.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, func, insert, select

from broker.vocabulary import ActId
from server.circulation.fold import Closing
from server.circulation.lateness import LateReturn, Penalty, barred_until, penalty
from server.circulation.rules import Rulebook
from server.journal.journal import chunks
from server.journal.tables import item, loan, member, payment
from server.journal.tables import penalty as penalties

_Row = Row[str, date, float, str, str]
_RETURNED: Final = (
    select(loan.c.member, loan.c.due, loan.c.returned_at, item.c.collection, member.c.kind)
    .join_from(loan, member, member.c.number == loan.c.member)
    .outerjoin(item, item.c.barcode == loan.c.item)
    .where(loan.c.closing == Closing.RETURNED.value)
)
_OF_MEMBER: Final = _RETURNED.where(loan.c.member == bindparam("of_member"))
_KEPT: Final = select(penalties).where(penalties.c.member == bindparam("of_member"))
_PAID: Final = select(func.coalesce(func.sum(payment.c.amount), 0)).where(
    payment.c.member == bindparam("of_member")
)


def penalties_of(connection: Connection, number: str, rulebook: Rulebook) -> list[Penalty]:
    """All that this member number answers for, whether it is over or not."""
    of = {"of_member": number}
    kept = [Penalty(row.barred_until, row.fine) for row in connection.execute(_KEPT, of)]
    rows = connection.execute(_OF_MEMBER, of)
    return kept + [_penalty(row, rulebook) for row in rows]


def suspended_until(connection: Connection, number: str, rulebook: Rulebook) -> date | None:
    """The last day on which this member may not borrow."""
    return barred_until(penalties_of(connection, number, rulebook))


def owed(connection: Connection, number: str, rulebook: Rulebook) -> int:
    """Whole rupiah."""
    fines = sum(one.fine for one in penalties_of(connection, number, rulebook))
    paid: int = connection.scalar(_PAID, {"of_member": number}) or 0
    return max(0, fines - paid)


def noted(connection: Connection, act: ActId) -> tuple[str, int] | None:
    """Whose payment of how much this act was."""
    row = connection.execute(select(payment).where(payment.c.act == str(act))).first()
    return None if row is None else (row.member, row.amount)


def pay(connection: Connection, act: ActId, number: str, amount: int, now: float) -> None:
    """Take the amount off what the member owes; the act must be new."""
    row = {"act": str(act), "member": number, "amount": amount, "at": now}
    connection.execute(insert(payment), row)


def keep_penalties(
    connection: Connection, acts: Sequence[ActId], rulebook: Rulebook, now: float
) -> None:
    """Before these acts' loans lose their members: keep what is not over yet."""
    today = rulebook.calendar.today(now)
    rows: list[dict[str, Any]] = []
    for chunk in chunks(sorted(map(str, acts))):
        for row in connection.execute(_RETURNED.where(loan.c.act.in_(chunk))):
            one = _penalty(row, rulebook)
            running = one.barred_until is not None and one.barred_until >= today
            if one.fine or running:
                until = one.barred_until if running else None
                rows.append({"member": row.member, "barred_until": until, "fine": one.fine})
    if rows:
        connection.execute(insert(penalties), rows)


def _penalty(row: _Row, rulebook: Rulebook) -> Penalty:
    _, due, returned_at, collection, kind = row
    return penalty(LateReturn(collection or "", due, returned_at), kind, rulebook)
