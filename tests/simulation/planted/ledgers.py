"""Bugs of a station's ledger."""

from dataclasses import replace

from sqlalchemy import text

from broker.facts import Entry, Fact, ItemLent, LoanAbandoned, LoanUnconfirmed
from broker.vocabulary import ActId, ClockState, Moment
from kiosk.ledger import LedgerUnusable
from tests.simulation.disk import FragileLedger

_LATE_SECONDS = 0.5
_ARCHIVE_SECONDS = 60.0


class _Pretender(FragileLedger):
    def pretended(self, act: ActId, fact: Fact) -> Entry:
        """What the ledger would have returned."""
        never = Moment("", 0.0, 0.0, ClockState.UNKNOWN)
        return Entry(act, self._site, self._device, self.install, 0, never, fact)


class ShowsBeforeCommit(_Pretender):
    """What the screen shows reaches the disk half a second later."""

    def record(self, act: ActId, fact: Fact) -> Entry:
        self.weather.later(_LATE_SECONDS, lambda: self._late(act, fact))
        return self.pretended(act, fact)

    def _late(self, act: ActId, fact: Fact) -> None:
        if self.is_open:
            self.written(act, fact)


class IgnoresTheDisk(_Pretender):
    """A disk that refuses is taken for one that wrote."""

    def record(self, act: ActId, fact: Fact) -> Entry:
        try:
            return super().record(act, fact)
        except LedgerUnusable:
            return self.pretended(act, fact)


class ThrowsAwayTooEarly(FragileLedger):
    """The archive is cleared by age, acknowledged or not."""

    def record(self, act: ActId, fact: Fact) -> Entry:
        entry = super().record(act, fact)
        with self._engine.begin() as connection:
            old = {"old": entry.at.wall - _ARCHIVE_SECONDS}
            connection.execute(text("DELETE FROM entry WHERE wall < :old"), old)
        return entry


class NumbersFromTheLargestRow(FragileLedger):
    """After the archive was cleared, numbers begin again where the rows end."""

    def acknowledge(self, install: str, through: int, now: float) -> None:
        super().acknowledge(install, through, now)
        with self._engine.begin() as connection:
            connection.execute(text("DELETE FROM entry WHERE acknowledged IS NOT NULL"))
            largest = "(SELECT coalesce(max(seq), 0) FROM entry)"
            connection.execute(text(f"UPDATE sqlite_sequence SET seq = {largest}"))  # noqa: S608


class CallsUnconfirmedSure(FragileLedger):
    """A loan nobody saw to its end is told as if it had been seen."""

    def record(self, act: ActId, fact: Fact) -> Entry:
        if isinstance(fact, LoanUnconfirmed):
            fact = ItemLent(fact.item, fact.patron, fact.due, provisional=False)
        return super().record(act, fact)


class KeepsFailuresToItself(_Pretender):
    """A loan that came to nothing is closed without a word."""

    def record(self, act: ActId, fact: Fact) -> Entry:
        if isinstance(fact, LoanAbandoned):
            self.forget(act)
            return self.pretended(act, fact)
        return super().record(act, fact)


class CallsEveryLoanFinal(FragileLedger):
    """What the station decided alone is told as the server's word."""

    def record(self, act: ActId, fact: Fact) -> Entry:
        if isinstance(fact, ItemLent):
            fact = replace(fact, provisional=False)
        return super().record(act, fact)


class DatesWhatItRecords(FragileLedger):
    """A fact is dated when it is written down, not when the patron acted."""

    def record(self, act: ActId, fact: Fact) -> Entry:
        now = self.clock.moment()
        change = (
            "UPDATE act SET boot = :boot, monotonic = :monotonic, wall = :wall WHERE act = :act"
        )
        values = {"boot": now.boot, "monotonic": now.monotonic, "wall": now.wall}
        with self._engine.begin() as connection:
            connection.execute(text(change), {**values, "act": str(act)})
        return super().record(act, fact)
