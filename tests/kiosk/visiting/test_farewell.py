"""The end of a visit: receipts, opinions, help, and time for who needs more of it."""

import pytest

from broker.facts import FeedbackGiven, Rating, StaffCalled, Topic
from broker.requests import Account, AccountOf, Borrowed, Grant, Renew
from kiosk.actions import Print, Tell
from kiosk.book import Stage
from kiosk.happenings import (
    Answered,
    Button,
    CardArrived,
    Intended,
    LedgerChanged,
    PaceWanted,
    Printed,
    PrinterChanged,
    Recorded,
    StaffReached,
    TagLeft,
    TagNotWritten,
    TagWritten,
)
from kiosk.house import NO_HOUSE, House
from kiosk.slip import Line, Slip
from kiosk.visit import (
    COVER_SECONDS,
    IDLE_SECONDS,
    WARNING_SECONDS,
    Call,
    Paper,
    Screen,
    Visit,
    seconds_left,
    titles_covered,
)
from tests.kiosk.plays import Scene, borrowing, kiosk
from tests.kiosk.things import DUE, SITI, act, arrived, described, granted, item, uid

PRINTS = House(prints=True)


def at_the_end(house: House = NO_HOUSE) -> Scene:
    """Somebody has borrowed one book and is done."""
    scene = borrowing(1, house=house).play(described(1)).touch(Button.CONFIRM)
    scene.play(Intended(uid(1), act(1)), granted(1), TagWritten(act(1)), Recorded(act(1)))
    return scene.play(PrinterChanged(healthy=True)).touch(Button.DONE)


def told(scene: Scene) -> list[object]:
    return [action.fact for action in scene.done if isinstance(action, Tell)]


# Receipts -----------------------------------------------------------------------------------------


def test_nothing_is_printed_unless_it_is_asked_for() -> None:
    scene = at_the_end(PRINTS).touch(Button.DONE)
    assert not any(isinstance(action, Print) for action in scene.done)


def test_a_receipt_has_the_title_and_the_due_date_and_nobodys_number() -> None:
    scene = at_the_end(PRINTS).touch(Button.PRINT)
    assert scene.last() == Print(Slip("id", (Line(item(1), "Laskar Pelangi", DUE),)))
    assert "KTA" not in repr(scene.last())
    assert scene.play(Printed(worked=True)).visit.paper is Paper.PRINTED


def test_a_returned_book_has_no_date_on_the_receipt() -> None:
    scene = kiosk(PRINTS).touch(Button.RETURN).play(arrived(1), described(1))
    scene.play(Intended(uid(1), act(1)), TagWritten(act(1)), Recorded(act(1)))
    scene.play(PrinterChanged(healthy=True)).touch(Button.DONE).touch(Button.PRINT)
    assert scene.last() == Print(Slip("id", returned=(Line(item(1), "Laskar Pelangi"),)))


def test_a_renewed_loan_without_a_title_has_its_number_on_the_receipt() -> None:
    loan = Borrowed(item(7), "", DUE, overdue=False, no_renewal=None)
    scene = (
        kiosk(PRINTS).touch(Button.ACCOUNT).play(PrinterChanged(healthy=True), CardArrived(SITI))
    )
    account = Account((loan,), (), 2, "", None)
    scene.play(Answered(AccountOf(SITI), account, provisional=False))
    scene.touch(Button.RENEW, str(item(7)))
    scene.play(Answered(Renew(act(3), item(7), SITI), Grant(act(3), DUE), provisional=False))
    scene.touch(Button.DONE).touch(Button.PRINT)
    assert scene.last() == Print(Slip("id", renewed=(Line(item(7), "", DUE),)))


def test_the_page_stays_while_it_prints_and_says_when_nothing_came() -> None:
    scene = at_the_end(PRINTS).touch(Button.PRINT)
    assert seconds_left(scene.visit, scene.now) is None
    assert scene.touch(Button.DONE).shown() is Screen.GOODBYE
    scene.play(Printed(worked=False))
    assert scene.visit.paper is Paper.NOT_PRINTED
    assert scene.touch(Button.PRINT).visit.paper is Paper.PRINTING


