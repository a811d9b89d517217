"""A patron's visit, told as scenes: what was shown, and what the station was asked to do."""

from dataclasses import replace

import pytest

from broker.facts import ItemLent, ItemReturned, LoanAbandoned
from broker.requests import Describe, Identify, Lend
from broker.telemetry import Health, Mode
from broker.vocabulary import Reason, Refusal
from kiosk.actions import Action, Enquire, Forget, Intend, Record, Release, Secure
from kiosk.book import MOST_TRIES, Stage
from kiosk.happenings import (
    Answered,
    Button,
    CardArrived,
    CardLeft,
    CardReaderChanged,
    ConnectionChanged,
    Happening,
    Intended,
    LedgerChanged,
    PadChanged,
    PadSettled,
    Problem,
    Recorded,
    ServiceWanted,
    Started,
    TagArrived,
    TagLeft,
    TagNotWritten,
    TagWritten,
    Tick,
    Touched,
)
from kiosk.serving import KioskConduct, condition
from kiosk.visit import (
    GOODBYE_SECONDS,
    IDLE_SECONDS,
    NOTICE_SECONDS,
    Outage,
    Page,
    Screen,
    seconds_left,
)
from tests.kiosk.plays import Scene, borrowing, kiosk
from tests.kiosk.things import (
    BUDI,
    DUE,
    SITI,
    act,
    arrived,
    granted,
    item,
    refused,
    standing,
    uid,
    unanswered,
)

BORROW, RETURN, CONFIRM, DONE, BACK, LANGUAGE = (
    Touched(button)
    for button in (
        Button.BORROW,
        Button.RETURN,
        Button.CONFIRM,
        Button.DONE,
        Button.BACK,
        Button.LANGUAGE,
    )
)
STARTED = Started(frozenset())
BROKEN, HEALED = LedgerChanged(healthy=False), LedgerChanged(healthy=True)
UNPLUGGED, PLUGGED = PadChanged(healthy=False), PadChanged(healthy=True)


LOAN: dict[Stage, tuple[Happening, ...]] = {
    Stage.INTENDING: (CONFIRM,),
    Stage.ASKING: (CONFIRM, Intended(uid(1), act(1))),
    Stage.RELEASING: (CONFIRM, Intended(uid(1), act(1)), granted(1)),
    Stage.RECORDING: (CONFIRM, Intended(uid(1), act(1)), granted(1), TagWritten(act(1))),
    Stage.LENT: (
        CONFIRM,
        Intended(uid(1), act(1)),
        granted(1),
        TagWritten(act(1)),
        Recorded(act(1)),
    ),
}


def lending(stage: Stage) -> Scene:
    scene = borrowing(1).play(*LOAN[stage])
    assert scene.stages() == {1: stage}
    return scene


def abandoned(reason: Reason, *, secured: bool = True) -> Record:
    return Record(act(1), LoanAbandoned(item(1), SITI, reason, secured))


# Borrowing ----------------------------------------------------------------------------------------


def test_card_before_books() -> None:
    scene = kiosk()
    happenings = (BORROW, CardArrived(SITI), standing(), arrived(1), *LOAN[Stage.LENT], DONE)
    assert [scene.play(happening).shown() for happening in happenings] == [
        Screen.CARD,
        Screen.IDENTIFYING,
        Screen.PAD,
        Screen.PAD,
        Screen.LENDING,
        Screen.LENDING,
        Screen.LENDING,
        Screen.LENDING,
        Screen.RESULT,
        Screen.GOODBYE,
    ]
    assert scene.done == [
        Enquire(Identify(SITI)),
        Enquire(Describe(item(1))),
        Intend(uid(1), item(1), SITI),
        Enquire(Lend(act(1), item(1), SITI)),
        Release(act(1), uid(1), DUE, provisional=False),
        Record(act(1), ItemLent(item(1), SITI, DUE, provisional=False)),
    ]


@pytest.mark.parametrize(
    "beginning",
    [
        (arrived(1), BORROW, CardArrived(SITI), standing()),
        (arrived(1), CardArrived(SITI), standing()),
        (BORROW, arrived(1), CardArrived(SITI), standing()),
        (CardArrived(SITI), arrived(1), standing()),
    ],
)
def test_books_before_the_card_or_meanwhile(beginning: tuple[Happening, ...]) -> None:
    scene = kiosk().play(*beginning)
    assert (scene.shown(), scene.stages()) == (Screen.PAD, {1: Stage.LISTED})
    assert scene.play(*LOAN[Stage.LENT]).stages() == {1: Stage.LENT}


