"""What Sirkula asks of a library's own system, in Sirkula's words. Pure values and one Protocol.

An answer is a value, also when it is no. What went wrong on the way is one of two exceptions, for
only they differ in what may be done next. `said` is always the system's own text, for staff alone:
it may name a person, so it is not printed.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Protocol, runtime_checkable

from broker.errors import SirkulaError
from broker.requests import Find, Found
from broker.vocabulary import ActId, ItemId, MailAddress, PatronId, Reason, Secret


class LibraryError(SirkulaError):
    """Root of failures to get an answer from the library's own system."""


class NothingSent(LibraryError):
    """Nothing that could change a record left this machine: the same may be asked again."""


class OutcomeUnknown(LibraryError):
    """The change left this machine and nobody knows its fate: read the records before repeating."""


class Ability(Enum):
    """What not every system can do."""

    CHECK_PIN = "check-pin"
    LIST_LOANS = "list-loans"
    TELL_ITEM_STATE = "tell-item-state"
    RENEW = "renew"
    NOTE_PAYMENT = "note-payment"
    HOLD = "hold"
    BAR = "bar"
    SEARCH = "search"


class Fault(Enum):
    """What a system is known to get wrong."""

    YES_WITHOUT_EFFECT = "yes-without-effect"
    NO_WITH_EFFECT = "no-with-effect"
    REPEATED_LOAN_RENEWS = "repeated-loan-renews"
    CANCEL_LENDS = "cancel-lends"
    SAME_ITEM_TWICE_AT_ONCE = "same-item-twice-at-once"
    PIN_IGNORED_WHEN_LENDING = "pin-ignored-when-lending"
    RULES_IGNORED = "rules-ignored"
    KNOWN_TAKEN_FOR_UNKNOWN = "known-taken-for-unknown"
    ONE_QUESTION_STOPS_ALL = "one-question-stops-all"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What may be asked of this system, and what not to believe of its answers."""

    able: frozenset[Ability]
    faults: frozenset[Fault]


@dataclass(frozen=True, slots=True)
class PatronRecord:
    """A patron as the system knows them; None is what it does not tell. No name.

    `bar` says why they may not borrow; `pin_checked` that a PIN was given and is right. Money is in
    `currency` (ISO 4217), a due or expiry date is the branch's; receipts can be sent to `mail`.
    """

    number: PatronId
    bar: Reason | None
    pin_checked: bool
    loans: tuple[str, ...] | None
    on_loan: int | None
    overdue: int | None
    holds: int | None
    loan_limit: int | None
    owed: Decimal | None
    currency: str
    expires: date | None
    said: tuple[str, ...] = field(repr=False)
    mail: MailAddress | None = None


def address_in(kept: str | None) -> MailAddress | None:
    """The address in what a system keeps as one; None where no mail could go to it."""
    try:
        return MailAddress((kept or "").strip())
    except ValueError:
        return None


class ItemState(Enum):
    """Where an item is; NOT_TOLD where the system always says the same, or nothing."""

    AVAILABLE = "available"
    ON_LOAN = "on-loan"
    ON_HOLD_SHELF = "on-hold-shelf"
    IN_TRANSIT = "in-transit"
    MISSING = "missing"
    OTHER = "other"
    NOT_TOLD = "not-told"


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """An item as the system knows it; empty is what it does not tell.

    `properties` is what to look for with it, the parts of a set above all.
    """

    item: ItemId
    state: ItemState
    title: str
    owner: str
    location: str
    call_number: str
    properties: str
    due: date | None
    holds: int | None
    said: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """The system says no, or says yes and does not keep it: then `fault` tells."""

    reason: Reason
    said: tuple[str, ...] = field(default=(), repr=False)
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Lent:
    """The loan stands; `due` as far as the system tells it."""

    item: ItemId
    due: date | None
    said: tuple[str, ...] = field(repr=False)


class Alert(Enum):
    """Why a returned item does not go back to its shelf."""

    HOLD_HERE = "hold-here"
    HOLD_ELSEWHERE = "hold-elsewhere"
    INTERLIBRARY = "interlibrary"
    TRANSFER = "transfer"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Returned:
    """The item is no longer on loan; where it goes now, as far as the system tells."""

    item: ItemId
    alert: Alert | None
    destination: str
    sort_bin: str
    said: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Renewed:
    """The loan goes on until `due`, which may be no later than it was."""

    item: ItemId
    due: date | None
    said: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that was taken elsewhere. Raises ValueError unless `currency` is as in ISO 4217."""

    act: ActId
    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if self.amount <= 0 or re.fullmatch(r"[A-Z]{3}", self.currency) is None:
            raise ValueError("a payment is more than nothing, in a currency of three capitals")


@dataclass(frozen=True, slots=True)
class PaymentNoted:
    """The system has taken the payment off what the patron owes."""

    act: ActId
    said: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Held:
    """A hold: the title, its place in the queue from 1, and until when a copy is set aside."""

    act: ActId
    title: str
    position: int
    pick_up_by: date | None


class LibrarySystem(Protocol):
    """One library's own system. Every method but `capabilities` may raise NothingSent.

    The methods that change records may raise OutcomeUnknown, and send their change at most once.
    Only one change at a time for the same item, and for the same patron: the caller sees to it.
    """

    def capabilities(self) -> Capabilities: ...

    def patron(self, number: PatronId, pin: Secret | None = None) -> PatronRecord | Refused:
        """The patron; refused when unknown, or when the system says that the PIN is wrong."""

    def item(self, item: ItemId) -> ItemRecord | Refused: ...

    def lend(
        self, patron: PatronId, item: ItemId, act: ActId, at: float, due: date
    ) -> Lent | Refused:
        """A loan made at `at` (seconds since 1970 UTC); `due` is a suggestion only."""

    def take_back(self, item: ItemId, dropped_at: float) -> Returned | Refused:
        """A return at `dropped_at` (seconds since 1970 UTC), whoever had the item."""

    def renew(self, patron: PatronId, item: ItemId) -> Renewed | Refused: ...

    def note_payment(self, patron: PatronId, payment: Payment) -> PaymentNoted | Refused: ...

    def find(self, asked: Find) -> Found | Refused:
        """Titles that have all the words, within seconds or not at all; changes nothing.

        Words, order and pages are as in `server.words` and `server.search`; titles that the
        library hides from its public catalogue are not there. Refused where nothing is searched.
        """


@runtime_checkable
class ServiceDesk(Protocol):
    """What a library system that can HOLD and BAR does besides. Raises as LibrarySystem's do."""

    def hold(
        self, patron: PatronId, wanted: ItemId, act: ActId, *, only_this: bool
    ) -> Held | Refused: ...

    def end_hold(self, patron: PatronId, wanted: ItemId) -> Held | Refused: ...

    def bar(self, patron: PatronId, why: str) -> PatronRecord | Refused: ...

    def unbar(self, patron: PatronId) -> PatronRecord | Refused: ...
