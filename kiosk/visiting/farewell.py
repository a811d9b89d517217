"""The end of a visit: what to take along, and time that runs out. Pure."""

from dataclasses import replace

from broker.receipts import MOST_LINES, ReceiptLine, ReceiptSent, SendReceipt, Transaction
from broker.requests import Answer
from broker.vocabulary import Reason, Refusal
from kiosk.actions import Mail, Print
from kiosk.book import Stage
from kiosk.happenings import Button, Touched
from kiosk.renewal import Stage as Renewing
from kiosk.slip import Line, Slip
from kiosk.visit import Letter, Page, Paper, Visit, seconds_left
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
        case Page.GOODBYE, Button.MAIL if mails(visit):
            return _mailing(visit)
        case Page.GOODBYE, Button.FEEDBACK if not visit.thanked:
            return opinion.begun(visit)
        case _:
            return visit, ()


def prints(visit: Visit) -> bool:
    """Whether a receipt can be had on paper, and was not."""
    fitted = visit.house.prints and visit.printer_healthy
    return fitted and visit.paper is not Paper.PRINTED and bool(slip(visit).lines)


def offers_mail(visit: Visit) -> bool:
    """Whether the library can mail a receipt of this visit, or was asked to."""
    standing, account = visit.standing, visit.account
    told = (standing is not None and standing.mailable) or (
        account is not None and account.mailable
    )
    able = told and visit.online and 0 < len(receipt_lines(visit)) <= MOST_LINES
    return able or visit.letter is not Letter.NONE


def mails(visit: Visit) -> bool:
    """Whether a receipt can be had by mail, and was not."""
    had = visit.letter in {Letter.SENDING, Letter.SENT, Letter.NO_ADDRESS}
    return visit.online and not had and offers_mail(visit)


def receipt_lines(visit: Visit) -> tuple[ReceiptLine, ...]:
    """What this visit came to, by the items' numbers: the library knows the titles."""
    kinds = {Stage.LENT: Transaction.LENT, Stage.RETURNED: Transaction.RETURNED}
    moved = (
        ReceiptLine(
            book.item,
            kinds[book.stage],
            book.due if book.stage is Stage.LENT else None,
            book.provisional,
        )
        for book in visit.books
        if book.item is not None and book.stage in kinds
    )
    renewed = (
        ReceiptLine(one.item, Transaction.RENEWED, one.due)
        for one in visit.renewals
        if one.stage is Renewing.RENEWED
    )
    return (*moved, *renewed)


def _mailing(visit: Visit) -> Outcome:
    """Once more by the same act: what was sent already is not sent twice."""
    if visit.patron is None:
        return visit, ()
    wanted = Mail(visit.patron, visit.language, receipt_lines(visit), visit.letter_act)
    return replace(visit, letter=Letter.SENDING), (wanted,)


def awaits(visit: Visit, question: SendReceipt) -> bool:
    """Whether this is the receipt that this visit asked for."""
    same = (question.patron, question.lines) == (visit.patron, receipt_lines(visit))
    return same and visit.letter is Letter.SENDING


def told(visit: Visit, question: SendReceipt, answer: Answer | None) -> Visit:
    """The library's word on the receipt by mail; none is neither yes nor no."""
    match answer:
        case ReceiptSent():
            letter = Letter.SENT
        case Refusal(Reason.NO_ADDRESS):
            letter = Letter.NO_ADDRESS
        case Refusal():
            letter = Letter.NOT_SENT
        case _:
            letter = Letter.UNKNOWN
    return replace(visit, letter=letter, letter_act=question.act)


def slip(visit: Visit) -> Slip:
    """What this visit came to, for a receipt."""

    def lines(stage: Stage) -> tuple[Line, ...]:
        return tuple(
            Line(book.item, book.title, book.due if stage is Stage.LENT else None, book.provisional)
            for book in visit.books
            if book.stage is stage and book.item is not None
        )

    loans = () if visit.account is None else visit.account.loans
    titles = {loan.item: loan.title for loan in loans}
    renewed = tuple(
        Line(one.item, titles.get(one.item, ""), one.due)
        for one in visit.renewals
        if one.stage is Renewing.RENEWED
    )
    return Slip(visit.language, lines(Stage.LENT), renewed, lines(Stage.RETURNED))


def timed(visit: Visit, now: float) -> Outcome:
    """A page whose time is over ends by itself, and what was said in it is kept."""
    if visit.page is Page.WELCOME:
        # Whoever laid books down and brought no card is gone: they are not the next patron's.
        over = now - visit.since >= visit.house.idle_seconds * visit.pace
        return (home(visit, visit.since) if over else visit), ()
    if seconds_left(visit, now) != 0:
        return visit, ()
    said = opinion.stored(visit)
    if visit.page in {Page.BORROW, Page.ACCOUNT} and visit.count(Stage.LENT):
        return replace(visit, page=Page.GOODBYE, helping=False, since=now), said
    return home(visit, now), said
