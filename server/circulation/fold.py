"""One item's history, folded into its loans, its grants and the tasks it makes for staff. Pure.

Law: the result is a function of the set of events. Nothing is ever dropped: what does not fit
becomes a task.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from functools import reduce

from broker.facts import (
    ItemLent,
    ItemReturned,
    LoanAbandoned,
    LoanUnconfirmed,
    UnknownItemDropped,
)
from broker.vocabulary import ERASED, ActId, ItemId, Patron
from server.circulation.timeline import Happened, in_order


class Evidence(Enum):
    """What a loan rests on."""

    CONFIRMED = "confirmed"
    PROVISIONAL = "provisional"  # the station decided off line
    UNCONFIRMED = "unconfirmed"  # the station could only infer it; alone it blocks nobody


class Closing(Enum):
    """How a loan ended."""

    RETURNED = "returned"
    SUPERSEDED = "superseded"


class Standing(Enum):
    """What became of the server's yes to a loan."""

    OPEN = "open"
    CLOSED = "closed"
    SUPERSEDED = "superseded"


class TaskKind(Enum):
    """What staff must look at."""

    LENT_WHILE_ON_LOAN = "lent-while-on-loan"
    LOAN_UNCONFIRMED = "loan-unconfirmed"
    TAG_NOT_SECURED = "tag-not-secured"
    GRANT_WITHOUT_CLOSING_FACT = "grant-without-closing-fact"
    UNKNOWN_ITEM_DROPPED = "unknown-item-dropped"
    UNKNOWN_ITEM = "unknown-item"
    UNKNOWN_CARD = "unknown-card"
    GAP = "gap"
    QUARANTINE = "quarantine"
    NEW_LEDGER = "new-ledger"


@dataclass(frozen=True, slots=True)
class Granted:
    """A yes the server gave. `closed_elsewhere`: its act ended in a fact about another item."""

    act: ActId
    patron: Patron
    granted_at: float
    closed_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Register:
    """What the library knows of this item and of the cards in its history."""

    item_known: bool
    members: Mapping[Patron, str]


@dataclass(frozen=True, slots=True)
class Loan:
    """One lending, by its act; open while `returned_at` is None. Times: seconds since 1970 UTC."""

    act: ActId
    item: ItemId
    patron: Patron
    member: str | None
    lent_at: float
    due: date
    evidence: Evidence
    returned_at: float | None = None
    closed_by: ActId | None = None
    closing: Closing | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """Something for staff; `kind` and `act` name it for ever. `reason` is a code or an id."""

    kind: TaskKind
    act: ActId
    item: ItemId | None
    reason: str
    opened_at: float


@dataclass(frozen=True, slots=True)
class ItemCirculation:
    """All that follows from one item's history."""

    item: ItemId
    loans: tuple[Loan, ...] = ()
    grants: tuple[tuple[ActId, Standing], ...] = ()
    tasks: tuple[Task, ...] = ()

    @property
    def open_loan(self) -> Loan | None:
        return self.loans[-1] if self.loans and self.loans[-1].returned_at is None else None


def fold(
    item: ItemId,
    events: Iterable[Happened],
    granted: Iterable[Granted],
    register: Register,
) -> ItemCirculation:
    """The item's circulation after `events`, given in any order and each once."""
    history = in_order(events)
    circulation = reduce(
        lambda so_far, event: _after(so_far, event, register.members),
        history,
        ItemCirculation(item),
    )
    for grant in sorted(granted, key=lambda grant: (grant.granted_at, str(grant.act))):
        circulation = _with_grant(circulation, grant, history)
    return replace(
        circulation, tasks=(*circulation.tasks, *_strangers(circulation, history, register))
    )


def stray(event: Happened, dropped: UnknownItemDropped) -> Task:
    """What a thing without a readable item number asks of staff."""
    return Task(TaskKind.UNKNOWN_ITEM_DROPPED, event.act, None, dropped.tag, event.time)


