"""One patron's visit as a value, and what the patron sees of it. Pure.

A screen is a function of the visit. Time is monotonic seconds, an argument.
"""

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from broker.facts import FeedbackGiven
from broker.requests import Account, AccountOf, Find, Found, Identify, Standing
from broker.vocabulary import ActId, PatronId, Reason, Secret
from devices.capabilities import TagUid
from kiosk.book import BUSY, SETTLED, Book, Stage
from kiosk.bounds import Capacity, no_loans
from kiosk.happenings import Barcode
from kiosk.house import NO_HOUSE, House
from kiosk.renewal import Renewal
from kiosk.renewal import Stage as Renewing

IDLE_SECONDS: Final = NO_HOUSE.idle_seconds  # where the library has not said
WARNING_SECONDS: Final = 30.0
NOTICE_SECONDS: Final = 15.0
GOODBYE_SECONDS: Final = 20.0
# So long without a touch, and whoever passes by reads no title.
COVER_SECONDS: Final = 30.0
UNHURRIED: Final = 2.0


class Page(Enum):
    """Which part of the visit this is."""

    WELCOME = auto()
    CARD = auto()
    NUMBER = auto()
    IDENTIFYING = auto()
    PIN = auto()
    CARD_REFUSED = auto()
    BORROW = auto()
    RETURN = auto()
    ACCOUNT = auto()
    SEARCH = auto()
    FOUND = auto()
    RATE = auto()
    TOPIC = auto()
    WORDS = auto()
    GOODBYE = auto()
    CODE = auto()


class Screen(Enum):
    """What the patron sees."""

    STARTING = "starting"
    WELCOME = "welcome"
    CARD = "card"
    NUMBER = "number"
    IDENTIFYING = "identifying"
    PIN = "pin"
    CARD_REFUSED = "card-refused"
    PAD = "pad"
    LENDING = "lending"
    PUT_BACK = "put-back"
    RESULT = "result"
    RETURN = "return"
    ACCOUNT = "account"
    NO_ACCOUNT = "no-account"
    SEARCH = "search"
    SEARCHING = "searching"
    FOUND = "found"
    RATE = "rate"
    TOPIC = "topic"
    WORDS = "words"
    GOODBYE = "goodbye"
    CODE = "code"
    HELP = "help"
    OUT_OF_SERVICE = "out-of-service"


class Outage(Enum):
    """Why patrons cannot be served, worst first."""

    LEDGER = "ledger"
    PAD = "pad"
    FULL = "full"
    TECHNICIAN = "technician"


class Call(Enum):
    """What became of a call for staff."""

    NONE = auto()
    STORED = auto()
    REACHED = auto()
    LOST = auto()


class Paper(Enum):
    """What became of the receipt on paper."""

    NONE = auto()
    PRINTING = auto()
    PRINTED = auto()
    NOT_PRINTED = auto()


