"""The catalogue: words, and what was found, with shelf and availability. Pure."""

from dataclasses import replace

from broker.requests import Hit
from broker.vocabulary import Reason
from kiosk.happenings import Button
from kiosk.touchscreen.covers import AUTHOR
from kiosk.touchscreen.legible import legible
from kiosk.touchscreen.rooms.keyboard import keyboard
from kiosk.touchscreen.rooms.telling import Shown, Telling
from kiosk.touchscreen.scene import Control, Listing, Notice, Picture, Row, Weight
from kiosk.touchscreen.theme import Tone
from kiosk.visiting.search import has_more


def search(telling: Telling) -> Shown:
    ready = bool(telling.visit.typed.strip()) and telling.visit.online
    find = telling.control(Button.CONFIRM, Weight.MAIN, on=ready, label=telling.say("confirm"))
    keys = keyboard(telling)
    if telling.visit.reason is not None:
        keys = replace(keys, heading=_why(telling, telling.visit.reason))
    return keys, (telling.control(Button.BACK), find)


def searching(telling: Telling) -> Shown:
    return telling.notice(Picture.WAIT), (telling.back,)


def found(telling: Telling) -> Shown:
    visit, say = telling.visit, telling.say
    back = telling.back
    if visit.found is None or not visit.found.hits:
        words = say("none", words=visit.typed.strip())
        return Notice(words, (say("none-lead"),), Picture.DESK), (back, _home(telling))
    last = visit.first + len(visit.found.hits)
    heading = telling.count("heading", visit.found.total)
    lead = say("part", first=visit.first + 1, last=last) if visit.found.total > last else ""
    if visit.reason is not None:
        lead = _why(telling, visit.reason)
    rows = [_hit(telling, hit) for hit in visit.found.hits]
    if visit.first:
        rows.insert(0, _turn(telling, Button.LESS))
    if has_more(visit):
        rows.append(_turn(telling, Button.MORE))
    return Listing(heading, lead, Picture.SHELF, tuple(rows)), (back, _home(telling))


def _why(telling: Telling, reason: Reason) -> str:
    """Elsewhere this reason is about the book on the pad."""
    if reason is Reason.ASK_STAFF:
        return telling.catalogue.text("search.elsewhere")
    return telling.catalogue.reason(reason)


def _home(telling: Telling) -> Control:
    return telling.control(Button.DONE, Weight.MAIN)


def _turn(telling: Telling, button: Button) -> Row:
    label = telling.catalogue.button(button)
    return Row(label, "", "", Tone.READY, telling.control(button, on=telling.visit.online))


def _hit(telling: Telling, hit: Hit) -> Row:
    told = legible(hit.title)
    title = told or telling.catalogue.text("book.other-script")
    author = legible(hit.author)
    title = f"{title}{AUTHOR}{author}" if author else title
    there, tone = _whether_there(telling, hit)
    return Row(title, hit.shelf, there, tone, has_cover=bool(told))


def _whether_there(telling: Telling, hit: Hit) -> tuple[str, Tone]:
    say = telling.say
    if not hit.known:
        return say("unknown"), Tone.STAFF
    if hit.available:
        here = say("available", available=hit.available, copies=hit.copies)
        return here, Tone.GOOD
    if hit.due is None:
        return say("away"), Tone.WAIT
    return say("back", date=telling.catalogue.date(hit.due)), Tone.WAIT
