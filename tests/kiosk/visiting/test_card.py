"""Who is there: card, barcode, typed number and PIN."""

import pytest

from broker.requests import AccountOf, Answer, Identify, Question, Standing
from broker.vocabulary import PatronId, Reason, Refusal, Secret
from kiosk.actions import Enquire
from kiosk.happenings import (
    Answered,
    Barcode,
    Button,
    CardArrived,
    CardLeft,
    ConnectionChanged,
    LedgerChanged,
    WrongBarcode,
)
from kiosk.house import House
from kiosk.visit import IDLE_SECONDS, Screen
from tests.kiosk.plays import Scene, kiosk
from tests.kiosk.things import BUDI, SITI, standing

TYPED = House(typed_numbers=True)


def answered(question: Question, answer: Answer | None) -> Answered:
    return Answered(question, answer, provisional=False)


def asked_for_pin() -> Scene:
    needed = answered(Identify(SITI), Refusal(Reason.NEEDS_PIN))
    return kiosk().play(CardArrived(SITI), needed)


def test_a_pin_is_asked_for_when_the_library_says_so_and_sent_with_the_card() -> None:
    scene = asked_for_pin()
    assert (scene.shown(), scene.visit.reason) == (Screen.PIN, None)
    scene.type("2512").touch(Button.CONFIRM)
    assert (scene.shown(), scene.last()) == (
        Screen.IDENTIFYING,
        Enquire(Identify(SITI, Secret("2512"))),
    )
    scene.play(answered(Identify(SITI, Secret("2512")), Standing(0, 3)))
    assert scene.shown() is Screen.PAD


def test_a_pin_is_asked_for_at_the_account_alone_and_leads_there() -> None:
    scene = kiosk().play(CardArrived(SITI), standing()).touch(Button.ACCOUNT)
    scene.play(answered(AccountOf(SITI), Refusal(Reason.NEEDS_PIN))).type("2512")
    assert scene.touch(Button.CONFIRM).last() == Enquire(AccountOf(SITI, Secret("2512")))
    assert scene.touch(Button.BACK).shown() is Screen.PAD


def test_what_was_typed_never_prints_and_is_gone_once_it_was_asked() -> None:
    scene = asked_for_pin().type("2512")
    assert "2512" not in repr(scene.visit)
    scene.touch(Button.CONFIRM)
    assert scene.visit.typed == ""
    assert "2512" not in repr((scene.visit, scene.done))


def test_a_pin_that_does_not_match_may_be_typed_again() -> None:
    scene = asked_for_pin().type("1111").touch(Button.CONFIRM)
    scene.play(answered(Identify(SITI, Secret("1111")), Refusal(Reason.WRONG_PIN)))
    assert (scene.shown(), scene.visit.reason) == (Screen.PIN, Reason.WRONG_PIN)
    assert (scene.visit.pin, scene.visit.typed) == (None, "")
    assert scene.type("2").visit.reason is None


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(Refusal(Reason.PIN_LOCKED), Reason.PIN_LOCKED), (None, Reason.INTERRUPTED)],
)
def test_a_locked_pin_and_a_silent_library_let_nobody_in(
    answer: Refusal | None, reason: Reason
) -> None:
    scene = asked_for_pin().type("1111").touch(Button.CONFIRM)
    scene.play(answered(Identify(SITI, Secret("1111")), answer))
    assert (scene.shown(), scene.visit.reason) == (Screen.CARD_REFUSED, reason)
    assert (scene.visit.patron, scene.visit.pin) == (None, None)


def test_only_digits_are_a_pin_and_the_last_one_can_be_erased() -> None:
    scene = asked_for_pin().type("1A2-34").touch(Button.ERASE)
    assert scene.visit.typed == "123"
    assert scene.touch(Button.CONFIRM).last() == Enquire(Identify(SITI, Secret("123")))


