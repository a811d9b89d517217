"""When a certificate may be renewed, and how often a code may be guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.identity.lifetimes import DAY, GRACE, LIFE
from server.enrolment.rules import (
    GUESSES_IN_ALL,
    GUESSES_PER_SOURCE,
    WINDOW_SECONDS,
    Guesses,
    Verdict,
    verdict,
)

NOON = 1_795_500_000.0


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (0, Verdict.TOO_EARLY),
        (60 * DAY - 1, Verdict.TOO_EARLY),
        (60 * DAY, Verdict.GRANTED),
        (LIFE - 1, Verdict.GRANTED),
        (LIFE, Verdict.STAFF),
        (LIFE + GRACE - 1, Verdict.STAFF),
        (LIFE + GRACE, Verdict.TOO_LATE),
        (10 * LIFE, Verdict.TOO_LATE),
    ],
)
def test_the_dates_alone_decide(age: float, expected: Verdict) -> None:
    assert verdict(NOON, NOON + LIFE, NOON + age) is expected


def guessed(times: int, source: str, start: float = NOON) -> Guesses:
    guesses = Guesses()
    for number in range(times):
        guesses = guesses.after(source, start + number)
    return guesses


def test_a_source_may_guess_ten_times_and_then_waits_ten_minutes() -> None:
    assert guessed(GUESSES_PER_SOURCE - 1, "10.0.0.7").wait("10.0.0.7", NOON + 9) == 0
    tired = guessed(GUESSES_PER_SOURCE, "10.0.0.7")
    assert tired.wait("10.0.0.7", NOON + 9) == WINDOW_SECONDS - 9
    assert tired.wait("10.0.0.7", NOON + WINDOW_SECONDS) == 0
    assert tired.wait("10.0.0.8", NOON + 9) == 0


def test_many_sources_together_may_guess_a_hundred_times() -> None:
    guesses = Guesses()
    for number in range(GUESSES_IN_ALL):
        guesses = guesses.after(f"10.0.0.{number}", NOON)
    assert guesses.wait("10.0.1.1", NOON + 1) == WINDOW_SECONDS - 1


def test_a_hundred_thousand_guesses_are_never_more_than_a_hundred_in_ten_minutes() -> None:
    """As fast as they come for a day, from a thousand addresses; and nothing grows with them."""
    guesses, evaluated = Guesses(), []
    for number in range(100_000):
        now, source = NOON + number * DAY / 100_000, f"10.0.{number % 4}.{number % 250}"
        if not guesses.wait(source, now):
            evaluated.append(now)
            guesses = guesses.after(source, now)
    assert len(guesses.wrong) <= GUESSES_IN_ALL
    for at, earlier in zip(evaluated[GUESSES_IN_ALL:], evaluated, strict=False):
        assert at - earlier >= WINDOW_SECONDS
    assert len(evaluated) > GUESSES_IN_ALL


@given(st.lists(st.tuples(st.floats(0, 3000), st.sampled_from("abc")), max_size=150))
def test_who_may_try_after_the_wait_may_try(tries: list[tuple[float, str]]) -> None:
    guesses = Guesses()
    now = NOON
    for pause, source in tries:
        now += pause / 10
        wait = guesses.wait(source, now)
        assert 0 <= wait <= WINDOW_SECONDS
        assert not wait or guesses.wait(source, now + wait + 0.001) == 0
        guesses = guesses.after(source, now)
