"""Asks (imperative) and their answers. Pure values.

Correlation and expiry are in the message itself, so that any MQTT 3.1.1 broker can carry them. No
ask that changes anything is without an `ActId`: asking twice is asking once.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Final

from broker.vocabulary import ActId, ItemId, Patron, Pin, Reason, Refusal, shelf_name

LONGEST_SEARCH: Final = 80
MOST_HITS: Final = 20
_FURTHEST_HIT: Final = 9_999
MOST_LINES: Final = 100
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
MOST_SHELVES: Final = 100
MOST_LISTED: Final = 50
LONGEST_LISTED: Final = 100
LONGEST_CALL_NUMBER: Final = 60


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


class Transaction(Enum):
    """What a visit came to for one item."""

    LENT = "lent"
    RENEWED = "renewed"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One item on a receipt. `due` is a branch-local date, null for what was returned."""

    item: ItemId
    transaction: Transaction
    due: date | None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class SendReceipt:
    """Mail this to the patron, whose address the library has. Answered by `ReceiptSent`.

    Else by a refusal: `no-address`, or `mail-failed`, and then nothing was sent. It is sent once
    per `act`; ask again by the same one when no answer came within 10 s. `language` is ISO 639,
    in small letters; 1 to 100 `lines`.
    """

    act: ActId
    patron: Patron
    language: str
    lines: tuple[ReceiptLine, ...]

    def __post_init__(self) -> None:
        """Raises ValueError for what no station asks."""
        if not 1 <= len(self.lines) <= MOST_LINES:
            raise ValueError(f"a receipt of {len(self.lines)} lines; 1 to {MOST_LINES}")
        if _LANGUAGE.fullmatch(self.language) is None:
            raise ValueError("language is two or three small letters")


@dataclass(frozen=True, slots=True)
class ListShelves:
    """Which shelves can be walked along? Answered by `Shelves` or a refusal.

    `start` is how many to leave out, at most 9,999. Asked by staff alone.
    """

    start: int = 0

    def __post_init__(self) -> None:
        """Raises ValueError for what no station asks."""
        if not 0 <= self.start <= _FURTHEST_HIT:
            raise ValueError(f"start is 0 to {_FURTHEST_HIT}")


@dataclass(frozen=True, slots=True)
class ListShelf:
    """What should stand on this shelf? Answered by `ShelfList` or a refusal.

    `after` is the last item that is known already; None asks from the beginning. Asked by staff
    alone.
    """

    shelf: str
    after: ItemId | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for what is no shelf's name."""
        shelf_name(self.shelf)


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
class ReceiptSent:
    """The library's mail server has taken the receipt."""

    act: ActId


@dataclass(frozen=True, slots=True)
class ShelfSize:
    """One shelf that can be walked along, and how many items belong there.

    `name` is 1 to 48 printable characters without a slash of either kind.
    """

    name: str
    items: int

    def __post_init__(self) -> None:
        """Raises ValueError for what is no shelf's name."""
        shelf_name(self.name)


@dataclass(frozen=True, slots=True)
class Shelves:
    """At most 100 of `total` shelves, in the library's order."""

    total: int
    shelves: tuple[ShelfSize, ...]

    def __post_init__(self) -> None:
        """Raises ValueError for more than one message may hold."""
        if len(self.shelves) > MOST_SHELVES:
            raise ValueError(f"{len(self.shelves)} shelves; at most {MOST_SHELVES}")


class Whereabouts(Enum):
    """Where the library's records have an item; who has it is not told."""

    HERE = "here"
    ON_LOAN = "on-loan"
    ON_HOLD_SHELF = "on-hold-shelf"


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a shelf list. `title` is cut to 100 characters, `call_number` to 60."""

    item: ItemId
    call_number: str
    title: str
    where: Whereabouts

    def __post_init__(self) -> None:
        """Raises ValueError for words that were not cut."""
        if len(self.title) > LONGEST_LISTED or len(self.call_number) > LONGEST_CALL_NUMBER:
            raise ValueError(f"{self.item}: title or call number too long")


@dataclass(frozen=True, slots=True)
class ShelfList:
    """The next 50 of a shelf's `total` items, by call number; fewer are the last ones."""

    total: int
    items: tuple[Listed, ...]

    def __post_init__(self) -> None:
        """Raises ValueError for more than one message may hold."""
        if len(self.items) > MOST_LISTED:
            raise ValueError(f"{len(self.items)} items; at most {MOST_LISTED}")


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
