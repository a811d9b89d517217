"""Five keys reach everything, and no other key does anything."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.errors import BadSettings
from kiosk.settings import ScreenSettings
from kiosk.touchscreen.keypad import KEY_CODES, Key, Keypad, moved

TARGETS = st.lists(st.integers(), unique=True, min_size=1, max_size=9).map(tuple)


@given(TARGETS)
def test_the_focus_visits_every_target_once_in_reading_order(targets: tuple[int, ...]) -> None:
    focus, visited = None, []
    for _ in targets:
        focus = moved(targets, focus, Key.DOWN)
        visited.append(focus)
    assert tuple(visited) == targets


@given(TARGETS, st.data())
def test_up_is_the_way_back(targets: tuple[int, ...], data: st.DataObject) -> None:
    focus = data.draw(st.sampled_from(targets))
    assert moved(targets, moved(targets, focus, Key.DOWN), Key.UP) == focus


def test_a_target_that_went_away_is_where_the_focus_begins_anew() -> None:
    assert moved(("first", "last"), "gone", Key.DOWN) == "first"
    assert moved(("first", "last"), "gone", Key.UP) == "last"


def test_a_key_that_is_not_the_keypads_is_nothing() -> None:
    keypad = Keypad()
    known = {name for key in Key for name in getattr(keypad, key.value)}
    for name, code in KEY_CODES.items():
        assert (keypad.key(code) is not None) == (name in known)
    assert keypad.key(ord("q")) is None


def test_a_keypad_that_sends_other_keys_is_described_in_the_settings() -> None:
    assert Keypad(up=("f5",), down=("f6",)).key(KEY_CODES["f5"]) is Key.UP
    assert Keypad(up=("f5",), down=("f6",)).key(KEY_CODES["up"]) is None


def test_a_key_nobody_knows_is_refused_with_the_names_there_are() -> None:
    screen = ScreenSettings(width=1080, height=1920, diagonal=15.6, keypad=Keypad(ok=("retrun",)))
    with pytest.raises(BadSettings, match=r"no key 'retrun'; use up, down"):
        screen.panel()


def test_a_misspelt_key_of_the_keypad_is_never_silence() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field `okay`"):
        msgspec.convert({"okay": ["enter"]}, Keypad)


def test_a_panel_that_hangs_too_high_for_a_wheelchair_is_refused() -> None:
    with pytest.raises(BadSettings, match="hang the panel so that 150 mm of it are below 1100 mm"):
        ScreenSettings(width=1080, height=1920, diagonal=15.6, bottom=1000).panel()


def test_a_small_panel_may_hang_as_high_as_all_of_it_is_reached() -> None:
    assert ScreenSettings(width=1024, height=600, diagonal=7.0, bottom=1000).panel().reach == 600


def test_what_cannot_be_reached_is_told_in_pixels() -> None:
    panel = ScreenSettings(width=1080, height=1920, diagonal=15.6, bottom=850).panel()
    assert round(panel.reach / panel.pixels_per_mm) == 250
