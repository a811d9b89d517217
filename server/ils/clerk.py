"""Chooses what the library's own system is told next, and keeps what came of it.

Law: works in the caller's transaction, one writer at a time, and never commits. What is taken to be
sent is SENDING when the transaction ends; only then may it be carried out.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, update

from broker.requests import Answer, Grant
from broker.vocabulary import ItemId, PatronId, Reason, Refusal
from server.circulation.errands import (
    PERHAPS_MADE,
    Became,
    Cause,
    Change,
    Line,
    Look,
    Send,
    Settle,
    Stage,
    Step,
    Undo,
    Wait,
    Wanted,
    plan,
)
from server.circulation.grounds import grounded
from server.circulation.outcomes import (
    Outcome,
    Sight,
    WhenLentToAnother,
    after_looking,
    after_sending,
    due_earlier,
    soon,
)
from server.circulation.tasks import Task, TaskKind
from server.circulation.wanted import History, wanted
from server.histories import history_of
from server.ils import differences
from server.ils.jobs import Job, Renewal
from server.ils.port import Lent, LibraryError, Refused, Returned
from server.journal import errands
from server.journal.tables import grant, task
from server.journal.tasks import open_task

_LENDING: Final = frozenset({Cause.LENT, Cause.PROVISIONAL})
# What ends by itself once the system has what it was refused or what nobody knew it had.
_ENDED_BY_OK: Final = [
    kind.value
    for kind in (TaskKind.LOAN_NOT_TAKEN, TaskKind.RETURN_NOT_TAKEN, TaskKind.OUTCOME_UNKNOWN)
]


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a transaction keeps about one item."""

    connection: Connection
    item: ItemId
    now: float

    @property
    def history(self) -> History:
        """Read anew: most of what is kept needs none."""
        return history_of(self.connection, str(self.item))


class Clerk:
    """`conflict`: what a loan made off line does where the system has lent the item."""

    def __init__(self, conflict: WhenLentToAnother = WhenLentToAnother.STAFF) -> None:
        self._conflict = conflict

    def take(
        self, connection: Connection, now: float, under_way: Collection[Job | Renewal]
    ) -> Job | None:
        """The next job that meddles with none of those under way; None when there is none now."""
        patrons = frozenset[PatronId]().union(*(job.patrons for job in under_way))
        for item in errands.ripe(connection, now, {str(job.item) for job in under_way}):
            job = self.job(connection, ItemId(item), now)
            if job is None or job.patrons & patrons:
                continue
            if isinstance(job.todo, Send):
                one = job.todo.step.errand
                errands.write(connection, one, stage=Stage.SENDING.value, not_before=None)
            return job
        return None

    def put_back(self, connection: Connection, job: Job, now: float) -> None:
        """It was kept as being sent and has not been: look at its item again."""
        for step in job.steps:
            errands.write(connection, step.errand, stage=Stage.READY.value, not_before=now)

    def job(self, connection: Connection, item: ItemId, now: float) -> Job | None:
        """What to ask about the item, once all that needs no asking is done."""
        kept = _Kept(connection, item, now)
        asked_for = wanted(kept.history)
        while True:
            line = _line(kept, asked_for)
            match plan(line, now):
                case Settle(steps):
                    for step, stage in steps:
                        _give_up(kept, step, stage)
                case Undo(act):
                    errands.owe(connection, (act, Change.TAKE_BACK), item, now)
                case Send() | Look() as todo:
                    return Job(item, todo)
                case Wait(until):
                    _compare_dates(kept, line)
                    errands.put_off(connection, str(item), now, until)
                    return None

    def answer(self, job: Job, outcome: Outcome) -> Answer | None:
        """What a station that waits for it may be told, even before it is kept.

        Should the server die in between, the records of the system say the same.
        """
        if isinstance(job.todo, Look) and not isinstance(outcome, Sight):
            return None
        return _answer(job.steps[0], self.became(job, outcome)[0])

    def settle(self, connection: Connection, job: Job, outcome: Outcome, now: float) -> None:
        """Keep what came of a job."""
        if isinstance(job.todo, Look) and not isinstance(outcome, Sight):
            for step in job.steps:
                tries = step.errand.tries
                again = now + soon(tries)
                errands.write(connection, step.errand, tries=tries + 1, not_before=again)
            return
        kept = _Kept(connection, job.item, now)
        for step, one in zip(job.steps, self.became(job, outcome), strict=True):
            _keep(kept, step, one, _said(outcome))

    def became(self, job: Job, outcome: Outcome) -> Sequence[Became]:
        """What came of each of the job's steps."""
        if isinstance(outcome, Sight):
            return after_looking(job.steps, outcome)
        return (after_sending(job.steps[0], outcome, self._conflict),)


