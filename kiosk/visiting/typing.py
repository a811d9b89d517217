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


def typed(visit: Visit, touch: Touched) -> Visit:
    """The visit after a key; any other touch changes nothing. A space begins nothing."""
    match touch.button:
        case Button.ERASE:
            return replace(visit, typed=visit.typed[:-1], reason=None)
        case Button.KEY if touch.subject and touch.subject in KEYS[visit.page]:
            text = (visit.typed + touch.subject).lstrip()
            fits = len(text) <= LONGEST[visit.page]
            return replace(visit, typed=text, reason=None) if fits else visit
        case _:
            return visit
