"""The built-in library: answers stations' questions, and keeps loans true to the facts.

Law: works in the caller's transaction, one writer at a time (`database.transaction`), and never
commits. The rules decide; this shell reads what they need and keeps what they decided.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import Connection, bindparam, text, update

from broker.facts import Entry, LoanRenewed
from broker.receipts import SendReceipt
from broker.requests import (
    Account,
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
    Standing,
)
from broker.shelves import ListShelf, ListShelves
from broker.vocabulary import DeviceId, ItemId, PatronId, Reason, Refusal, SiteId
from server import (
    catalogue,
    holds,
    overview,
    pins,
    projection,
    renewals,
    search,
    shelving,
    walks,
)
from server.circulation import rules
from server.circulation.rules import Borrower, Copy, Rulebook
from server.circulation.tasks import Decision
from server.clocks import Report
from server.journal.grants import Known, keep_grant
from server.journal.own import Done, record_own
from server.journal.patrons import from_column
from server.journal.tables import grant
from server.lookup import Lookup
from server.mail.letterbox import Asker, Letterbox
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


@dataclass(frozen=True, slots=True)
class Library:
    """One branch's circulation over the built-in tables.

    `letterbox` is where receipts go that are to be mailed; None where none are.
    """

    branch: Branch
    site: SiteId
    letterbox: Letterbox | None = field(default=None, kw_only=True)

    def rulebook(self, connection: Connection) -> Rulebook:
        """What the rules and the calendar are now."""
        return catalogue.rulebook(connection, self.branch)

    def lookup(self, connection: Connection, questions: Iterable[Question]) -> Lookup:
        """What these questions need to know, read together."""
        lookup = Lookup(connection, self.rulebook(connection))
        lookup.foresee(questions)
        return lookup

    def reply(
        self,
        connection: Connection,
        ask: Ask,
        device: DeviceId,
        now: float,
        lookup: Lookup | None = None,
    ) -> Answer | None:
        """The answer at `now` (seconds since 1970 UTC); None when it comes later, or never."""
        match ask.question:
            case SendReceipt(patron=PatronId() as patron) as receipt:
                asker = Asker.of(ask, device, now)
                return self._mail(connection, receipt, patron, asker)
            case question:
                return self.answer(connection, question, device, now, lookup)

    def answer(
        self,
        connection: Connection,
        question: Question,
        device: DeviceId,
        now: float,
        lookup: Lookup | None = None,
    ) -> Answer:
        """The answer at `now` (seconds since 1970 UTC); a grant is kept before it is given.

        Whom the question names was opened at intake. Who asks many questions in one transaction
        has one `lookup` for them all.
        """
        asked = _Asked(device, now, lookup or self.lookup(connection, ()))
        match question:
            case Describe(item):
                return _described(connection, item)
            case Find():
                return search.find(connection, question)
            case ListShelves():
                return shelving.shelves(connection, question)
            case ListShelf():
                return shelving.shelf_list(connection, question)
            case Identify(patron=PatronId() as patron) | AccountOf(patron=PatronId() as patron):
                told = _told_of(connection, question, patron, asked)
                return self._with_mail(connection, patron, told)
            case Lend(patron=PatronId() as patron):
                borrower = asked.lookup.borrower(patron)
                return _lend(connection, question, borrower, asked)
            case Renew(patron=PatronId() as patron):
                borrower = asked.lookup.borrower(patron)
                return self._renew(connection, question, borrower, asked)
            case _:
                return Refusal(Reason.UNKNOWN_CARD)

    def keep(self, connection: Connection, done: Done, now: float) -> None:
        """Journal what the server itself did, and bring everything up to date with it."""
        entry = record_own(connection, self.site, done, now)
        self.apply(connection, (entry,), now)
        self.serve_holds(connection, (entry,), now)

    def apply(self, connection: Connection, new: Sequence[Entry], now: float) -> None:
        """Bring loans and tasks up to date with entries the journal has taken in at `now`."""
        projection.apply(connection, new)
        walks.follow(connection, new, now)

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

    def _with_mail(self, connection: Connection, patron: PatronId, told: Answer) -> Answer:
        """What is told of a patron, and whether a receipt can be mailed to them."""
        if self.letterbox is None or not isinstance(told, Standing | Account):
            return told
        address = catalogue.address_of(connection, patron)
        return replace(told, mailable=address is not None)

    def _mail(
        self, connection: Connection, receipt: SendReceipt, patron: PatronId, asker: Asker
    ) -> Answer | None:
        if self.letterbox is None:
            return Refusal(Reason.MAIL_FAILED)
        items = [line.item for line in receipt.lines] if self.letterbox.titles else []
        told = [catalogue.describe(connection, item) for item in items]
        titles = {one.item: one.title for one in told if one is not None}
        address = catalogue.address_of(connection, patron)
        return self.letterbox.put(receipt, address, titles, asker)

    def _renew(
        self, connection: Connection, renew: Renew, borrower: Borrower | None, asked: "_Asked"
    ) -> Grant | Refusal:
        before = renewals.answer_before(connection, renew)
        if before is not None:
            return before
        rulebook = asked.lookup.rulebook
        due = renewals.decide(connection, borrower, renew.item, rulebook, asked.now)
        if isinstance(due, Refusal):
            return due
        fact = LoanRenewed(renew.item, renew.patron, due)
        self.keep(connection, Done(renew.act, fact, asked.now), asked.now)
        asked.lookup.forget()
        return Grant(renew.act, due)


@dataclass(frozen=True, slots=True)
class _Asked:
    """By whom, when (seconds since 1970 UTC), and what is known."""

    device: DeviceId
    now: float
    lookup: Lookup


def _lend(
    connection: Connection, lend: Lend, borrower: Borrower | None, asked: _Asked
) -> Grant | Refusal:
    known, copy = asked.lookup.act(lend.act), asked.lookup.copy(lend.item)
    if known.grant is not None and not known.closed:
        return _again(lend, asked.device, known, copy)
    decision = rules.decide_lend(
        lend, borrower, copy, asked.lookup.rulebook, asked.now, act_closed=known.closed
    )
    if isinstance(decision, Grant) and borrower is not None:
        keep_grant(connection, lend, decision.due, asked.device, borrower.number, asked.now)
        asked.lookup.granted(lend, borrower)
    return decision


def _described(connection: Connection, item: ItemId) -> Description | Refusal:
    described = catalogue.describe(connection, item)
    if described is None:
        return Refusal(Reason.UNKNOWN_ITEM)
    return replace(described, on_hold=holds.is_awaited(connection, item))


def _told_of(
    connection: Connection, question: Identify | AccountOf, patron: PatronId, asked: _Asked
) -> Answer:
    """How the patron stands, or all that they have, once they have proved who they are."""
    rulebook, now = asked.lookup.rulebook, asked.now
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


def _again(lend: Lend, device: DeviceId, known: Known, copy: Copy | None) -> Grant | Refusal:
    """The same yes as before, unless somebody else has the item by now."""
    if known.grant is None or not known.is_same(lend, device):
        return Refusal(Reason.ACT_CLOSED)
    holder = None if copy is None else copy.holder
    if holder is not None and holder != from_column(known.grant.member):
        return Refusal(Reason.ON_LOAN_TO_OTHER)
    return Grant(lend.act, known.grant.due)
