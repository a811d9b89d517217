"""Pictures of every screen: `python -m kiosk.touchscreen.gallery OUT_DIR`.

Draws the table of states in both languages for every panel into OUT_DIR/PANEL/, without a
display, and writes what the audit finds into OUT_DIR/PANEL/audit.json. Kivy has one window in a
process, so every panel has a process of its own.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

from kiosk.languages.catalogue import LANGUAGES
from kiosk.touchscreen.configure import touchscreen
from kiosk.touchscreen.panel import Panel
from kiosk.touchscreen.states import NOW, STATES
from kiosk.visit import Visit

PANELS: Final = {
    "portrait-15.6in": Panel(1080, 1920, 15.6, fullscreen=False),
    "portrait-32in": Panel(1080, 1920, 32.0, fullscreen=False),
    "landscape-7in": Panel(1024, 600, 7.0, fullscreen=False),
}
HEADLESS: Final = {
    "SDL_VIDEODRIVER": "offscreen",
    "SDL_AUDIODRIVER": "dummy",
    "LP_NUM_THREADS": "0",
}
PATIENCE_SECONDS: Final = 600
FRAMES: Final = 6


class Gallery:
    """One panel's screen, led through the table of states frame by frame."""

    def __init__(self, panel: Panel, home: Path) -> None:
        self._visit = Visit()
        self._app = touchscreen(panel, home, lambda: (self._visit, NOW), lambda _: None)
        self._app._run_prepare()  # noqa: SLF001  # what run() does before it loops for ever

    def show(self, visit: Visit) -> None:
        from kivy.base import EventLoop  # noqa: PLC0415  # configured only now
        from kivy.clock import Clock  # noqa: PLC0415  # configured only now

        Clock._max_fps = 0  # noqa: SLF001  # nobody watches: no pause between frames
        for shown in (Visit(), visit):  # every picture begins on a fresh screen
            self._visit = shown
            self._app.look()
            for _ in range(FRAMES):
                EventLoop.idle()

    def faults(self) -> list[str]:
        from kiosk.touchscreen.audit import faults  # noqa: PLC0415  # configured only now

        return faults(self._app.root, self._app.measures)

    def save(self, path: Path) -> None:
        from kivy.core.window import Window  # noqa: PLC0415  # configured only now

        Path(Window.screenshot(name=f"{path}.part.png")).replace(path)


def draw(panel: Panel, out: Path, *, pictures: bool) -> dict[str, list[str]]:
    """Draws every state in every language; tells the audit's findings by name.

    Writes them, and the `pictures` when wanted, into `out`.
    """
    found = {}
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        gallery = Gallery(panel, Path(home))
        for name, visit in STATES.items():
            for language in LANGUAGES:
                gallery.show(replace(visit, language=language))
                if pictures:
                    gallery.save(out / f"{name}.{language}.png")
                found[f"{name}.{language}"] = gallery.faults()
    (out / "audit.json").write_text(json.dumps(found, indent=1), "utf-8")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="draw and audit every screen of the kiosk")
    parser.add_argument("out", type=Path)
    parser.add_argument("--panel", choices=PANELS, help="this one only")
    parser.add_argument("--audit-only", action="store_true", help="write no pictures")
    wanted = parser.parse_args()
    if wanted.panel is None:
        for panel in PANELS:
            _draw_elsewhere(panel)
        return
    found = draw(PANELS[wanted.panel], wanted.out / wanted.panel, pictures=not wanted.audit_only)
    faulty = {name: faults for name, faults in found.items() if faults}
    print(json.dumps(faulty, indent=1))  # noqa: T201  # the report of a command


def _draw_elsewhere(panel: str) -> None:
    """The same command for one panel, in a process without a display."""
    command = [sys.executable, "-m", "kiosk.touchscreen.gallery", *sys.argv[1:], "--panel", panel]
    subprocess.run(command, check=True, env=os.environ | HEADLESS, timeout=PATIENCE_SECONDS)  # noqa: S603  # our own module


if __name__ == "__main__":
    main()
