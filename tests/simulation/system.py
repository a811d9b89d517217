"""A library's own system behind the port, in virtual time; and an account of all it ever did.

As careless as those that were met: a loan that is asked for again, with nobody having looked what
became of the first time, is a renewal; a return is taken whoever had the item; and now and then it
does what it was asked and never says so.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from broker.requests import Find
from broker.vocabulary import ActId, ItemId, PatronId, Reason, Secret
from server.ils.port import (
    Ability,
    Capabilities,
    Fault,
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
from tests.simulation.limits import LOANS_PER_MEMBER, REFERENCE, due_on
from tests.simulation.weather import Weather

_CAN: Final = Capabilities(
    frozenset({Ability.LIST_LOANS, Ability.TELL_ITEM_STATE}),
    frozenset({Fault.REPEATED_LOAN_RENEWS}),
)


@dataclass(frozen=True)
class Effect:
    """Something the system did: for which act, and at which time it says that was."""

    kind: str
    act: str
    item: str
    patron: str
    at: float


@dataclass
class SimulatedSystem:
    """`act` is what whoever talks to it says the next change is for."""

    weather: Weather
    patrons: list[PatronId]
    items: list[ItemId]
    loans: dict[str, tuple[str, date]] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    act: str = ""
    answers_at_once: bool = True
    in_doubt: set[str] = field(default_factory=set)

    def capabilities(self) -> Capabilities:
        return _CAN

    def patron(self, number: PatronId, pin: Secret | None = None) -> PatronRecord | Refused:
        del pin
        self._is_there()
        if number not in self.patrons:
            return Refused(Reason.UNKNOWN_CARD)
        mine = tuple(item for item, (patron, _) in self.loans.items() if patron == number.reveal())
        return PatronRecord(
            number,
            None,
            pin_checked=False,
            loans=mine,
            on_loan=len(mine),
            overdue=None,
            holds=None,
            loan_limit=LOANS_PER_MEMBER,
            owed=Decimal(0),
            currency="IDR",
            expires=None,
            said=(),
        )

    def item(self, item: ItemId) -> ItemRecord | Refused:
        self._is_there()
        self.in_doubt.discard(str(item))
        if item not in self.items:
            return Refused(Reason.UNKNOWN_ITEM)
        loan = self.loans.get(str(item))
        state = ItemState.AVAILABLE if loan is None else ItemState.ON_LOAN
        due = None if loan is None else loan[1]
        return ItemRecord(item, state, "Laskar Pelangi", "", "", "", "", due, None, ())

    def lend(
        self, patron: PatronId, item: ItemId, act: ActId, at: float, due: date
    ) -> Lent | Refused:
        del act, due
        self._takes_the_change()
        refused = self._bar(patron, item) or self._mood()
        if refused is None:
            held = self.loans.get(str(item)) is not None
            last = due_on(max(at, self.weather.true))
            self.loans[str(item)] = (patron.reveal(), last)
            self._did("renewed" if held else "lent", item, patron.reveal(), at)
        self._perhaps_silent(item)
        return refused or Lent(item, self.loans[str(item)][1], ())

    def take_back(self, item: ItemId, dropped_at: float) -> Returned | Refused:
        self._takes_the_change()
        refused = None if str(item) in self.loans else Refused(Reason.NOT_ON_LOAN)
        refused = refused or self._mood()
        if refused is None:
            patron, _ = self.loans.pop(str(item))
            self._did("returned", item, patron, dropped_at)
        self._perhaps_silent(item)
        return refused or Returned(item, None, "", "", ())

    def renew(self, patron: PatronId, item: ItemId) -> Renewed | Refused:
        raise NotImplementedError(patron, item)

    def note_payment(self, patron: PatronId, payment: Payment) -> PaymentNoted | Refused:
        raise NotImplementedError(patron, payment)

    def find(self, asked: Find) -> Refused:
        raise NotImplementedError(asked)

    def _did(self, kind: str, item: ItemId, patron: str, at: float) -> None:
        self.weather.say(f"the library's system: {kind} {item} {patron} for {self.act}")
        self.effects.append(Effect(kind, self.act, str(item), patron, at))

    def _bar(self, patron: PatronId, item: ItemId) -> Refused | None:
        holder, _ = self.loans.get(str(item), (None, None))
        if holder not in {None, patron.reveal()}:
            return Refused(Reason.ON_LOAN_TO_OTHER)
        if holder is not None and str(item) not in self.in_doubt:
            return Refused(Reason.ALREADY_YOURS)
        if str(item) == REFERENCE:
            return Refused(Reason.NOT_FOR_LOAN)
        mine = [one for one, _ in self.loans.values() if one == patron.reveal()]
        too_many = holder is None and len(mine) >= LOANS_PER_MEMBER
        return Refused(Reason.LOAN_LIMIT) if too_many else None

    def _is_there(self) -> None:
        if self.weather.strikes("library was away"):
            raise NothingSent("the system is away")

    def _takes_the_change(self) -> None:
        self._is_there()
        self.answers_at_once = True
        if self.weather.strikes("library timed out before doing the work"):
            self.answers_at_once = False
            raise OutcomeUnknown("silence")

    def _mood(self) -> Refused | None:
        if self.weather.strikes("library refused"):
            return Refused(Reason.PATRON_BLOCKED, ("Hubungi petugas",))
        if self.weather.strikes("library said yes without effect"):
            return Refused(Reason.ASK_STAFF, ("BERHASIL",), Fault.YES_WITHOUT_EFFECT)
        return None

    def _perhaps_silent(self, item: ItemId) -> None:
        if self.weather.strikes("library timed out after doing the work"):
            self.answers_at_once = False
            self.in_doubt.add(str(item))
            raise OutcomeUnknown("silence")
