"""The patron's settings change by touch, last for one visit, and give time to who needs it."""

from dataclasses import replace

import pytest

from kiosk.staff.session import Room
from kiosk.touchscreen.staff_states import ROOMS
from kiosk.touchscreen.states import STATES
from kiosk.touchscreen.viewing import (
    LOUDEST,
    QUIETEST,
    Viewing,
    Wish,
    kept,
    kept_by_staff,
    wished,
)
from kiosk.visit import IDLE_SECONDS

CHANGED = Viewing(large_text=True, high_contrast=True, reach=True, voice=True, volume=5)
WELCOME, CARD, GOODBYE = STATES["welcome"], STATES["card"], STATES["goodbye-3"]


@pytest.mark.parametrize(
    ("wish", "name"),
    [
        (Wish.LARGE_TEXT, "large_text"),
        (Wish.HIGH_CONTRAST, "high_contrast"),
        (Wish.REACH, "reach"),
        (Wish.VOICE, "voice"),
    ],
)
def test_a_switch_turns_one_setting_on_and_off_again(wish: Wish, name: str) -> None:
    on = wished(Viewing(), wish)
    assert on == replace(Viewing(), **{name: True})
    assert wished(on, wish) == Viewing()


def test_the_volume_stays_between_quiet_and_loud() -> None:
    viewing = Viewing()
    for _ in range(9):
        viewing = wished(viewing, Wish.LOUDER)
    assert viewing.volume == LOUDEST
    for _ in range(9):
        viewing = wished(viewing, Wish.QUIETER)
    assert viewing.volume == QUIETEST


def test_who_listens_or_reads_large_text_has_twice_the_time() -> None:
    assert not Viewing(high_contrast=True, reach=True).unhurried
    assert Viewing(large_text=True).unhurried
    assert Viewing(voice=True).unhurried


def test_settings_made_on_the_welcome_last_through_the_visit() -> None:
    assert kept(CHANGED, WELCOME, CARD, 5) == CHANGED
    assert kept(CHANGED, CARD, GOODBYE, 5) == CHANGED


def test_nothing_of_them_reaches_the_next_patron() -> None:
    assert kept(CHANGED, GOODBYE, WELCOME, 5) == Viewing()


def test_settings_of_who_went_away_from_the_welcome_end_by_themselves() -> None:
    assert kept(CHANGED, WELCOME, WELCOME, 2 * IDLE_SECONDS - 1) == CHANGED
    assert kept(CHANGED, WELCOME, WELCOME, 2 * IDLE_SECONDS) == Viewing()
    hasty = Viewing(high_contrast=True)
    assert kept(hasty, WELCOME, WELCOME, IDLE_SECONDS) == Viewing()


def test_the_panel_of_settings_closes_when_the_visit_goes_on() -> None:
    assert kept(Viewing(adjusting=True), WELCOME, CARD, 5) == Viewing()
    assert kept(Viewing(adjusting=True), CARD, CARD, 5).adjusting


def test_what_the_machine_is_survives_what_the_patron_wanted() -> None:
    assert kept(replace(CHANGED, tall_panel=True), GOODBYE, WELCOME, 5) == Viewing(tall_panel=True)


def test_staff_keep_their_settings_from_page_to_page_and_leave_none() -> None:
    assert kept_by_staff(CHANGED, Room(), ROOMS["menu"]) == CHANGED
    assert kept_by_staff(CHANGED, ROOMS["menu"], ROOMS["tests"]) == CHANGED
    assert kept_by_staff(CHANGED, ROOMS["tests"], Room()) == Viewing()


def test_whoever_only_came_to_staffs_door_keeps_their_settings() -> None:
    assert kept_by_staff(CHANGED, Room(), ROOMS["door"]) == CHANGED
    assert kept_by_staff(CHANGED, ROOMS["door"], Room()) == CHANGED


def test_the_panel_of_settings_closes_when_staff_go_to_another_page() -> None:
    adjusting = Viewing(adjusting=True)
    assert not kept_by_staff(adjusting, ROOMS["menu"], ROOMS["tests"]).adjusting
    assert kept_by_staff(adjusting, ROOMS["tags-lay"], ROOMS["tags-written"]).adjusting
