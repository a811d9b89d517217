"""Who is there: a card, its number typed, and a PIN where the library asks for one. Pure."""

from dataclasses import replace
from typing import Final

from broker.requests import Account, AccountOf, Answer, Identify, Standing
from broker.vocabulary import PatronId, Reason, Refusal, Secret
from kiosk.actions import Enquire
from kiosk.book import SETTLED
from kiosk.happenings import Barcode, Button, Touched
from kiosk.visit import Page, Screen, Visit, screen
from kiosk.visiting import account, opinion
from kiosk.visiting.machine import home
from kiosk.visiting.pile import Outcome
from kiosk.visiting.typing import typed

WAITING: Final = frozenset({Page.WELCOME, Page.CARD, Page.NUMBER, Page.CARD_REFUSED})
_OF_NOBODY: Final = frozenset({Page.SEARCH, Page.FOUND, Page.RATE, Page.TOPIC, Page.WORDS})


def opens(visit: Visit) -> bool:
    """Whether a card now begins a visit of its bearer."""
    if any(book.stage in SETTLED for book in visit.books):
        return False
    return visit.page in WAITING or (visit.page in _OF_NOBODY and visit.patron is None)


def wanted(visit: Visit, wish: Page) -> Outcome:
    """The patron wants what needs a card."""
    return replace(visit, page=Page.CARD, wish=wish), ()


def shown(visit: Visit, patron: PatronId | None) -> Outcome:
    """A card, on a page of nobody."""
    visit = replace(visit, helping=False)
    if screen(visit) is Screen.OUT_OF_SERVICE or not visit.started:
        return visit, ()
    said = opinion.stored(visit)
    if patron is None:
        return replace(_nobody(visit), reason=Reason.UNKNOWN_CARD), said
    visit, actions = _ask(replace(_nobody(visit), patron=patron))
    return visit, (*said, *actions)


def misread(visit: Visit, kind: Barcode) -> Outcome:
    """The scanner was shown something else."""
    visit = replace(visit, helping=False)
    if screen(visit) is Screen.OUT_OF_SERVICE or not visit.started:
        return visit, ()
    return replace(_nobody(visit), barcode=kind), ()


def _nobody(visit: Visit) -> Visit:
    """Nothing is left of what was typed or looked for before the card."""
    return replace(
        visit,
        page=Page.CARD_REFUSED,
        reason=None,
        barcode=None,
        typed="",
        found=None,
        asked=None,
        opinion=None,
    )


def _ask(visit: Visit) -> Outcome:
    if visit.patron is None:
        return visit, ()
    kind = AccountOf if visit.wish is Page.ACCOUNT else Identify
    question = kind(visit.patron, visit.pin)
    asking = replace(visit, page=Page.IDENTIFYING, asked=question, typed="", reason=None)
    return asking, (Enquire(question),)


def told(visit: Visit, answer: Answer | None) -> Outcome:
    """The library's word on whom it was asked about."""
    match answer:
        case Standing():
            return replace(visit, page=Page.BORROW, standing=answer), ()
        case Account():
            return account.opened(visit, answer), ()
        case Refusal(Reason.NEEDS_PIN):
            return replace(visit, page=Page.PIN, pin=None, reason=None), ()
        case Refusal(Reason.WRONG_PIN):
            return replace(visit, page=Page.PIN, pin=None, reason=Reason.WRONG_PIN), ()
        case Refusal(reason):
            return _refused(visit, reason), ()
        case _:
            return _refused(visit, Reason.INTERRUPTED), ()


def _refused(visit: Visit, reason: Reason) -> Visit:
    if visit.standing is not None or visit.account is not None:
        return replace(visit, page=Page.ACCOUNT, reason=reason)
    return replace(visit, page=Page.CARD_REFUSED, patron=None, pin=None, reason=reason)


def touched(visit: Visit, touch: Touched, now: float) -> Outcome:
    """On the pages for a card, its number and its PIN."""
    match visit.page, touch.button:
        case Page.CARD | Page.CARD_REFUSED, Button.TYPE if visit.house.typed_numbers:
            return replace(visit, page=Page.NUMBER, typed="", reason=None, barcode=None), ()
        case Page.NUMBER, Button.CONFIRM if visit.typed:
            return shown(visit, _number(visit.typed))
        case Page.PIN, Button.CONFIRM if visit.typed:
            return _ask(replace(visit, pin=Secret(visit.typed)))
        case _, Button.BACK | Button.DONE:
            return _back(visit, now), ()
        case Page.NUMBER | Page.PIN, _:
            return typed(visit, touch), ()
        case _:
            return visit, ()


def _back(visit: Visit, now: float) -> Visit:
    if visit.standing is None:
        return home(visit, now)
    return replace(visit, page=Page.BORROW, asked=None, typed="", reason=None)


def _number(text: str) -> PatronId | None:
    try:
        return PatronId(text)
    except ValueError:  # it begins with a sign
        return None
