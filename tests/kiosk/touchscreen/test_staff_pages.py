"""Every page of staff mode has its words in both languages, and a voice for them."""

from dataclasses import fields, is_dataclass, replace

import pytest

from broker.facts import Mark
from kiosk.languages.catalogue import LANGUAGES, read_catalogues
from kiosk.staff.heard import Pressed
from kiosk.staff.room import step
from kiosk.staff.session import IDLE_SECONDS, WARNING_SECONDS, Page, Room
from kiosk.staff.tagging import Stand, stand
from kiosk.staff.testing import LAMP_SHOWS, Repair
from kiosk.staff.words import Closing, Debt, Failure, Found, Key, Part
from kiosk.touchscreen.scene import Adjust, Keys, Report, Scene, Sign
from kiosk.touchscreen.speech.sentences import change, controls, readable, spoken, texts
from kiosk.touchscreen.staff_scenes import staff_scene
from kiosk.touchscreen.staff_states import NOW, ROOMS
from kiosk.touchscreen.viewing import Viewing

CATALOGUES = read_catalogues()
ID = CATALOGUES["id"]
PLAIN = Viewing()


def shown(room: Room, language: str = "id", now: float = NOW, viewing: Viewing = PLAIN) -> Scene:
    assert room.session is not None
    session = replace(room.session, language=language)
    return staff_scene(replace(room, session=session), session, now, CATALOGUES[language], viewing)


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
    banner = {"id": "MODE PETUGAS", "en": "STAFF MODE"}[language]
    assert [note.sign for note in drawn.notes if note.text.startswith(banner)] == [Sign.STAFF]
    assert drawn.body.heading
    assert room.session is not None
    assert drawn.frame.help.button is Key.LEAVE
    assert drawn.frame.help.enabled is not room.session.busy
    assert drawn.frame.language.button is Key.LANGUAGE


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ROOMS)
def test_everything_on_a_page_is_said_and_no_digit_of_a_code(name: str, language: str) -> None:
    drawn, catalogue = shown(ROOMS[name], language), CATALOGUES[language]
    sentence = spoken(drawn, catalogue)
    told = [note.text for note in drawn.notes if note.sign is not Sign.CLOCK]
    for text in (*texts(drawn.body), *told):
        assert readable(text, catalogue).strip() in sentence
    said = controls(() if isinstance(drawn.body, Keys) else drawn)
    assert all(readable(one.label, catalogue) in sentence for one in said)
    if isinstance(drawn.body, Keys):
        assert not any(digit in sentence for digit in "0123456789")


def test_another_page_is_said_whole_and_on_the_same_page_only_what_is_new() -> None:
    assert change(shown(ROOMS["menu"]), shown(ROOMS["tests"]), ID) == spoken(
        shown(ROOMS["tests"]), ID
    )
    before, after = shown(ROOMS["walk-begun"]), shown(ROOMS["walk"])
    told = change(before, after, ID)
    assert " dari 200 terbaca" in told
    assert "MODE PETUGAS" not in told


@pytest.mark.parametrize("name", ROOMS)
def test_every_key_that_can_be_pressed_is_heard_by_its_page(name: str) -> None:
    """Each changes something or has something done: no key is dead."""
    for control in controls(shown(ROOMS[name])):
        if not (control.enabled and isinstance(control.button, Key)):
            continue
        pressed = Pressed(control.button, int(control.subject or 0))
        after, deeds = step(ROOMS[name], pressed, NOW + 1)
        session, was = after.session, ROOMS[name].session
        assert was is not None
        quiet = session is not None and replace(session, since=was.since) == was
        assert deeds or after.closing is not ROOMS[name].closing or not quiet, control