def test_nothing_is_lent_before_the_patron_confirms() -> None:
    scene = borrowing(1, 2)
    assert not any(isinstance(action, Intend | Release) for action in scene.done)


@pytest.mark.parametrize("button", [CONFIRM, DONE, BACK])
def test_without_a_card_nothing_is_lent(button: Touched) -> None:
    scene = kiosk().play(arrived(1), BORROW, button)
    assert scene.done == [Enquire(Describe(item(1)))]


def test_each_of_several_books_has_its_own_outcome() -> None:
    scene = borrowing(1, 2, 3).play(
        CONFIRM,
        *(Intended(uid(number), act(number)) for number in (1, 2, 3)),
        granted(1),
        refused(2, Reason.NOT_FOR_LOAN),
        unanswered(3),
        TagWritten(act(1)),
        *(Recorded(act(number)) for number in (1, 2, 3)),
    )
    assert scene.stages() == {1: Stage.LENT, 2: Stage.REFUSED, 3: Stage.REFUSED}
    assert [book.reason for book in scene.visit.books] == [
        None,
        Reason.NOT_FOR_LOAN,
        Reason.INTERRUPTED,
    ]
    assert scene.shown() is Screen.RESULT


def test_a_book_added_after_the_loan_can_be_borrowed_too() -> None:
    scene = lending(Stage.LENT).play(arrived(2))
    assert scene.shown() is Screen.PAD
    scene.play(CONFIRM)
    assert scene.last() == Intend(uid(2), item(2), SITI)
    assert scene.stages() == {1: Stage.LENT, 2: Stage.INTENDING}


def test_a_refused_book_laid_down_again_can_be_tried_again() -> None:
    scene = lending(Stage.ASKING).play(refused(1, Reason.LOAN_LIMIT), Recorded(act(1)))
    assert scene.stages() == {1: Stage.REFUSED}
    scene.play(TagLeft(uid(1)), arrived(1))
    assert scene.stages() == {1: Stage.LISTED}


def test_a_title_is_asked_for_once_and_kept() -> None:
    scene = borrowing(1)
    visit = replace(scene.visit, books=(replace(scene.visit.books[0], title="Laskar Pelangi"),))
    again = Scene(visit).play(arrived(1))
    assert again.done == []
    assert again.visit.books[0].title == "Laskar Pelangi"


@pytest.mark.parametrize("problem", Problem)
def test_a_thing_with_a_problem_is_for_staff_and_never_lent(problem: Problem) -> None:
    scene = borrowing().play(TagArrived(uid(1), item(1), problem, secured=True), CONFIRM)
    assert scene.stages() == {1: Stage.STAFF}
    assert not any(isinstance(action, Intend) for action in scene.done)


# A book lifted ------------------------------------------------------------------------------------


def test_a_book_lifted_before_confirming_is_no_longer_listed() -> None:
    assert borrowing(1, 2).play(TagLeft(uid(1))).stages() == {2: Stage.LISTED}


@pytest.mark.parametrize("stage", [Stage.INTENDING, Stage.ASKING])
def test_a_book_lifted_before_the_library_said_yes_is_not_released(stage: Stage) -> None:
    scene = lending(stage).play(TagLeft(uid(1)), Intended(uid(1), act(1)), granted(1))
    assert scene.last() == abandoned(Reason.CANCELLED)
    assert not any(isinstance(action, Release) for action in scene.done)


def test_a_book_lifted_and_laid_down_again_meanwhile_is_lent() -> None:
    scene = lending(Stage.ASKING).play(TagLeft(uid(1)), arrived(1), granted(1))
    assert isinstance(scene.last(), Release)


def lifted_too_early() -> Scene:
    return lending(Stage.RELEASING).play(TagLeft(uid(1)), TagNotWritten(act(1), lifted=True))


RELEASE = Release(act(1), uid(1), DUE, provisional=False)


