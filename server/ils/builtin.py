"""The built-in library as a library system: the port over this server's own tables.

What is done here is a fact of the server's own in the journal, and the fold writes what follows:
`server.journal.own` says how and why. The rules are those that answer stations. Each change is one
transaction in one writer's turn, so nobody else changes the item or the patron meanwhile.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from sqlalchemy import Connection, Engine

from broker.facts import ItemLent, ItemReturned, LoanRenewed
from broker.requests import Find, Found, Grant, Identify, Lend
from broker.telemetry import PinAsked
from broker.vocabulary import ActId, ItemId, PatronId, Reason, Refusal, Secret
from server import accounts, catalogue, holds, pins, renewals, search
from server.circulation import rules
from server.circulation.rules import ANY, Borrower, Rulebook
from server.ils import records
from server.ils.port import (
    Ability,
    Alert,
    Capabilities,
    ItemRecord,
    ItemState,
    Lent,
    NothingSent,
    OutcomeUnknown,
    PatronRecord,
    Payment,
    PaymentNoted,
    Refused,
    Renewed,
    Returned,
)
from server.journal.database import DatabaseFailed, reading, transaction
from server.journal.journal import closed_acts
from server.journal.own import Done
from server.library import Library

CURRENCY: Final = "IDR"
_ABLE: Final = frozenset(
    {Ability.LIST_LOANS, Ability.TELL_ITEM_STATE, Ability.RENEW, Ability.SEARCH}
)


@dataclass(frozen=True, slots=True)
class BuiltInLibrary:
    """One site's own library. `now` is seconds since 1970 UTC; `new_act` makes ids never used."""

    engine: Engine
    library: Library
    now: Callable[[], float]
    new_act: Callable[[], ActId]

    def capabilities(self) -> Capabilities:
        policy = self.library.branch.policy
        able = set(_ABLE)
        if policy.fines is not None:
            able.add(Ability.NOTE_PAYMENT)
        if policy.pins.asked is not PinAsked.NEVER:
            able.add(Ability.CHECK_PIN)
        return Capabilities(frozenset(able), frozenset())

    def patron(self, number: PatronId, pin: Secret | None = None) -> PatronRecord | Refused:
        """The member by number or card. Wrong PINs are counted with those at the stations."""
        if pin is not None and (refused := self._tried(number, pin)) is not None:
            return Refused(refused.reason)
        with self._asking() as connection:
            rulebook = self._rulebook(connection)
            borrower = catalogue.borrower(connection, number, rulebook)
            if borrower is None:
                return Refused(Reason.UNKNOWN_CARD)
            record = self._record(connection, borrower, rulebook)
            has_pin = pins.has_pin(connection, borrower.number.reveal())
            looked = pin is not None and Ability.CHECK_PIN in self.capabilities().able
            return replace(record, pin_checked=looked and has_pin)

    def item(self, item: ItemId) -> ItemRecord | Refused:
        with self._asking() as connection:
            shelved = records.shelved(connection, item)
            waiting = holds.queue(connection, item)
        if shelved is None:
            return Refused(Reason.UNKNOWN_ITEM)
        return ItemRecord(
            item=item,
            state=_state(shelved),
            title=shelved.title,
            owner=str(self.library.site),
            location=shelved.collection,
            call_number=shelved.call_number,
            properties="",
            due=shelved.due,
            holds=len(waiting),
            said=(),
        )

    def lend(
        self,
        patron: PatronId,
        item: ItemId,
        act: ActId,
        at: float,
        due: date,  # noqa: ARG002 the rules alone say until when
    ) -> Lent | Refused:
        """Lending again by the same act is lending once."""
        with self._changing() as connection:
            before = records.loan_by(connection, act)
            if before is not None and (before.item, before.patron) == (item, patron):
                return Lent(item, before.due, ())
            now = min(at, self.now())
            decided = self._decide_lend(connection, Lend(act, item, patron), patron, now)
            if isinstance(decided, Refusal):
                return Refused(decided.reason)
            fact = ItemLent(item, patron, decided.due, provisional=False)
            self._record_fact(connection, Done(act, fact, now))
            return Lent(item, decided.due, ())

    def take_back(self, item: ItemId, dropped_at: float) -> Returned | Refused:
        """Kept also when nobody had the item: a loan made off line may yet become known."""
        with self._changing() as connection:
            copy = catalogue.copy_of(connection, item)
            if copy is None:
                return Refused(Reason.UNKNOWN_ITEM)
            fact = ItemReturned(item, secured=True)
            self._record_fact(connection, Done(self.new_act(), fact, min(dropped_at, self.now())))
            if copy.holder is None:
                return Refused(Reason.NOT_ON_LOAN)
            waits = any(one.copy == item for one in holds.queue(connection, item))
            return Returned(item, Alert.HOLD_HERE if waits else None, "", "", ())

    def renew(self, patron: PatronId, item: ItemId) -> Renewed | Refused:
        with self._changing() as connection:
            now = self.now()
            rulebook = self._rulebook(connection)
            borrower = catalogue.borrower(connection, patron, rulebook)
            due = renewals.decide(connection, borrower, item, rulebook, now)
            if isinstance(due, Refusal):
                return Refused(due.reason)
            self._record_fact(connection, Done(self.new_act(), LoanRenewed(item, patron, due), now))
            return Renewed(item, due, ())

    def note_payment(self, patron: PatronId, payment: Payment) -> PaymentNoted | Refused:
        """Whole rupiah, at most what is owed; noting the same act again is noting it once."""
        with self._changing() as connection:
            rulebook = self._rulebook(connection)
            borrower = catalogue.borrower(connection, patron, rulebook)
            if borrower is None:
                return Refused(Reason.UNKNOWN_CARD)
            number, amount = borrower.number.reveal(), int(payment.amount)
            if payment.currency != CURRENCY or payment.amount != amount:
                return Refused(Reason.ASK_STAFF)
            noted = accounts.noted(connection, payment.act)
            if noted is None and amount > accounts.owed(connection, number, rulebook):
                return Refused(Reason.ASK_STAFF)
            if noted not in {None, (number, amount)}:
                return Refused(Reason.ACT_CLOSED)
            if noted is None:
                accounts.pay(connection, payment.act, number, amount, self.now())
            return PaymentNoted(payment.act, ())

    def find(self, asked: Find) -> Found | Refused:
        with self._asking() as connection:
            return search.find(connection, asked)

    @contextmanager
    def _asking(self) -> Iterator[Connection]:
        try:
            with reading(self.engine) as connection:
                yield connection
        except DatabaseFailed as error:
            raise NothingSent(str(error)) from error

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        """A failure to commit leaves open whether it was committed."""
        done = False
        try:
            with transaction(self.engine) as connection:
                yield connection
                done = True
        except DatabaseFailed as error:
            raise (OutcomeUnknown if done else NothingSent)(str(error)) from error

    def _rulebook(self, connection: Connection) -> Rulebook:
        return catalogue.rulebook(connection, self.library.branch)

    def _record(
        self, connection: Connection, borrower: Borrower, rulebook: Rulebook
    ) -> PatronRecord:
        today = rulebook.calendar.today(self.now())
        held = records.held_by(connection, borrower.number)
        rule = rulebook.rule(borrower.kind, ANY)
        return PatronRecord(
            number=borrower.number,
            bar=rules.bar(borrower, today),
            pin_checked=False,
            loans=tuple(held),
            on_loan=len(held),
            overdue=sum(due < today for due in held.values()),
            holds=len(holds.holds_of(connection, borrower.number)),
            loan_limit=0 if rule is None else rule.limit,
            owed=Decimal(accounts.owed(connection, borrower.number.reveal(), rulebook)),
            currency=CURRENCY,
            expires=borrower.expires,
            said=records.blocked_because(connection, borrower.number),
            mail=catalogue.address_of(connection, borrower.number),
        )

    def _decide_lend(
        self, connection: Connection, lend: Lend, patron: PatronId, now: float
    ) -> Grant | Refusal:
        rulebook = self._rulebook(connection)
        return rules.decide_lend(
            lend,
            catalogue.borrower(connection, patron, rulebook),
            catalogue.copy_of(connection, lend.item),
            rulebook,
            now,
            act_closed=bool(closed_acts(connection, (lend.act,))),
        )

    def _record_fact(self, connection: Connection, done: Done) -> None:
        self.library.keep(connection, done, self.now())

    def _tried(self, number: PatronId, pin: Secret) -> Refusal | None:
        with self._changing() as connection:
            policy = self.library.branch.policy.pins
            return pins.objection(connection, Identify(number, pin), policy, self.now())


def _state(shelved: records.Shelved) -> ItemState:
    if shelved.due is not None:
        return ItemState.ON_LOAN
    if shelved.withdrawn:
        return ItemState.OTHER
    return ItemState.ON_HOLD_SHELF if shelved.set_aside else ItemState.AVAILABLE
