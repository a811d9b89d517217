"""One item's history, folded into its loans, its grants and the tasks it makes for staff. Pure.

Law: the result is a function of the set of events and decisions. Nothing is ever dropped: what does
not fit becomes a task.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from broker.facts import (
    ItemLent,
    ItemReturned,
    LoanAbandoned,
    LoanRenewed,
    LoanUnconfirmed,
    StaffCalled,
    UnknownItemDropped,
)
from broker.vocabulary import ERASED, ActId, ItemId, Patron
from server.circulation.grants import Granted, Standing, kept, overtaking, standing
from server.circulation.grounds import grounded, seen
from server.circulation.tasks import Choice, Decision, Grounds, Task, TaskKind
from server.circulation.timeline import Happened, in_order

Chosen = frozenset[tuple[ActId, Choice]]


class Evidence(Enum):
    """What a loan rests on."""

    CONFIRMED = "confirmed"
    PROVISIONAL = "provisional"  # the station decided off line
    UNCONFIRMED = "unconfirmed"  # the station could only infer it; alone it blocks nobody


class Closing(Enum):
    """How a loan ended."""

    RETURNED = "returned"  # by a fact, or where no act closed it by staff
    SUPERSEDED = "superseded"
    WRITTEN_OFF = "written-off"


@dataclass(frozen=True, slots=True)
class Register:
    """What the library knows of this item and of the cards in its history."""

    item_known: bool
    members: Mapping[Patron, str]


@dataclass(frozen=True, slots=True)
class Loan:
    """One lending, by its act; open while `returned_at` is None. Times: seconds since 1970 UTC.

    In doubt the patron wins: `lent_at` is late, `returned_at` early, but not before `lent_after`.
    """

    act: ActId
    item: ItemId
    patron: Patron
    member: str | None
    lent_after: float
    lent_at: float
    due: date
    evidence: Evidence
    renewals: int = 0
    returned_at: float | None = None
    closed_by: ActId | None = None
    closing: Closing | None = None


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
    decisions: Iterable[Decision] = (),
) -> ItemCirculation:
    """The item's circulation after `events` and `decisions`, given in any order and each once."""
    chosen = frozenset((one.act, one.choice) for one in decisions)
    grants = sorted(granted, key=lambda grant: (grant.granted_at, str(grant.act)))
    history = in_order(with_kept(item, tuple(events), grants, chosen))
    circulation = ItemCirculation(item)
    for event in history:
        circulation = _after(circulation, event, register.members)
        circulation = _decided(circulation, event.act, chosen)
    for grant in grants:
        circulation = _with_grant(circulation, grant, history, chosen)
    tasks = (*circulation.tasks, *_strangers(circulation, history, register))
    before = {loan.closed_by: loan.patron for loan in circulation.loans}
    told = [grounded(task, history, grants, before.get(task.act)) for task in tasks]
    return replace(circulation, tasks=tuple(told))


def stray(event: Happened) -> Task | None:
    """What a fact about no item asks of staff: where, since when, with the tag or the screen."""
    match event.fact:
        case UnknownItemDropped(tag):
            kind, reason = TaskKind.UNKNOWN_ITEM_DROPPED, tag
        case StaffCalled(screen):
            kind, reason = TaskKind.STAFF_CALLED, screen
        case _:
            return None
    grounds = Grounds((seen(event),))
    return Task(kind, event.act, None, reason, event.time, event.device, None, grounds)


def with_kept(
    item: ItemId, events: tuple[Happened, ...], grants: Sequence[Granted], chosen: Chosen
) -> tuple[Happened, ...]:
    """The events, and the loans that staff say were made; a station's own word beats theirs."""
    reported = {event.act for event in events}
    believed = [
        kept(item, grant)
        for grant in grants
        if (grant.act, Choice.KEEP) in chosen
        and not grant.closed_elsewhere
        and grant.act not in reported
    ]
    return (*events, *believed)


def _after(
    circulation: ItemCirculation, event: Happened, members: Mapping[Patron, str]
) -> ItemCirculation:
    match event.fact:
        case ItemLent(item, patron, due, provisional):
            evidence = Evidence.PROVISIONAL if provisional else Evidence.CONFIRMED
        case LoanUnconfirmed(item, patron, due):
            evidence = Evidence.UNCONFIRMED
        case ItemReturned(_, secured):
            returned = _closed(circulation, event.act, event.time, Closing.RETURNED)
            return returned if secured else _with_task(returned, TaskKind.TAG_NOT_SECURED, event)
        case LoanRenewed(_, patron, due):
            return _renewed(circulation, event, patron, members.get(patron), due)
        case LoanAbandoned(secured=False):
            return _with_task(circulation, TaskKind.TAG_NOT_SECURED, event)
        case _:
            return circulation
    between = (event.span.earliest, event.time)
    loan = Loan(event.act, item, patron, members.get(patron), *between, due, evidence)
    return _opened(circulation, loan, event)


