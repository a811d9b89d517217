"""Every page of staff mode has its words in both languages, and fits every panel."""

import json
import os
import subprocess
import sys
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import pytest

from kiosk.languages.catalogue import LANGUAGES, read_catalogues
from kiosk.staff.heard import Pressed
from kiosk.staff.room import step
from kiosk.staff.session import Page, Room
from kiosk.staff.tagging import Stand, stand
from kiosk.staff.testing import LAMP_SHOWS, Repair
from kiosk.staff.words import Closing, Debt, Failure, Found, Key, Part
from kiosk.touchscreen.audit.__main__ import HEADLESS
from kiosk.touchscreen.audit.combinations import MAIN_PANELS
from kiosk.touchscreen.staff_scene import StaffScene
from kiosk.touchscreen.staff_scenes import staff_scene
from kiosk.touchscreen.staff_states import NOW, ROOMS

ROOT = Path(__file__).parents[3]
CATALOGUES = read_catalogues()


def shown(room: Room, language: str = "id", now: float = NOW) -> StaffScene:
    assert room.session is not None
    session = replace(room.session, language=language)
    return staff_scene(room, session, now, CATALOGUES[language])


def words(value: object) -> list[str]:
    """Every text anywhere in a scene."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [word for part in value for word in words(part)]
    if is_dataclass(value) and not isinstance(value, type):
        return [word for field in fields(value) for word in words(getattr(value, field.name))]
    return []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ROOMS)
def test_every_page_is_unmistakably_staff_mode_and_has_a_way_out(name: str, language: str) -> None:
    room = ROOMS[name]
    drawn = shown(room, language)
    assert drawn.banner == {"id": "MODE PETUGAS", "en": "STAFF MODE"}[language]
    assert drawn.heading
    corner = {key.pressed.key: key.enabled for key in drawn.corner}
    assert room.session is not None
    assert corner[Key.LEAVE] is not room.session.busy
    assert Key.LANGUAGE in corner


@pytest.mark.parametrize("name", ROOMS)
def test_every_key_that_can_be_pressed_is_heard_by_its_page(name: str) -> None:
    """Each changes something or has something done: no key is dead."""
    drawn = shown(ROOMS[name])
    for key in (*drawn.keys, *drawn.keypad, *drawn.corner):
        if not key.enabled:
            continue
        after, deeds = step(ROOMS[name], key.pressed, NOW + 1)
        session, was = after.session, ROOMS[name].session
        assert was is not None
        quiet = session is not None and replace(session, since=was.since) == was
        assert deeds or after.closing is not ROOMS[name].closing or not quiet, key


def everything() -> str:
    return " ".join(word for room in ROOMS.values() for word in words(shown(room)))


def test_the_table_of_rooms_leaves_nothing_out() -> None:
    sessions = [room.session for room in ROOMS.values() if room.session is not None]
    assert {session.page for session in sessions} == set(Page)
    assert {stand(session.bench) for session in sessions if session.page is Page.TAGS} == set(Stand)
    told = everything()
    for kind, section in ((Found, "found"), (Failure, "staff-failure"), (Debt, "debt")):
        for one in kind:
            if one is not Debt.NONE:
                assert CATALOGUES["id"].text(f"{section}.{one.value}") in told, one


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_staff_mode_has_its_text(language: str) -> None:
    catalogue = CATALOGUES[language]
    for repair in Repair:
        assert catalogue.text(f"repair.{repair.value}")
    for part in Part:
        assert catalogue.text(f"staff-part.{part.value}")
    for closing in Closing:
        assert catalogue.text(f"staff-closing.{closing.value}")


def test_a_typed_code_is_masked() -> None:
    drawn = shown(ROOMS["door-typed"])
    assert drawn.typed == "••••••"
    assert "246813" not in " ".join(words(drawn.typed))


def test_the_end_is_told_a_minute_before_and_not_earlier() -> None:
    room = ROOMS["menu"]
    assert shown(room, now=NOW + 200).clock == ""
    assert "60 detik" in shown(room, now=NOW + 240).clock


def test_a_patrons_card_on_the_pad_tells_nothing_but_that_it_is_one() -> None:
    drawn = shown(ROOMS["tags-card"])
    assert [fact.partition(":")[0] for fact in drawn.facts] == ["Terbaca"]


def test_overwriting_is_a_key_of_its_own_only_where_it_is_allowed() -> None:
    allowed = {
        name
        for name, room in ROOMS.items()
        if any(key.pressed == Pressed(Key.OVERWRITE) for key in shown(room).keys)
    }
    assert allowed == {"tags-already", "tags-other-item", "tags-other-content"}


@pytest.mark.parametrize("panel", MAIN_PANELS)
def test_nothing_is_torn_overlapping_too_small_or_outside(panel: str, tmp_path: Path) -> None:
    subprocess.run(
        [
            sys.executable,
            "-m",
            "kiosk.touchscreen.staff_gallery",
            tmp_path,
            "--panel",
            panel,
            "--audit-only",
        ],
        cwd=ROOT,
        env=os.environ | HEADLESS | {"PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        timeout=110,
    )
    found = json.loads((tmp_path / panel / "staff.json").read_text("utf-8"))
    assert set(found) == {f"{name}.{language}" for name in ROOMS for language in LANGUAGES}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_a_lamp_is_offered_for_a_test_only_where_one_is_fitted() -> None:
    lamp = Pressed(Key.CHOOSE, list(Part).index(Part.LAMP))
    offered = {
        name: lamp in [key.pressed for key in shown(ROOMS[name]).keys]
        for name in ("tests", "tests-no-lamp")
    }
    assert offered == {"tests": True, "tests-no-lamp": False}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lamp_of_one_colour_is_asked_for_by_its_rhythm_alone(language: str) -> None:
    colours = {"id": ("hijau", "kuning", "merah"), "en": ("green", "amber", "red")}[language]
    told = " ".join(words(shown(ROOMS["test-lamp-one-colour"], language)))
    assert not any(colour in told for colour in colours)
    asked = [
        " ".join(shown(ROOMS[f"test-lamp-shows-{one.value}"], language).lines) for one in LAMP_SHOWS
    ]
    assert [colour in line for colour, line in zip(colours, asked, strict=True)] == [True] * 3
