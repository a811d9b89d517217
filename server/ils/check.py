"""What a library's system can and cannot do, found out before the first patron does.

Law: reads first, and only reads unless a trial is asked for; a trial lends one item and takes it
back. No text names a patron.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, TypeVar

from broker.errors import SirkulaError
from broker.requests import Find
from broker.vocabulary import ActId, ItemId, PatronId
from server.ils.port import (
    Ability,
    Fault,
    ItemRecord,
    ItemState,
    Lent,
    LibraryError,
    OutcomeUnknown,
    PatronRecord,
    Refused,
    Returned,
)
from server.ils.sip2.library import Sip2Library
from server.ils.status import Examinable

_Answer = TypeVar("_Answer")
_CLOCK_MAY_DIFFER_S: Final = 60.0
_LOAN: Final = timedelta(days=7)
_STILL_LENT: Final = "the item was lent and may still be: take it back at the desk"
_SEARCH: Final = Find("indonesia")
_NOT_SEARCHED: Final = "not in this system: kiosks search what `sirkula-server import` brought in"
_CAN: Final = {
    Ability.CHECK_PIN: "check a PIN",
    Ability.LIST_LOANS: "list a patron's loans",
    Ability.TELL_ITEM_STATE: "tell where an item is",
    Ability.RENEW: "renew",
    Ability.NOTE_PAYMENT: "note a payment",
    Ability.SEARCH: "search its catalogue",
}
_KNOWN_TO: Final = {
    Fault.YES_WITHOUT_EFFECT: "say yes and store nothing",
    Fault.NO_WITH_EFFECT: "say no, or nothing, and have done it",
    Fault.REPEATED_LOAN_RENEWS: "renew when a loan is asked for twice",
    Fault.CANCEL_LENDS: "lend when a loan is cancelled",
    Fault.SAME_ITEM_TWICE_AT_ONCE: "let the desk lend an item that a station lends just now",
    Fault.PIN_IGNORED_WHEN_LENDING: "lend whatever the PIN",
    Fault.RULES_IGNORED: "ignore its own loan rules",
    Fault.KNOWN_TAKEN_FOR_UNKNOWN: "take what it knows for unknown, now and then",
    Fault.ONE_QUESTION_STOPS_ALL: "stop for everybody at one question it does not like",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom and what to look at, and whether that may be lent and taken back."""

    patron: PatronId | None = None
    item: ItemId | None = None
    trial: bool = False

    @property
    def pair(self) -> tuple[PatronId, ItemId]:
        """Both. Raises TrialFailed."""
        if self.patron is None or self.item is None:
            raise TrialFailed("a trial needs --patron and --item")
        return self.patron, self.item


class TrialFailed(SirkulaError):
    """An item could not be lent and taken back; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """Seconds since 1970 UTC, seconds that only grow, and the branch's day."""

    wall: Callable[[], float]
    monotonic: Callable[[], float]
    today: date