def test_a_book_lifted_while_it_is_released_is_wanted_back_and_lent_then() -> None:
    scene = lifted_too_early()
    assert scene.shown() is Screen.PUT_BACK
    scene.play(arrived(1, secured=False), Tick())
    assert (scene.shown(), scene.last()) == (Screen.LENDING, RELEASE)
    scene.play(TagWritten(act(1)), Recorded(act(1)))
    assert (scene.shown(), scene.stages()) == (Screen.RESULT, {1: Stage.LENT})


def test_a_book_that_may_be_released_is_wanted_back_to_be_secured() -> None:
    scene = lending(Stage.RELEASING).play(TagNotWritten(act(1), lifted=False), TagLeft(uid(1)))
    scene.play(TagNotWritten(act(1), lifted=True))
    assert scene.shown() is Screen.PUT_BACK
    assert scene.play(arrived(1), Tick()).last() == Secure(act(1), uid(1))
    assert scene.play(TagWritten(act(1))).last() == abandoned(Reason.TAG_NOT_WRITTEN)


def test_a_book_that_is_not_put_back_is_not_lent_and_staff_know() -> None:
    scene = lifted_too_early().wait(IDLE_SECONDS - 1)
    assert scene.shown() is Screen.PUT_BACK
    assert scene.wait(1).last() == abandoned(Reason.TAG_NOT_WRITTEN, secured=False)
    assert scene.play(Recorded(act(1))).stages() == {1: Stage.REFUSED}
    assert scene.wait(IDLE_SECONDS - 1).shown() is Screen.RESULT


def test_a_patron_may_say_that_a_book_does_not_come_back() -> None:
    scene = lifted_too_early().play(DONE)
    assert scene.shown() is Screen.PUT_BACK
    assert scene.play(BACK).last() == abandoned(Reason.TAG_NOT_WRITTEN, secured=False)


def test_other_books_go_on_while_one_is_wanted_back() -> None:
    scene = borrowing(1, 2).play(CONFIRM, Intended(uid(1), act(1)), Intended(uid(2), act(2)))
    scene.play(granted(1), granted(2), TagNotWritten(act(1), lifted=True), TagLeft(uid(1)))
    assert scene.shown() is Screen.LENDING
    scene.play(TagWritten(act(2)), Recorded(act(2)))
    assert scene.stages() == {1: Stage.PUT_BACK, 2: Stage.LENT}
    assert scene.shown() is Screen.PUT_BACK


def test_a_tag_that_is_seen_but_takes_nothing_is_not_tried_for_ever() -> None:
    scene = lending(Stage.RELEASING)
    tries = 0
    while scene.stages() != {1: Stage.ABANDONING}:
        tries += 1
        scene.play(TagNotWritten(act(1), lifted=True), Tick())
    assert tries == MOST_TRIES + 2  # the first one, and one that secures it
    assert scene.last() == abandoned(Reason.TAG_NOT_WRITTEN, secured=False)


def test_a_pad_that_fails_meanwhile_says_so_and_the_book_is_given_up_in_time() -> None:
    scene = lifted_too_early().play(UNPLUGGED)
    assert scene.shown() is Screen.OUT_OF_SERVICE
    assert scene.wait(IDLE_SECONDS).stages() == {1: Stage.ABANDONING}


@pytest.mark.parametrize("stage", [Stage.RECORDING, Stage.LENT])
def test_a_book_lifted_after_its_tag_was_read_back_is_lent(stage: Stage) -> None:
    scene = lending(stage).play(TagLeft(uid(1)), Recorded(act(1)))
    assert scene.stages() == {1: Stage.LENT}


def test_a_lent_book_laid_down_again_stays_lent() -> None:
    scene = lending(Stage.LENT).play(TagLeft(uid(1)), arrived(1))
    assert scene.stages() == {1: Stage.LENT}
    assert scene.visit.books[0].on_pad


# The tag is not written ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("undone", "secured"),
    [(TagWritten(act(1)), True), (TagNotWritten(act(1), lifted=False), False)],
)
def test_a_tag_not_released_is_secured_again_or_staff_are_told(
    undone: Happening, *, secured: bool
) -> None:
    scene = lending(Stage.RELEASING).play(TagNotWritten(act(1), lifted=False), undone)
    assert scene.done[-2:] == [
        Secure(act(1), uid(1)),
        abandoned(Reason.TAG_NOT_WRITTEN, secured=secured),
    ]
    assert scene.play(Recorded(act(1))).stages() == {1: Stage.REFUSED}


