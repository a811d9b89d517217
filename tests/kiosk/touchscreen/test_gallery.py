"""Every state fits every panel in both languages; one process for each panel."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.languages.catalogue import LANGUAGES
from kiosk.touchscreen.gallery import HEADLESS, PANELS
from kiosk.touchscreen.states import STATES

ROOT = Path(__file__).parents[3]


def gallery(out: Path, panel: str, *flags: str) -> dict[str, list[str]]:
    """What the audit finds on every picture of one panel."""
    subprocess.run(
        [sys.executable, "-m", "kiosk.touchscreen.gallery", out, "--panel", panel, *flags],
        cwd=ROOT,
        env=os.environ | HEADLESS | {"PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        timeout=570,
    )
    found = json.loads((out / panel / "audit.json").read_text("utf-8"))
    assert isinstance(found, dict)
    return found


pytestmark = pytest.mark.timeout(600)
NAMES = {f"{name}.{language}" for name in STATES for language in LANGUAGES}


@pytest.mark.parametrize("panel", PANELS)
def test_nothing_is_clipped_overlapping_too_small_or_outside(panel: str, tmp_path: Path) -> None:
    found = gallery(tmp_path, panel, "--audit-only")
    assert set(found) == NAMES
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_every_state_has_its_picture(tmp_path: Path) -> None:
    gallery(tmp_path, "landscape-7in")
    assert {picture.stem for picture in (tmp_path / "landscape-7in").glob("*.png")} == NAMES