@dataclass
class Check:
    """One check of one system; `tell` takes a line. `report` is what the last line says."""

    system: Examinable
    kind: str
    clocks: Clocks
    tell: Callable[[str], None]
    report: dict[str, Any] = field(default_factory=dict)

    def run(self, asked: Asked) -> bool:
        """Whether stations can work with it as it is set."""
        self.report.update(kind=self.kind, ok=False, seconds={})
        try:
            self._status()
            self._abilities()
            patron, item = self._records(asked)
            self._search()
            if asked.trial:
                self._trial(asked, patron, item)
            self._profile(asked)
        except SirkulaError as error:
            self._said("error", f"{type(error).__name__}: {error}")
            return False
        self.report["ok"] = True
        return True

    def _status(self) -> None:
        status = self._timed("status", self.system.status)
        self._said("system", status.product)
        ahead = status.clock_ahead
        if ahead is None:
            self._said("clock", "it tells no time", value=None)
        else:
            agrees = abs(ahead) < _CLOCK_MAY_DIFFER_S
            words = "near enough" if agrees else "set both by one source, and check the zone"
            self._said("clock", f"{ahead:+.1f} s from ours: {words}", value=round(ahead, 1))
        for quirk in status.quirks:
            self.tell(f"  note: {quirk}")
        self.report["quirks"] = list(status.quirks)

    def _abilities(self) -> None:
        told = self.system.capabilities()
        can = [words for ability, words in _CAN.items() if ability in told.able]
        cannot = [words for ability, words in _CAN.items() if ability not in told.able]
        known_to = [words for fault, words in _KNOWN_TO.items() if fault in told.faults]
        self._said("can", ", ".join(can), value=sorted(one.value for one in told.able))
        missing = sorted(one.value for one in set(Ability) - told.able)
        self._said("cannot", ", ".join(cannot) or "nothing that we ask for", value=missing)
        faults = sorted(one.value for one in told.faults)
        self._said("known to", "; ".join(known_to) or "do as it says", value=faults)

    def _records(
        self, asked: Asked
    ) -> tuple[PatronRecord | Refused | None, ItemRecord | Refused | None]:
        number, item = asked.patron, asked.item
        person = copy = None
        if number is not None:
            person = self._timed("patron", lambda: self.system.patron(number))
            self._said("patron", _person(person))
        if item is not None:
            copy = self._timed("item", lambda: self.system.item(item))
            self._said("item", _copy(copy))
        return person, copy

    def _search(self) -> None:
        """Looks for a word that is in most catalogues; a system may lend and not be searched."""
        if Ability.SEARCH not in self.system.capabilities().able:
            self._said("search", _NOT_SEARCHED, value=None)
            return
        try:
            found = self._timed("search", lambda: self.system.find(_SEARCH))
        except LibraryError as error:
            self._said("search", f"does not work: {error}", value=False)
            return
        if isinstance(found, Refused):
            self._said("search", _refusal(found), value=False)
        else:
            words = f"works: {found.total} titles with {_SEARCH.words!r}"
            self._said("search", words, value=True)

    def _trial(
        self,
        asked: Asked,
        person: PatronRecord | Refused | None,
        copy: ItemRecord | Refused | None,
    ) -> None:
        """Raises TrialFailed, above all when the item is not as it was."""
        number, item = asked.pair
        if not isinstance(person, PatronRecord) or not isinstance(copy, ItemRecord):
            raise TrialFailed("a trial needs a patron and an item that the system knows")
        if copy.state is not ItemState.AVAILABLE:
            raise TrialFailed(f"the item is {copy.state.value}: take one that is on its shelf")
        try:
            lent = self._timed("lend", lambda: self._lend(number, item))
        except OutcomeUnknown as error:
            raise TrialFailed(f"see at the desk whether the item is lent: {error}") from error
        self._said("lend", _refusal(lent) if isinstance(lent, Refused) else f"until {lent.due}")
        if isinstance(lent, Refused):
            raise TrialFailed("nothing was lent")
        self._take_back(item)

    def _lend(self, patron: PatronId, item: ItemId) -> Lent | Refused:
        now = self.clocks.wall()
        act = ActId(f"check-{now:.0f}")
        return self.system.lend(patron, item, act, now, self.clocks.today + _LOAN)

    def _take_back(self, item: ItemId) -> None:
        """Raises TrialFailed unless the item is seen to be on no loan any more."""
        try:
            back = self._timed("take back", lambda: self.system.take_back(item, self.clocks.wall()))
            self._said("take back", "done" if isinstance(back, Returned) else _refusal(back))
            after = self.system.item(item)
        except LibraryError as error:
            raise TrialFailed(f"{_STILL_LENT}: {error}") from error
        if not isinstance(after, ItemRecord) or after.state is not ItemState.AVAILABLE:
            raise TrialFailed(_STILL_LENT)

    def _profile(self, asked: Asked) -> None:
        words = f'kind = "{self.kind}"'
        if isinstance(self.system, Sip2Library):
            profile = self.system.recognised(asked.patron, asked.item)
            words += f', profile = "{profile}"'
            self.report["profile"] = profile
        self._said("use", words)

    def _timed(self, name: str, work: Callable[[], _Answer]) -> _Answer:
        began = self.clocks.monotonic()
        try:
            return work()
        finally:
            took = round(self.clocks.monotonic() - began, 4)
            self.report["seconds"][name.replace(" ", "_")] = took

    def _said(self, name: str, words: str, *, value: object = "") -> None:
        took = self.report["seconds"].get("status" if name == "system" else name.replace(" ", "_"))
        self.tell(f"{name:>9}: {words}" + (f"  [{took * 1000:.1f} ms]" if took else ""))
        self.report[name.replace(" ", "_")] = words if value == "" else value


def _person(told: PatronRecord | Refused) -> str:
    if isinstance(told, Refused):
        return _refusal(told)
    may = "may borrow" if told.bar is None else f"may not borrow: {told.bar.value}"
    owed = "" if told.owed is None else f", owes {told.owed} {told.currency}".rstrip()
    return f"known, {may}, {told.on_loan} on loan{owed}"


def _copy(told: ItemRecord | Refused) -> str:
    if isinstance(told, Refused):
        return _refusal(told)
    until = "" if told.due is None else f" until {told.due}"
    return f"{told.state.value}{until}: {told.title or 'no title'}"


def _refusal(told: Refused) -> str:
    """Without the system's own words: they may name somebody."""
    return f"refused: {told.reason.value}"