# The disk fails -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "rest", "last"),
    [
        (Stage.INTENDING, (), Intend(uid(1), item(1), SITI)),
        (Stage.ASKING, (refused(1, Reason.LOAN_LIMIT), BROKEN), abandoned(Reason.LOAN_LIMIT)),
        (
            Stage.RELEASING,
            (TagNotWritten(act(1), lifted=False), TagWritten(act(1)), BROKEN),
            abandoned(Reason.TAG_NOT_WRITTEN),
        ),
        (Stage.RECORDING, (TagWritten(act(1)), BROKEN), abandoned(Reason.INTERRUPTED)),
    ],
)
def test_a_disk_that_fails_at_any_stage_confirms_nothing(
    stage: Stage, rest: tuple[Happening, ...], last: Action
) -> None:
    scene = lending(stage).play(BROKEN, *rest)
    assert scene.stages() == {1: Stage.REFUSED}
    assert scene.last() == last
    assert scene.shown() is Screen.OUT_OF_SERVICE


def test_what_is_lent_stays_lent_when_the_disk_fails_afterwards() -> None:
    assert lending(Stage.LENT).play(BROKEN).stages() == {1: Stage.LENT}


def test_no_card_is_taken_while_the_disk_refuses() -> None:
    scene = kiosk().play(BROKEN, BORROW, CardArrived(SITI))
    assert (scene.done, scene.visit.page) == ([], Page.WELCOME)
    assert scene.play(HEALED, BORROW).shown() is Screen.CARD


# The pad fails, a technician comes ----------------------------------------------------------------


def test_a_pad_unplugged_mid_visit_says_so_and_the_visit_ends_by_itself() -> None:
    scene = borrowing(1).play(UNPLUGGED)
    assert scene.shown() is Screen.OUT_OF_SERVICE
    scene.play(CONFIRM)
    assert not any(isinstance(action, Intend) for action in scene.done)
    scene.wait(IDLE_SECONDS)
    assert (scene.visit.page, scene.visit.patron) == (Page.WELCOME, None)
    assert scene.play(PLUGGED).shown() is Screen.WELCOME


@pytest.mark.parametrize("stage", [Stage.INTENDING, Stage.ASKING, Stage.RELEASING, Stage.RECORDING])
def test_a_pad_unplugged_while_lending_interrupts_nothing(stage: Stage) -> None:
    assert lending(stage).play(UNPLUGGED).shown() is Screen.LENDING


def test_a_technician_takes_the_kiosk_out_of_service_after_the_visit() -> None:
    scene = lending(Stage.ASKING).play(ServiceWanted(in_service=False))
    assert scene.shown() is Screen.LENDING
    scene.play(granted(1), TagWritten(act(1)), Recorded(act(1)), DONE)
    assert scene.shown() is Screen.GOODBYE
    scene.wait(GOODBYE_SECONDS)
    assert scene.shown() is Screen.OUT_OF_SERVICE
    assert scene.play(BORROW, CardArrived(SITI)).visit.page is Page.WELCOME
    assert scene.play(ServiceWanted(in_service=True)).shown() is Screen.WELCOME


# The card -----------------------------------------------------------------------------------------


def test_a_card_with_a_random_number_is_nobodys() -> None:
    scene = kiosk().play(BORROW, CardArrived(None))
    assert (scene.shown(), scene.visit.reason) == (Screen.CARD_REFUSED, Reason.UNKNOWN_CARD)
    assert scene.done == []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Refusal(Reason.PATRON_BLOCKED), Reason.PATRON_BLOCKED),
        (Refusal(Reason.UNKNOWN_CARD), Reason.UNKNOWN_CARD),
        (None, Reason.INTERRUPTED),
    ],
)
def test_a_refused_card_is_forgotten_and_another_may_come(
    answer: Refusal | None, reason: Reason
) -> None:
    scene = kiosk().play(CardArrived(SITI), Answered(Identify(SITI), answer, provisional=False))
    assert (scene.shown(), scene.visit.reason, scene.visit.patron) == (
        Screen.CARD_REFUSED,
        reason,
        None,
    )
    assert scene.play(CardArrived(BUDI), standing(BUDI)).shown() is Screen.PAD


def test_a_second_card_during_a_visit_changes_nothing() -> None:
    scene = borrowing(1).play(CardArrived(BUDI))
    assert scene.visit.patron == SITI