@pytest.mark.parametrize("name", ROOMS)
def test_every_page_has_the_way_to_the_settings(name: str) -> None:
    drawn = shown(ROOMS[name], viewing=Viewing(adjusting=True))
    assert isinstance(drawn.body, Adjust)
    assert drawn.frame.access.enabled
    assert Sign.STAFF in [note.sign for note in drawn.notes]


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
                assert ID.text(f"{section}.{one.value}") in told, one


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_staff_mode_has_its_text(language: str) -> None:
    catalogue = CATALOGUES[language]
    for repair in Repair:
        assert catalogue.text(f"repair.{repair.value}")
    for part in Part:
        assert catalogue.text(f"staff-part.{part.value}")
    for closing in Closing:
        assert catalogue.text(f"staff-closing.{closing.value}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_missing_voice_program_is_shown_with_what_to_do(language: str) -> None:
    drawn = shown(ROOMS["test-voice-not-installed"], language)
    assert isinstance(drawn.body, Report)
    assert CATALOGUES[language].text("found.not-installed") in drawn.body.heading
    assert any("espeak-ng" in line for line in drawn.body.lines)


def test_a_typed_code_is_masked() -> None:
    drawn = shown(ROOMS["door-typed"])
    assert isinstance(drawn.body, Keys)
    assert drawn.body.typed == "••••••"
    assert all(key.secret for key in drawn.body.keys)
    assert "246813" not in " ".join(words(drawn))


def test_the_end_is_told_a_minute_before_and_any_touch_puts_it_off() -> None:
    begins = NOW + IDLE_SECONDS - WARNING_SECONDS
    assert shown(ROOMS["menu"], now=begins - 1).stay is None
    drawn = shown(ROOMS["menu"], now=begins)
    assert "60 detik" in drawn.notes[-1].text
    assert drawn.stay is Key.STAY
    after, _ = step(ROOMS["menu"], Pressed(Key.STAY), begins)
    assert shown(after, now=begins).stay is None


def test_who_listens_has_twice_the_time() -> None:
    slow = replace(ROOMS["menu"], unhurried=True)
    assert shown(slow, now=NOW + 2 * IDLE_SECONDS - WARNING_SECONDS - 1).stay is None
    assert shown(slow, now=NOW + 2 * IDLE_SECONDS - WARNING_SECONDS).stay is Key.STAY


def test_a_patrons_card_on_the_pad_tells_nothing_but_that_it_is_one() -> None:
    drawn = shown(ROOMS["tags-card"])
    assert isinstance(drawn.body, Report)
    assert drawn.body.lines[-1].partition(":")[0] == "Terbaca"
    assert " · " not in drawn.body.lines[-1]


def test_overwriting_is_a_key_of_its_own_only_where_it_is_allowed() -> None:
    allowed = {
        name
        for name, room in ROOMS.items()
        if any(control.button is Key.OVERWRITE for control in shown(room).controls)
    }
    assert allowed == {"tags-already", "tags-other-item", "tags-other-content"}


def test_a_lamp_is_offered_for_a_test_only_where_one_is_fitted() -> None:
    offered = {
        name: ID.text("staff-part.lamp") in words(shown(ROOMS[name]).body)
        for name in ("tests", "tests-no-lamp")
    }
    assert offered == {"tests": True, "tests-no-lamp": False}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lamp_of_one_colour_is_asked_for_by_its_rhythm_alone(language: str) -> None:
    colours = {"id": ("hijau", "kuning", "merah"), "en": ("green", "amber", "red")}[language]
    plain = [shown(ROOMS[f"test-lamp-plainly-{one.value}"], language) for one in LAMP_SHOWS]
    told = " ".join(word for page in plain for word in words(page))
    assert not any(colour in told for colour in colours)
    asked = [
        " ".join(words(shown(ROOMS[f"test-lamp-shows-{one.value}"], language).body))
        for one in LAMP_SHOWS
    ]
    assert [colour in line for colour, line in zip(colours, asked, strict=True)] == [True] * 3


def test_another_key_under_the_finger_is_another_screen() -> None:
    assert shown(ROOMS["tags-lay"]).screen != shown(ROOMS["tags-other-item"]).screen
    assert shown(ROOMS["door"]).screen == shown(ROOMS["door-typed"]).screen


def test_a_long_report_shows_what_can_be_put_right_first_and_counts_the_rest() -> None:
    page = shown(ROOMS["walk-done-early"]).body
    assert isinstance(page, Report)
    told = [row.advice for row in page.rows]
    mendable = [advice for advice in told if advice != ID.text("mark.missing")]
    assert told[: len(mendable)] == mendable != told
    walk = ROOMS["walk-done-early"].session
    assert walk is not None
    assert walk.walk is not None
    amiss = sum(not {Mark.FOUND, Mark.AWAY} & {*one.marks} for one in walk.walk.results)
    assert ID.text("staff-walk.more", count=amiss - len(page.rows)) in page.lines
