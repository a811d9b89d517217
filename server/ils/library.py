"""A branch whose library has a system of its own: that one answers, and is told what happened.

Law: works in the caller's transaction and never waits for the system. What stations ask is kept for
whoever talks to it; a yes to a loan is in the journal before the system is asked for it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Connection, select

from broker.facts import Entry
from broker.receipts import SendReceipt
from broker.requests import (
    AccountOf,
    Answer,
    Ask,
    Describe,
    Find,
    Grant,
    Identify,
    Lend,
    Question,
    Renew,
)
from broker.shelves import ListShelf, ListShelves
from broker.vocabulary import ActId, DeviceId, ItemId, PatronId, Reason, Refusal
from server import catalogue, projection, walks
from server.circulation.errands import Change, Send, Stage, Step
from server.circulation.grants import Granted
from server.circulation.rules import Calendar, Rulebook
from server.circulation.tasks import OF_SYSTEM, Choice, Decision
from server.circulation.wanted import History, wanted
from server.ils import behind
from server.ils.asks import Asks, Prompt
from server.ils.jobs import Job
from server.ils.noting import note
from server.journal import errands
from server.journal.grants import keep_grant, known_of
from server.journal.tables import grant
from server.library import Library
from server.lookup import Lookup


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
        lookup: Lookup | None = None,
    ) -> Answer | None:
        match ask.question:
            case Lend(patron=PatronId() as patron) as lend:
                until = self.asks.add(device, ask, now)
                rulebook = lookup.rulebook if lookup else self.rulebook(connection)
                asker = Asker(device, now, until, rulebook.calendar, here=True)
                return self.asked_for(connection, lend, patron, asker)
            case (
                Identify(PatronId())
                | AccountOf(PatronId())
                | Renew(_, _, PatronId())
                | SendReceipt(_, PatronId())
                | Describe()
                | Find()
            ):
                self.asks.add(device, ask, now)
                return None
            case ListShelves() | ListShelf():
                # The system's port knows items by their numbers alone.
                return Refusal(Reason.ASK_STAFF)
            case _:
                return Refusal(Reason.UNKNOWN_CARD)

    def rulebook(self, connection: Connection) -> Rulebook:
        """The calendar alone: the system has rules of its own."""
        return Rulebook((), catalogue.calendar(connection, self.branch), self.branch.policy)

    def lookup(self, connection: Connection, questions: Iterable[Question]) -> Lookup:  # noqa: ARG002 the system is asked
        """The calendar alone."""
        return Lookup(connection, self.rulebook(connection))

    def apply(self, connection: Connection, new: Sequence[Entry], now: float) -> None:
        projection.apply(connection, new)
        walks.follow(connection, new, now)
        note(connection, new, now)
        self.asks.note()

    def miss(self, connection: Connection, now: float) -> None:
        """Show staff as well that the system takes nothing any more."""
        Library.miss(self, connection, now)
        behind.notice(connection, now)

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
        prompt = self.asks.withdraw(lend.act)
        before = known_of(connection, lend.act)
        if before.closed:
            return Refusal(Reason.ACT_CLOSED)
        if before.grant is None:
            due = asker.calendar.first_open_day(
                asker.calendar.today(now) + timedelta(days=self.loan_days)
            )
            member = PatronId(patron.reveal().upper())
            keep_grant(connection, lend, due, asker.device, member, now)
            granted = Granted(lend.act, patron, now, due, asker.device)
            self._owe(connection, lend.item, granted, asker)
            return None
        if not before.is_same(lend, asker.device):
            return Refusal(Reason.ACT_CLOSED)
        answer = answered(connection, lend.act)
        if answer is None and prompt is not None:
            # A commit that seemed to fail was one.
            self.asks.prompt(prompt)
        elif answer is None:
            errands.want(connection, (lend.act, Change.LEND), until)
            errands.wake(connection, (lend.item,), now)
        return answer

    def _owe(self, connection: Connection, item: ItemId, granted: Granted, asker: "Asker") -> None:
        """The loan is to be made; at once, if there is nothing else to do about its item."""
        act, now, until = granted.act, asker.now, asker.until
        if not asker.here:
            errands.owe(connection, (act, Change.LEND), item, now, wanted_until=until)
            return
        errand = errands.owe_at_once(connection, act, item, now, until)
        if errand is not None:
            (loan,) = wanted(History(item, (), (granted,), ()))
            self.asks.prompt(Prompt(Job(item, Send(Step(loan, errand))), until))


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asked for a loan, when, and until when they wait (seconds since 1970 UTC).

    `here` when this very program talks to the system.
    """

    device: DeviceId
    now: float
    until: float
    calendar: Calendar
    here: bool


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