def test_a_late_answer_about_somebody_else_is_ignored() -> None:
    scene = kiosk().play(CardArrived(SITI), BACK, CardArrived(BUDI), standing(SITI))
    assert (scene.shown(), scene.visit.patron) == (Screen.IDENTIFYING, BUDI)


def test_a_second_answer_about_the_same_patron_changes_nothing() -> None:
    scene = borrowing(1)
    before = scene.visit
    no = Answered(Identify(SITI), Refusal(Reason.PATRON_BLOCKED), provisional=False)
    assert scene.play(no).visit == before


# Returning ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [(arrived(1), RETURN), (RETURN, arrived(1))])
def test_a_return_needs_no_card(first: tuple[Happening, ...]) -> None:
    scene = kiosk().play(*first, Intended(uid(1), act(1)), TagWritten(act(1)), Recorded(act(1)))
    assert scene.stages() == {1: Stage.RETURNED}
    assert [one for one in scene.done if not isinstance(one, Enquire)] == [
        Intend(uid(1), item(1), None),
        Secure(act(1), uid(1)),
        Record(act(1), ItemReturned(item(1), secured=True)),
    ]
    assert scene.play(DONE).shown() is Screen.GOODBYE


def test_a_returned_book_laid_down_again_is_not_returned_twice() -> None:
    scene = kiosk().play(RETURN, arrived(1), Intended(uid(1), act(1)), TagWritten(act(1)))
    scene.play(Recorded(act(1)))
    done = len(scene.done)
    scene.play(TagLeft(uid(1)), arrived(1))
    assert scene.stages() == {1: Stage.RETURNED}
    assert len(scene.done) == done


def test_a_book_lifted_before_it_was_secured_is_not_returned() -> None:
    scene = kiosk().play(RETURN, arrived(1), Intended(uid(1), act(1)), TagLeft(uid(1)))
    scene.play(TagNotWritten(act(1), lifted=True))
    assert scene.last() == Forget(act(1))
    assert scene.visit.books[0].problem is Problem.LIFTED
    assert scene.play(arrived(1)).last() == Intend(uid(1), item(1), None)


@pytest.mark.parametrize(
    ("problem", "number", "begins"),
    [
        (Problem.NOT_FOR_LOAN, item(1), True),
        (Problem.FOREIGN, item(1), False),
        (Problem.NOT_A_BOOK, item(1), False),
        (Problem.UNREADABLE, None, False),
    ],
)
def test_only_what_is_ours_is_taken_back(problem: Problem, number: object, *, begins: bool) -> None:
    named = item(1) if number is not None else None
    scene = kiosk().play(RETURN, TagArrived(uid(1), named, problem, secured=False))
    assert any(isinstance(action, Intend) for action in scene.done) == begins


# Time ---------------------------------------------------------------------------------------------

PAGES: dict[str, tuple[Scene, float, Screen]] = {
    "card": (kiosk().play(BORROW), IDLE_SECONDS, Screen.WELCOME),
    "card refused": (kiosk().play(CardArrived(None)), NOTICE_SECONDS, Screen.WELCOME),
    "pad": (borrowing(1), IDLE_SECONDS, Screen.WELCOME),
    "result": (lending(Stage.LENT), IDLE_SECONDS, Screen.GOODBYE),
    "return": (kiosk().play(RETURN), IDLE_SECONDS, Screen.WELCOME),
    "goodbye": (kiosk().play(RETURN, DONE), GOODBYE_SECONDS, Screen.WELCOME),
}


@pytest.mark.parametrize("page", PAGES)
def test_every_page_ends_by_itself(page: str) -> None:
    scene, seconds, then = PAGES[page]
    scene = replace(scene)
    shown = scene.shown()
    assert seconds_left(scene.visit, scene.now) == seconds
    assert scene.wait(seconds - 1).shown() is shown
    assert seconds_left(scene.visit, scene.now) == 1
    assert scene.wait(1).shown() is then


@pytest.mark.parametrize("page", PAGES)
def test_a_touch_gives_every_page_its_time_again(page: str) -> None:
    scene, seconds, _ = PAGES[page]
    scene = replace(scene)
    shown = scene.shown()
    scene.wait(seconds - 1).play(LANGUAGE).wait(seconds - 1)
    assert scene.shown() is shown


