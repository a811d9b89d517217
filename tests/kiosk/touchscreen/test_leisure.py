"""Garbage is looked for when nobody is there: no touch has to wait for it."""

import threading

from kiosk.touchscreen.leisure import Leisure
from tests.kiosk.touchscreen.play import Play, stands

LONG_SECONDS = 4.0


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


def test_what_a_visit_leaves_lies_until_the_welcome_stands_again() -> None:
    play = Play()
    play.direct("card")
    assert stands(play, "pad")
    play.direct("litter")
    threading.Event().wait(LONG_SECONDS)
    play.ask("touch back")
    assert stands(play, "welcome")
    assert not _finds_garbage(play)


def test_garbage_is_found_while_nobody_is_there() -> None:
    play = Play()
    play.direct("card")
    assert stands(play, "pad")
    play.direct("litter")
    play.ask("touch back")
    assert stands(play, "welcome")
    threading.Event().wait(LONG_SECONDS)
    assert _finds_garbage(play)


def _finds_garbage(play: Play) -> bool:
    _, errors = play.end()
    return "garbage was found" in errors
