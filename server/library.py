"""The built-in library: answers stations' questions, and keeps loans true to the facts.

Law: works in the caller's transaction, one writer at a time (`database.transaction`), and never
commits. The rules decide; this shell reads what they need and keeps what they decided.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Row, Text, bindparam, insert, select, text, update

from broker.facts import Entry, LoanRenewed
from broker.requests import (
    AccountOf,
    Answer,
    Ask,
    Describe,
    Description,
    Find,
    Grant,
    Identify,
    Lend,
    Question,
    Renew,
)
from broker.vocabulary import DeviceId, ItemId, PatronId, Reason, Refusal, SiteId
from server import catalogue, holds, overview, pins, projection, renewals, search
from server.circulation import rules
from server.circulation.grants import Standing
from server.circulation.rules import Borrower, Copy, Rulebook
from server.circulation.tasks import Decision
from server.clocks import Report
from server.journal.own import Done, record_own
from server.journal.patrons import from_column, to_column
from server.journal.tables import fact, grant
from server.settings import Branch

# A station closes an act within seconds, unless it is off line or dead.
GRANT_PATIENCE_SECONDS: Final = 900.0
_UNANSWERED: Final = text("standing = 'open' AND missed_at IS NULL")  # the index's very words
_NOTICED: Final = (
    update(grant)
    .where(_UNANSWERED, grant.c.granted_at < bindparam("long_ago"))
    .values(missed_at=bindparam("now"))
    .returning(grant.c.item)
)
# What is known of an act: whether a fact has closed it, and the grant if there is one.
_THIS: Final = select(bindparam("this", type_=Text).label("this")).subquery("asked")
_ACT: Final = select(fact.c.act.label("closed"), grant).select_from(
    _THIS.outerjoin(fact, fact.c.act == _THIS.c.this).outerjoin(grant, grant.c.act == _THIS.c.this)
)
_GRANTED: Final = insert(grant)


@dataclass(frozen=True, slots=True)
class Library:
    """One branch's circulation over the built-in tables."""

    branch: Branch
    site: SiteId

    def rulebook(self, connection: Connection) -> Rulebook:
        """What the rules and the calendar are now."""
        return catalogue.rulebook(connection, self.branch)

    def reply(
        self,
        connection: Connection,
        ask: Ask,
        device: DeviceId,
        now: float,
        rulebook: Rulebook | None = None,
    ) -> Answer | None:
        """The answer at `now` (seconds since 1970 UTC); None when it comes later, or never."""
        return self.answer(connection, ask.question, device, now, rulebook)

    def answer(
        self,
        connection: Connection,
        question: Question,
        device: DeviceId,
        now: float,
        rulebook: Rulebook | None = None,
    ) -> Answer:
        """The answer at `now` (seconds since 1970 UTC); a grant is kept before it is given.

        Whom the question names was opened at intake. Who asks many questions in one transaction
        reads the rulebook once.
        """
        rulebook = self.rulebook(connection) if rulebook is None else rulebook
        asked = _Asked(device, now, rulebook)
        match question:
            case Describe(item):
                return _described(connection, item)
            case Find():
                return search.find(connection, question)
            case Identify(patron=PatronId() as patron) | AccountOf(patron=PatronId() as patron):
                return _told_of(connection, question, patron, asked)
            case Lend(patron=PatronId() as patron):
                borrower = catalogue.borrower(connection, patron, rulebook)
                return self._lend(connection, question, borrower, asked)
            case Renew(patron=PatronId() as patron):
                borrower = catalogue.borrower(connection, patron, rulebook)
                return self._renew(connection, question, borrower, asked)
            case _:
                return Refusal(Reason.UNKNOWN_CARD)

    def keep(self, connection: Connection, done: Done, now: float) -> None:
        """Journal what the server itself did, and bring everything up to date with it."""
        entry = record_own(connection, self.site, done, now)
        self.apply(connection, (entry,), now)
        self.serve_holds(connection, (entry,), now)

    def apply(self, connection: Connection, new: Sequence[Entry], now: float) -> None:  # noqa: ARG002 a system of the library's own goes by it
        """Bring loans and tasks up to date with entries the journal has taken in at `now`."""
        projection.apply(connection, new)

    def serve_holds(self, connection: Connection, new: Sequence[Entry] | None, now: float) -> None:
        """Set aside what came back with these entries for whom it is waited for; None: anything."""
        if not holds.somebody_waits(connection):
            return
        items = None if new is None else projection.items_of(new)
        holds.follow(connection, items, self.rulebook(connection), now)

    def rebuild(self, connection: Connection) -> None:
        """Derive every loan and task again from the journal."""
        projection.rebuild(connection)

    def learn(self, connection: Connection, report: Report, now: float) -> None:
        """Keep what a station says of its clocks; loans and tasks follow the corrected times."""
        projection.learn(connection, report, now)

    def decided(self, connection: Connection, decision: Decision, item: ItemId, now: float) -> None:
        """Hear what staff have decided about an item; the fold follows it by itself."""

    def miss(self, connection: Connection, now: float) -> None:
        """Show staff each grant that no fact has closed for a quarter of an hour."""
        times = {"now": now, "long_ago": now - GRANT_PATIENCE_SECONDS}
        items = connection.scalars(_NOTICED, times).all()
        projection.refold(connection, map(ItemId, items))

    def _lend(
        self, connection: Connection, lend: Lend, borrower: Borrower | None, asked: "_Asked"
    ) -> Grant | Refusal:
        row = connection.execute(_ACT, {"this": str(lend.act)}).one()
        closed = row.closed is not None
        copy = catalogue.copy_of(connection, lend.item)
        if row.act is not None and not closed:
            return _again(lend, asked.device, row, copy)
        decision = rules.decide_lend(
            lend, borrower, copy, asked.rulebook, asked.now, act_closed=closed
        )
        if isinstance(decision, Grant) and borrower is not None:
            granted = grant_row(lend, decision.due, asked.device, borrower.number, asked.now)
            connection.execute(_GRANTED, granted)
        return decision

    def _renew(
        self, connection: Connection, renew: Renew, borrower: Borrower | None, asked: "_Asked"
    ) -> Grant | Refusal:
        before = renewals.answer_before(connection, renew)
        if before is not None:
            return before
        due = renewals.decide(connection, borrower, renew.item, asked.rulebook, asked.now)
        if isinstance(due, Refusal):
            return due
        fact = LoanRenewed(renew.item, renew.patron, due)
        self.keep(connection, Done(renew.act, fact, asked.now), asked.now)
        return Grant(renew.act, due)


