"""The account: what it shows, and renewing one loan or all, each with an outcome of its own."""

from dataclasses import replace
from datetime import date

import pytest

from broker.requests import Account, AccountOf, Answer, Borrowed, Grant, Renew, Waiting
from broker.vocabulary import Reason, Refusal
from kiosk.actions import Enquire, Extend
from kiosk.happenings import Answered, Button, CardArrived, ConnectionChanged
from kiosk.renewal import Stage
from kiosk.visit import GOODBYE_SECONDS, IDLE_SECONDS, Screen, seconds_left
from tests.kiosk.plays import Scene, kiosk
from tests.kiosk.things import SITI, act, arrived, item, standing

DUE, LATER = date(2026, 12, 1), date(2026, 12, 15)


def loan(number: int, no_renewal: Reason | None = None, due: date = DUE) -> Borrowed:
    return Borrowed(item(number), "Bumi Manusia", due, overdue=False, no_renewal=no_renewal)


ACCOUNT = Account(
    (loan(1), loan(2), loan(3, Reason.ON_HOLD)), (Waiting("Pulang", 2, None),), 2, "", None
)
LOST, BACK_AGAIN = ConnectionChanged(online=False), ConnectionChanged(online=True)


def account(answer: Answer | None = ACCOUNT) -> Answered:
    return Answered(AccountOf(SITI), answer, provisional=False)


def renewed(number: int, answer: Answer | None) -> Answered:
    return Answered(Renew(act(number), item(number), SITI), answer, provisional=False)


def opened() -> Scene:
    return kiosk().touch(Button.ACCOUNT).play(CardArrived(SITI), account())


def stages(scene: Scene) -> dict[str, Stage]:
    return {str(one.item): one.stage for one in scene.visit.renewals}


def test_the_account_is_shown_to_whoever_asked_for_it() -> None:
    scene = opened()
    assert (scene.shown(), scene.visit.account) == (Screen.ACCOUNT, ACCOUNT)
    assert scene.done == [Enquire(AccountOf(SITI))]


def test_the_account_can_be_looked_at_in_the_middle_of_borrowing() -> None:
    scene = kiosk().play(CardArrived(SITI), standing(), arrived(9)).touch(Button.ACCOUNT)
    assert scene.play(account()).shown() is Screen.ACCOUNT
    assert scene.touch(Button.BACK).shown() is Screen.PAD
    assert list(scene.stages()) == [9]


def test_from_the_account_patrons_go_on_to_borrow() -> None:
    scene = opened().touch(Button.BORROW)
    assert scene.shown() is Screen.PAD
    assert scene.visit.standing is not None
    assert scene.visit.standing.remaining == 2


def test_who_is_barred_sees_the_account_and_does_not_borrow() -> None:
    barred = account(replace(ACCOUNT, bar=Reason.PATRON_BLOCKED))
    scene = kiosk().touch(Button.ACCOUNT).play(CardArrived(SITI), barred).touch(Button.BORROW)
    assert scene.shown() is Screen.ACCOUNT


def test_one_loan_is_renewed() -> None:
    scene = opened().touch(Button.RENEW, "B00001")
    assert scene.last() == Extend(item(1), SITI)
    assert stages(scene) == {"B00001": Stage.ASKING}
    scene.play(renewed(1, Grant(act(1), LATER)))
    assert [(one.stage, one.due) for one in scene.visit.renewals] == [(Stage.RENEWED, LATER)]


def test_all_are_renewed_but_those_that_cannot_be_and_each_has_its_own_outcome() -> None:
    scene = opened().touch(Button.RENEW_ALL)
    assert scene.done[-2:] == [Extend(item(1), SITI), Extend(item(2), SITI)]
    scene.play(renewed(1, Grant(act(1), LATER)), renewed(2, Refusal(Reason.NOT_RENEWABLE)))
    assert stages(scene) == {"B00001": Stage.RENEWED, "B00002": Stage.REFUSED}
    assert scene.visit.renewals[1].reason is Reason.NOT_RENEWABLE


