"""Kivy is configured before it is imported, and nothing imports it by accident."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PANEL = "Panel(1024, 600, 7.0, fullscreen=True)"


def python(source: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", source],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    return done.stdout.strip()


def test_the_way_to_the_screen_imports_no_kivy() -> None:
    assert "False" in python(
        "import sys, kiosk.touchscreen.configure, kiosk.touchscreen.scenes\n"
        "print('kivy' in sys.modules)"
    )


def test_kivy_hears_every_touch_once_and_its_keys_are_dead(tmp_path: Path) -> None:
    told = python(
        "from pathlib import Path\n"
        "from kiosk.touchscreen.configure import configure\n"
        "from kiosk.touchscreen.panel import Panel\n"
        f"configure({PANEL}, Path({str(tmp_path)!r}))\n"
        "from kivy.config import Config\n"
        "from kivy.metrics import Metrics\n"
        "print(Config.items('input'), Config.get('kivy', 'exit_on_escape'), round(Metrics.dpi))"
    )
    assert told == "[('mouse', 'mouse,disable_multitouch')] 0 170"


def test_configuring_too_late_is_refused(tmp_path: Path) -> None:
    told = python(
        "import os, sys\n"
        "from pathlib import Path\n"
        "from kiosk.touchscreen.configure import TooLate, configure\n"
        "from kiosk.touchscreen.panel import Panel\n"
        "sys.modules['kivy'] = sys\n"
        "try:\n"
        f"    configure({PANEL}, Path({str(tmp_path)!r}))\n"
        "except TooLate as error:\n"
        "    print(error)"
    )
    assert "call configure() first" in told
