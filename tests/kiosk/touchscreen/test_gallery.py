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


@pytest.mark.parametrize("panel", PANELS)
def test_nothing_is_clipped_overlapping_too_small_or_outside(panel: str, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "kiosk.touchscreen.gallery", tmp_path, "--panel", panel],
        cwd=ROOT,
        env=os.environ | HEADLESS | {"PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        timeout=110,
    )
    pictures = tmp_path / panel
    found = json.loads((pictures / "audit.json").read_text("utf-8"))
    names = {f"{name}.{language}" for name in STATES for language in LANGUAGES}
    assert {picture.stem for picture in pictures.glob("*.png")} == names
    assert {name: faults for name, faults in found.items() if faults} == {}
