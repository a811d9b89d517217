"""Asks (imperative) and their answers. Pure values.

Correlation and expiry are in the message itself, so that any MQTT 3.1.1 broker can carry them. No
ask that changes anything is without an `ActId`: asking twice is asking once.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from broker.receipts import ReceiptSent, SendReceipt
from broker.shelves import ListShelf, ListShelves, ShelfList, Shelves
from broker.vocabulary import ActId, ItemId, Patron, Pin, Reason, Refusal

LONGEST_SEARCH: Final = 80
MOST_HITS: Final = 20
_FURTHEST_HIT: Final = 9_999


@dataclass(frozen=True, slots=True)
class Identify:
    """Who is this card, and may they borrow? Answered by `Standing` or a refusal.

    `pin` is what the patron typed, if the station asked for one.
    """

    patron: Patron
    pin: Pin | None = None


@dataclass(frozen=True, slots=True)
class AccountOf:
    """What does this patron have? Answered by `Account` or a refusal.

    `needs-pin`: ask again with the patron's PIN; `pin-locked`: too many wrong ones, try later.
    """

    patron: Patron
    pin: Pin | None = None


@dataclass(frozen=True, slots=True)
class Describe:
    """What is this item called? Answered by `Description` or a refusal."""

    item: ItemId


@dataclass(frozen=True, slots=True)
class Lend:
    """Grant this loan. Answered by `Grant` or a refusal; ends in a fact with the same `act`."""

    act: ActId
    item: ItemId
    patron: Patron


@dataclass(frozen=True, slots=True)
class Renew:
    """Let this loan go on. Answered by `Grant` or a refusal.

    The server carries it out and keeps the fact itself, once per `act`: the station owes nothing.
    """

    act: ActId
    item: ItemId
    patron: Patron


@dataclass(frozen=True, slots=True)
class Find:
    """Which titles have these words? Answered by `Found`.

    `words` are 1 to 80 characters; `start` is how many hits to leave out, at most 9,999.
    """

    words: str
    start: int = 0

    def __post_init__(self) -> None:
        """Raises ValueError for what no station asks."""
        if not 1 <= len(self.words) <= LONGEST_SEARCH:
            raise ValueError(f"words of {len(self.words)} characters; 1 to {LONGEST_SEARCH}")
        if not 0 <= self.start <= _FURTHEST_HIT:
            raise ValueError(f"start is 0 to {_FURTHEST_HIT}")


Question = (
    Identify | AccountOf | Describe | Lend | Renew | Find | SendReceipt | ListShelves | ListShelf
)


def with_patron(question: Question, patron: Patron) -> Question:
    """The same question with its patron in another form."""
    match question:
        case Identify() | AccountOf() | Lend() | Renew() | SendReceipt():
            return replace(question, patron=patron)
        case Describe() | Find() | ListShelves() | ListShelf():
            return question


def with_pin(question: Question, pin: Pin) -> Question:
    """The same question with its PIN in another form; one without a PIN stays as it is."""
    match question:
        case Identify(pin=Pin()) | AccountOf(pin=Pin()):
            return replace(question, pin=pin)
        case _:
            return question


@dataclass(frozen=True, slots=True)
class Ask:
    """A question on its way, void after `expires` (server's clock, seconds since 1970 UTC)."""

    correlation: str
    expires: float
    question: Question


@dataclass(frozen=True, slots=True)
class Standing:
    """A patron who may borrow: loans open now, and how many more are allowed. No name.

    `ready` counts what is held for this patron at the desk. `mailable`: a receipt can be mailed.
    """

    on_loan: int
    remaining: int
    ready: int = 0
    mailable: bool = False


@dataclass(frozen=True, slots=True)
class Borrowed:
    """One open loan; `due` is a branch-local date, `no_renewal` why it cannot be renewed now."""

    item: ItemId
    title: str
    due: date
    overdue: bool
    no_renewal: Reason | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """One hold. `position` 1 is next; `ready_until` is the last day to pick up what is ready."""

    title: str
    position: int
    ready_until: date | None


@dataclass(frozen=True, slots=True)
class Account:
    """What a patron has and waits for, soonest due first. No name.

    `owed` is empty, or an amount as the library writes it, e.g. `Rp 5.000`; `bar` is why this
    patron may not borrow now. `mailable`: a receipt can be mailed.
    """

    loans: tuple[Borrowed, ...]
    holds: tuple[Waiting, ...]
    remaining: int
    owed: str
    bar: Reason | None
    mailable: bool = False


@dataclass(frozen=True, slots=True)
class Description:
    """One item in words for the screen. `on_hold`: at a return it goes to the hold shelf."""

    item: ItemId
    title: str
    author: str
    on_hold: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """The library says yes to a loan or a renewal; `due` is a branch-local date."""

    act: ActId
    due: date


@dataclass(frozen=True, slots=True)
class Hit:
    """One title of the catalogue. `shelf` is call number and place, as it is found there.

    `due`: when none of the `copies` is available, the earliest day on which one comes back. Not
    `known`: the library cannot tell here how many are available; then that is 0, and no `due`.
    """

    title: str
    author: str
    shelf: str
    copies: int
    available: int
    due: date | None
    known: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """At most 20 of `total` hits, in the order in which they were asked for."""

    total: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Expired:
    """The ask arrived too late and was not carried out; see the reply's `server_time`."""


Answer = (
    Standing
    | Account
    | Description
    | Grant
    | Found
    | ReceiptSent
    | Shelves
    | ShelfList
    | Refusal
    | Expired
)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer on its way back to the one station that asked."""

    correlation: str
    server_time: float
    answer: Answer
