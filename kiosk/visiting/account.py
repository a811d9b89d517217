"""The patron's account: what they have, and letting it go on. Pure.

An answer that never came is neither yes nor no: the account is looked up again, and it tells.
"""

from dataclasses import replace

from broker.requests import Account, AccountOf, Answer, Standing
from broker.vocabulary import ItemId, Reason
from kiosk.actions import Action, Enquire, Extend
from kiosk.book import Stage
from kiosk.happenings import Button, Touched
from kiosk.renewal import Renewal, answered, looked_up
from kiosk.renewal import Stage as Renewing
from kiosk.visit import Page, Visit
from kiosk.visiting.machine import home
from kiosk.visiting.pile import Outcome


def ask(visit: Visit, page: Page = Page.IDENTIFYING) -> Outcome:
    """Looks the account up, while `page` is shown; the server alone knows it."""
    if visit.patron is None or not visit.online:
        return visit, ()
    question = AccountOf(visit.patron, visit.pin)
    wish = replace(visit, page=page, wish=Page.ACCOUNT, asked=question, reason=None)
    return wish, (Enquire(question),)


def opened(visit: Visit, account: Account) -> Visit:
    renewals = tuple(looked_up(renewal, account) for renewal in visit.renewals)
    return replace(visit, page=Page.ACCOUNT, account=account, renewals=renewals, reason=None)


def touched(visit: Visit, touch: Touched, now: float) -> Outcome:
    if any(renewal.stage is Renewing.ASKING for renewal in visit.renewals):
        return visit, ()
    match touch.button:
        case Button.RENEW:
            return _renew(visit, {one for one in renewable(visit) if str(one) == touch.subject})
        case Button.RENEW_ALL:
            return _renew(visit, renewable(visit))
        case Button.REFRESH if visit.asked is None:
            return ask(visit, visit.page)
        case Button.BORROW if borrows(visit) and visit.account is not None:
            standing = Standing(
                len(visit.account.loans),
                visit.account.remaining,
                mailable=visit.account.mailable,
            )
            return replace(
                visit, page=Page.BORROW, standing=visit.standing or standing, asked=None
            ), ()
        case Button.BACK if visit.standing is not None:
            return replace(visit, page=Page.BORROW, asked=None, reason=None), ()
        case Button.BACK | Button.DONE:
            return _leave(visit, now), ()
        case _:
            return visit, ()


def _leave(visit: Visit, now: float) -> Visit:
    did = visit.count(Stage.LENT) or any(one.stage is Renewing.RENEWED for one in visit.renewals)
    return replace(visit, page=Page.GOODBYE, asked=None, since=now) if did else home(visit, now)


def borrows(visit: Visit) -> bool:
    """Whether the account lets its patron go on to borrow."""
    return visit.standing is not None or (visit.account is not None and visit.account.bar is None)


def renewable(visit: Visit) -> set[ItemId]:
    """The loans that may be asked for now: not twice, unless the first try came to nothing."""
    if visit.account is None:
        return set()
    tried = {
        one.item
        for one in visit.renewals
        if one.stage is not Renewing.REFUSED or one.reason is not Reason.INTERRUPTED
    }
    return {
        loan.item
        for loan in visit.account.loans
        if loan.no_renewal is None and loan.item not in tried
    }


def _renew(visit: Visit, wanted: set[ItemId]) -> Outcome:
    wanted &= renewable(visit)
    if visit.patron is None or visit.account is None or not visit.online:
        return visit, ()
    begun = [Renewal(loan.item, loan.due) for loan in visit.account.loans if loan.item in wanted]
    others = [renewal for renewal in visit.renewals if renewal.item not in wanted]
    actions: list[Action] = [Extend(one.item, visit.patron) for one in begun]
    return replace(visit, renewals=(*others, *begun), reason=None), tuple(actions)


def told(visit: Visit, item: ItemId, answer: Answer | None) -> Outcome:
    """The library's word on one renewal; after the last one, what never came is looked up."""
    renewals = tuple(
        answered(one, answer) if one.item == item and one.stage is Renewing.ASKING else one
        for one in visit.renewals
    )
    visit = replace(visit, renewals=renewals)
    stages = {one.stage for one in renewals}
    if Renewing.ASKING in stages or Renewing.UNKNOWN not in stages:
        return visit, ()
    return ask(visit, visit.page)
