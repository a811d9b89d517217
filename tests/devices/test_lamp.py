"""What a lamp shows for each meaning, and that nobody is dazzled by it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.capabilities import LampColour, LampMeaning
from devices.lamp import STEP_SECONDS, Shown, after, lit, places

READY, WORKING, STOPPED = LampMeaning.READY, LampMeaning.WORKING, LampMeaning.STOPPED
A_SECOND = round(1 / STEP_SECONDS)
TEN_SECONDS = 10 * A_SECOND


def shown(meaning: LampMeaning, steps: int = TEN_SECONDS) -> list[LampColour | None]:
    return [lit(Shown(meaning, step)) for step in range(steps)]


def rhythm(meaning: LampMeaning) -> str:
    return "".join(".#"[colour is not None] for colour in shown(meaning, 8))


def flashes_in_a_second(lights: list[LampColour | None]) -> int:
    """The most changes between two lights that any second holds, by two."""
    changes = [before is not now for before, now in pairwise(lights)]
    return max((sum(changes[at : at + A_SECOND]) for at in range(len(changes))), default=0) // 2


def test_every_meaning_has_a_rhythm_of_its_own() -> None:
    assert {meaning: rhythm(meaning) for meaning in LampMeaning} == {
        READY: "########",
        WORKING: "..##..##",
        LampMeaning.ATTENTION: "#.#.....",
        STOPPED: "#.......",
        LampMeaning.DARK: "........",
    }


@pytest.mark.parametrize(
    ("meaning", "colour"),
    [
        (READY, LampColour.GREEN),
        (WORKING, LampColour.GREEN),
        (LampMeaning.ATTENTION, LampColour.AMBER),
        (STOPPED, LampColour.RED),
    ],
)
def test_every_meaning_has_one_colour(meaning: LampMeaning, colour: LampColour) -> None:
    assert {one for one in shown(meaning) if one is not None} == {colour}


@given(st.lists(st.lists(st.sampled_from(LampMeaning), max_size=3).map(tuple), max_size=60))
def test_whatever_is_meant_there_are_two_flashes_a_second_at_most(
    meant: list[tuple[LampMeaning, ...]],
) -> None:
    now, lights = Shown(LampMeaning.DARK), []
    for heard in meant:
        now = after(now, heard)
        lights.append(lit(now))
    assert flashes_in_a_second(lights) <= 2


@given(st.lists(st.lists(st.sampled_from(LampMeaning), max_size=3).map(tuple), max_size=20))
def test_what_is_meant_last_is_shown_within_a_second(
    meant: list[tuple[LampMeaning, ...]],
) -> None:
    now = Shown(LampMeaning.DARK)
    for heard in (*meant, (STOPPED,)):
        now = after(now, heard)
    assert now == Shown(STOPPED, now.steps)
    for _ in range(A_SECOND):
        now = after(now, (READY,))
    assert now.meaning is READY


def test_a_return_that_was_too_fast_to_see_is_shown_for_a_whole_round() -> None:
    now, lights = Shown(READY, 100), []
    for heard in ((WORKING, READY), (READY,), (), (), ()):
        now = after(now, heard)
        lights.append(lit(now))
    green = LampColour.GREEN
    assert lights == [None, None, green, green, green]
    assert now.meaning is READY


def test_a_yes_is_never_shown_while_work_goes_on() -> None:
    now = Shown(READY)
    for _ in range(50):
        now = after(now, (READY, WORKING))
        assert now.meaning is WORKING


def test_what_stops_the_station_does_not_wait_for_a_rounds_end() -> None:
    assert after(Shown(WORKING, 1), (READY, STOPPED)) == Shown(STOPPED)


def test_a_lamp_that_wears_out_blinks_every_ten_seconds_after_a_minute() -> None:
    minute = 60 * A_SECOND
    for meaning in (STOPPED, LampMeaning.ATTENTION):
        first = [lit(Shown(meaning, step), wears_out=True) for step in range(minute)]
        assert first == shown(meaning, minute)
        later = [lit(Shown(meaning, minute + step), wears_out=True) for step in range(TEN_SECONDS)]
        assert later == [*shown(meaning, 8), *[None] * (TEN_SECONDS - 8)]
    assert lit(Shown(READY, 10 * minute), wears_out=True) is LampColour.GREEN


def test_a_colour_that_is_not_fitted_is_shown_by_another() -> None:
    green, amber, red = LampColour
    assert places("g", "a", "r") == {green: "g", amber: "a", red: "r"}
    assert places("g", None, "r") == {green: "g", amber: "r", red: "r"}
    assert places("g", "a", None) == {green: "g", amber: "a", red: "a"}
    assert places("g", None, None) == dict.fromkeys(LampColour, "g")
