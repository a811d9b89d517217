"""The scene that tells the truth about a visit, in the visit's language. Pure."""

from typing import Final

from kiosk.book import Stage
from kiosk.happenings import Button
from kiosk.languages.catalogue import Catalogue
from kiosk.touchscreen.access import adjusting
from kiosk.touchscreen.notes import notes, stay
from kiosk.touchscreen.rows import row
from kiosk.touchscreen.scene import (
    Body,
    Books,
    Control,
    Frame,
    Notice,
    Picture,
    Scene,
    Step,
    Steps,
    Weight,
)
from kiosk.touchscreen.viewing import Viewing, Wish
from kiosk.visit import Screen, Visit, screen

STANDARD: Final = Viewing()


def scene(visit: Visit, now: float, catalogue: Catalogue, viewing: Viewing = STANDARD) -> Scene:
    """What stands on the screen at monotonic second `now`. Raises `MissingText`."""
    shown = screen(visit)
    told = Scene(
        shown,
        _frame(catalogue),
        _body(shown, visit, catalogue),
        notes(visit, now, catalogue),
        _controls(shown, visit, catalogue),
        stay(visit, now),
    )
    return adjusting(told, viewing, catalogue) if viewing.adjusting else told


def _frame(catalogue: Catalogue) -> Frame:
    return Frame(
        catalogue.text("frame.title"),
        Control(Button.LANGUAGE, catalogue.button(Button.LANGUAGE)),
        Control(Wish.ACCESS, catalogue.text("frame.access")),
        catalogue.text("frame.up"),
        catalogue.text("frame.down"),
        catalogue.text("frame.more"),
    )


def _body(shown: Screen, visit: Visit, catalogue: Catalogue) -> Body:
    match shown:
        case Screen.WELCOME:
            return _welcome(catalogue)
        case Screen.PAD | Screen.LENDING | Screen.RESULT | Screen.RETURN if visit.books:
            return _books(shown, visit, catalogue)
        case _:
            return _notice(shown, visit, catalogue)


def _welcome(catalogue: Catalogue) -> Steps:
    def say(key: str) -> str:
        return catalogue.text(f"welcome.{key}")

    steps = (
        Step(Picture.CARD, say("step-card")),
        Step(Picture.PLACE, say("step-pad")),
        Step(Picture.TAKE, say("step-take")),
    )
    return Steps(say("heading"), say("lead"), steps)


def _notice(shown: Screen, visit: Visit, catalogue: Catalogue) -> Notice:
    def say(key: str) -> str:
        return catalogue.text(f"{shown.value}.{key}")

    match shown:
        case Screen.CARD if not visit.card_reader_healthy:
            lines = (say("no-card-reader-lead"),)
            return Notice(say("no-card-reader"), lines, Picture.DESK)
        case Screen.CARD:
            return Notice(say("heading"), (say("lead"),), Picture.CARD)
        case Screen.CARD_REFUSED:
            why = catalogue.reason(visit.reason) if visit.reason is not None else ""
            return Notice(say("heading"), (why,), Picture.CARD_REFUSED)
        case Screen.GOODBYE:
            return Notice(say("heading"), _farewell(visit, catalogue), Picture.THANKS)
        case Screen.OUT_OF_SERVICE:
            why = catalogue.outage(visit.outage) if visit.outage is not None else ""
            return Notice(say("heading"), (why,), Picture.DESK)
        case Screen.STARTING | Screen.IDENTIFYING:
            return Notice(say("heading"), (say("lead"),), Picture.WAIT)
        case _:
            picture = Picture.RETURN if shown is Screen.RETURN else Picture.PLACE
            return Notice(say("heading"), (say("lead"),), picture)


