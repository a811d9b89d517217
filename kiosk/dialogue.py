"""What a visit becomes: `step(visit, happening, now)`, a pure state machine.

Nothing of one visit reaches the next: `_home` builds a fresh one and keeps only what the machine
itself knows.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from typing import Final

from broker.requests import Describe, Identify, Standing
from broker.vocabulary import PatronId, Reason, Refusal
from devices.capabilities import TagUid
from kiosk.book import BUSY, SETTLED, Book, Stage, Step, advance, start_loan, start_return
from kiosk.bounds import Capacity
from kiosk.happenings import (
    Action,
    Answered,
    Button,
    CapacityChanged,
    CardArrived,
    CardReaderChanged,
    ConnectionChanged,
    Enquire,
    Happening,
    LedgerChanged,
    PadChanged,
    PadSettled,
    Problem,
    ServiceWanted,
    Started,
    TagArrived,
    TagLeft,
    Tick,
    Touched,
)
from kiosk.visit import (
    IDLE_SECONDS,
    Page,
    Screen,
    Visit,
    screen,
    seconds_left,
)

# A book that flickers at the edge of the field, or is laid down again, is not handled twice.
_DONE: Final = frozenset({Stage.LENT, Stage.RETURNED})
_NOT_TAKEN_BACK: Final = frozenset({Problem.FOREIGN, Problem.NOT_A_BOOK, Problem.INCOMPLETE})
Outcome = tuple[Visit, tuple[Action, ...]]


def step(visit: Visit, happening: Happening, now: float) -> Outcome:
    """The visit after `happening`, and the actions the station has to carry out, in order."""
    visit = _machine(visit, happening)
    match happening:
        case Tick():
            return _timed(visit, now), ()
        case Touched(button):
            return _touched(replace(visit, since=now), button, now)
        case CardArrived(patron) if visit.page in {Page.WELCOME, Page.CARD, Page.CARD_REFUSED}:
            return _card(replace(visit, since=now), patron)
        case Answered(Identify(patron)) if patron == visit.patron:
            return _identified(replace(visit, since=now), happening)
        case TagArrived():
            return _tag_arrived(visit, happening, now)
        case TagLeft(uid):
            return _tag_left(visit, uid, now), ()
        case PadSettled(present):
            return _settled(replace(visit, pad_settled=True), present, now), ()
        case _:
            return _each(visit, lambda book: advance(book, happening))


def _machine(visit: Visit, happening: Happening) -> Visit:
    """What the machine knows about itself, whoever is standing there."""
    known = _told(visit, happening)
    changed = (visit.outage is None) is not (known.outage is None)
    # Who laid books down before or during an outage need not be who shows a card after it.
    return _home(known, visit.since) if changed and known.page is Page.WELCOME else known


def _told(visit: Visit, happening: Happening) -> Visit:
    match happening:
        case PadChanged(healthy):
            settled = visit.pad_settled and healthy
            return replace(visit, pad_healthy=healthy, pad_settled=settled)
        case CardReaderChanged(healthy):
            return replace(visit, card_reader_healthy=healthy)
        case ConnectionChanged(online):
            return replace(visit, online=online)
        case ServiceWanted(in_service):
            return replace(visit, in_service=in_service)
        case LedgerChanged(healthy):
            return replace(visit, ledger_healthy=healthy)
        case CapacityChanged(capacity):
            return replace(visit, capacity=capacity)
        case Started():
            return replace(visit, started=True)
        case _:
            return visit


def _each(visit: Visit, change: Callable[[Book], Step]) -> Outcome:
    steps = [change(book) for book in visit.books]
    actions = tuple(action for _, wanted in steps for action in wanted)
    return replace(visit, books=tuple(book for book, _ in steps)), actions


def _home(visit: Visit, now: float) -> Visit:
    """A fresh visit on the same machine. Books that may still lie there become leftovers."""
    lying = frozenset(book.uid for book in visit.books if book.on_pad or not visit.pad_settled)
    return Visit(
        since=now,
        leftovers=visit.leftovers | lying,
        started=visit.started,
        pad_healthy=visit.pad_healthy,
        pad_settled=visit.pad_settled,
        card_reader_healthy=visit.card_reader_healthy,
        online=visit.online,
        in_service=visit.in_service,
        ledger_healthy=visit.ledger_healthy,
        capacity=visit.capacity,
    )


def _timed(visit: Visit, now: float) -> Visit:
    if visit.page is Page.WELCOME and now - visit.since >= IDLE_SECONDS:
        # Whoever laid books down and brought no card is gone: they are not the next patron's.
        return _home(visit, visit.since)
    if visit.busy or visit.page is Page.WELCOME or seconds_left(visit, now) != 0:
        return visit
    if visit.page is Page.BORROW and visit.count(Stage.LENT):
        return replace(visit, page=Page.GOODBYE, since=now)
    return _home(visit, now)


def _touched(visit: Visit, button: Button, now: float) -> Outcome:
    if visit.busy or screen(visit) in {Screen.STARTING, Screen.OUT_OF_SERVICE}:
        return _in_other_language(visit) if button is Button.LANGUAGE else visit, ()
    match visit.page, button:
        case _, Button.LANGUAGE:
            return _in_other_language(visit), ()
        case Page.WELCOME, Button.BORROW:
            return replace(visit, page=Page.CARD), ()
        case Page.WELCOME, Button.RETURN:
            return _each(replace(visit, page=Page.RETURN), _returned)
        case Page.BORROW, Button.CONFIRM if visit.patron is not None:
            patron = visit.patron
            return _each(visit, lambda book: start_loan(book, patron))
        case ((Page.BORROW | Page.RETURN), Button.DONE):
            return replace(visit, page=Page.GOODBYE), ()
        case _, (Button.BACK | Button.DONE):
            return _home(visit, now), ()
        case _:
            return visit, ()


def _in_other_language(visit: Visit) -> Visit:
    return replace(visit, language="en" if visit.language == "id" else "id")


def _card(visit: Visit, patron: PatronId | None) -> Outcome:
    if screen(visit) is Screen.OUT_OF_SERVICE or not visit.started:
        return visit, ()
    if patron is None:
        return replace(visit, page=Page.CARD_REFUSED, reason=Reason.UNKNOWN_CARD), ()
    return replace(visit, page=Page.IDENTIFYING, patron=patron), (Enquire(Identify(patron)),)


def _identified(visit: Visit, happening: Answered) -> Outcome:
    if visit.page is not Page.IDENTIFYING:
        return visit, ()
    match happening.answer:
        case Standing() as standing:
            return replace(visit, page=Page.BORROW, standing=standing), ()
        case Refusal(reason):
            return replace(visit, page=Page.CARD_REFUSED, patron=None, reason=reason), ()
        case _:
            unknown = Reason.INTERRUPTED
            return replace(visit, page=Page.CARD_REFUSED, patron=None, reason=unknown), ()


def _tag_arrived(visit: Visit, tag: TagArrived, now: float) -> Outcome:
    if not visit.started:
        # Whatever lay here before the start belongs to nobody's visit until it is lifted.
        return replace(visit, leftovers=visit.leftovers | {tag.uid}), ()
    if tag.uid in visit.leftovers:
        return visit, ()
    known = next((book for book in visit.books if book.uid == tag.uid), None)
    if known is not None and (known.stage in BUSY or known.stage in _DONE):
        return _replaced(visit, replace(known, on_pad=True)), ()
    stage = Stage.LISTED if tag.problem is None else Stage.STAFF
    title = known.title if known is not None else ""
    book = Book(
        tag.uid,
        tag.item,
        stage,
        title=title,
        problem=tag.problem,
        missing=tag.missing,
        parts=tag.parts,
    )
    actions: tuple[Action, ...] = ()
    if tag.item is not None and not title:
        actions = (Enquire(Describe(tag.item)),)
    if visit.page is Page.RETURN and visit.capacity is not Capacity.FULL:
        book, wanted = _returned(book)
        actions = (*actions, *wanted)
    return _replaced(replace(visit, since=now), book), actions


def _returned(book: Book) -> Step:
    """Taking back needs a number we know is ours; a book not for loan may come back as well."""
    if book.item is None or book.problem in _NOT_TAKEN_BACK:
        return book, ()
    return start_return(book)


def _tag_left(visit: Visit, uid: TagUid, now: float) -> Visit:
    if visit.pad_settled:
        visit = replace(visit, leftovers=visit.leftovers - {uid})
    known = next((book for book in visit.books if book.uid == uid), None)
    if known is None:
        return visit
    if known.stage in BUSY or known.stage in SETTLED or not visit.pad_settled:
        return _replaced(visit, replace(known, on_pad=False))
    remaining = tuple(book for book in visit.books if book.uid != uid)
    return replace(visit, books=remaining, since=now)


def _settled(visit: Visit, present: frozenset[TagUid], now: float) -> Visit:
    """A lost pad took leave of everything; only now it is known what was really lifted."""
    known = visit.leftovers | {book.uid for book in visit.books}
    return reduce(lambda so_far, uid: _tag_left(so_far, uid, now), known - present, visit)


def _replaced(visit: Visit, book: Book) -> Visit:
    others = [other for other in visit.books if other.uid != book.uid]
    at = next((i for i, other in enumerate(visit.books) if other.uid == book.uid), len(others))
    others.insert(at, book)
    return replace(visit, books=tuple(others))
