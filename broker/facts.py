"""What happened, in the past tense: the only things a station owes the server. Pure values.

One fact carries the id of the patron action it closes (`ActId`); retries, on-line answers and
off-line replays all carry the same one, so that it counts once.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Final

from broker.vocabulary import ActId, DeviceId, ItemId, Moment, Patron, Reason, SiteId, shelf_name

LONGEST_FEEDBACK: Final = 280
_LONGEST_SCREEN: Final = 64
MOST_MARKED: Final = 150
MOST_PARTS: Final = 999


@dataclass(frozen=True, slots=True)
class ItemLent:
    """The loan is recorded and the tag was read back released.

    `due` is the branch-local date the patron was shown; `provisional` when the station decided it
    off line.
    """

    item: ItemId
    patron: Patron
    due: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class LoanAbandoned:
    """A loan was asked for and did not happen: the item belongs to the library still.

    `secured` is False when its tag may have been released and could not be secured again.
    """

    item: ItemId
    patron: Patron
    reason: Reason
    secured: bool


@dataclass(frozen=True, slots=True)
class LoanUnconfirmed:
    """The station crashed between releasing the tag and recording; the item was gone at start.

    Counts as a loan, and alone causes no fine or block, until a return or staff settle it.
    """

    item: ItemId
    patron: Patron
    due: date


@dataclass(frozen=True, slots=True)
class LoanRenewed:
    """The library let a loan go on until `due`, a branch-local date; nobody had to see the item."""

    item: ItemId
    patron: Patron
    due: date


@dataclass(frozen=True, slots=True)
class ItemReturned:
    """The item is in the library's hands again.

    `secured` is False when its tag could not be secured: still a return, and a task for staff.
    """

    item: ItemId
    secured: bool


@dataclass(frozen=True, slots=True)
class UnknownItemDropped:
    """Something without a readable item number fell into the bin; `tag` is its UID in hex."""

    tag: str


class Rating(Enum):
    """How a visit was, in one touch."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


class Topic(Enum):
    """What feedback is about."""

    SPEED = "speed"
    SCREEN = "screen"
    BOOKS = "books"
    PLACE = "place"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class FeedbackGiven:
    """Somebody said how their visit was. Names nobody; `words` are at most 280 characters."""

    rating: Rating
    about: Topic | None
    words: str

    def __post_init__(self) -> None:
        """Raises ValueError for too many words."""
        if len(self.words) > LONGEST_FEEDBACK:
            raise ValueError(f"{len(self.words)} characters; at most {LONGEST_FEEDBACK}")


@dataclass(frozen=True, slots=True)
class StaffCalled:
    """Somebody at this station asked for help, on this screen of it. Names nobody."""

    screen: str

    def __post_init__(self) -> None:
        """Raises ValueError for what is no screen's name."""
        if len(self.screen) > _LONGEST_SCREEN:
            raise ValueError(f"{len(self.screen)} characters; at most {_LONGEST_SCREEN}")


class Mark(Enum):
    """What a walk along a shelf found of one item, worst first."""

    MISSING = "missing"
    SECURED_ON_LOAN = "secured-on-loan"
    RELEASED_HERE = "released-here"
    ON_LOAN_HERE = "on-loan-here"
    ON_HOLD_HERE = "on-hold-here"
    MISPLACED = "misplaced"
    NOT_LISTED = "not-listed"
    FOUND = "found"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class MarkCount:
    """How many items of a walk have this mark."""

    mark: Mark
    items: int


@dataclass(frozen=True, slots=True)
class Marked:
    """An item that something is the matter with.

    `after` is the item that a misplaced one stands behind; None at the beginning of the shelf.
    """

    item: ItemId
    marks: tuple[Mark, ...]
    after: ItemId | None = None


@dataclass(frozen=True, slots=True)
class ShelfWalked:
    """Staff went along a shelf with a reader, and compared it with its list. Names nobody.

    A walk is told in `parts` facts of one name `walk`, this one the `part`-th from 1. `counts` are
    the whole walk's; `marked` are at most 150 of the items that are neither found nor away.
    """

    walk: ActId
    shelf: str
    part: int
    parts: int
    counts: tuple[MarkCount, ...]
    marked: tuple[Marked, ...]

    def __post_init__(self) -> None:
        """Raises ValueError for what is no part of a walk."""
        shelf_name(self.shelf)
        if not 1 <= self.part <= self.parts <= MOST_PARTS:
            raise ValueError(f"part {self.part} of {self.parts}; at most {MOST_PARTS}")
        if len(self.marked) > MOST_MARKED or len(self.counts) > len(Mark):
            raise ValueError(f"{len(self.marked)} items; at most {MOST_MARKED}")
        if any(len(one.marks) > len(Mark) for one in self.marked):
            raise ValueError("an item has each mark once")


Fact = (
    ItemLent
    | LoanAbandoned
    | LoanUnconfirmed
    | LoanRenewed
    | ItemReturned
    | UnknownItemDropped
    | FeedbackGiven
    | StaffCalled
    | ShelfWalked
)


def with_patron(fact: Fact, patron: Patron) -> Fact:
    """The same fact with its patron in another form; one that names nobody stays as it is."""
    match fact:
        case ItemLent() | LoanAbandoned() | LoanUnconfirmed() | LoanRenewed():
            return replace(fact, patron=patron)
        case _:
            return fact


def item_of(fact: Fact) -> ItemId | None:
    """The item a fact is about, if it is about one that is known."""
    match fact:
        case UnknownItemDropped() | FeedbackGiven() | StaffCalled() | ShelfWalked():
            return None
        case _:
            return fact.item


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact as a station's ledger holds it and the server's journal keeps it.

    `install` names one life of the ledger, made anew when a ledger is; `seq` counts 1, 2, 3 in it.
    """

    act: ActId
    site: SiteId
    device: DeviceId
    install: str
    seq: int
    at: Moment
    fact: Fact


@dataclass(frozen=True, slots=True)
class Kept:
    """What the server keeps under the number `seq`, by the fact's `fingerprint`.

    SHA-256 in hex of one line `name:value` for each field but `install` and `seq`, in the order of
    their names and each value as it stands in the message.
    """

    seq: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The server has committed every entry of `install` up to and including `through`.

    Up to `backed_up_through` a finished backup holds them as well. `resend`: the server lacks what
    comes after `through`, whatever it said before it was restored: send all of that again.
    `kept` shows entries of `install` that the server keeps: the newest few, and those that it was
    told otherwise. A station that lacks one, or has another one there, was put back to an
    earlier disk: nothing is acknowledged to it, and it begins a new install. `server_time` is
    seconds since 1970 UTC when it was written.
    """

    install: str
    through: int
    backed_up_through: int
    resend: bool
    server_time: float
    kept: tuple[Kept, ...] = ()
