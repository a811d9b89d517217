"""One patron's visit as a value, and what the patron sees of it. Pure.

A screen is a function of the visit. Time is monotonic seconds, an argument.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from broker.requests import Standing
from broker.vocabulary import PatronId, Reason
from devices.capabilities import TagUid
from kiosk.book import BUSY, SETTLED, Book, Stage
from kiosk.bounds import Capacity, no_loans

IDLE_SECONDS: Final = 60.0
WARNING_SECONDS: Final = 30.0
NOTICE_SECONDS: Final = 15.0
GOODBYE_SECONDS: Final = 8.0


class Page(Enum):
    """Which part of the visit this is."""

    WELCOME = auto()
    CARD = auto()
    IDENTIFYING = auto()
    CARD_REFUSED = auto()
    BORROW = auto()
    RETURN = auto()
    GOODBYE = auto()


class Screen(Enum):
    """What the patron sees."""

    STARTING = "starting"
    WELCOME = "welcome"
    CARD = "card"
    IDENTIFYING = "identifying"
    CARD_REFUSED = "card-refused"
    PAD = "pad"
    LENDING = "lending"
    RESULT = "result"
    RETURN = "return"
    GOODBYE = "goodbye"
    OUT_OF_SERVICE = "out-of-service"


class Outage(Enum):
    """Why patrons cannot be served, worst first."""

    LEDGER = "ledger"
    PAD = "pad"
    FULL = "full"
    TECHNICIAN = "technician"


@dataclass(frozen=True, slots=True)
class Visit:
    """Everything the screen may show. `since` is when the patron last did something.

    `leftovers` are books the patron before left on the pad: never part of this visit. The pad's
    health is None until it has been asked for the first time; once lost it is `pad_settled` again
    when it is known what lies there.
    """

    page: Page = Page.WELCOME
    since: float = 0.0
    language: str = "id"
    patron: PatronId | None = None
    standing: Standing | None = None
    reason: Reason | None = None
    books: tuple[Book, ...] = ()
    leftovers: frozenset[TagUid] = frozenset()
    started: bool = False
    pad_healthy: bool | None = None
    pad_settled: bool = True
    card_reader_healthy: bool = False
    online: bool = False
    in_service: bool = True
    ledger_healthy: bool = True
    capacity: Capacity = Capacity.LOANS_AND_RETURNS

    @property
    def busy(self) -> bool:
        """Whether a book is on its way: nothing may be interrupted now."""
        return any(book.stage in BUSY for book in self.books)

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
        return self.card_reader_healthy and no_loans(self.capacity) is None

    def count(self, stage: Stage) -> int:
        return sum(book.stage is stage for book in self.books)


def screen(visit: Visit) -> Screen:
    """The screen that tells the truth about `visit`."""
    if visit.outage is not None and not visit.busy:
        return Screen.OUT_OF_SERVICE
    if not visit.started:
        return Screen.STARTING
    if visit.page is not Page.BORROW:
        return Screen[visit.page.name]
    if visit.busy:
        return Screen.LENDING
    if visit.count(Stage.LISTED) == 0 and any(book.stage in SETTLED for book in visit.books):
        return Screen.RESULT
    return Screen.PAD


def seconds_left(visit: Visit, now: float) -> int | None:
    """The seconds until this page ends by itself, or None while it has no end."""
    if visit.busy or visit.page in {Page.WELCOME, Page.IDENTIFYING}:
        return None
    limit = {Page.GOODBYE: GOODBYE_SECONDS, Page.CARD_REFUSED: NOTICE_SECONDS}
    return max(0, round(visit.since + limit.get(visit.page, IDLE_SECONDS) - now))