@pytest.mark.parametrize("happening", [PrinterChanged(healthy=False), Printed(worked=True)])
def test_what_cannot_be_printed_or_was_is_not(happening: PrinterChanged | Printed) -> None:
    scene = at_the_end(PRINTS)
    if isinstance(happening, Printed):
        scene.touch(Button.PRINT)
    printed = len(scene.play(happening).done)
    assert len(scene.touch(Button.PRINT).done) == printed


def test_a_printer_of_the_patron_before_says_nothing_to_the_next() -> None:
    scene = kiosk(PRINTS).play(Printed(worked=False))
    assert scene.visit.paper is Paper.NONE


def test_the_code_is_shown_until_it_was_caught() -> None:
    scene = at_the_end().touch(Button.CODE)
    assert scene.shown() is Screen.CODE
    assert scene.touch(Button.BACK).shown() is Screen.GOODBYE
    assert kiosk().touch(Button.RETURN).touch(Button.DONE).touch(Button.CODE).shown() is (
        Screen.GOODBYE
    )


# Opinions -----------------------------------------------------------------------------------------


def rated(scene: Scene) -> Scene:
    return scene.touch(Button.FEEDBACK).touch(Button.RATE, "poor").touch(Button.TOPIC, "speed")


def test_an_opinion_is_two_touches_and_words_if_one_likes() -> None:
    scene = rated(kiosk()).type("terlalu lambat. ").touch(Button.CONFIRM)
    assert told(scene) == [FeedbackGiven(Rating.POOR, Topic.SPEED, "Terlalu lambat.")]
    assert (scene.shown(), scene.visit.thanked) == (Screen.GOODBYE, True)


def test_who_walks_away_after_two_touches_has_said_it_all_the_same() -> None:
    scene = rated(kiosk()).wait(IDLE_SECONDS)
    assert told(scene) == [FeedbackGiven(Rating.POOR, Topic.SPEED, "")]
    assert scene.shown() is Screen.WELCOME


def test_who_goes_back_has_said_nothing() -> None:
    scene = rated(kiosk()).touch(Button.BACK)
    assert (scene.shown(), scene.visit.opinion) == (Screen.RATE, None)
    assert told(scene.touch(Button.BACK)) == []
    assert scene.shown() is Screen.WELCOME


def test_an_opinion_at_the_end_of_a_visit_returns_to_its_end() -> None:
    scene = at_the_end().touch(Button.FEEDBACK).touch(Button.BACK)
    assert scene.shown() is Screen.GOODBYE
    assert rated(scene).touch(Button.CONFIRM).shown() is Screen.GOODBYE
    assert scene.touch(Button.FEEDBACK).shown() is Screen.GOODBYE


@pytest.mark.parametrize("subject", ["", "excellent", "speed"])
def test_what_is_no_rating_is_none(subject: str) -> None:
    assert kiosk().touch(Button.FEEDBACK).touch(Button.RATE, subject).shown() is Screen.RATE


def test_nobody_is_thanked_for_what_the_disk_did_not_take() -> None:
    scene = rated(kiosk()).touch(Button.CONFIRM).play(LedgerChanged(healthy=False))
    assert not scene.visit.thanked


# Help ---------------------------------------------------------------------------------------------


def test_help_covers_the_page_and_leads_back_to_it() -> None:
    scene = kiosk().touch(Button.SEARCH).type("BU").touch(Button.HELP)
    assert scene.shown() is Screen.HELP
    assert scene.type("MI").touch(Button.BACK).shown() is Screen.SEARCH
    assert scene.visit.typed == "bu"


def test_a_call_names_the_page_and_nobody_and_is_told_when_it_arrived() -> None:
    scene = borrowing(1).touch(Button.HELP).touch(Button.CALL).touch(Button.CALL)
    assert told(scene) == [StaffCalled("pad")]
    assert scene.visit.call is Call.STORED
    assert scene.play(StaffReached()).visit.call is Call.REACHED