def test_without_a_digit_nothing_is_asked() -> None:
    scene = asked_for_pin().touch(Button.CONFIRM)
    assert scene.shown() is Screen.PIN


def test_a_number_is_typed_only_where_the_library_lets() -> None:
    assert kiosk().touch(Button.BORROW).touch(Button.TYPE).shown() is Screen.CARD
    scene = kiosk(TYPED).touch(Button.BORROW).touch(Button.TYPE)
    scene.type("KTA-0007").touch(Button.CONFIRM)
    assert scene.last() == Enquire(Identify(PatronId("KTA-0007")))


def test_what_is_no_number_is_no_card() -> None:
    scene = kiosk(TYPED).touch(Button.BORROW).touch(Button.TYPE).type("-/").touch(Button.CONFIRM)
    assert (scene.shown(), scene.visit.reason) == (Screen.CARD_REFUSED, Reason.UNKNOWN_CARD)
    assert scene.touch(Button.TYPE).shown() is Screen.NUMBER


@pytest.mark.parametrize("kind", Barcode)
def test_another_barcode_says_what_it_is_and_a_card_may_follow(kind: Barcode) -> None:
    scene = kiosk().play(WrongBarcode(kind))
    assert (scene.shown(), scene.visit.barcode) == (Screen.CARD_REFUSED, kind)
    scene.play(CardArrived(BUDI), standing(BUDI))
    assert (scene.shown(), scene.visit.barcode) == (Screen.PAD, None)


@pytest.mark.parametrize("scene", [Scene(), kiosk().play(LedgerChanged(healthy=False))])
def test_nobody_is_served_by_a_barcode_before_the_start_or_out_of_service(scene: Scene) -> None:
    before = scene.shown()
    assert scene.play(WrongBarcode(Barcode.ISBN)).shown() is before


def test_a_barcode_in_the_middle_of_a_visit_changes_nothing() -> None:
    scene = kiosk().play(CardArrived(SITI), standing())
    before = scene.visit
    assert scene.play(WrongBarcode(Barcode.ISBN)).visit == before


def test_a_card_begins_a_visit_from_any_page_of_nobody() -> None:
    for button in (Button.BORROW, Button.ACCOUNT, Button.SEARCH, Button.FEEDBACK, Button.HELP):
        scene = kiosk().touch(button).play(CardArrived(SITI))
        assert scene.shown() is Screen.IDENTIFYING, button


def test_a_card_for_the_account_leads_to_the_account() -> None:
    scene = kiosk().touch(Button.ACCOUNT).play(CardArrived(SITI))
    assert scene.last() == Enquire(AccountOf(SITI))


def test_off_line_nobody_is_led_to_the_account() -> None:
    scene = kiosk().play(ConnectionChanged(online=False)).touch(Button.ACCOUNT)
    assert scene.shown() is Screen.WELCOME


def test_a_card_left_in_the_reader_is_remembered_until_it_is_taken() -> None:
    scene = kiosk().play(CardArrived(SITI), standing()).touch(Button.DONE).touch(Button.DONE)
    assert (scene.shown(), scene.visit.card_here) == (Screen.WELCOME, True)
    assert not scene.play(CardLeft()).visit.card_here


def test_a_card_whose_barcode_was_read_is_in_its_bearers_hand() -> None:
    scene = kiosk().play(CardArrived(SITI, in_field=False), standing())
    assert (scene.shown(), scene.visit.card_here) == (Screen.PAD, False)


def test_a_pin_page_ends_by_itself_and_forgets_what_was_typed() -> None:
    scene = asked_for_pin().type("25").wait(IDLE_SECONDS)
    assert (scene.shown(), scene.visit.typed, scene.visit.patron) == (Screen.WELCOME, "", None)


def test_a_number_is_typed_in_capitals_as_it_is_printed() -> None:
    scene = kiosk(TYPED).touch(Button.BORROW).touch(Button.TYPE).type("kta-0007")
    assert scene.visit.typed == "KTA-0007"