@pytest.mark.parametrize("scene", [kiosk(), kiosk().play(CardArrived(SITI)), lending(Stage.ASKING)])
def test_these_wait_for_somebody_or_an_answer(scene: Scene) -> None:
    assert seconds_left(scene.visit, scene.now) is None
    shown = scene.shown()
    assert replace(scene).wait(10 * IDLE_SECONDS).shown() is shown


def test_nobody_is_kept_waiting_for_an_identity() -> None:
    assert kiosk().play(CardArrived(SITI), BACK).shown() is Screen.WELCOME


# The next patron ----------------------------------------------------------------------------------


def test_nothing_of_the_last_patron_is_in_the_fresh_visit() -> None:
    scene = lending(Stage.LENT).play(CardLeft(), LANGUAGE, DONE).wait(GOODBYE_SECONDS)
    fresh = kiosk().visit
    assert scene.visit == replace(fresh, since=scene.now, leftovers=frozenset({uid(1)}))
    assert "KTA" not in repr(scene.visit)


def test_leftovers_never_reach_the_next_patron() -> None:
    scene = borrowing(1, 2).play(TagLeft(uid(2)), BACK)
    assert scene.visit.leftovers == {uid(1)}
    scene.play(BORROW, CardArrived(BUDI), standing(BUDI), arrived(1), arrived(2))
    assert scene.stages() == {2: Stage.LISTED}
    scene.play(TagLeft(uid(1)), arrived(1))
    assert scene.stages() == {1: Stage.LISTED, 2: Stage.LISTED}
    assert scene.visit.leftovers == frozenset()


@pytest.mark.parametrize("ends", [(UNPLUGGED, BACK), (BACK, UNPLUGGED)])
def test_a_reader_that_was_lost_does_not_hand_leftovers_to_the_next_patron(
    ends: tuple[Happening, ...],
) -> None:
    scene = borrowing(1, 2).play(*ends, TagLeft(uid(1)), TagLeft(uid(2))).wait(IDLE_SECONDS)
    scene.play(PLUGGED, arrived(1), PadSettled(frozenset({uid(1)})))
    scene.play(CardArrived(BUDI), standing(BUDI))
    assert scene.stages() == {}
    assert scene.visit.leftovers == {uid(1)}


def test_books_of_somebody_who_left_before_any_card_are_not_the_next_patrons() -> None:
    scene = kiosk().play(arrived(1)).wait(IDLE_SECONDS)
    scene.play(CardArrived(BUDI), standing(BUDI), arrived(2))
    assert scene.stages() == {2: Stage.LISTED}
    assert kiosk().play(arrived(1)).wait(IDLE_SECONDS - 1).stages() == {1: Stage.LISTED}


SEEN_AGAIN = (PLUGGED, arrived(1), PadSettled(frozenset({uid(1)})))


@pytest.mark.parametrize(
    "outage",
    [
        (arrived(1), UNPLUGGED, TagLeft(uid(1)), *SEEN_AGAIN),
        (arrived(1), ServiceWanted(in_service=False), ServiceWanted(in_service=True)),
        (LedgerChanged(healthy=False), arrived(1), LedgerChanged(healthy=True)),
        (UNPLUGGED, *SEEN_AGAIN),
    ],
)
def test_books_laid_down_before_any_card_are_nobodys_after_an_outage(
    outage: tuple[Happening, ...],
) -> None:
    scene = kiosk().play(*outage, CardArrived(BUDI), standing(BUDI))
    assert scene.stages() == {}
    assert scene.play(TagLeft(uid(1)), arrived(1)).stages() == {1: Stage.LISTED}


def test_a_patrons_own_books_are_listed_again_when_the_reader_is_back() -> None:
    scene = borrowing(1, 2).play(UNPLUGGED, TagLeft(uid(1)), TagLeft(uid(2)))
    scene.play(PLUGGED, arrived(1), PadSettled(frozenset({uid(1)})))
    assert scene.stages() == {1: Stage.LISTED}


def test_what_lies_on_the_pad_at_the_start_is_nobodys() -> None:
    scene = Scene().play(PLUGGED, arrived(1), STARTED)
    assert scene.stages() == {}
    assert scene.visit.leftovers == {uid(1)}


