"""Bugs of who talks to the library's own system."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import Connection, update

from broker.vocabulary import ItemId, Reason
from server.circulation.errands import Became, Cause, Change, Look, Send, Stage
from server.circulation.outcomes import Outcome, WhenLentToAnother
from server.circulation.retention import DAY
from server.ils.clerk import Clerk
from server.ils.jobs import Job, Renewal
from server.journal.errands import write
from server.journal.tables import errand
from tests.simulation.library import Server


class _RepeatsABlindLoan(Clerk):
    def became(self, job: Job, outcome: Outcome) -> Sequence[Became]:
        found = super().became(job, outcome)
        return [
            replace(one, stage=Stage.READY) if one.stage is Stage.UNKNOWN else one for one in found
        ]


class RepeatsACheckout(Server):
    """What timed out is sent again."""

    def clerk(self, conflict: WhenLentToAnother) -> Clerk:
        return _RepeatsABlindLoan(conflict)


class _TakesSilenceForNo(Clerk):
    def became(self, job: Job, outcome: Outcome) -> Sequence[Became]:
        no = Became(Stage.REFUSED, Reason.ASK_STAFF, again_in=900.0)
        found = super().became(job, outcome)
        return [no if one.stage is Stage.UNKNOWN else one for one in found]


class TakesSilenceForNo(Server):
    """What timed out was not done."""

    def clerk(self, conflict: WhenLentToAnother) -> Clerk:
        return _TakesSilenceForNo(conflict)


class _Hasty(Clerk):
    def take(
        self, connection: Connection, now: float, under_way: Collection[Job | Renewal]
    ) -> Job | None:
        del under_way
        sending = errand.c.stage == Stage.SENDING.value
        connection.execute(update(errand).where(sending).values(stage=Stage.OK.value))
        return super().take(connection, now, ())


class SendsTwoAtOnce(Server):
    """The next change of an item does not wait for the one before."""

    def clerk(self, conflict: WhenLentToAnother) -> Clerk:
        return _Hasty(conflict)


class _ForgetsToUndo(Clerk):
    def job(self, connection: Connection, item: ItemId, now: float) -> Job | None:
        job = super().job(connection, item, now)
        while job is not None and _undoes(job):
            write(connection, job.steps[0].errand, stage=Stage.VOID.value)
            job = super().job(connection, item, now)
        return job


class ForgetsToUndo(Server):
    """A loan that did not happen stays in the library's system."""

    def clerk(self, conflict: WhenLentToAnother) -> Clerk:
        return _ForgetsToUndo(conflict)


class _DatesOnSending(Clerk):
    def take(
        self, connection: Connection, now: float, under_way: Collection[Job | Renewal]
    ) -> Job | None:
        job = super().take(connection, now, under_way)
        if job is None or isinstance(job.todo, Look):
            return job
        step = job.todo.step
        today = replace(step.wanted, at=now + DAY)
        return replace(job, todo=Send(replace(step, wanted=today)))


class DatesOnSending(Server):
    """A return counts from when the library's system heard of it."""

    def clerk(self, conflict: WhenLentToAnother) -> Clerk:
        return _DatesOnSending(conflict)


class _TellsOldNews(Clerk):
    def job(self, connection: Connection, item: ItemId, now: float) -> Job | None:
        """What was made is forgotten, so that nothing is too late."""
        made = errand.c.stage == Stage.OK.value
        connection.execute(
            update(errand).where(errand.c.item == str(item), made).values(stage=Stage.VOID.value)
        )
        return super().job(connection, item, now)


class TellsOldNews(Server):
    """A fact that comes late is told all the same."""

    def clerk(self, conflict: WhenLentToAnother) -> Clerk:
        return _TellsOldNews(conflict)


def _undoes(job: Job) -> bool:
    wanted = job.steps[0].wanted
    return wanted.cause is Cause.ABANDONED and wanted.change is Change.TAKE_BACK