def _line(kept: _Kept, asked_for: Iterable[Wanted]) -> Line:
    rows = errands.of_item(kept.connection, str(kept.item))
    return tuple(
        Step(one, rows[one.act, one.change]) for one in asked_for if (one.act, one.change) in rows
    )


def _give_up(kept: _Kept, step: Step, stage: Stage) -> None:
    """Nothing is to be asked about it any more. What was refused is a task already."""
    errands.write(kept.connection, step.errand, stage=stage.value)
    if stage is Stage.STAFF and step.errand.stage is not Stage.REFUSED:
        _open(kept, TaskKind.TOO_LATE, step, step.wanted.change.value)


def _keep(kept: _Kept, step: Step, became: Became, said: tuple[str, ...]) -> None:
    one, connection = step.errand, kept.connection
    if became.makes_way and errands.owe(
        connection, (one.act, Change.MAKE_WAY), kept.item, kept.now
    ):
        became = Became(Stage.READY)
    done = became.stage in {Stage.OK, Stage.VOID}
    # What waited behind it goes on; what was refused may be taken once something else was.
    errands.wake(connection, (kept.item,), kept.now, refused_too=became.stage is Stage.OK)
    errands.write(
        connection,
        one,
        stage=became.stage.value,
        tries=one.tries + 1,
        not_before=kept.now + (became.again_in or 0.0),
        due=became.due or one.due,
        reason=None if became.reason is None else became.reason.value,
        said="" if done else "\n".join(said),
    )
    if became.stage is Stage.OK:
        _made(kept, step, became)
    elif became.reason is not None and (
        became.stage is Stage.STAFF or step.wanted.cause is not Cause.ASKED
    ):
        _open(kept, _kind(step, became), step, became.reason.value)


def _made(kept: _Kept, step: Step, became: Became) -> None:
    """The system has it: what staff were told is over."""
    connection, act = kept.connection, str(step.errand.act)
    over = (task.c.act == act, task.c.kind.in_(_ENDED_BY_OK), task.c.settled_at.is_(None))
    connection.execute(update(task).where(*over).values(settled_at=kept.now))
    if step.wanted.cause is Cause.ASKED and became.due is not None:
        connection.execute(update(grant).where(grant.c.act == act).values(due=became.due))


def _kind(step: Step, became: Became) -> TaskKind:
    if became.stage is Stage.STAFF and step.errand.stage in PERHAPS_MADE:
        return TaskKind.OUTCOME_UNKNOWN
    lending = step.wanted.change is Change.LEND
    return TaskKind.LOAN_NOT_TAKEN if lending else TaskKind.RETURN_NOT_TAKEN


def _compare_dates(kept: _Kept, line: Line) -> None:
    """A loan that the system keeps for a shorter time than the patron was told."""
    for step in line:
        wanted, one = step.wanted, step.errand
        lent = wanted.cause in _LENDING and one.stage is Stage.OK
        if lent and (found := due_earlier(wanted.due, one.due)) is not None:
            about = Task(TaskKind.DIFFERS, one.act, kept.item, found.value, kept.now)
            differences.keep(kept.connection, _with_grounds(kept, about, step))


def _open(kept: _Kept, kind: TaskKind, step: Step, reason: str) -> None:
    about = Task(kind, step.wanted.act, kept.item, reason, kept.now)
    open_task(kept.connection, _with_grounds(kept, about, step))


def _with_grounds(kept: _Kept, one: Task, step: Step) -> Task:
    history = kept.history
    return grounded(one, history.events, history.granted, step.wanted.patron)


def _answer(step: Step, became: Became) -> Answer | None:
    wanted = step.wanted
    if wanted.cause is not Cause.ASKED or wanted.due is None:
        return None
    if became.stage is Stage.OK:
        return Grant(wanted.act, became.due or wanted.due)
    refused = became.stage is Stage.REFUSED and became.reason is not None
    return Refusal(became.reason or Reason.ASK_STAFF) if refused else None


def _said(outcome: Outcome) -> tuple[str, ...]:
    match outcome:
        case Lent(said=said) | Returned(said=said) | Refused(said=said):
            return said
        case LibraryError():
            return (str(outcome),)
        case _:
            return ()