class Letter(Enum):
    """What became of the receipt by mail."""

    NONE = auto()
    SENDING = auto()
    SENT = auto()
    NOT_SENT = auto()
    NO_ADDRESS = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Visit:
    """Everything the screen may show. `since` is when the patron last did something.

    `wish` is the page a card leads to, `asked` the one question that this page waits for; `typed`
    never prints. `first` counts the hits before those of `found`. `opinion` is not stored yet;
    `thanked` once one was; by `letter_act` a receipt was asked for by mail. `leftovers` are books
    the patron before left on the pad: never part of this visit. The health of the pad and
    of the card reader is None until they have answered or failed for the first time; a pad once
    lost is `pad_settled` again when it is known what lies there.
    """

    page: Page = Page.WELCOME
    since: float = 0.0
    language: str = "id"
    patron: PatronId | None = None
    standing: Standing | None = None
    reason: Reason | None = None
    barcode: Barcode | None = None
    wish: Page = Page.BORROW
    asked: Identify | AccountOf | Find | None = None
    typed: str = field(default="", repr=False)
    pin: Secret | None = None
    account: Account | None = None
    renewals: tuple[Renewal, ...] = ()
    found: Found | None = None
    first: int = 0
    opinion: FeedbackGiven | None = None
    thanked: bool = False
    paper: Paper = Paper.NONE
    letter: Letter = Letter.NONE
    letter_act: ActId | None = None
    helping: bool = False
    call: Call = Call.NONE
    unhurried: bool = False
    books: tuple[Book, ...] = ()
    leftovers: frozenset[TagUid] = frozenset()
    started: bool = False
    pad_healthy: bool | None = None
    pad_settled: bool = True
    card_reader_healthy: bool | None = None
    card_here: bool = False
    printer_healthy: bool = False
    house: House = NO_HOUSE
    online: bool = False
    in_service: bool = True
    ledger_healthy: bool = True
    capacity: Capacity = Capacity.LOANS_AND_RETURNS

    @property
    def busy(self) -> bool:
        """Whether a book is on its way: the visit cannot end now."""
        return any(book.stage in BUSY for book in self.books)

    @property
    def working(self) -> bool:
        """Whether that needs nobody: nothing may be interrupted now."""
        return any(book.stage in BUSY and not book.is_awaited for book in self.books)

    @property
    def waits(self) -> bool:
        """Whether an answer is on its way that this page is about."""
        renewing = any(renewal.stage is Renewing.ASKING for renewal in self.renewals)
        asking = self.asked is not None or self.page is Page.IDENTIFYING
        sending = self.paper is Paper.PRINTING or self.letter is Letter.SENDING
        return asking or renewing or sending

    @property
    def pace(self) -> float:
        """How many times as long as usual everything takes."""
        return UNHURRIED if self.unhurried else 1.0

    @property
    def outage(self) -> Outage | None:
        if not self.ledger_healthy:
            return Outage.LEDGER
        if self.pad_healthy is False:
            return Outage.PAD
        if self.capacity is Capacity.FULL:
            return Outage.FULL
        if not self.in_service and self.page is Page.WELCOME:
            return Outage.TECHNICIAN
        return None

    @property
    def lends(self) -> bool:
        """Whether it makes sense to show a card."""
        return self.card_reader_healthy is not False and no_loans(self.capacity) is None

    def count(self, stage: Stage) -> int:
        return sum(book.stage is stage for book in self.books)


def screen(visit: Visit) -> Screen:
    """The screen that tells the truth about `visit`."""
    if visit.helping and not visit.working:
        return Screen.HELP
    if visit.outage is not None and not visit.working:
        return Screen.OUT_OF_SERVICE
    if not visit.started:
        return Screen.STARTING
    match visit.page:
        case Page.BORROW:
            return _borrowing(visit)
        case Page.ACCOUNT if visit.account is None:
            return Screen.NO_ACCOUNT
        case Page.SEARCH | Page.FOUND if visit.asked is not None:
            return Screen.SEARCHING
        case page:
            return Screen[page.name]


def _borrowing(visit: Visit) -> Screen:
    if visit.busy:
        return Screen.LENDING if visit.working else Screen.PUT_BACK
    if visit.count(Stage.LISTED) == 0 and any(book.stage in SETTLED for book in visit.books):
        return Screen.RESULT
    return Screen.PAD


def seconds_left(visit: Visit, now: float) -> int | None:
    """The seconds until this page ends by itself, or None while it has no end."""
    if visit.working or visit.waits or (visit.page is Page.WELCOME and not visit.helping):
        return None
    limit = visit.house.idle_seconds
    if visit.page is Page.CARD_REFUSED and not visit.helping:
        limit = NOTICE_SECONDS
    if visit.page is Page.GOODBYE and not visit.helping:
        limit = GOODBYE_SECONDS
    return max(0, round(visit.since + limit * visit.pace - now))


def titles_covered(visit: Visit, now: float) -> bool:
    """Whether nobody touched the screen for so long that its titles are nobody else's to read."""
    return not visit.working and now - visit.since >= COVER_SECONDS * visit.pace
