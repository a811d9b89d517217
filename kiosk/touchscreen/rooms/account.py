"""The patron's account: loans to renew, holds, what is owed, and what a block means. Pure."""

from dataclasses import replace

from broker.requests import Account, Borrowed, Waiting
from broker.vocabulary import Reason
from kiosk.happenings import Button
from kiosk.renewal import Renewal
from kiosk.renewal import Stage as Renewing
from kiosk.touchscreen.legible import legible
from kiosk.touchscreen.rooms.telling import Shown, Telling
from kiosk.touchscreen.scene import Control, Listing, Picture, Row, Weight
from kiosk.touchscreen.theme import Tone
from kiosk.visit import titles_covered
from kiosk.visiting.account import borrows, renewable


def no_account(telling: Telling) -> Shown:
    reason = telling.visit.reason or Reason.INTERRUPTED
    again = telling.control(Button.REFRESH, Weight.MAIN, on=telling.visit.online)
    return telling.notice(Picture.DESK, telling.catalogue.reason(reason)), (telling.back, again)


def account(telling: Telling) -> Shown:
    visit = telling.visit
    if visit.account is None:
        return no_account(telling)
    rows = (
        *_bar(telling, visit.account),
        *_all(telling),
        *(_loan(telling, at, loan) for at, loan in enumerate(visit.account.loans, 1)),
        *(_hold(telling, at, hold) for at, hold in enumerate(visit.account.holds, 1)),
    )
    count = len(visit.account.loans)
    heading = telling.count("heading", count) if count else telling.say("no-loans")
    lead = telling.say("owed", amount=visit.account.owed) if visit.account.owed else ""
    if visit.reason is not None:
        lead = telling.catalogue.reason(visit.reason)
    picture = Picture.DESK if visit.account.bar else Picture.PLACE
    return Listing(heading, lead, picture, rows), _controls(telling)


def _controls(telling: Telling) -> tuple[Control, ...]:
    visit = telling.visit
    stages = {one.stage for one in visit.renewals}
    unknown, free = Renewing.UNKNOWN in stages, Renewing.ASKING not in stages
    borrow = telling.control(Button.BORROW, Weight.MAIN, on=free and borrows(visit))
    again = telling.control(Button.REFRESH, Weight.MAIN, on=not visit.waits and visit.online)
    leave = telling.control(Button.DONE, on=free)
    if visit.standing is not None:
        leave = telling.control(Button.BACK, on=free, label=telling.catalogue.text("frame.back"))
    return leave, again if unknown else borrow


def _bar(telling: Telling, account: Account) -> tuple[Row, ...]:
    """Why this patron may not borrow, and what to do about it."""
    if account.bar is None:
        return ()
    text = telling.catalogue.reason(account.bar)
    return (Row(telling.say("bar"), "", text, Tone.STAFF),)


def _all(telling: Telling) -> tuple[Row, ...]:
    count = len(renewable(telling.visit))
    if count <= 1 or telling.visit.waits:
        return ()
    label = telling.count("renew-all", count)
    control = Control(Button.RENEW_ALL, label, enabled=telling.visit.online)
    return (Row(label, "", "", Tone.READY, control),)


def _loan(telling: Telling, number: int, loan: Borrowed) -> Row:
    visit, say, catalogue = telling.visit, telling.say, telling.catalogue
    covered = titles_covered(visit, telling.now)
    told = "" if covered else legible(loan.title)
    stead = catalogue.text("book.named", item=loan.item)
    title = catalogue.text("book.covered", number=number) if covered else told or stead
    renewal = next((one for one in visit.renewals if one.item == loan.item), None)
    late = "overdue" if loan.overdue else "due"
    due = say(late, date=catalogue.date(loan.due))
    tone = Tone.STAFF if loan.overdue else Tone.READY
    control = _renewing(telling, loan, title)
    shown = Row(title, due, say("touch"), tone, control, has_cover=bool(told))
    if renewal is not None:
        label, advice, tone = _renewed(telling, renewal, due)
        again = renewal.reason is Reason.INTERRUPTED and loan.item in renewable(visit)
        then = control if again else None
        return replace(shown, label=label, advice=advice, tone=tone, control=then)
    if loan.no_renewal is not None:
        return replace(shown, advice=catalogue.renewal(loan.no_renewal), control=None)
    return shown


def _renewing(telling: Telling, loan: Borrowed, title: str) -> Control:
    label = telling.say("renew", title=title)
    on = telling.visit.online and not telling.visit.waits
    return Control(Button.RENEW, label, enabled=on, subject=str(loan.item))


def _renewed(telling: Telling, renewal: Renewal, due: str) -> tuple[str, str, Tone]:
    say, catalogue = telling.say, telling.catalogue
    match renewal.stage:
        case Renewing.ASKING:
            return say("asking"), due, Tone.WAIT
        case Renewing.RENEWED:
            return say("renewed"), say("due", date=catalogue.date(renewal.due)), Tone.GOOD
        case Renewing.UNKNOWN:
            return say("unknown"), say("unknown-lead"), Tone.STAFF
        case Renewing.REFUSED:
            return say("refused"), catalogue.renewal(renewal.reason or Reason.ASK_STAFF), Tone.BAD


def _hold(telling: Telling, number: int, hold: Waiting) -> Row:
    say, catalogue = telling.say, telling.catalogue
    covered = titles_covered(telling.visit, telling.now)
    told = "" if covered else legible(hold.title)
    stead = catalogue.text("book.other-script")
    title = say("covered-hold", number=number) if covered else told or stead
    if hold.ready_until is not None:
        until = say("pick-up", date=catalogue.date(hold.ready_until))
        return Row(title, say("ready"), until, Tone.GOOD, has_cover=bool(told))
    waits = say("waiting", position=hold.position)
    return Row(title, waits, "", Tone.WAIT, has_cover=bool(told))
