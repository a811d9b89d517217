"""What lies on the pad, and becomes or stops being a book of this visit. Pure."""

from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from typing import Final

from broker.requests import Describe
from devices.capabilities import TagUid
from kiosk.actions import Action, Enquire
from kiosk.book import BUSY, SETTLED, Book, Stage, Step, start_return
from kiosk.bounds import Capacity
from kiosk.happenings import PadSettled, Problem, TagArrived, TagLeft
from kiosk.visit import Page, Visit

# A book that flickers at the edge of the field, or is laid down again, is not handled twice.
_DONE: Final = frozenset({Stage.LENT, Stage.RETURNED})
_NOT_TAKEN_BACK: Final = frozenset({Problem.FOREIGN, Problem.NOT_A_BOOK, Problem.INCOMPLETE})
Outcome = tuple[Visit, tuple[Action, ...]]


def each(visit: Visit, change: Callable[[Book], Step]) -> Outcome:
    """Every book after `change`, and what that wants done."""
    steps = [change(book) for book in visit.books]
    actions = tuple(action for _, wanted in steps for action in wanted)
    return replace(visit, books=tuple(book for book, _ in steps)), actions


def changed(visit: Visit, happening: TagArrived | TagLeft | PadSettled, now: float) -> Outcome:
    match happening:
        case TagArrived():
            return _arrived(visit, happening, now)
        case TagLeft(uid):
            return _left(visit, uid, now), ()
        case PadSettled(present):
            return _settled(replace(visit, pad_settled=True), present, now), ()


def _arrived(visit: Visit, tag: TagArrived, now: float) -> Outcome:
    if not visit.started or (visit.page is Page.WELCOME and not visit.pad_settled):
        # Whatever lay here before the pad could see belongs to nobody's visit until it is lifted.
        return replace(visit, leftovers=visit.leftovers | {tag.uid}), ()
    if tag.uid in visit.leftovers:
        return visit, ()
    known = next((book for book in visit.books if book.uid == tag.uid), None)
    if known is not None and (known.stage in BUSY or known.stage in _DONE):
        return _replaced(visit, replace(known, on_pad=True)), ()
    book, actions = _listed(tag, known)
    if visit.page is Page.RETURN and visit.capacity is not Capacity.FULL:
        book, wanted = returned(book)
        actions = (*actions, *wanted)
    return _replaced(replace(visit, since=now, helping=False), book), actions


def _listed(tag: TagArrived, known: Book | None) -> Step:
    """A book that lies there to be chosen, or for staff; its title is asked for once."""
    book = Book(
        tag.uid,
        tag.item,
        Stage.LISTED if tag.problem is None else Stage.STAFF,
        title=known.title if known is not None else "",
        on_hold=known is not None and known.on_hold,
        problem=tag.problem,
        missing=tag.missing,
        parts=tag.parts,
    )
    if tag.item is None or book.title:
        return book, ()
    return book, (Enquire(Describe(tag.item)),)


def returned(book: Book) -> Step:
    """Taking back needs a number we know is ours; a book not for loan may come back as well."""
    if book.item is None or book.problem in _NOT_TAKEN_BACK:
        return book, ()
    return start_return(book)


def _left(visit: Visit, uid: TagUid, now: float) -> Visit:
    if visit.pad_settled:
        visit = replace(visit, leftovers=visit.leftovers - {uid})
    known = next((book for book in visit.books if book.uid == uid), None)
    if known is None:
        return visit
    if known.stage in BUSY:
        visit = replace(visit, since=now)
    if known.stage in BUSY or known.stage in SETTLED or not visit.pad_settled:
        return _replaced(visit, replace(known, on_pad=False))
    remaining = tuple(book for book in visit.books if book.uid != uid)
    return replace(visit, books=remaining, since=now)


def _settled(visit: Visit, present: frozenset[TagUid], now: float) -> Visit:
    """A lost pad took leave of everything; only now it is known what was really lifted."""
    known = visit.leftovers | {book.uid for book in visit.books}
    return reduce(lambda so_far, uid: _left(so_far, uid, now), known - present, visit)


def _replaced(visit: Visit, book: Book) -> Visit:
    others = [other for other in visit.books if other.uid != book.uid]
    at = next((i for i, other in enumerate(visit.books) if other.uid == book.uid), len(others))
    others.insert(at, book)
    return replace(visit, books=tuple(others))
