"""The catalogue: words typed, titles found, twenty at a time."""

import pytest

from broker.requests import Answer, Find, Found, Hit
from broker.vocabulary import Reason, Refusal
from kiosk.actions import Enquire
from kiosk.happenings import Answered, Button, ConnectionChanged
from kiosk.visit import IDLE_SECONDS, Screen
from tests.kiosk.plays import Scene, kiosk

HIT = Hit("Bumi Manusia", "Pramoedya Ananta Toer", "899.221 PRA b", 2, 1, None)
MANY = Found(45, (HIT,) * 20)


def typed(words: str) -> Scene:
    return kiosk().touch(Button.SEARCH).type(words)


def found(start: int, answer: Answer | None = MANY, words: str = "bumi") -> Answered:
    return Answered(Find(words, start), answer, provisional=False)


def test_words_are_asked_for_in_small_letters() -> None:
    assert kiosk().touch(Button.SEARCH).type("Bumi. Manusia").visit.typed == "bumi manusia"


def test_words_are_typed_and_asked_without_the_space_at_their_end() -> None:
    scene = typed(" bumi ").touch(Button.CONFIRM)
    assert (scene.shown(), scene.done) == (Screen.SEARCHING, [Enquire(Find("bumi"))])
    assert scene.play(found(0)).shown() is Screen.FOUND


@pytest.mark.parametrize("words", ["", " ", "!?"])
def test_nothing_is_asked_without_words(words: str) -> None:
    scene = typed(words).touch(Button.CONFIRM)
    assert (scene.shown(), scene.done) == (Screen.SEARCH, [])


def test_as_much_is_typed_as_the_library_takes() -> None:
    assert len(typed("A" * 100).visit.typed) == 40


def test_the_next_twenty_and_the_ones_before() -> None:
    scene = typed("bumi").touch(Button.CONFIRM).play(found(0)).touch(Button.LESS)
    assert len(scene.done) == 1
    scene.touch(Button.MORE)
    assert scene.last() == Enquire(Find("bumi", 20))
    scene.play(found(20)).touch(Button.MORE).play(found(40, Found(45, (HIT,) * 5)))
    scene.touch(Button.MORE)
    assert (scene.visit.first, len(scene.done)) == (40, 3)
    assert scene.touch(Button.LESS).last() == Enquire(Find("bumi", 20))


def test_nobody_reads_on_for_ever() -> None:
    scene = typed("A").touch(Button.CONFIRM)
    for start in range(0, 2000, 20):
        scene.play(found(start, Found(100_000, (HIT,) * 20), "a")).touch(Button.MORE)
    assert len(scene.done) == 50


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(None, Reason.INTERRUPTED), (Refusal(Reason.ASK_STAFF), Reason.ASK_STAFF)],
)
def test_no_answer_leaves_the_words_to_be_tried_again(
    answer: Answer | None, reason: Reason
) -> None:
    scene = typed("bumi").touch(Button.CONFIRM).play(found(0, answer))
    assert (scene.shown(), scene.visit.typed, scene.visit.reason) == (
        Screen.SEARCH,
        "bumi",
        reason,
    )
    assert scene.touch(Button.CONFIRM).last() == Enquire(Find("bumi"))


def test_who_goes_back_is_not_overtaken_by_a_late_answer() -> None:
    scene = typed("bumi").touch(Button.CONFIRM).touch(Button.BACK).type("N").play(found(0))
    assert (scene.shown(), scene.visit.typed) == (Screen.SEARCH, "bumin")


def test_off_line_nothing_is_searched() -> None:
    lost = ConnectionChanged(online=False)
    assert kiosk().play(lost).touch(Button.SEARCH).shown() is Screen.WELCOME
    scene = typed("bumi").play(lost).touch(Button.CONFIRM)
    assert (scene.shown(), scene.done) == (Screen.SEARCH, [])


def test_nothing_of_a_search_is_left_for_the_next_patron() -> None:
    scene = typed("bumi").touch(Button.CONFIRM).play(found(0)).wait(IDLE_SECONDS)
    assert (scene.shown(), scene.visit.typed, scene.visit.found) == (Screen.WELCOME, "", None)
