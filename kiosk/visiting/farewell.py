"""The end of a visit: what to take along, and time that runs out. Pure."""

from dataclasses import replace

from kiosk.book import Book, Stage
from kiosk.happenings import Button, Print, Touched
from kiosk.renewal import Stage as Renewing
from kiosk.slip import Line, Slip
from kiosk.visit import IDLE_SECONDS, Page, Paper, Visit, seconds_left
from kiosk.visiting import opinion
from kiosk.visiting.machine import home
from kiosk.visiting.pile import Outcome


def touched(visit: Visit, touch: Touched, now: float) -> Outcome:
    """On the last page, and on that of the code."""
    if visit.paper is Paper.PRINTING:
        return visit, ()
    match visit.page, touch.button:
        case Page.CODE, Button.BACK | Button.DONE:
            return replace(visit, page=Page.GOODBYE), ()
        case Page.GOODBYE, Button.DONE | Button.BACK:
            return home(visit, now), ()
        case Page.GOODBYE, Button.PRINT if prints(visit):
            return replace(visit, paper=Paper.PRINTING), (Print(slip(visit)),)
        case Page.GOODBYE, Button.CODE if slip(visit).lines:
            return replace(visit, page=Page.CODE), ()
        case Page.GOODBYE, Button.FEEDBACK if not visit.thanked:
            return opinion.begun(visit)
        case _:
            return visit, ()


def prints(visit: Visit) -> bool:
    """Whether a receipt can be had on paper, and was not."""
    fitted = visit.house.prints and visit.printer_healthy
    return fitted and visit.paper is not Paper.PRINTED and bool(slip(visit).lines)


def slip(visit: Visit) -> Slip:
    """What this visit came to, for a receipt."""

    def lines(stage: Stage) -> tuple[Line, ...]:
        return tuple(_line(book, stage) for book in visit.books if book.stage is stage)

    loans = () if visit.account is None else visit.account.loans
    titles = {loan.item: loan.title for loan in loans}
    renewed = tuple(
        Line(titles.get(one.item, str(one.item)), one.due)
        for one in visit.renewals
        if one.stage is Renewing.RENEWED
    )
    return Slip(visit.language, lines(Stage.LENT), renewed, lines(Stage.RETURNED))


def _line(book: Book, stage: Stage) -> Line:
    title = book.title or str(book.item)
    return Line(title, book.due if stage is Stage.LENT else None, book.provisional)


def timed(visit: Visit, now: float) -> Outcome:
    """A page whose time is over ends by itself, and what was said in it is kept."""
    if visit.page is Page.WELCOME:
        # Whoever laid books down and brought no card is gone: they are not the next patron's.
        over = now - visit.since >= IDLE_SECONDS * visit.pace
        return (home(visit, visit.since) if over else visit), ()
    if seconds_left(visit, now) != 0:
        return visit, ()
    said = opinion.stored(visit)
    if visit.page in {Page.BORROW, Page.ACCOUNT} and visit.count(Stage.LENT):
        return replace(visit, page=Page.GOODBYE, helping=False, since=now), said
    return home(visit, now), said