def _farewell(visit: Visit, catalogue: Catalogue) -> tuple[str, ...]:
    lent, returned = visit.count(Stage.LENT), visit.count(Stage.RETURNED)
    staff = visit.count(Stage.REFUSED) + visit.count(Stage.STAFF)
    lines = []
    if lent:
        dues = sorted({book.due for book in visit.books if book.due and book.stage is Stage.LENT})
        key = "goodbye.due" if len(dues) == 1 else "goodbye.first-due"
        lines.append(catalogue.counted("goodbye.lent", lent))
        lines += [catalogue.text(key, date=catalogue.date(due)) for due in dues[:1]]
    if returned:
        lines.append(catalogue.counted("goodbye.returned", returned))
    if staff:
        lines.append(catalogue.counted("goodbye.staff", staff))
    if not lines:
        lines.append(catalogue.text("goodbye.nothing"))
    lines.append(catalogue.text("goodbye.basket" if returned else "goodbye.take"))
    return tuple(lines)


def _books(shown: Screen, visit: Visit, catalogue: Catalogue) -> Books:
    heading, lead = _question(shown, visit, catalogue)
    rows = tuple(row(book, catalogue) for book in visit.books)
    match shown:
        case Screen.LENDING:
            more = Step(Picture.WAIT, lead)
        case Screen.RESULT:
            more = Step(Picture.PLACE, catalogue.text("result.more"))
        case Screen.RETURN:
            more = Step(Picture.RETURN, catalogue.text("return.more"))
        case _:
            more = Step(Picture.PLACE, catalogue.text("pad.more"))
    return Books(heading, lead, rows, more)


def _question(shown: Screen, visit: Visit, catalogue: Catalogue) -> tuple[str, str]:
    match shown:
        case Screen.PAD:
            listed = visit.count(Stage.LISTED)
            found = catalogue.counted("pad.found", listed)
            return (found if listed else catalogue.text("pad.staff")), ""
        case Screen.LENDING:
            return catalogue.text("lending.heading"), catalogue.text("lending.lead")
        case Screen.RETURN:
            return _return_question(visit, catalogue)
        case _:
            return _result(visit, catalogue)


def _result(visit: Visit, catalogue: Catalogue) -> tuple[str, str]:
    lent, total = visit.count(Stage.LENT), len(visit.books)
    take = catalogue.text("result.take" if lent == total else "result.read")
    if lent == total:
        return catalogue.counted("result.all", lent), take
    if lent == 0:
        return catalogue.text("result.none"), take
    return catalogue.text("result.some", lent=lent, total=total), take


def _return_question(visit: Visit, catalogue: Catalogue) -> tuple[str, str]:
    if visit.busy:
        return catalogue.text("return.busy"), catalogue.text("return.busy-lead")
    returned = visit.count(Stage.RETURNED)
    if returned:
        done = catalogue.counted("return.done", returned)
        return done, catalogue.text("return.basket")
    return catalogue.text("return.none"), catalogue.text("result.read")


def _controls(shown: Screen, visit: Visit, catalogue: Catalogue) -> tuple[Control, ...]:
    def control(button: Button, weight: Weight = Weight.QUIET, *, on: bool = True) -> Control:
        return Control(button, catalogue.button(button), weight, on)

    match shown:
        case Screen.WELCOME:
            return (
                control(Button.BORROW, Weight.MAIN, on=visit.lends),
                control(Button.RETURN, Weight.RETURN),
            )
        case Screen.PAD:
            leave = Button.DONE if visit.count(Stage.LENT) else Button.BACK
            listed = visit.count(Stage.LISTED)
            label = catalogue.counted("pad.confirm", listed) if listed else ""
            confirm = Control(Button.CONFIRM, label, Weight.MAIN)
            return (control(leave), confirm) if listed else (control(leave),)
        case Screen.RESULT | Screen.GOODBYE:
            return (control(Button.DONE, Weight.MAIN),)
        case Screen.RETURN if visit.count(Stage.RETURNED) or visit.busy:
            return (control(Button.DONE, Weight.MAIN, on=not visit.busy),)
        case Screen.CARD_REFUSED:
            return (Control(Button.BACK, catalogue.text("card-refused.back")),)
        case Screen.CARD | Screen.IDENTIFYING | Screen.RETURN:
            return (control(Button.BACK),)
        case _:
            return ()