def _opened(circulation: ItemCirculation, loan: Loan, event: Happened) -> ItemCirculation:
    before = circulation.open_loan
    if before is not None:
        circulation = _closed(circulation, loan.act, loan.lent_after, Closing.SUPERSEDED)
    if before is not None and not _same_patron(before, loan):
        kind, reason = TaskKind.LENT_WHILE_ON_LOAN, str(before.act)
        circulation = _with_task(circulation, kind, event, reason)
    return replace(circulation, loans=(*circulation.loans, loan))


def _renewed(
    circulation: ItemCirculation, event: Happened, patron: Patron, member: str | None, due: date
) -> ItemCirculation:
    """The loan with its later due date; a renewal of what the patron has not is for staff."""
    loan = circulation.open_loan
    if loan is None or not _same_patron(loan, replace(loan, patron=patron, member=member)):
        return _with_task(circulation, TaskKind.RENEWED_NOT_ON_LOAN, event)
    longer = replace(loan, due=max(loan.due, due), renewals=loan.renewals + 1)
    return replace(circulation, loans=(*circulation.loans[:-1], longer))


def _same_patron(one: Loan, other: Loan) -> bool:
    # Nobody can tell any more, and what staff had to see to kept the link until they had.
    if ERASED in {one.patron, other.patron}:
        return True
    if one.member is not None:
        return one.member == other.member
    return one.patron == other.patron


def _closed(
    circulation: ItemCirculation, act: ActId | None, time: float, closing: Closing
) -> ItemCirculation:
    loan = circulation.open_loan
    if loan is None:
        return circulation
    time = max(time, loan.lent_after)
    lent_at = min(loan.lent_at, time)
    ended = replace(loan, lent_at=lent_at, returned_at=time, closed_by=act, closing=closing)
    return replace(circulation, loans=(*circulation.loans[:-1], ended))


def _decided(circulation: ItemCirculation, act: ActId, chosen: Chosen) -> ItemCirculation:
    """What staff decided about this act's loan. What they found may have been so all along."""
    loan = circulation.open_loan
    if loan is None or loan.act != act:
        return circulation
    if (act, Choice.RETURNED) in chosen:
        return _closed(circulation, None, loan.lent_after, Closing.RETURNED)
    if (act, Choice.WRITE_OFF) in chosen:
        return _closed(circulation, None, loan.lent_at, Closing.WRITTEN_OFF)
    if (act, Choice.CONFIRM_LOAN) in chosen:
        confirmed = replace(loan, evidence=Evidence.CONFIRMED)
        return replace(circulation, loans=(*circulation.loans[:-1], confirmed))
    return circulation


def _with_task(
    circulation: ItemCirculation, kind: TaskKind, event: Happened, reason: str = ""
) -> ItemCirculation:
    task = Task(kind, event.act, circulation.item, reason, event.span.latest)
    return replace(circulation, tasks=(*circulation.tasks, task))


def _with_grant(
    circulation: ItemCirculation, grant: Granted, history: Sequence[Happened], chosen: Chosen
) -> ItemCirculation:
    became = standing(grant, history, undone=(grant.act, Choice.UNDO) in chosen)
    circulation = replace(circulation, grants=(*circulation.grants, (grant.act, became)))
    opened_at, reason = grant.missed_at, ""
    if became is Standing.SUPERSEDED and (moved := overtaking(grant, history)) is not None:
        opened_at, reason = grant.granted_at, str(moved.act)
    if opened_at is None or became not in {Standing.OPEN, Standing.SUPERSEDED}:
        return circulation
    kind = TaskKind.GRANT_WITHOUT_CLOSING_FACT
    task = Task(kind, grant.act, circulation.item, reason, opened_at)
    return replace(circulation, tasks=(*circulation.tasks, task))


def _strangers(
    circulation: ItemCirculation, history: Sequence[Happened], register: Register
) -> tuple[Task, ...]:
    """Tasks for what the library does not know, and for the loan nobody saw, while it is open."""
    tasks = []
    if history and not register.item_known:
        first = history[0]
        at = first.span.latest
        tasks.append(Task(TaskKind.UNKNOWN_ITEM, first.act, circulation.item, "", at))
    loan = circulation.open_loan
    if loan is not None and loan.member is None:
        tasks.append(Task(TaskKind.UNKNOWN_CARD, loan.act, loan.item, "", loan.lent_at))
    if loan is not None and loan.evidence is Evidence.UNCONFIRMED:
        tasks.append(Task(TaskKind.LOAN_UNCONFIRMED, loan.act, loan.item, "", loan.lent_at))
    return tuple(tasks)
