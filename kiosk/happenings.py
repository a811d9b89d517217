"""What a station hears; what it then has to do are `kiosk.actions`. Pure values."""

from dataclasses import dataclass, field
from enum import Enum

from broker.appearance import PLAIN, Appearance
from broker.requests import Answer, Question
from broker.vocabulary import ActId, ItemId, PatronId
from devices.capabilities import TagUid
from kiosk.bounds import Capacity
from kiosk.staff.heard import StaffHeard


class Button(Enum):
    """Everything a patron can touch."""

    BORROW = "borrow"
    RETURN = "return"
    CONFIRM = "confirm"
    DONE = "done"
    BACK = "back"
    LANGUAGE = "language"
    STAY = "stay"
    ACCOUNT = "account"
    RENEW = "renew"
    RENEW_ALL = "renew-all"
    REFRESH = "refresh"
    SEARCH = "search"
    MORE = "more"
    LESS = "less"
    TYPE = "type"
    KEY = "key"
    ERASE = "erase"
    FEEDBACK = "feedback"
    RATE = "rate"
    TOPIC = "topic"
    PRINT = "print"
    CODE = "code"
    MAIL = "mail"
    HELP = "help"
    CALL = "call"


class Problem(Enum):
    """Why a thing on the pad cannot be handled here; each has its own sentence."""

    UNREADABLE = "unreadable"
    FOREIGN = "foreign"
    NOT_A_BOOK = "not-a-book"
    NOT_FOR_LOAN = "not-for-loan"
    LIFTED = "lifted"
    INCOMPLETE = "incomplete"


class Barcode(Enum):
    """What a patron may show instead of a card; each has its own sentence."""

    BOOK = "book"
    ISBN = "isbn"
    NATIONAL_NUMBER = "national-number"
    OTHER = "other"
    MISREAD = "misread"


@dataclass(frozen=True, slots=True)
class Touched:
    """A button, and which of several alike: a loan's item, a key's letter, a rating.

    What is typed may be a PIN, so the subject does not print.
    """

    button: Button
    subject: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Tick:
    """Time went on."""


@dataclass(frozen=True, slots=True)
class CardArrived:
    """A card; `patron` is None when it can never be an identity.

    It lies in the reader's field, or only its barcode was read.
    """

    patron: PatronId | None
    in_field: bool = True


@dataclass(frozen=True, slots=True)
class CardLeft:
    """The card is no longer in the reader's field."""


@dataclass(frozen=True, slots=True)
class WrongBarcode:
    """The scanner read what is no library card."""

    kind: Barcode


@dataclass(frozen=True, slots=True)
class TagArrived:
    """A tag on the pad, already read: an item, or the problem with it.

    `secured` when the gate would sound for it now. A set has several `tags`; `missing` are the
    numbers of those of its `parts` that are not there.
    """

    uid: TagUid
    item: ItemId | None
    problem: Problem | None
    secured: bool
    tags: frozenset[TagUid] = frozenset()
    missing: tuple[int, ...] = ()
    parts: int = 0


@dataclass(frozen=True, slots=True)
class TagLeft:
    uid: TagUid


@dataclass(frozen=True, slots=True)
class PadChanged:
    healthy: bool


@dataclass(frozen=True, slots=True)
class PadSettled:
    """A pad that was lost is back long enough to know what lies there: these, and nothing else."""

    present: frozenset[TagUid]


@dataclass(frozen=True, slots=True)
class CardReaderChanged:
    healthy: bool


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """Whether the server can be reached now."""

    online: bool


@dataclass(frozen=True, slots=True)
class ServiceWanted:
    """How the server wants the station: in service or not, between visits, and how it looks."""

    in_service: bool
    look: Appearance = PLAIN


@dataclass(frozen=True, slots=True)
class Answered:
    """The library's answer, or the off-line rule's when `provisional`; None when nobody knows."""

    question: Question
    answer: Answer | None
    provisional: bool


@dataclass(frozen=True, slots=True)
class Intended:
    """The ledger holds the intent of `act` for this tag."""

    uid: TagUid
    act: ActId


@dataclass(frozen=True, slots=True)
class TagWritten:
    """The tag was written and read back."""

    act: ActId


@dataclass(frozen=True, slots=True)
class TagNotWritten:
    """The tag may hold either value: it left, or reading back shows another one.

    `lifted` when it is no longer in the field.
    """

    act: ActId
    lifted: bool


@dataclass(frozen=True, slots=True)
class Recorded:
    """The fact that closes `act` is on the disk."""

    act: ActId


@dataclass(frozen=True, slots=True)
class LedgerChanged:
    """Whether the disk takes writes. While it does not, nothing may be confirmed."""

    healthy: bool


@dataclass(frozen=True, slots=True)
class PrinterChanged:
    """Whether a receipt can be printed now."""

    healthy: bool


@dataclass(frozen=True, slots=True)
class Printed:
    """The receipt that was asked for is out; or it is not, and never will be."""

    worked: bool


@dataclass(frozen=True, slots=True)
class StaffReached:
    """The server has the latest call for staff."""


@dataclass(frozen=True, slots=True)
class PaceWanted:
    """Whoever listens or reads large letters gets twice the time."""

    unhurried: bool


@dataclass(frozen=True, slots=True)
class CapacityChanged:
    """What the station can still answer for."""

    capacity: Capacity


@dataclass(frozen=True, slots=True)
class Started:
    """Patrons may come. `settling` are tags whose act an earlier crash left open."""

    settling: frozenset[TagUid]


Happening = (
    Touched
    | Tick
    | CardArrived
    | CardLeft
    | WrongBarcode
    | TagArrived
    | TagLeft
    | PadChanged
    | PadSettled
    | CardReaderChanged
    | ConnectionChanged
    | ServiceWanted
    | Answered
    | Intended
    | TagWritten
    | TagNotWritten
    | Recorded
    | LedgerChanged
    | CapacityChanged
    | PrinterChanged
    | Printed
    | StaffReached
    | PaceWanted
    | Started
    | StaffHeard
)
