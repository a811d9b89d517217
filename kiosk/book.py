"""One book's way through a loan or a return, as a pure state machine.

    loan    LISTED > INTENDING > ASKING > RELEASING > RECORDING > LENT
                                   |          +> UNDOING > ABANDONING > REFUSED
                                   |          +> PUT_BACK > RELEASING
                                   +> ABANDONING > REFUSED
    return  LISTED > INTENDING > SECURING > RECORDING > RETURNED

The order is the promise: the library says yes before the tag is released, the tag is read
back and the fact is on the disk before the screen says yes.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, auto
from typing import Final

from broker.facts import Fact, ItemLent, ItemReturned, LoanAbandoned, UnknownItemDropped
from broker.requests import Describe, Description, Grant, Lend
from broker.vocabulary import ActId, ItemId, Patron, PatronId, Reason, Refusal
from devices.capabilities import TagUid
from kiosk.actions import Action, Enquire, Forget, Intend, Record, Release, Secure
from kiosk.happenings import (
    Answered,
    Happening,
    Intended,
    LedgerChanged,
    Problem,
    Recorded,
    TagNotWritten,
    TagWritten,
)


class Stage(Enum):
    """Where one book stands."""

    LISTED = auto()
    STAFF = auto()
    INTENDING = auto()
    ASKING = auto()
    RELEASING = auto()
    UNDOING = auto()
    PUT_BACK = auto()
    ABANDONING = auto()
    SECURING = auto()
    RECORDING = auto()
    LENT = auto()
    RETURNED = auto()
    REFUSED = auto()


BUSY: Final = frozenset(
    {
        Stage.INTENDING,
        Stage.ASKING,
        Stage.RELEASING,
        Stage.UNDOING,
        Stage.PUT_BACK,
        Stage.ABANDONING,
        Stage.SECURING,
        Stage.RECORDING,
    }
)
SETTLED: Final = frozenset({Stage.LENT, Stage.RETURNED, Stage.REFUSED})
# A tag that is seen and yet takes nothing is no book that was lifted.
MOST_TRIES: Final = 8


@dataclass(frozen=True, slots=True)
class Book:
    """A tagged thing on the pad and how far its loan or return has come.

    `patron` is None in a return, and sealed in a loan that a crash left open. `due` and
    `provisional` are meaningful from RELEASING on. A book `in_bin` is out of the patron's reach, so
    nothing can stop its return. `missing` are the numbers of those of its `parts` that do not lie
    there. Somebody waits for a book `on_hold`. `tries` counts those after the first.
    """

    uid: TagUid
    item: ItemId | None
    stage: Stage = Stage.LISTED
    on_pad: bool = True
    title: str = ""
    problem: Problem | None = None
    patron: Patron | None = None
    act: ActId | None = None
    due: date | None = None
    provisional: bool = False
    secured: bool = True
    reason: Reason | None = None
    in_bin: bool = False
    missing: tuple[int, ...] = ()
    parts: int = 0
    on_hold: bool = False
    tries: int = 0

    @property
    def is_awaited(self) -> bool:
        """Whether its loan goes on when somebody puts it back."""
        return self.stage is Stage.PUT_BACK and not self.on_pad


Step = tuple[Book, tuple[Action, ...]]


def start_loan(book: Book, patron: PatronId) -> Step:
    """Begins lending a listed book."""
    if book.stage is not Stage.LISTED or book.item is None:
        return book, ()
    intent = Intend(book.uid, book.item, patron)
    return replace(book, stage=Stage.INTENDING, patron=patron), (intent,)


def start_return(book: Book) -> Step:
    """Begins taking back a listed book, or a nameless thing that is in the bin already."""
    return replace(book, stage=Stage.INTENDING, patron=None, problem=None), (
        Intend(book.uid, book.item, None),
    )


def advance(book: Book, happening: Happening) -> Step:
    """The book after `happening`, and what has to be done; other books' happenings do nothing."""
    match happening:
        case Intended(uid, act) if uid == book.uid:
            return _intended(book, act)
        case Answered(Describe(item), Description() as description) if item == book.item:
            return replace(book, title=description.title, on_hold=description.on_hold), ()
        case Answered(Lend(act=act)) if book.stage is Stage.ASKING and act == book.act:
            return _answered(book, act, happening)
        case TagWritten(act) if act == book.act:
            return _tag_written(book, act)
        case TagNotWritten(act, lifted) if act == book.act:
            return _tag_not_written(book, act, lifted=lifted)
        case Recorded(act) if act == book.act:
            return _recorded(book), ()
        case LedgerChanged(healthy=False):
            return _not_recorded(book)
        case _:
            return book, ()


def _intended(book: Book, act: ActId) -> Step:
    if book.stage is Stage.REFUSED and book.act is None:
        # The disk failed another act in between: this one is open in the ledger, for recovery.
        return replace(book, act=act), ()
    if book.stage is not Stage.INTENDING:
        return book, ()
    book = replace(book, act=act)
    if book.patron is not None and book.item is not None:
        question = Lend(act, book.item, book.patron)
        return replace(book, stage=Stage.ASKING), (Enquire(question),)
    if book.item is None:
        return _record(book, act, UnknownItemDropped(str(book.uid)))
    return replace(book, stage=Stage.SECURING), (Secure(act, book.uid),)


