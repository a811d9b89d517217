"""What a station has to do about what it hears (`kiosk.happenings`). Pure values."""

from dataclasses import dataclass
from datetime import date

from broker.facts import Fact, FeedbackGiven, StaffCalled
from broker.receipts import ReceiptLine
from broker.requests import Question
from broker.vocabulary import ActId, ItemId, PatronId
from devices.capabilities import TagUid
from kiosk.slip import Slip


@dataclass(frozen=True, slots=True)
class Intend:
    """Make an act id and store the intent, then say `Intended`.

    A loan has a patron, a return has none; `item` is None for a thing without a readable number.
    """

    uid: TagUid
    item: ItemId | None
    patron: PatronId | None


@dataclass(frozen=True, slots=True)
class Enquire:
    """Ask the library, then say `Answered`."""

    question: Question


@dataclass(frozen=True, slots=True)
class Release:
    """Store that the tag is about to be released, release it and read it back."""

    act: ActId
    uid: TagUid
    due: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class Secure:
    """Secure the tag and read it back."""

    act: ActId
    uid: TagUid


@dataclass(frozen=True, slots=True)
class Record:
    """Store the fact that closes `act`, then say `Recorded`."""

    act: ActId
    fact: Fact


@dataclass(frozen=True, slots=True)
class Forget:
    """Close an intended return that did not happen; there is nothing to report."""

    act: ActId


@dataclass(frozen=True, slots=True)
class Extend:
    """Make an act id and ask the library to let this loan go on, then say `Answered`."""

    item: ItemId
    patron: PatronId


@dataclass(frozen=True, slots=True)
class Tell:
    """Store a fact that closes no act; of a call for staff say `StaffReached` in time."""

    fact: FeedbackGiven | StaffCalled


@dataclass(frozen=True, slots=True)
class Print:
    """Print this, then say `Printed`."""

    slip: Slip


@dataclass(frozen=True, slots=True)
class Mail:
    """Ask the library to mail this, by `act` or by one made for it, then say `Answered`."""

    patron: PatronId
    language: str
    lines: tuple[ReceiptLine, ...]
    act: ActId | None


Action = Intend | Enquire | Release | Secure | Record | Forget | Extend | Tell | Print | Mail