def test_a_call_that_the_disk_did_not_take_is_lost_and_says_so() -> None:
    scene = borrowing().touch(Button.HELP).touch(Button.CALL)
    scene.play(LedgerChanged(healthy=False))
    assert (scene.shown(), scene.visit.call) == (Screen.HELP, Call.LOST)
    assert scene.touch(Button.CALL).visit.call is Call.LOST


def test_help_ends_by_itself_and_with_the_next_book() -> None:
    assert kiosk().touch(Button.HELP).wait(IDLE_SECONDS).shown() is Screen.WELCOME
    assert borrowing().touch(Button.HELP).play(arrived(1)).shown() is Screen.PAD


def test_help_is_there_out_of_service_and_not_before_the_start() -> None:
    scene = kiosk().play(LedgerChanged(healthy=False)).touch(Button.HELP)
    assert scene.shown() is Screen.HELP
    assert Scene().touch(Button.HELP).shown() is Screen.STARTING


def test_one_call_is_enough_until_the_next_patron() -> None:
    scene = kiosk().touch(Button.HELP).touch(Button.CALL).wait(IDLE_SECONDS)
    scene.touch(Button.HELP).touch(Button.CALL)
    assert told(scene) == [StaffCalled("welcome"), StaffCalled("welcome")]


# Time ---------------------------------------------------------------------------------------------


def test_whoever_needs_it_gets_twice_the_time_until_they_leave() -> None:
    scene = borrowing(1).play(PaceWanted(unhurried=True)).wait(IDLE_SECONDS)
    assert (scene.shown(), seconds_left(scene.visit, scene.now)) == (Screen.PAD, IDLE_SECONDS)
    assert scene.wait(IDLE_SECONDS).shown() is Screen.WELCOME
    assert not scene.visit.unhurried


@pytest.mark.parametrize("limit", [30.0, 300.0])
def test_a_page_waits_as_long_as_the_library_says_and_warns_before(limit: float) -> None:
    scene = kiosk(House(idle_seconds=limit)).touch(Button.BORROW)
    assert seconds_left(scene.visit, scene.now) == limit >= WARNING_SECONDS
    assert scene.wait(limit - 1).shown() is Screen.CARD
    assert scene.wait(1).shown() is Screen.WELCOME
    scene.play(arrived(1))
    assert scene.wait(limit - 1).stages() == {1: Stage.LISTED}
    assert scene.wait(1).stages() == {}


def test_titles_are_covered_half_a_minute_after_the_last_touch() -> None:
    scene = borrowing(1).wait(COVER_SECONDS - 1)
    assert not titles_covered(scene.visit, scene.now)
    scene.wait(1)
    assert titles_covered(scene.visit, scene.now)
    scene.touch(Button.STAY)
    assert not titles_covered(scene.visit, scene.now)


# A tag that may be released -----------------------------------------------------------------------


def torn() -> Scene:
    scene = borrowing(1).touch(Button.CONFIRM).play(Intended(uid(1), act(1)), granted(1))
    scene.play(TagNotWritten(act(1), lifted=True))
    return scene


def test_nothing_ends_before_a_tag_that_may_be_released_is_secured_or_staff_know() -> None:
    scene = torn()
    for button in (Button.BACK, Button.DONE, Button.HELP):
        assert scene.touch(button).shown() is Screen.LENDING
    scene.play(TagLeft(uid(1))).touch(Button.DONE)
    assert scene.shown() is Screen.PUT_BACK
    assert scene.wait(10 * IDLE_SECONDS).shown() is Screen.LENDING
    scene.play(Recorded(act(1)))
    assert scene.stages() == {1: Stage.REFUSED}
    assert not scene.visit.books[0].secured


def test_a_fresh_visit_is_nobodys() -> None:
    scene = at_the_end(PRINTS).touch(Button.DONE)
    assert scene.visit.books == ()
    assert scene.visit.call is Visit().call


def test_every_sentence_of_an_opinion_begins_with_a_capital() -> None:
    scene = rated(kiosk()).type("buku baru? ya! jam 14.30, a-z. lagi")
    assert scene.visit.typed == "Buku baru? Ya! Jam 14.30, a-z. Lagi"
    for _ in "lagi":
        scene.touch(Button.ERASE)
    assert scene.type("bagus").visit.typed.endswith(". Bagus")
