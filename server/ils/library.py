"""A branch whose library has a system of its own: that one answers, and is told what happened.

Law: works in the caller's transaction and never waits for the system. What stations ask is kept for
whoever talks to it; a yes to a loan is in the journal before the system is asked for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, insert, select

from broker.facts import Entry
from broker.requests import AccountOf, Answer, Ask, Describe, Find, Grant, Identify, Lend, Renew
from broker.vocabulary import ActId, DeviceId, ItemId, PatronId, Reason, Refusal
from server import catalogue, projection
from server.circulation.errands import Change, Stage
from server.circulation.rules import Calendar, Rulebook
from server.circulation.tasks import OF_SYSTEM, Choice, Decision
from server.ils.asks import Asks
from server.ils.noting import note
from server.journal import errands
from server.journal.journal import closed_acts
from server.journal.tables import grant
from server.library import Library, grant_row, is_same_grant

_GRANT: Final = select(grant).where(grant.c.act == bindparam("of_act"))
_GRANTED: Final = insert(grant)


@dataclass(frozen=True, slots=True)
class SystemLibrary(Library):
    """`loan_days` is what the system is asked for, and what holds where it tells no due date."""

    loan_days: int = 7
    asks: Asks = field(default_factory=Asks)

    def reply(
        self,
        connection: Connection,
        ask: Ask,
        device: DeviceId,
        now: float,
        rulebook: Rulebook | None = None,
    ) -> Answer | None:
        match ask.question:
            case Lend(patron=PatronId() as patron) as lend:
                until = self.asks.add(device, ask, now)
                calendar = (rulebook or self.rulebook(connection)).calendar
                asker = Asker(device, now, until, calendar)
                return self.asked_for(connection, lend, patron, asker)
            case (
                Identify(PatronId()) | AccountOf(PatronId()) | Renew(_, _, PatronId()) | Describe()
            ):
                self.asks.add(device, ask, now)
                return None
            case Find():
                # The system's port knows items by their numbers alone.
                return Refusal(Reason.ASK_STAFF)
            case _:
                return Refusal(Reason.UNKNOWN_CARD)

    def rulebook(self, connection: Connection) -> Rulebook:
        """The calendar alone: the system has rules of its own."""
        return Rulebook((), catalogue.calendar(connection, self.branch), self.branch.policy)

    def apply(self, connection: Connection, new: Sequence[Entry], now: float) -> None:
        projection.apply(connection, new)
        note(connection, new, now)
        self.asks.stir()

    def serve_holds(self, connection: Connection, new: Sequence[Entry] | None, now: float) -> None:
        """The system has queues of its own."""

    def decided(self, connection: Connection, decision: Decision, item: ItemId, now: float) -> None:
        act = decision.act
        if decision.kind in OF_SYSTEM:
            errands.corrected(connection, act)
        elif decision.choice in {Choice.RETURNED, Choice.IDENTIFIED}:
            errands.owe(connection, (act, Change.TAKE_BACK), item, now)
        errands.wake(connection, (item,), now)

    def asked_for(
        self,
        connection: Connection,
        lend: Lend,
        patron: PatronId,
        asker: "Asker",
    ) -> Answer | None:
        """A yes is in the journal before the system is asked."""
        now, until = asker.now, asker.until
        if closed_acts(connection, (lend.act,)):
            return Refusal(Reason.ACT_CLOSED)
        before = connection.execute(_GRANT, {"of_act": str(lend.act)}).first()
        if before is None:
            due = asker.calendar.first_open_day(
                asker.calendar.today(now) + timedelta(days=self.loan_days)
            )
            member = PatronId(patron.reveal().upper())
            connection.execute(_GRANTED, grant_row(lend, due, asker.device, member, now))
            key = (lend.act, Change.LEND)
            errands.owe(connection, key, lend.item, now, wanted_until=until)
            return None
        if not is_same_grant(before, lend, asker.device):
            return Refusal(Reason.ACT_CLOSED)
        answer = answered(connection, lend.act)
        if answer is None:
            errands.want(connection, (lend.act, Change.LEND), until)
            errands.wake(connection, (lend.item,), now)
        return answer


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asked for a loan, when, and until when they wait (seconds since 1970 UTC)."""

    device: DeviceId
    now: float
    until: float
    calendar: Calendar


def answered(connection: Connection, act: ActId) -> Grant | Refusal | None:
    """What the system has said to this loan, if it has."""
    kept = errands.of_act(connection, (act, Change.LEND))
    if kept is None:
        return None
    one, reason = kept
    match one.stage:
        case Stage.OK:
            due = one.due or connection.scalar(select(grant.c.due).where(grant.c.act == str(act)))
            return Refusal(Reason.ASK_STAFF) if due is None else Grant(act, due)
        case Stage.REFUSED:
            return Refusal(reason or Reason.ASK_STAFF)
        case _:
            return None