def _answered(book: Book, act: ActId, happening: Answered) -> Step:
    match happening.answer:
        case Grant(due=due) if book.on_pad:
            granted = replace(
                book, stage=Stage.RELEASING, due=due, provisional=happening.provisional
            )
            return granted, (Release(act, book.uid, due, happening.provisional),)
        case Grant():
            return abandon(book, act, Reason.CANCELLED)
        case Refusal(reason):
            return abandon(book, act, reason)
        case _:
            return abandon(book, act, Reason.INTERRUPTED)


def _tag_written(book: Book, act: ActId) -> Step:
    match book:
        case Book(stage=Stage.RELEASING, item=ItemId() as item, patron=Patron() as patron):
            if book.due is not None:
                return _record(book, act, ItemLent(item, patron, book.due, book.provisional))
        case Book(stage=Stage.SECURING, item=ItemId() as item):
            return _record(book, act, ItemReturned(item, secured=True))
        case Book(stage=Stage.UNDOING):
            return abandon(book, act, book.reason or Reason.TAG_NOT_WRITTEN)
    return book, ()


def _tag_not_written(book: Book, act: ActId, *, lifted: bool) -> Step:
    match book:
        case Book(stage=Stage.RELEASING | Stage.UNDOING) if lifted and book.tries < MOST_TRIES:
            return replace(book, stage=Stage.PUT_BACK), ()
        case Book(stage=Stage.RELEASING):
            # Either value may be on the tag now, so secure it before giving up.
            undoing = replace(book, stage=Stage.UNDOING, reason=Reason.TAG_NOT_WRITTEN)
            return undoing, (Secure(act, book.uid),)
        case Book(stage=Stage.UNDOING):
            torn = replace(book, secured=False)
            return abandon(torn, act, book.reason or Reason.TAG_NOT_WRITTEN)
        case Book(stage=Stage.SECURING) if lifted and not book.in_bin:
            # The patron took it back: not returned. Putting it down again starts anew.
            lost = replace(book, stage=Stage.REFUSED, problem=Problem.LIFTED)
            return lost, (Forget(act),)
        case Book(stage=Stage.SECURING, item=ItemId() as item):
            return _record(replace(book, secured=False), act, ItemReturned(item, secured=False))
    return book, ()


def try_again(book: Book) -> Step:
    """A book that was lifted too early lies there again: its loan goes on, or is undone."""
    match book:
        case Book(stage=Stage.PUT_BACK, on_pad=True, act=ActId() as act, due=due):
            again = replace(book, tries=book.tries + 1)
            if due is None or book.reason is not None:
                return replace(again, stage=Stage.UNDOING), (Secure(act, book.uid),)
            release = Release(act, book.uid, due, book.provisional)
            return replace(again, stage=Stage.RELEASING), (release,)
        case _:
            return book, ()


def give_up(book: Book) -> Step:
    """It does not come back: its loan is not one, and staff are told what its tag may say."""
    if book.stage is not Stage.PUT_BACK or book.act is None:
        return book, ()
    torn = replace(book, secured=False)
    return abandon(torn, book.act, book.reason or Reason.TAG_NOT_WRITTEN)


def _record(book: Book, act: ActId, fact: Fact) -> Step:
    return replace(book, stage=Stage.RECORDING), (Record(act, fact),)


def abandon(book: Book, act: ActId, reason: Reason) -> Step:
    """Gives up a loan: the ask that may have left is closed by a fact of its own."""
    if book.item is None or book.patron is None:
        return book, ()
    fact = LoanAbandoned(book.item, book.patron, reason, book.secured)
    return replace(book, stage=Stage.ABANDONING, reason=reason), (Record(act, fact),)


def _recorded(book: Book) -> Book:
    match book.stage:
        case Stage.ABANDONING:
            return replace(book, stage=Stage.REFUSED)
        case Stage.RECORDING:
            return replace(book, stage=Stage.RETURNED if book.patron is None else Stage.LENT)
        case _:
            return book


def _not_recorded(book: Book) -> Step:
    """The disk took nothing: a loan is undone on the tag, and nobody is told yes.

    A book that is gone cannot be secured: its act stays open, and recovery says what is known.
    """
    match book:
        case Book(stage=Stage.RECORDING, patron=Patron(), act=ActId() as act, on_pad=True):
            undoing = replace(book, stage=Stage.UNDOING, reason=Reason.INTERRUPTED)
            return undoing, (Secure(act, book.uid),)
        case Book(stage=Stage.INTENDING | Stage.RECORDING | Stage.ABANDONING):
            return replace(book, stage=Stage.REFUSED, reason=Reason.INTERRUPTED), ()
        case _:
            return book, ()
