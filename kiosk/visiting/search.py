"""The catalogue: words typed, titles found, twenty at a time. Pure."""

from dataclasses import replace
from typing import Final

from broker.requests import MOST_HITS, Answer, Find, Found
from broker.vocabulary import Reason, Refusal
from kiosk.actions import Enquire
from kiosk.happenings import Button, Touched
from kiosk.visit import Page, Visit
from kiosk.visiting.machine import home
from kiosk.visiting.pile import Outcome
from kiosk.visiting.typing import typed

_NOBODY_READS_ON: Final = 1000


def begun(visit: Visit) -> Outcome:
    return replace(visit, page=Page.SEARCH, typed=""), ()


def touched(visit: Visit, touch: Touched, now: float) -> Outcome:
    """On the page of the words, and on that of what was found."""
    match visit.page, touch.button:
        case _, Button.BACK if visit.page is Page.FOUND or visit.asked is not None:
            return replace(visit, page=Page.SEARCH, asked=None, found=None, reason=None), ()
        case _, Button.BACK | Button.DONE:
            return home(visit, now), ()
        case Page.SEARCH, Button.CONFIRM:
            return _ask(visit, 0)
        case Page.FOUND, Button.MORE if has_more(visit):
            return _ask(visit, visit.first + MOST_HITS)
        case Page.FOUND, Button.LESS if visit.first:
            return _ask(visit, max(0, visit.first - MOST_HITS))
        case Page.SEARCH, _ if visit.asked is None:
            return typed(visit, touch), ()
        case _:
            return visit, ()


def has_more(visit: Visit) -> bool:
    """Whether there are hits after those on the screen."""
    found, start = visit.found, visit.first + MOST_HITS
    return found is not None and start < min(found.total, _NOBODY_READS_ON)


def _ask(visit: Visit, start: int) -> Outcome:
    words = visit.typed.strip()
    if not words or visit.asked is not None or not visit.online:
        return visit, ()
    question = Find(words, start)
    return replace(visit, asked=question, reason=None), (Enquire(question),)


def told(visit: Visit, question: Find, answer: Answer | None) -> Visit:
    match answer:
        case Found():
            return replace(visit, page=Page.FOUND, found=answer, first=question.start)
        case Refusal(reason):
            return replace(visit, reason=reason)
        case _:
            return replace(visit, reason=Reason.INTERRUPTED)
