"""Who is there: card, number, PIN, and what came of it. Pure."""

from kiosk.happenings import Button
from kiosk.touchscreen.rooms.keyboard import keyboard
from kiosk.touchscreen.rooms.telling import Shown, Telling
from kiosk.touchscreen.scene import Control, Notice, Picture, Weight
from kiosk.visit import Page


def card(telling: Telling) -> Shown:
    visit, say = telling.visit, telling.say
    controls = (telling.control(Button.BACK), *_typing(telling))
    if visit.card_reader_healthy is False:
        lines = (say("no-card-reader-lead"),)
        return Notice(say("no-card-reader"), lines, Picture.DESK), controls
    lead = say("account-lead" if visit.wish is Page.ACCOUNT else "lead")
    return telling.notice(Picture.CARD, lead), controls


def identifying(telling: Telling) -> Shown:
    return telling.notice(Picture.WAIT), (telling.control(Button.BACK),)


def card_refused(telling: Telling) -> Shown:
    visit, catalogue = telling.visit, telling.catalogue
    home = telling.control(Button.BACK, label=telling.say("back"))
    why = catalogue.reason(visit.reason) if visit.reason is not None else ""
    if visit.barcode is not None:
        why = catalogue.text(f"barcode.{visit.barcode.value}")
    return telling.notice(Picture.CARD_REFUSED, why), (home, *_typing(telling))


def _typing(telling: Telling) -> tuple[Control, ...]:
    return (telling.control(Button.TYPE),) if telling.visit.house.typed_numbers else ()


def number(telling: Telling) -> Shown:
    confirm = telling.control(
        Button.CONFIRM, Weight.MAIN, on=bool(telling.visit.typed), label=telling.say("confirm")
    )
    # Whoever waits behind may see a number being typed, but all the room would hear it.
    return keyboard(telling, secret=True), (telling.control(Button.BACK), confirm)


def pin(telling: Telling) -> Shown:
    confirm = telling.control(
        Button.CONFIRM, Weight.MAIN, on=bool(telling.visit.typed), label=telling.say("confirm")
    )
    back = telling.back if telling.visit.standing is not None else telling.control(Button.BACK)
    return keyboard(telling, secret=True, dots=True), (back, confirm)
