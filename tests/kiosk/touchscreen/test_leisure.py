"""Garbage is looked for when nobody is there: no touch has to wait for it."""

import threading
from collections.abc import Iterator

import pytest

from kiosk.touchscreen.leisure import Leisure
from tests.kiosk.touchscreen.play import Play, stands

LONG_SECONDS = 4.0
FOUND = "garbage was found"


def test_it_comes_a_second_after_whatever_happened_and_only_once() -> None:
    leisure = Leisure()
    assert not leisure.comes(5.0)
    leisure.lose(10.0)
    assert not leisure.comes(10.9)
    assert leisure.comes(11.0)
    assert not leisure.comes(99.0)


def test_whoever_touches_the_welcome_puts_it_off() -> None:
    leisure = Leisure()
    leisure.lose(10.0)
    leisure.lose(10.5)
    assert not leisure.comes(11.4)
    assert leisure.comes(11.5)


@pytest.fixture
def littered() -> Iterator[Play]:
    """A visit at the pad that has left garbage."""
    play = Play()
    play.direct("card")
    assert stands(play, "pad")
    play.direct("litter")
    yield play
    if play.process.poll() is None:
        play.end()


def test_garbage_lies_for_as_long_as_somebody_is_there(littered: Play) -> None:
    threading.Event().wait(LONG_SECONDS)
    _, errors = littered.end()
    assert FOUND not in errors


def test_garbage_is_found_once_nobody_is_there(littered: Play) -> None:
    littered.ask("touch back")
    assert littered.process.stderr is not None
    assert any(FOUND in line for line in littered.process.stderr)
