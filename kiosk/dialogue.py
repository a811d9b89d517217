"""What a visit becomes: `step(visit, happening, now)`, a pure state machine.

Nothing of one visit reaches the next: `visiting.machine.home` builds a fresh one and keeps only
what the machine itself knows.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from broker.receipts import SendReceipt
from broker.requests import AccountOf, Find, Identify, Renew
from kiosk.book import advance, start_loan
from kiosk.happenings import (
    Answered,
    Button,
    CardArrived,
    Happening,
    PadSettled,
    Printed,
    StaffReached,
    TagArrived,
    TagLeft,
    Tick,
    Touched,
    WrongBarcode,
)
from kiosk.visit import Call, Page, Paper, Screen, Visit, screen
from kiosk.visiting import (
    account,
    card,
    farewell,
    help,  # noqa: A004  # a room like the others
    opinion,
    pile,
    putting_back,
    search,
)
from kiosk.visiting.machine import home, observed
from kiosk.visiting.pile import Outcome, each

Room = Callable[[Visit, Touched, float], Outcome]


def step(visit: Visit, happening: Happening, now: float) -> Outcome:
    """The visit after `happening`, and the actions the station has to carry out, in order."""
    visit = observed(visit, happening)
    match happening:
        case Tick():
            timed = putting_back.timed if visit.busy else farewell.timed
            return timed(visit, now)
        case Touched():
            return _touched(replace(visit, since=now), happening, now)
        case CardArrived(patron) if card.opens(visit):
            return card.shown(replace(visit, since=now), patron)
        case WrongBarcode(kind) if visit.page in card.WAITING:
            return card.misread(replace(visit, since=now), kind)
        case Answered():
            return _answered(visit, happening, now)
        case TagArrived() | TagLeft() | PadSettled():
            return pile.changed(visit, happening, now)
        case _:
            return _told(visit, happening)


def _touched(visit: Visit, touch: Touched, now: float) -> Outcome:
    if touch.button is Button.LANGUAGE:
        return replace(visit, language="en" if visit.language == "id" else "id"), ()
    if visit.working or not visit.started:
        return visit, ()
    if visit.helping or touch.button is Button.HELP:
        return help.touched(visit, touch)
    if screen(visit) is Screen.OUT_OF_SERVICE:
        return visit, ()
    if visit.busy:
        return putting_back.touched(visit, touch)
    return _ROOMS[visit.page](visit, touch, now)


def _on_welcome(visit: Visit, touch: Touched, now: float) -> Outcome:
    del now
    match touch.button:
        case Button.BORROW:
            return card.wanted(visit, Page.BORROW)
        case Button.ACCOUNT if visit.online:
            return card.wanted(visit, Page.ACCOUNT)
        case Button.RETURN:
            return each(replace(visit, page=Page.RETURN), pile.returned)
        case Button.SEARCH if visit.online:
            return search.begun(visit)
        case Button.FEEDBACK:
            return opinion.begun(visit)
        case _:
            return visit, ()


def _at_the_pad(visit: Visit, touch: Touched, now: float) -> Outcome:
    """Borrowing and returning."""
    match visit.page, touch.button:
        case Page.BORROW, Button.CONFIRM if visit.patron is not None:
            patron = visit.patron
            return each(visit, lambda book: start_loan(book, patron))
        case Page.BORROW, Button.ACCOUNT:
            return account.ask(visit)
        case _, Button.DONE:
            return replace(visit, page=Page.GOODBYE), ()
        case _, Button.BACK:
            return home(visit, now), ()
        case _:
            return visit, ()


_ROOMS: Final[dict[Page, Room]] = {
    Page.WELCOME: _on_welcome,
    Page.CARD: card.touched,
    Page.NUMBER: card.touched,
    Page.IDENTIFYING: card.touched,
    Page.PIN: card.touched,
    Page.CARD_REFUSED: card.touched,
    Page.BORROW: _at_the_pad,
    Page.RETURN: _at_the_pad,
    Page.ACCOUNT: account.touched,
    Page.SEARCH: search.touched,
    Page.FOUND: search.touched,
    Page.RATE: opinion.touched,
    Page.TOPIC: opinion.touched,
    Page.WORDS: opinion.touched,
    Page.GOODBYE: farewell.touched,
    Page.CODE: farewell.touched,
}


def _answered(visit: Visit, happening: Answered, now: float) -> Outcome:
    match happening.question:
        case Renew(item=item) as question if question.patron == visit.patron:
            return account.told(replace(visit, since=now), item, happening.answer)
        case Find() as question if question == visit.asked:
            visit = replace(visit, asked=None, since=now)
            return search.told(visit, question, happening.answer), ()
        case Identify() | AccountOf() as question if question == visit.asked:
            return card.told(replace(visit, asked=None, since=now), happening.answer)
        case SendReceipt() as question if farewell.awaits(visit, question):
            return farewell.told(replace(visit, since=now), question, happening.answer), ()
        case _:
            return each(visit, lambda book: advance(book, happening))


def _told(visit: Visit, happening: Happening) -> Outcome:
    match happening:
        case StaffReached() if visit.call is Call.STORED:
            return replace(visit, call=Call.REACHED), ()
        case Printed(worked) if visit.paper is Paper.PRINTING:
            paper = Paper.PRINTED if worked else Paper.NOT_PRINTED
            return replace(visit, paper=paper), ()
        case _:
            return each(visit, lambda book: advance(book, happening))
