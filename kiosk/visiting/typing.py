"""What is typed on the glass: one key after the other, as many as the page takes. Pure."""

from dataclasses import replace
from typing import Final

from broker.facts import LONGEST_FEEDBACK
from kiosk.happenings import Button, Touched
from kiosk.visit import Page, Visit

LETTERS: Final = "QWERTYUIOPASDFGHJKLZXCVBNM"
DIGITS: Final = "1234567890"
SPACE: Final = " "
_NUMBER: Final = LETTERS + DIGITS + "-./"
_WORDS: Final = LETTERS + DIGITS + SPACE + ".,-?!"
KEYS: Final = {
    Page.NUMBER: _NUMBER,
    Page.PIN: DIGITS,
    Page.SEARCH: LETTERS + DIGITS + SPACE + "-",
    Page.WORDS: _WORDS,
}
LONGEST: Final = {
    Page.NUMBER: 32,
    Page.PIN: 12,
    Page.SEARCH: 40,
    Page.WORDS: LONGEST_FEEDBACK,
}
_SMALL: Final = frozenset({Page.SEARCH, Page.WORDS})
_ENDS: Final = (". ", "? ", "! ")


def written(visit: Visit, key: str) -> str:
    """What `key` adds now: where words are written a small letter, unless it begins a sentence.

    A search asks for words and not for sentences.
    """
    begins = not visit.typed or visit.typed.endswith(_ENDS)
    capital = visit.page is Page.WORDS and begins
    return key.lower() if visit.page in _SMALL and not capital else key


def typed(visit: Visit, touch: Touched) -> Visit:
    """The visit after a key; any other touch changes nothing. A space begins nothing."""
    match touch.button:
        case Button.ERASE:
            return replace(visit, typed=visit.typed[:-1], reason=None)
        case Button.KEY if touch.subject and touch.subject in KEYS[visit.page]:
            text = (visit.typed + written(visit, touch.subject)).lstrip()
            fits = len(text) <= LONGEST[visit.page]
            return replace(visit, typed=text, reason=None) if fits else visit
        case _:
            return visit