def _after(
    circulation: ItemCirculation, event: Happened, members: Mapping[Patron, str]
) -> ItemCirculation:
    match event.fact:
        case ItemLent(item, patron, due, provisional):
            evidence = Evidence.PROVISIONAL if provisional else Evidence.CONFIRMED
            loan = Loan(event.act, item, patron, members.get(patron), event.time, due, evidence)
            return _opened(circulation, loan)
        case LoanUnconfirmed(item, patron, due):
            evidence = Evidence.UNCONFIRMED
            loan = Loan(event.act, item, patron, members.get(patron), event.time, due, evidence)
            return _opened(circulation, loan)
        case ItemReturned(_, secured):
            returned = _closed(circulation, event.act, event.time, Closing.RETURNED)
            if secured:
                return returned
            return _with_task(returned, TaskKind.TAG_NOT_SECURED, event.act, "", event.time)
        case LoanAbandoned(secured=False):
            return _with_task(circulation, TaskKind.TAG_NOT_SECURED, event.act, "", event.time)
        case _:
            return circulation


def _opened(circulation: ItemCirculation, loan: Loan) -> ItemCirculation:
    before = circulation.open_loan
    if before is not None:
        circulation = _closed(circulation, loan.act, loan.lent_at, Closing.SUPERSEDED)
    if before is not None and not _same_patron(before, loan):
        circulation = _with_task(
            circulation, TaskKind.LENT_WHILE_ON_LOAN, loan.act, str(before.act), loan.lent_at
        )
    return replace(circulation, loans=(*circulation.loans, loan))


def _same_patron(one: Loan, other: Loan) -> bool:
    # Nobody can tell any more, and what staff had to see to kept the link until they had.
    if ERASED in {one.patron, other.patron}:
        return True
    if one.member is not None:
        return one.member == other.member
    return one.patron == other.patron


def _closed(
    circulation: ItemCirculation, act: ActId, time: float, closing: Closing
) -> ItemCirculation:
    loan = circulation.open_loan
    if loan is None:
        return circulation
    ended = replace(loan, returned_at=time, closed_by=act, closing=closing)
    return replace(circulation, loans=(*circulation.loans[:-1], ended))


def _with_task(
    circulation: ItemCirculation, kind: TaskKind, act: ActId, reason: str, time: float
) -> ItemCirculation:
    task = Task(kind, act, circulation.item, reason, time)
    return replace(circulation, tasks=(*circulation.tasks, task))


def _with_grant(
    circulation: ItemCirculation, grant: Granted, history: tuple[Happened, ...]
) -> ItemCirculation:
    standing = _standing(grant, history)
    circulation = replace(circulation, grants=(*circulation.grants, (grant.act, standing)))
    if standing is not Standing.SUPERSEDED:
        return circulation
    kind = TaskKind.GRANT_WITHOUT_CLOSING_FACT
    return _with_task(circulation, kind, grant.act, "", grant.granted_at)


def _standing(grant: Granted, history: tuple[Happened, ...]) -> Standing:
    if grant.closed_elsewhere or any(event.act == grant.act for event in history):
        return Standing.CLOSED
    # What was received before the grant happened before it, whatever the station's clock says.
    later = any(
        isinstance(event.fact, ItemLent | LoanUnconfirmed | ItemReturned)
        and min(event.time, event.received_at) > grant.granted_at
        for event in history
    )
    return Standing.SUPERSEDED if later else Standing.OPEN


def _strangers(
    circulation: ItemCirculation, history: tuple[Happened, ...], register: Register
) -> tuple[Task, ...]:
    """Tasks for what the library does not know, and for the loan nobody saw, while it is open."""
    tasks = []
    if history and not register.item_known:
        first = history[0]
        tasks.append(Task(TaskKind.UNKNOWN_ITEM, first.act, circulation.item, "", first.time))
    loan = circulation.open_loan
    if loan is not None and loan.member is None:
        tasks.append(Task(TaskKind.UNKNOWN_CARD, loan.act, loan.item, "", loan.lent_at))
    if loan is not None and loan.evidence is Evidence.UNCONFIRMED:
        tasks.append(Task(TaskKind.LOAN_UNCONFIRMED, loan.act, loan.item, "", loan.lent_at))
    return tuple(tasks)
