# ruff: noqa: SIM300 - it takes the columns in capitals for constants
"""INLISLite's rows, written as INLISLite writes them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    exists,
    func,
    insert,
    literal,
    update,
)

from server.ils.inlislite.reading import ON_LOAN, OPEN
from server.ils.inlislite.rules import (
    AVAILABLE,
    LENT,
    Copy,
    Member,
    OpenLoan,
    late_days,
)
from server.ils.inlislite.tables import (
    collections,
    extensions,
    loan_items,
    loans,
)
from server.ils.mariadb import Change


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes: the INLISLite user's number, what names this machine, and the local time."""

    user: int
    terminal: str
    now: datetime

    @property
    def made(self) -> dict[str, object]:
        return {"CreateBy": self.user, "CreateDate": self.now, "CreateTerminal": self.terminal}

    @property
    def changed(self) -> dict[str, object]:
        return {"UpdateBy": self.user, "UpdateDate": self.now, "UpdateTerminal": self.terminal}


def claim_copy(change: Change, copy: Copy, writer: Writer) -> bool:
    """Marks it lent, unless it is not available or has an open loan: in one statement."""
    lent = exists().where(OPEN, loan_items.c.Collection_id == copy.id)
    done = change.send(
        update(collections)
        .where(collections.c.ID == copy.id, collections.c.Status_id == AVAILABLE, ~lent)
        .values(Status_id=LENT, **writer.changed)
    )
    return done.rowcount == 1


def write_group(change: Change, number: str, member: Member, copy: Copy, writer: Writer) -> bool:
    """Says whether it was written; not when somebody else took the number."""
    counts = {"CollectionCount": 1, "LoanCount": 1}
    nothing = {"LateCount": 0, "ExtendCount": 0, "ReturnCount": 0}
    return change.takes_key(
        insert(loans).values(
            ID=number,
            Member_id=member.id,
            LocationLibrary_id=copy.library,
            Branch_id=member.branch,
            **counts,
            **nothing,
            **writer.made,
        )
    )


def write_loan(
    change: Change, number: str, member: Member, copy: Copy, due: datetime, writer: Writer
) -> None:
    change.send(
        insert(loan_items).values(
            CollectionLoan_id=number,
            LoanDate=writer.now,
            DueDate=due,
            LoanStatus=ON_LOAN[0],
            Collection_id=copy.id,
            member_id=member.id,
            Branch_id=member.branch,
            **writer.made,
        )
    )


def write_return(change: Change, loan: OpenLoan, back: datetime, writer: Writer) -> None:
    change.send(
        update(loan_items)
        .where(loan_items.c.ID == loan.id, OPEN)
        .values(
            ActualReturn=back,
            LateDays=late_days(loan.due, back),
            LoanStatus="Return",
            **writer.changed,
        )
    )
    change.send(
        update(loans)
        .where(loans.c.ID == loan.group)
        .values(ReturnCount=func.coalesce(loans.c.ReturnCount, 0) + literal(1), **writer.changed)
    )


def free_copy(change: Change, copy: int, writer: Writer) -> None:
    """A copy that staff marked otherwise meanwhile stays so."""
    change.send(
        update(collections)
        .where(collections.c.ID == copy, collections.c.Status_id == LENT)
        .values(Status_id=AVAILABLE, **writer.changed)
    )


def write_renewal(
    change: Change, loan: OpenLoan, member: Member, due: datetime, writer: Writer
) -> None:
    """Both where version 3.3 writes it and where 3.2 does: 3.3's own return page reads that."""
    change.send(
        insert(extensions).values(
            CollectionLoan_id=loan.group,
            CollectionLoanItem_id=loan.id,
            Collection_id=loan.copy,
            Member_id=member.id,
            DateExtend=writer.now,
            DueDateExtend=due,
            Branch_id=member.branch,
            **writer.made,
        )
    )
    change.send(
        update(loan_items)
        .where(loan_items.c.ID == loan.id, OPEN)
        .values(DueDate=due, **writer.changed)
    )
