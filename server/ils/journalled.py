"""A library's own system for machines that speak SIP2, by the same saga as for stations.

What such a machine does is a fact of the server's own in the journal (`server.journal.own`), and
the system is told of it like of every station's: in the item's order, one at a time, by whoever
talks to it. So nothing is left for the night's comparison to find, and a loan whose fate is unknown
is undone. Reading goes straight to the system.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, Engine

from broker.facts import Fact, ItemLent, ItemReturned, LoanAbandoned, LoanRenewed
from broker.requests import Find, Found, Grant, Lend
from broker.vocabulary import ActId, ItemId, PatronId, Reason, Secret
from server.circulation.errands import FINAL, Change, Stage
from server.ils import records
from server.ils.library import Asker, SystemLibrary, answered
from server.ils.port import (
    Alert,
    Capabilities,
    ItemRecord,
    ItemState,
    Lent,
    LibrarySystem,
    NothingSent,
    OutcomeUnknown,
    PatronRecord,
    Payment,
    PaymentNoted,
    Refused,
    Renewed,
    Returned,
)
from server.ils.renewing import Renewing
from server.journal import errands
from server.journal.database import DatabaseFailed, reading, transaction
from server.journal.journal import closed_acts
from server.journal.own import OWN_DEVICE, Done

# Self-checks of other makers wait half a minute and more.
PATIENCE_SECONDS: Final = 20.0
_LOOK_SECONDS: Final = 0.05
_ANSWERED: Final = FINAL | {Stage.REFUSED}


@dataclass(frozen=True, slots=True)
class JournalledSystem:
    """`now` is seconds since 1970 UTC; `new_act` makes ids never used.

    A machine waits for `patience` seconds, or until `stopping` is set.
    """

    engine: Engine
    library: SystemLibrary
    system: LibrarySystem
    now: Callable[[], float]
    new_act: Callable[[], ActId]
    stopping: threading.Event
    patience: float = PATIENCE_SECONDS

    def capabilities(self) -> Capabilities:
        return self.system.capabilities()

    def patron(self, number: PatronId, pin: Secret | None = None) -> PatronRecord | Refused:
        return self.system.patron(number, pin)

    def item(self, item: ItemId) -> ItemRecord | Refused:
        return self.system.item(item)

    def lend(
        self,
        patron: PatronId,
        item: ItemId,
        act: ActId,
        at: float,
        due: date,  # noqa: ARG002 the settings say what a system is asked for
    ) -> Lent | Refused:
        """Lending again by the same act is lending once. What has no answer in time is undone.

        An act that came to nothing is over: the loan is then tried by a new one.
        """
        now = self.now()
        with self._changing() as connection:
            before = records.loan_by(connection, act)
            if before is not None and (before.item, before.patron) == (item, patron):
                return Lent(item, before.due, ())
            if closed_acts(connection, (act,)):
                act = self.new_act()
            lend, calendar = Lend(act, item, patron), self.library.rulebook(connection).calendar
            asker = Asker(OWN_DEVICE, now, now + self.patience, calendar, here=False)
            self.library.asked_for(connection, lend, patron, asker)
        return self._closed(lend, patron, self._await((act, Change.LEND)), min(at, now))

    def take_back(self, item: ItemId, dropped_at: float) -> Returned | Refused:
        """Kept whatever the system says of it, as every return is."""
        before = self.system.item(item)
        if isinstance(before, Refused):
            return before
        act = self.new_act()
        self._record(act, ItemReturned(item, secured=True), min(dropped_at, self.now()))
        self._await((act, Change.TAKE_BACK))
        if before.state is ItemState.AVAILABLE:
            return Refused(Reason.NOT_ON_LOAN)
        return Returned(item, Alert.HOLD_HERE if before.holds else None, "", "", ())

    def renew(self, patron: PatronId, item: ItemId) -> Renewed | Refused:
        """Nothing for an item of which the system has yet to be told something."""
        with self._asking() as connection:
            if errands.has_open(connection, (str(item),)):
                return Refused(Reason.ASK_STAFF)
        renewed = self.system.renew(patron, item)
        if isinstance(renewed, Renewed) and renewed.due is not None:
            renewing = Renewing(self.engine, self.system, self.library, self.now)
            try:
                renewing.keep(self.new_act(), LoanRenewed(item, patron, renewed.due))
            except DatabaseFailed as error:
                raise OutcomeUnknown(str(error)) from error
        return renewed

    def note_payment(self, patron: PatronId, payment: Payment) -> PaymentNoted | Refused:
        return self.system.note_payment(patron, payment)

    def find(self, asked: Find) -> Found | Refused:
        return self.system.find(asked)

    def _await(self, key: errands.Key) -> Stage | None:
        """How far the change is once it has an answer, or the machine has waited long enough."""
        until = self.now() + self.patience
        while True:
            with self._asking() as connection:
                kept = errands.of_act(connection, key)
            stage = None if kept is None else kept[0].stage
            over = self.now() >= until
            if stage in _ANSWERED or over or self.stopping.wait(_LOOK_SECONDS):
                return stage

    def _closed(
        self, lend: Lend, patron: PatronId, stage: Stage | None, at: float
    ) -> Lent | Refused:
        """The fact that closes the loan, and what the machine hears of it."""
        with self._asking() as connection:
            answer = answered(connection, lend.act)
        if isinstance(answer, Grant):
            self._record(lend.act, ItemLent(lend.item, patron, answer.due, provisional=False), at)
            return Lent(lend.item, answer.due, ())
        reason = Reason.INTERRUPTED if answer is None else answer.reason
        self._record(lend.act, LoanAbandoned(lend.item, patron, reason, secured=True), at)
        if answer is None and stage is Stage.READY:
            raise NothingSent("the library's system cannot be reached")
        return Refused(reason)

    def _record(self, act: ActId, fact: Fact, at: float) -> None:
        now = self.now()
        with self._changing() as connection:
            self.library.keep(connection, Done(act, fact, at), now)

    @contextmanager
    def _asking(self) -> Iterator[Connection]:
        try:
            with reading(self.engine) as connection:
                yield connection
        except DatabaseFailed as error:
            raise NothingSent(str(error)) from error

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        try:
            with transaction(self.engine) as connection:
                yield connection
        except DatabaseFailed as error:
            raise OutcomeUnknown(str(error)) from error
