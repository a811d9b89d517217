"""Loans that go on: whether they may, and what was said when that was asked before.

Law: reads only.
"""

from datetime import date
from typing import Final

from sqlalchemy import Connection, bindparam, select

from broker import wire
from broker.facts import LoanRenewed
from broker.requests import Grant, Renew
from broker.vocabulary import ItemId, Reason, Refusal
from server import catalogue, holds
from server.circulation import rules
from server.circulation.holds import HoldState
from server.circulation.rules import Borrower, Renewable, Rulebook
from server.journal.patrons import from_column
from server.journal.tables import fact, grant, item, loan

_OPEN: Final = (
    select(loan.c.member, loan.c.due, loan.c.renewals, item.c.collection)
    .outerjoin_from(loan, item, item.c.barcode == loan.c.item)
    .where(loan.c.item == bindparam("this"), loan.c.returned_at.is_(None))
)
_PROMISED: Final = select(grant.c.act).where(grant.c.act == bindparam("this"))
_SAID: Final = select(fact.c.payload, fact.c.patron).where(fact.c.act == bindparam("this"))


def decide(
    connection: Connection,
    borrower: Borrower | None,
    of: ItemId,
    rulebook: Rulebook,
    now: float,
) -> date | Refusal:
    """The new due date of the item's open loan, or why there is none."""
    row = connection.execute(_OPEN, {"this": str(of)}).first()
    if row is None:
        known = catalogue.copy_of(connection, of) is not None
        return Refusal(Reason.NOT_ON_LOAN if known else Reason.UNKNOWN_ITEM)
    queue = holds.queue(connection, of)
    wanted = any(one.state is HoldState.WAITING for one in queue)
    open_loan = Renewable(of, row.collection or "", row.member, row.due, row.renewals, wanted)
    return rules.decide_renewal(borrower, open_loan, rulebook, now)


def answer_before(connection: Connection, renew: Renew) -> Grant | Refusal | None:
    """What this act was answered when it was asked first; None when it is new.

    An act that was another's, or something else, is closed.
    """
    this = {"this": str(renew.act)}
    row = connection.execute(_SAID, this).first()
    if row is None:
        promised = connection.scalar(_PROMISED, this) is not None
        return Refusal(Reason.ACT_CLOSED) if promised else None
    match wire.decode_entry(row.payload).fact:
        case LoanRenewed(item=of, due=due) if (of, from_column(row.patron)) == (
            renew.item,
            renew.patron,
        ):
            return Grant(renew.act, due)
        case _:
            return Refusal(Reason.ACT_CLOSED)
