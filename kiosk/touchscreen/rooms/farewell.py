"""The end of a visit: what it came to, and what to take along. Pure."""

from functools import lru_cache

import segno

from kiosk.book import Stage
from kiosk.happenings import Button
from kiosk.languages.receipt import in_short
from kiosk.renewal import Stage as Renewing
from kiosk.touchscreen.rooms.telling import Shown, Telling
from kiosk.touchscreen.scene import Code, Control, Notice, Picture, Weight
from kiosk.visit import Letter, Paper
from kiosk.visiting.farewell import mails, offers_mail, prints, slip


def goodbye(telling: Telling) -> Shown:
    return Notice(telling.say("heading"), _lines(telling), Picture.THANKS), _controls(telling)


def _controls(telling: Telling) -> tuple[Control, ...]:
    visit = telling.visit
    free = visit.paper is not Paper.PRINTING
    controls = [telling.control(Button.DONE, Weight.MAIN, on=free)]
    if slip(visit).lines:
        if visit.house.prints:
            controls.append(telling.control(Button.PRINT, on=free and prints(visit)))
        controls.append(telling.control(Button.CODE, on=free))
        if offers_mail(visit):
            controls.append(telling.control(Button.MAIL, on=free and mails(visit)))
    if not visit.thanked:
        controls.append(telling.control(Button.FEEDBACK, on=free))
    return tuple(controls)


def _lines(telling: Telling) -> tuple[str, ...]:
    visit, say, count = telling.visit, telling.say, telling.count
    lent, returned = visit.count(Stage.LENT), visit.count(Stage.RETURNED)
    staff = visit.count(Stage.REFUSED) + visit.count(Stage.STAFF)
    renewed = sum(one.stage is Renewing.RENEWED for one in visit.renewals)
    lines = []
    if lent:
        dues = sorted({book.due for book in visit.books if book.due and book.stage is Stage.LENT})
        key = "due" if len(dues) == 1 else "first-due"
        lines.append(count("lent", lent))
        lines += [say(key, date=telling.catalogue.date(due)) for due in dues[:1]]
    if renewed:
        lines.append(count("renewed", renewed))
    if returned:
        lines.append(count("returned", returned))
    if staff:
        lines.append(count("staff", staff))
    if visit.thanked:
        lines.append(say("thanked"))
    return (*(lines or [say("nothing")]), *_no_printer(telling), *_last(telling, returned))


def _no_printer(telling: Telling) -> tuple[str, ...]:
    """Why there is no receipt on paper, where there could be one."""
    visit = telling.visit
    missed = visit.house.prints and not visit.printer_healthy and bool(slip(visit).lines)
    return (telling.say("no-printer"),) if missed and visit.paper is Paper.NONE else ()


def _last(telling: Telling, returned: int) -> tuple[str, ...]:
    """What to take, and what became of the receipt."""
    paper, letter = telling.visit.paper, telling.visit.letter
    became = [] if paper is Paper.NONE else [paper.name]
    if letter is not Letter.NONE:
        became.append(f"letter-{letter.name}")
    if became:
        return tuple(telling.say(one.lower().replace("_", "-")) for one in became)
    if telling.visit.card_here:
        return (telling.say("card"),)
    return (telling.say("basket" if returned else "take"),)


def code(telling: Telling) -> Shown:
    text = in_short(slip(telling.visit), telling.catalogue)
    lines = (telling.say("lead"),)
    return Code(telling.say("heading"), lines, _modules(text)), (telling.back,)


@lru_cache(maxsize=1)
def _modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """ISO/IEC 18004, level L: a screen is clean, and fewer modules are easier to catch."""
    made = segno.make_qr(text, error="l", boost_error=False)
    return tuple(tuple(bool(module) for module in row) for row in made.matrix)
