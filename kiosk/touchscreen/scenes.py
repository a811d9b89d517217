"""The scene that tells the truth about a visit, in the visit's language. Pure."""

from typing import Final

from kiosk.happenings import Button
from kiosk.languages.catalogue import Catalogue
from kiosk.touchscreen.access import adjusting
from kiosk.touchscreen.notes import notes, stay
from kiosk.touchscreen.rooms import account, card, farewell, opinion, pad, search, welcome
from kiosk.touchscreen.rooms.help import help_
from kiosk.touchscreen.rooms.telling import Room, Telling
from kiosk.touchscreen.scene import Control, Frame, Scene
from kiosk.touchscreen.viewing import STANDARD, Viewing, Wish
from kiosk.visit import Screen, Visit, screen, titles_covered

_ROOMS: Final[dict[Screen, Room]] = {
    Screen.STARTING: welcome.starting,
    Screen.WELCOME: welcome.welcome,
    Screen.CARD: card.card,
    Screen.NUMBER: card.number,
    Screen.IDENTIFYING: card.identifying,
    Screen.PIN: card.pin,
    Screen.CARD_REFUSED: card.card_refused,
    Screen.PAD: pad.pad,
    Screen.LENDING: pad.lending,
    Screen.PUT_BACK: pad.put_back,
    Screen.RESULT: pad.result,
    Screen.RETURN: pad.returning,
    Screen.ACCOUNT: account.account,
    Screen.NO_ACCOUNT: account.no_account,
    Screen.SEARCH: search.search,
    Screen.SEARCHING: search.searching,
    Screen.FOUND: search.found,
    Screen.RATE: opinion.rate,
    Screen.TOPIC: opinion.topic,
    Screen.WORDS: opinion.words,
    Screen.GOODBYE: farewell.goodbye,
    Screen.CODE: farewell.code,
    Screen.HELP: help_,
    Screen.OUT_OF_SERVICE: welcome.out_of_service,
}


def scene(visit: Visit, now: float, catalogue: Catalogue, viewing: Viewing = STANDARD) -> Scene:
    """What stands on the screen at monotonic second `now`. Raises `MissingText`."""
    shown = screen(visit)
    body, controls = _ROOMS[shown](Telling(shown, visit, now, catalogue))
    told = Scene(
        shown,
        _frame(visit, catalogue),
        body,
        notes(visit, now, catalogue),
        controls,
        stay(visit, now),
        titles_covered(visit, now),
    )
    return adjusting(told, viewing, catalogue) if viewing.adjusting else told


def _frame(visit: Visit, catalogue: Catalogue) -> Frame:
    free = visit.started and not visit.working
    return Frame(
        visit.house.called or catalogue.text("frame.title"),
        Control(Button.LANGUAGE, catalogue.button(Button.LANGUAGE)),
        Control(Wish.ACCESS, catalogue.text("frame.access")),
        Control(Button.HELP, catalogue.button(Button.HELP), enabled=free),
        catalogue.text("frame.up"),
        catalogue.text("frame.down"),
        catalogue.text("frame.more"),
    )