def test_the_language_is_the_patrons_and_ends_with_the_visit() -> None:
    scene = kiosk().play(BORROW, LANGUAGE)
    assert scene.visit.language == "en"
    assert scene.play(LANGUAGE, LANGUAGE, BACK).visit.language == "id"


def test_a_language_chosen_on_the_welcome_page_is_forgotten_there() -> None:
    scene = kiosk().play(arrived(1), LANGUAGE)
    assert scene.wait(IDLE_SECONDS - 1).visit.language == "en"
    assert scene.wait(1).visit.language == "id"
    assert scene.stages() == {}


def test_the_language_can_be_changed_while_nothing_else_can() -> None:
    for scene in (lending(Stage.ASKING), Scene(), kiosk().play(BROKEN)):
        before = scene.visit.page
        assert replace(scene).play(LANGUAGE).visit.language == "en"
        assert replace(scene).play(DONE, BACK, CONFIRM, BORROW).visit.page is before


# What the machine knows ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("happenings", "shown", "outage"),
    [
        ((), Screen.STARTING, None),
        ((UNPLUGGED,), Screen.OUT_OF_SERVICE, Outage.PAD),
        ((PLUGGED,), Screen.STARTING, None),
        ((PLUGGED, CardArrived(SITI), BORROW), Screen.STARTING, None),
        ((BROKEN,), Screen.OUT_OF_SERVICE, Outage.LEDGER),
        ((UNPLUGGED, STARTED), Screen.OUT_OF_SERVICE, Outage.PAD),
        ((PLUGGED, STARTED), Screen.WELCOME, None),
        (
            (PLUGGED, STARTED, ServiceWanted(in_service=False)),
            Screen.OUT_OF_SERVICE,
            Outage.TECHNICIAN,
        ),
        (
            (STARTED, ServiceWanted(in_service=False), BROKEN),
            Screen.OUT_OF_SERVICE,
            Outage.LEDGER,
        ),
    ],
)
def test_the_screen_tells_the_truth_about_the_machine(
    happenings: tuple[Happening, ...], shown: Screen, outage: Outage | None
) -> None:
    scene = Scene().play(*happenings)
    assert (scene.shown(), scene.visit.outage) == (shown, outage)
    assert scene.done == []


@pytest.mark.parametrize(
    "button", [Button.CONFIRM, Button.DONE, Button.BACK, Button.STAY], ids=lambda one: one.value
)
def test_a_button_that_is_not_on_the_screen_does_nothing(button: Button) -> None:
    scene = kiosk().play(Touched(button))
    assert scene.visit == replace(kiosk().visit, since=scene.now)
    assert scene.done == []


def test_a_touch_beside_the_buttons_only_says_that_the_patron_is_there() -> None:
    scene = borrowing(1).wait(IDLE_SECONDS - 1)
    before = scene.visit
    assert scene.play(Touched(Button.STAY)).visit == replace(before, since=scene.now)


@pytest.mark.parametrize(
    ("happenings", "mode", "reason"),
    [
        ((PLUGGED,), Mode.STARTING, ""),
        ((), Mode.STARTING, ""),
        ((UNPLUGGED,), Mode.OUT_OF_SERVICE, "reader does not answer"),
        ((PLUGGED, STARTED), Mode.DEGRADED, ""),
        ((PLUGGED, STARTED, BROKEN), Mode.OUT_OF_SERVICE, "disk does not take writes"),
        (
            (PLUGGED, STARTED, ServiceWanted(in_service=False)),
            Mode.OUT_OF_SERVICE,
            "taken out of service",
        ),
        (
            (
                PLUGGED,
                STARTED,
                CardReaderChanged(healthy=True),
                ConnectionChanged(online=True),
            ),
            Mode.IN_SERVICE,
            "",
        ),
    ],
)
def test_technicians_read_how_the_kiosk_is(
    happenings: tuple[Happening, ...], mode: Mode, reason: str
) -> None:
    conduct = KioskConduct()
    for happening in happenings:
        conduct.hear(happening, 1.0)
    said = condition(conduct.visit)
    assert (said.mode, said.reason, conduct.busy) == (mode, reason, False)
    parts = {"pad", "card-reader", "ledger", "outbox", "server"}
    assert {one.name for one in said.findings} == parts
    assert all((one.code == "") == (one.health is Health.OK) for one in said.findings)
