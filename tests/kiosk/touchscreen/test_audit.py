"""The audit sees every flaw it names, and finds none on the panels most libraries have."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.languages.catalogue import LANGUAGES, read_catalogue
from kiosk.touchscreen.audit.combinations import (
    EVERY,
    MAIN_PANELS,
    MAIN_STATES,
    PANELS,
    combinations,
)
from kiosk.touchscreen.audit.headless import HEADLESS
from kiosk.touchscreen.audit.pseudo import PSEUDO, pseudo
from kiosk.touchscreen.staff_states import ROOMS

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 110
FULLEST = ("welcome-books", "pad-3-ending-offline", "result-mixed-ending")
OF_STAFF = ("staff-door-typed", "staff-service-closed")


def python(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | HEADLESS | {"PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    return done.stdout


@pytest.fixture(scope="module")
def found() -> dict[str, list[str]]:
    """What the audit finds for each flaw."""
    findings: dict[str, list[str]] = json.loads(python("-m", "tests.kiosk.touchscreen.flawed"))
    return findings


@pytest.mark.parametrize(
    ("flaw", "sentence"),
    [
        ("shrink", "mm, not 15.0"),
        ("crowd", "mm apart"),
        ("leave", "too near the edge"),
        ("overlap", "overlap"),
        ("clip", "larger than its box"),
        ("tear", "tears a word apart"),
        ("pale", "has a contrast of"),
        ("faint", "not 7.0"),
        ("borderless", "has an edge of"),
        ("tiny", "is too small"),
        ("boxed", "has letters that the font lacks"),
        ("loud", "tears a word apart"),
        ("reach", "is out of reach"),
        ("lost", "on no page"),
        ("unreached", "cannot be reached by keypad"),
        ("hidden", "hides behind the way to more"),
        ("scattered", "turns a page between the lessons"),
        ("untranslated", "id.toml: pad.more"),
        ("untranslated_staff", "id.toml: staff-menu.heading"),
        ("mute", "says nothing aloud"),
        ("unfocused", "has nothing that the keypad can reach"),
        ("ringless", "has a focus ring of"),
    ],
)
def test_no_flaw_escapes_the_audit(found: dict[str, list[str]], flaw: str, sentence: str) -> None:
    assert any(sentence in finding for finding in found[flaw]), found[flaw]


def test_a_touch_is_seen_in_the_next_frame(found: dict[str, list[str]]) -> None:
    assert found["answered"] == []


def test_a_long_list_is_not_laid_out_anew_for_every_page(found: dict[str, list[str]]) -> None:
    assert found["turned"] == []


def test_a_row_that_says_the_same_is_not_made_again(found: dict[str, list[str]]) -> None:
    assert found["remade"] == []


def test_the_edges_of_keys_are_sharp(found: dict[str, list[str]]) -> None:
    assert found["blurred"] == []


def test_what_was_laid_between_two_pixels_is_seen_where_it_is_drawn(
    found: dict[str, list[str]],
) -> None:
    assert found["halfway"] == []


def test_without_a_flaw_it_finds_none(found: dict[str, list[str]]) -> None:
    assert found["nothing"] == []


@pytest.mark.parametrize("states", [FULLEST, OF_STAFF], ids=["patrons", "staff"])
@pytest.mark.parametrize("panel", ["portrait-15.6in", "landscape-7in", "portrait-7in"])
def test_the_fullest_screens_hold_for_everyone(
    panel: str, states: tuple[str, ...], tmp_path: Path
) -> None:
    wanted = [part for state in states for part in ("--state", state)]
    python(
        "-m",
        "kiosk.touchscreen.audit",
        "--quick",
        "--panel",
        panel,
        "--out",
        str(tmp_path),
        *wanted,
    )
    outcome = json.loads((tmp_path / f"{panel}.json").read_text("utf-8"))
    found = outcome["found"]
    assert outcome["pictures"] >= len(found) > 3 * len(states)
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_contact_sheets_are_saved_for_every_look(tmp_path: Path) -> None:
    panel = "landscape-7in"
    out = str(tmp_path / "sheets")
    python("-m", "kiosk.touchscreen.audit", "--panel", panel, "--sheets", "--out", out)
    saved = sorted(path.name for path in (tmp_path / "sheets").iterdir())
    assert saved == [f"{panel}.{look}.png" for look in ("contrast", "large", "reach", "standard")]


def test_the_audit_draws_every_state_in_every_way() -> None:
    for panel in PANELS.values():
        drawn = list(combinations(panel, quick=False))
        plain = {(one.state, one.language) for one in drawn}
        assert plain == {(state, name) for state in EVERY for name in (*LANGUAGES, PSEUDO)}
        for mark in ("large_text", "high_contrast", "adjusting"):
            assert any(getattr(one.viewing, mark) for one in drawn)
        assert any(one.viewing.reach for one in drawn) is (panel.reach < panel.height)


def test_staff_mode_is_looked_over_like_the_patrons_screens() -> None:
    drawn = {one.state for one in combinations(PANELS["portrait-15.6in"], quick=False)}
    assert {f"staff-{name}" for name in ROOMS} < drawn


def test_the_quick_audit_is_a_part_of_it() -> None:
    assert set(MAIN_PANELS) < set(PANELS)
    assert set(MAIN_STATES) < set(EVERY)
    for name in MAIN_PANELS:
        every = set(combinations(PANELS[name], quick=False))
        assert set(combinations(PANELS[name], quick=True)) < every


def test_the_pseudo_language_is_longer_and_still_fits_its_values() -> None:
    english = read_catalogue("en")
    longer = pseudo(english)
    for key, text in english.sentences.items():
        assert len(longer.sentences[key]) >= 1.2 * len(text) or len(text) < 6, key
    assert "3" in longer.counted("pad.confirm", 3)
    assert longer.sentences["pad.confirm.other"].count("{count}") == 1
