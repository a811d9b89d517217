"""A receipt by mail: offered where it can work, and told honestly what became of it."""

from dataclasses import replace

import pytest

from broker.receipts import MOST_LINES, ReceiptLine, ReceiptSent, SendReceipt, Transaction
from broker.requests import Account, AccountOf, Answer, Borrowed, Grant, Identify, Renew, Standing
from broker.vocabulary import Reason, Refusal
from kiosk.actions import Mail
from kiosk.happenings import (
    Answered,
    Button,
    CardArrived,
    ConnectionChanged,
    Intended,
    Recorded,
    TagWritten,
)
from kiosk.visit import GOODBYE_SECONDS, IDLE_SECONDS, Letter, Screen, seconds_left
from kiosk.visiting.farewell import mails, offers_mail
from tests.kiosk.plays import BORROW, Scene, kiosk
from tests.kiosk.things import BUDI, DUE, SITI, act, arrived, described, granted, item, uid

LINES = (ReceiptLine(item(1), Transaction.LENT, DUE),)
RECEIPT = SendReceipt(act(9), SITI, "id", LINES)
MAILED = Mail(SITI, "id", LINES, None)


def visit(*, mailable: bool = True) -> Scene:
    """Somebody with an address has borrowed one book and is done."""
    told = Answered(Identify(SITI), Standing(0, 3, mailable=mailable), provisional=False)
    scene = kiosk().play(BORROW, CardArrived(SITI), told, arrived(1), described(1))
    scene.touch(Button.CONFIRM).play(Intended(uid(1), act(1)), granted(1), TagWritten(act(1)))
    return scene.play(Recorded(act(1))).touch(Button.DONE)


def answered(answer: Answer | None, receipt: SendReceipt = RECEIPT) -> Answered:
    return Answered(receipt, answer, provisional=False)


def test_the_receipt_has_numbers_and_dates_and_is_asked_for_by_the_patrons_touch_alone() -> None:
    scene = visit()
    assert not any(isinstance(action, Mail) for action in scene.done)
    assert scene.touch(Button.MAIL).last() == MAILED
    assert "KTA" not in repr(scene.last())


def test_it_is_sent_in_the_language_that_is_on_the_screen() -> None:
    assert visit().touch(Button.LANGUAGE).touch(Button.MAIL).last() == Mail(SITI, "en", LINES, None)


@pytest.mark.parametrize(
    "scene",
    [
        visit(mailable=False),
        visit().play(ConnectionChanged(online=False)),
        kiosk().touch(Button.RETURN).touch(Button.DONE),
    ],
    ids=["nobody's address", "no server", "nobody's card"],
)
def test_what_cannot_work_is_not_offered(scene: Scene) -> None:
    assert not offers_mail(scene.visit)
    assert scene.touch(Button.MAIL).visit.letter is Letter.NONE


@pytest.mark.parametrize(
    ("answer", "letter"),
    [
        (ReceiptSent(act(9)), Letter.SENT),
        (Refusal(Reason.NO_ADDRESS), Letter.NO_ADDRESS),
        (Refusal(Reason.MAIL_FAILED), Letter.NOT_SENT),
        (Refusal(Reason.UNKNOWN_CARD), Letter.NOT_SENT),
        (None, Letter.UNKNOWN),
    ],
)
def test_every_end_is_told_and_leaves_the_other_choices(
    answer: Answer | None, letter: Letter
) -> None:
    scene = visit().touch(Button.MAIL).wait(9.0).play(answered(answer))
    assert (scene.shown(), scene.visit.letter) == (Screen.GOODBYE, letter)
    assert seconds_left(scene.visit, scene.now) == GOODBYE_SECONDS
    assert scene.touch(Button.CODE).shown() is Screen.CODE


@pytest.mark.parametrize("answer", [Refusal(Reason.MAIL_FAILED), None])
def test_it_is_asked_for_again_by_the_same_act(answer: Answer | None) -> None:
    scene = visit().touch(Button.MAIL).play(answered(answer)).touch(Button.MAIL)
    assert scene.last() == Mail(SITI, "id", LINES, act(9))


def test_what_was_sent_is_not_sent_again_and_while_it_is_sent_nothing_is_asked_twice() -> None:
    scene = visit().touch(Button.MAIL).touch(Button.MAIL)
    scene.play(answered(ReceiptSent(act(9)))).touch(Button.MAIL)
    assert [action for action in scene.done if isinstance(action, Mail)] == [MAILED]


def test_the_page_stays_while_it_is_sent_and_the_patron_may_go() -> None:
    scene = visit().touch(Button.MAIL).wait(10 * IDLE_SECONDS)
    assert seconds_left(scene.visit, scene.now) is None
    assert scene.touch(Button.CODE).touch(Button.BACK).shown() is Screen.GOODBYE
    assert scene.touch(Button.DONE).shown() is Screen.WELCOME


def test_an_answer_for_the_patron_before_says_nothing_to_the_next() -> None:
    scene = visit().touch(Button.MAIL).touch(Button.DONE)
    scene.play(answered(ReceiptSent(act(9))))
    assert scene.visit.letter is Letter.NONE
    other = SendReceipt(act(9), BUDI, "id", LINES)
    assert visit().touch(Button.MAIL).play(answered(None, other)).visit.letter is Letter.SENDING


def test_whoever_only_renewed_has_a_receipt_as_well() -> None:
    loan = Borrowed(item(7), "Bumi Manusia", DUE, overdue=False, no_renewal=None)
    account = Account((loan,), (), 2, "", None, mailable=True)
    scene = kiosk().touch(Button.ACCOUNT).play(CardArrived(SITI))
    scene.play(Answered(AccountOf(SITI), account, provisional=False))
    scene.touch(Button.RENEW, str(item(7)))
    renew = Renew(act(3), item(7), SITI)
    scene.play(Answered(renew, Grant(act(3), DUE), provisional=False)).touch(Button.DONE)
    lines = (ReceiptLine(item(7), Transaction.RENEWED, DUE),)
    assert scene.touch(Button.MAIL).last() == Mail(SITI, "id", lines, None)


def test_more_than_a_message_holds_is_not_offered() -> None:
    scene = visit()
    assert mails(replace(scene.visit, books=scene.visit.books * MOST_LINES))
    assert not mails(replace(scene.visit, books=scene.visit.books * (MOST_LINES + 1)))
