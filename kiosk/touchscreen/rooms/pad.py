"""Books on the pad: borrowing, what came of it, and returning. Pure."""

from dataclasses import replace

from kiosk.book import Stage
from kiosk.happenings import Button
from kiosk.touchscreen.rooms.telling import Shown, Telling
from kiosk.touchscreen.rows import row
from kiosk.touchscreen.scene import Body, Books, Control, Notice, Picture, Step, Weight
from kiosk.visit import Visit, titles_covered


def pad(telling: Telling) -> Shown:
    visit = telling.visit
    listed = visit.count(Stage.LISTED)
    heading = telling.count("found", listed) if listed else telling.say("staff")
    more = Step(Picture.PLACE, telling.say("more"))
    leave = telling.control(Button.DONE if visit.count(Stage.LENT) else Button.BACK)
    # Whoever has books before them came to borrow: the account can wait until that is done.
    other = telling.control(Button.ACCOUNT, on=visit.online)
    if listed:
        other = Control(Button.CONFIRM, telling.count("confirm", listed), Weight.MAIN)
    return _books(telling, heading, "", more), (leave, other)


def lending(telling: Telling) -> Shown:
    lead = telling.say("lead")
    return _books(telling, telling.say("heading"), lead, Step(Picture.WAIT, lead)), ()


def put_back(telling: Telling) -> Shown:
    # On a small panel only the first of them may be seen.
    wanted = sorted(telling.visit.books, key=lambda book: not book.is_awaited)
    telling = replace(telling, visit=replace(telling.visit, books=tuple(wanted)))
    more = Step(Picture.PLACE, telling.catalogue.text("book.put-back"))
    cancel = telling.control(Button.BACK, label=telling.say("cancel"))
    return _books(telling, telling.say("heading"), telling.say("lead"), more), (cancel,)


def result(telling: Telling) -> Shown:
    visit, say = telling.visit, telling.say
    lent, total = visit.count(Stage.LENT), len(visit.books)
    take = say("take" if lent == total else "read")
    heading = say("some", lent=lent, total=total)
    if lent == total:
        heading = telling.count("all", lent)
    if lent == 0:
        heading = say("none")
    if any(book.stage is Stage.REFUSED and not book.secured for book in visit.books):
        take = say("put-back")
    done = telling.control(Button.DONE, Weight.MAIN)
    more = Step(Picture.PLACE, say("more"))
    return _books(telling, heading, take, more), (done,)


def returning(telling: Telling) -> Shown:
    visit, say = telling.visit, telling.say
    done = telling.control(Button.DONE, Weight.MAIN, on=not visit.busy)
    if not (visit.count(Stage.RETURNED) or visit.busy):
        done = telling.control(Button.BACK)
    heading, lead = _return_question(visit, telling)
    return _books(telling, heading, lead, Step(Picture.RETURN, say("more"))), (done,)


def _return_question(visit: Visit, telling: Telling) -> tuple[str, str]:
    say = telling.say
    if visit.busy:
        return say("busy"), say("busy-lead")
    returned = visit.count(Stage.RETURNED)
    if not returned:
        return say("none"), telling.catalogue.text("result.read")
    if any(book.on_hold for book in visit.books if book.stage is Stage.RETURNED):
        return telling.count("done", returned), telling.catalogue.text("result.read")
    return telling.count("done", returned), say("basket")


def _books(telling: Telling, heading: str, lead: str, more: Step) -> Body:
    visit, catalogue = telling.visit, telling.catalogue
    if not visit.books:
        picture = Picture.RETURN if more.picture is Picture.RETURN else Picture.PLACE
        return Notice(telling.say("heading"), (telling.say("lead"),), picture)
    covered = titles_covered(visit, telling.now)
    holds = visit.house.place_of_holds(visit.language)
    rows = tuple(
        row(book, catalogue, covered=at if covered else None, holds=holds)
        for at, book in enumerate(visit.books, 1)
    )
    return Books(heading, lead, rows, more)