@pytest.mark.parametrize("subject", ["B00003", "B00099", "", " "])
def test_what_cannot_be_renewed_is_not_asked_for(subject: str) -> None:
    scene = opened().touch(Button.RENEW, subject)
    assert (scene.visit.renewals, len(scene.done)) == ((), 1)


def test_a_renewal_is_asked_for_once() -> None:
    scene = opened().touch(Button.RENEW, "B00001").play(renewed(1, Grant(act(1), LATER)))
    scene.touch(Button.RENEW, "B00001")
    assert sum(isinstance(action, Extend) for action in scene.done) == 1


def test_nothing_ends_while_a_renewal_is_under_way() -> None:
    scene = opened().touch(Button.RENEW, "B00001")
    assert seconds_left(scene.visit, scene.now) is None
    scene.touch(Button.BACK).touch(Button.DONE).wait(10 * IDLE_SECONDS)
    assert scene.shown() is Screen.ACCOUNT


@pytest.mark.parametrize(
    ("due", "stage"), [(LATER, Stage.RENEWED), (DUE, Stage.REFUSED)], ids=["done", "not done"]
)
def test_an_answer_that_never_came_is_looked_up_in_the_account(due: date, stage: Stage) -> None:
    scene = opened().touch(Button.RENEW, "B00001").play(renewed(1, None))
    assert stages(scene) == {"B00001": Stage.UNKNOWN}
    assert scene.last() == Enquire(AccountOf(SITI))
    scene.play(account(replace(ACCOUNT, loans=(loan(1, due=due), loan(2)))))
    assert (scene.shown(), stages(scene)) == (Screen.ACCOUNT, {"B00001": stage})


def test_a_renewal_that_came_to_nothing_can_be_tried_again() -> None:
    scene = opened().touch(Button.RENEW, "B00001").play(renewed(1, None), account())
    scene.touch(Button.RENEW, "B00001")
    assert scene.last() == Extend(item(1), SITI)
    assert stages(scene) == {"B00001": Stage.ASKING}


def test_while_nobody_knows_it_is_said_and_can_be_looked_up_by_hand() -> None:
    scene = opened().touch(Button.RENEW, "B00001").play(LOST, renewed(1, None))
    assert stages(scene) == {"B00001": Stage.UNKNOWN}
    asked = len(scene.done)
    scene.touch(Button.REFRESH)
    assert len(scene.done) == asked
    scene.play(BACK_AGAIN).touch(Button.REFRESH)
    assert scene.last() == Enquire(AccountOf(SITI))
    scene.play(account(None))
    assert (scene.shown(), stages(scene)) == (Screen.ACCOUNT, {"B00001": Stage.UNKNOWN})


def test_an_account_that_does_not_come_says_so_and_can_be_asked_for_again() -> None:
    scene = kiosk().play(CardArrived(SITI), standing()).touch(Button.ACCOUNT).play(account(None))
    assert scene.shown() is Screen.NO_ACCOUNT
    scene.touch(Button.REFRESH).play(account())
    assert scene.shown() is Screen.ACCOUNT


def test_another_patrons_late_renewal_changes_nothing() -> None:
    scene = opened().touch(Button.RENEW, "B00001").play(renewed(1, None), account(None))
    scene.touch(Button.DONE).touch(Button.ACCOUNT)
    before = scene.visit
    assert scene.play(renewed(1, Grant(act(1), LATER))).visit == before


def test_nothing_of_the_account_is_left_after_the_visit() -> None:
    scene = opened().touch(Button.RENEW, "B00001").play(renewed(1, Grant(act(1), LATER)))
    scene.touch(Button.DONE)
    assert scene.shown() is Screen.GOODBYE
    scene.wait(GOODBYE_SECONDS)
    assert (scene.visit.account, scene.visit.renewals, scene.visit.patron) == (None, (), None)
    assert "Bumi" not in repr(scene.visit)


def test_an_account_ends_by_itself() -> None:
    assert opened().wait(IDLE_SECONDS).shown() is Screen.WELCOME
    assert opened().wait(IDLE_SECONDS - 1).shown() is Screen.ACCOUNT
