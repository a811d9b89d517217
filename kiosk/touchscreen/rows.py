"""One book of the visit as a line of the list, in words. Pure."""

from typing import Final

from kiosk.book import BUSY, Book, Stage
from kiosk.happenings import Problem
from kiosk.languages.catalogue import Catalogue
from kiosk.touchscreen.legible import legible
from kiosk.touchscreen.scene import Row
from kiosk.touchscreen.theme import Tone

_TONES: Final = {
    Stage.LISTED: Tone.READY,
    Stage.STAFF: Tone.STAFF,
    Stage.LENT: Tone.GOOD,
    Stage.RETURNED: Tone.GOOD,
    Stage.REFUSED: Tone.BAD,
}


def row(book: Book, catalogue: Catalogue, *, covered: int | None = None, holds: str = "") -> Row:
    """The book's title, its number and state in a word, and what the patron should do.

    `covered` is the book's place in the list when its title is nobody else's to read; `holds` is
    where reserved books are put.
    """
    word = catalogue.text(f"book.{_word(book)}")
    tone = Tone.WAIT if book.stage in BUSY else _TONES[book.stage]
    advice = _advice(book, catalogue, holds)
    if covered is not None:
        return Row(catalogue.text("book.covered", number=covered), word, advice, tone)
    told = bool(legible(book.title))
    label = word if book.item is None or not told else f"{book.item} · {word}"
    return Row(title(book, catalogue), label, advice, tone, has_cover=told)


def title(book: Book, catalogue: Catalogue) -> str:
    """The title, or the number while nobody can tell or show the title."""
    if told := legible(book.title):
        return told
    if book.item is not None:
        return catalogue.text("book.named", item=book.item)
    return catalogue.text("book.nameless")


def _word(book: Book) -> str:
    match book:
        case Book(stage=Stage.REFUSED, patron=None):
            return "not-returned"
        case Book(stage=Stage.REFUSED):
            return "not-lent"
        case Book(stage=Stage.STAFF, problem=Problem.INCOMPLETE):
            return "incomplete"
        case Book(is_awaited=True):
            return "awaited"
        case Book(stage=stage) if stage in BUSY:
            return "working"
        case Book(stage=stage):
            return stage.name.lower()


def _advice(book: Book, catalogue: Catalogue, holds: str) -> str:
    match book:
        case Book(stage=Stage.LENT, due=due) if due is not None:
            key = "book.due-provisional" if book.provisional else "book.due"
            return catalogue.text(key, date=catalogue.date(due))
        case Book(stage=Stage.RETURNED, secured=False):
            return catalogue.text("book.unsecured")
        case Book(is_awaited=True):
            return catalogue.text("book.put-back")
        case Book(stage=Stage.REFUSED, secured=False):
            return catalogue.text("book.torn")
        case Book(stage=Stage.RETURNED, on_hold=True):
            return catalogue.text("book.on-hold", place=holds or catalogue.text("book.hold-place"))
        case Book(stage=Stage.STAFF | Stage.REFUSED, problem=Problem() as problem):
            return catalogue.problem(problem, book.missing, book.parts)
        case Book(stage=Stage.REFUSED) if book.reason is not None:
            return catalogue.reason(book.reason)
        case _:
            return ""
