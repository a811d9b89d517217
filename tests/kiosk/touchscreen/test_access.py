"""Every screen has the way to the patron's own settings, and the settings tell their state."""

from dataclasses import replace

import pytest

from kiosk.languages.catalogue import read_catalogue
from kiosk.touchscreen.scene import Adjust, Scene, Sign
from kiosk.touchscreen.scenes import scene
from kiosk.touchscreen.states import NOW, STATES
from kiosk.touchscreen.viewing import LOUDEST, Viewing, Wish

ID = read_catalogue("id")


def shown(name: str, viewing: Viewing) -> Scene:
    return scene(replace(STATES[name], language="id"), NOW, ID, viewing)


def labels(viewing: Viewing) -> list[str]:
    body = shown("pad-3", replace(viewing, adjusting=True)).body
    assert isinstance(body, Adjust)
    return [choice.label for choice in body.choices]


@pytest.mark.parametrize("name", STATES)
def test_every_screen_has_the_way_to_the_settings(name: str) -> None:
    access = shown(name, Viewing()).frame.access
    assert (access.button, access.label, access.enabled) == (Wish.ACCESS, "Aksesibilitas", True)


@pytest.mark.parametrize("name", STATES)
def test_the_settings_can_be_opened_and_closed_anywhere(name: str) -> None:
    behind = shown(name, Viewing(adjusting=True))
    assert isinstance(behind.body, Adjust)
    assert [control.button for control in behind.controls] == [Wish.CLOSE]


def test_a_switch_says_its_state_in_a_word_and_a_sign() -> None:
    assert labels(Viewing(large_text=True))[:2] == ["Huruf besar: aktif", "Kontras tinggi: mati"]
    body = shown("pad-3", Viewing(large_text=True, adjusting=True)).body
    assert isinstance(body, Adjust)
    assert [choice.on for choice in body.choices][:2] == [True, False]


def test_low_buttons_are_offered_only_where_they_change_something() -> None:
    assert "Tombol di bawah: mati" in labels(Viewing(tall_panel=True))
    assert not any("Tombol" in label for label in labels(Viewing()))


def test_the_voice_brings_its_own_buttons() -> None:
    assert "Ulangi" not in labels(Viewing())
    assert {"Ulangi", "Hentikan suara", "Lebih keras"} <= set(labels(Viewing(voice=True)))
    body = shown("pad-3", Viewing(voice=True, volume=LOUDEST, adjusting=True)).body
    assert isinstance(body, Adjust)
    louder = next(choice for choice in body.choices if choice.button is Wish.LOUDER)
    assert not louder.enabled


def test_time_that_runs_out_is_told_in_the_settings_too() -> None:
    behind = shown("pad-3-ending-offline", Viewing(adjusting=True))
    assert [note.sign for note in behind.notes] == [Sign.CLOCK]
    assert behind.stay is not None