@dataclass(frozen=True, slots=True)
class _Asked:
    """By whom, when (seconds since 1970 UTC), and under which rules."""

    device: DeviceId
    now: float
    rulebook: Rulebook


def _described(connection: Connection, item: ItemId) -> Description | Refusal:
    described = catalogue.describe(connection, item)
    if described is None:
        return Refusal(Reason.UNKNOWN_ITEM)
    return replace(described, on_hold=holds.is_awaited(connection, item))


def _told_of(
    connection: Connection, question: Identify | AccountOf, patron: PatronId, asked: _Asked
) -> Answer:
    """How the patron stands, or all that they have, once they have proved who they are."""
    rulebook, now = asked.rulebook, asked.now
    refused = pins.objection(connection, question, rulebook.policy.pins, now)
    if refused is not None:
        return refused
    borrower = catalogue.borrower(connection, patron, rulebook)
    if borrower is None:
        return Refusal(Reason.UNKNOWN_CARD)
    if isinstance(question, AccountOf):
        return overview.account(connection, borrower, rulebook, now)
    standing = rules.standing(borrower, rulebook, now)
    if isinstance(standing, Refusal):
        return standing
    return replace(standing, ready=overview.ready(connection, borrower.number))


def _again(lend: Lend, device: DeviceId, before: Row[Any], copy: Copy | None) -> Grant | Refusal:
    """The same yes as before, unless somebody else has the item by now."""
    if not is_same_grant(before, lend, device):
        return Refusal(Reason.ACT_CLOSED)
    holder = None if copy is None else copy.holder
    if holder is not None and holder != from_column(before.member):
        return Refusal(Reason.ON_LOAN_TO_OTHER)
    return Grant(lend.act, before.due)


def is_same_grant(before: Row[Any], lend: Lend, device: DeviceId) -> bool:
    """Whether a grant that was given is the one that is asked for now."""
    asked = (str(lend.item), lend.patron, str(device))
    return asked == (before.item, from_column(before.patron), before.device)


def grant_row(
    lend: Lend, due: date, device: DeviceId, member: PatronId, now: float
) -> dict[str, Any]:
    """A new grant, as its table has it."""
    return {
        "act": str(lend.act),
        "device": str(device),
        "item": str(lend.item),
        "patron": to_column(lend.patron),
        "member": member.reveal(),
        "due": due,
        "granted_at": now,
        "standing": Standing.OPEN.value,
    }
