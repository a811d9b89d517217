"""Every order, every refusal, every silence and every page, as tables."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import pytest

from broker.requests import (
    AccountOf,
    Answer,
    Describe,
    Expired,
    Find,
    Identify,
    Lend,
    Question,
    Renew,
)
from broker.vocabulary import Reason, Refusal
from kiosk.actions import Enquire, Extend, Release
from kiosk.book import Stage
from kiosk.happenings import (
    Answered,
    Button,
    CardArrived,
    CardLeft,
    ConnectionChanged,
    Happening,
    Intended,
    PadChanged,
    Problem,
    Recorded,
    TagArrived,
    TagLeft,
    TagWritten,
    Touched,
)
from kiosk.renewal import Stage as Renewing
from kiosk.touchscreen.states import NOW, STATES
from kiosk.visit import IDLE_SECONDS, Page, Screen
from kiosk.visiting.machine import home
from tests.kiosk.plays import Scene, borrowing, kiosk
from tests.kiosk.things import BUDI, SITI, act, arrived, granted, item, refused, standing, uid
from tests.kiosk.visiting.test_account import opened, renewed

# Every order ----------------------------------------------------------------------------------

ACTS: dict[str, tuple[Happening, ...]] = {
    "touch": (Touched(Button.BORROW),),
    "card": (CardArrived(SITI), standing()),
    "first book": (arrived(1),),
    "second book": (arrived(2),),
    "a book too many": (arrived(3), TagLeft(uid(3))),
}


@pytest.mark.parametrize("order", list(permutations(ACTS)), ids=", ".join)
def test_in_any_order_of_touch_card_and_books_the_same_books_are_lent(
    order: Sequence[str],
) -> None:
    scene = kiosk().play(*(happening for name in order for happening in ACTS[name]))
    assert (scene.shown(), scene.stages()) == (
        Screen.PAD,
        dict.fromkeys(sorted(scene.stages()), Stage.LISTED),
    )
    scene.touch(Button.CONFIRM)
    for number in (1, 2):
        scene.play(
            Intended(uid(number), act(number)),
            granted(number),
            TagWritten(act(number)),
            Recorded(act(number)),
        )
    assert (scene.shown(), scene.stages()) == (Screen.RESULT, {1: Stage.LENT, 2: Stage.LENT})


@pytest.mark.parametrize("at", range(6))
def test_a_card_taken_away_at_any_moment_changes_nothing_but_the_reminder(at: int) -> None:
    happenings: list[Happening] = [
        CardArrived(SITI),
        standing(),
        arrived(1),
        Touched(Button.CONFIRM),
        Intended(uid(1), act(1)),
        granted(1),
        TagWritten(act(1)),
        Recorded(act(1)),
    ]
    with_it = kiosk().play(*happenings)
    without = kiosk().play(*happenings[: at + 1], CardLeft(), *happenings[at + 1 :])
    assert with_it.visit.card_here
    assert without.visit == replace(with_it.visit, card_here=False)


@pytest.mark.parametrize("patron", [SITI, BUDI, None])
def test_a_second_card_at_any_moment_of_a_visit_changes_nothing(patron: object) -> None:
    second = CardArrived(patron if patron in (SITI, BUDI) else None)  # type: ignore[arg-type]  # as the test says
    scene = borrowing(1)
    for happening in (Touched(Button.CONFIRM), Intended(uid(1), act(1)), granted(1)):
        before = scene.play(happening).visit
        assert scene.play(second).visit == before
    assert scene.visit.patron == SITI


@pytest.mark.parametrize("books", [(), (1,), (1, 2)])
def test_a_reader_unplugged_with_or_without_books_is_told_and_ends_nobodys_loan(
    books: tuple[int, ...],
) -> None:
    scene = borrowing(*books).play(PadChanged(healthy=False))
    assert scene.shown() is Screen.OUT_OF_SERVICE
    assert scene.touch(Button.HELP).shown() is Screen.HELP
    scene.wait(IDLE_SECONDS)
    assert scene.visit.page is Page.WELCOME


# Every refusal ----------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", Reason)
def test_whatever_the_library_refuses_no_tag_is_released(reason: Reason) -> None:
    scene = borrowing(1).touch(Button.CONFIRM).play(Intended(uid(1), act(1)), refused(1, reason))
    scene.play(Recorded(act(1)))
    assert scene.stages() == {1: Stage.REFUSED}
    assert scene.visit.books[0].reason is reason
    assert not any(isinstance(action, Release) for action in scene.done)


@pytest.mark.parametrize("problem", [one for one in Problem if one is not Problem.LIFTED])
def test_a_thing_that_is_not_lent_leaves_the_others_to_be(problem: Problem) -> None:
    odd = TagArrived(uid(2), item(2), problem, secured=True, missing=(2,), parts=3)
    scene = borrowing(1).play(odd).touch(Button.CONFIRM)
    assert scene.stages() == {1: Stage.INTENDING, 2: Stage.STAFF}


@pytest.mark.parametrize(
    "reason", [one for one in Reason if one not in {Reason.NEEDS_PIN, Reason.WRONG_PIN}]
)
def test_a_patron_who_is_refused_is_forgotten(reason: Reason) -> None:
    no = Answered(Identify(SITI), Refusal(reason), provisional=False)
    scene = kiosk().play(CardArrived(SITI), no)
    assert (scene.shown(), scene.visit.reason, scene.visit.patron) == (
        Screen.CARD_REFUSED,
        reason,
        None,
    )


# Every silence ----------------------------------------------------------------------------------


def silent(question: Question, answer: Answer | None) -> Answered:
    return Answered(question, answer, provisional=True)


def asked(scene: Scene) -> Question:
    last = scene.last()
    if isinstance(last, Extend):
        return Renew(act(1), last.item, last.patron)
    assert isinstance(last, Enquire)
    return last.question


SILENCES: dict[str, tuple[Scene, type[Question], Screen]] = {
    "card": (kiosk().play(CardArrived(SITI)), Identify, Screen.CARD_REFUSED),
    "account": (borrowing().touch(Button.ACCOUNT), AccountOf, Screen.NO_ACCOUNT),
    "title": (borrowing(1), Describe, Screen.PAD),
    "loan": (
        borrowing(1).touch(Button.CONFIRM).play(Intended(uid(1), act(1))),
        Lend,
        Screen.LENDING,
    ),
    "renewal": (opened().touch(Button.RENEW, "B00001"), Renew, Screen.ACCOUNT),
    "search": (
        kiosk().touch(Button.SEARCH).type("BUMI").touch(Button.CONFIRM),
        Find,
        Screen.SEARCH,
    ),
}


@pytest.mark.parametrize("answer", [None, Expired()], ids=["silent", "too late"])
@pytest.mark.parametrize("step", SILENCES)
def test_a_server_that_is_silent_at_any_step_leads_to_a_page_that_says_so(
    step: str, answer: Answer | None
) -> None:
    scene, kind, shown = SILENCES[step]
    scene = replace(scene, done=list(scene.done))
    question = asked(scene)
    assert isinstance(question, kind)
    scene.play(silent(question, answer))
    assert scene.shown() is shown


def test_a_loan_without_an_answer_is_given_up_and_a_renewal_stays_unknown() -> None:
    loan, _, _ = SILENCES["loan"]
    scene = replace(loan, done=[]).play(silent(Lend(act(1), item(1), SITI), None))
    assert scene.stages() == {1: Stage.ABANDONING}
    kept = opened().touch(Button.RENEW, "B00001").play(ConnectionChanged(online=False))
    kept.play(renewed(1, None))
    assert kept.visit.renewals[0].stage is Renewing.UNKNOWN


# Every page ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", STATES)
def test_every_page_ends_by_itself_and_leaves_nothing_of_the_patron(name: str) -> None:
    visit = replace(STATES[name], unhurried=False)
    if visit.busy or visit.waits or not visit.started:
        return
    scene = Scene(visit, now=NOW)
    for _ in range(3):
        scene.wait(IDLE_SECONDS + 1)
    assert scene.visit.page is Page.WELCOME
    kept = ("since", "leftovers", "books", "language")
    fresh = home(scene.visit, scene.now)
    same = {one: getattr(scene.visit, one) for one in kept}
    assert scene.visit == replace(fresh, **same)
    assert scene.visit.books == ()


@pytest.mark.parametrize("name", STATES)
def test_nothing_ends_while_an_answer_or_a_book_is_on_its_way(name: str) -> None:
    visit = STATES[name]
    if not (visit.working or visit.waits):
        return
    scene = Scene(visit, now=NOW).wait(100 * IDLE_SECONDS)
    assert scene.visit == visit
