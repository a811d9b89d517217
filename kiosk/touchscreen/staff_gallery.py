"""Pictures of every page of staff mode: `python -m kiosk.touchscreen.staff_gallery OUT_DIR`.

As `audit`, whose panels and way without a display it shares: draws the table of rooms in both
languages into OUT_DIR/PANEL/, and what is wrong with them into OUT_DIR/PANEL/staff.json.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kiosk.languages.catalogue import LANGUAGES, read_catalogues
from kiosk.staff.session import Room
from kiosk.touchscreen.audit.__main__ import HEADLESS, PATIENCE_SECONDS
from kiosk.touchscreen.audit.combinations import PANELS
from kiosk.touchscreen.configure import touchscreen
from kiosk.touchscreen.panel import Panel
from kiosk.touchscreen.staff_scenes import staff_scene
from kiosk.touchscreen.staff_states import NOW, ROOMS
from kiosk.visit import Visit

if TYPE_CHECKING:
    from kiosk.touchscreen.staff_surface import StaffSurface


FRAMES: Final = 6


class StaffGallery:
    """One panel, led through the table of rooms page by page."""

    def __init__(self, panel: Panel, home: Path) -> None:
        self._panel = panel
        self._app = touchscreen(panel, home, lambda: (Visit(), NOW), lambda _: None)
        self._app._run_prepare()  # noqa: SLF001  # what run() does before it loops for ever
        self._catalogues = read_catalogues()
        self._surface: StaffSurface | None = None

    def show(self, room: Room, language: str) -> "StaffSurface":
        """A fresh page, drawn."""
        from kivy.base import EventLoop  # noqa: PLC0415  # configured only now
        from kivy.clock import Clock  # noqa: PLC0415  # configured only now
        from kivy.core.window import Window  # noqa: PLC0415  # configured only now

        from kiosk.touchscreen.staff_surface import StaffSurface  # noqa: PLC0415  # likewise

        Clock._max_fps = 0  # noqa: SLF001  # nobody watches: no pause between frames
        if self._surface is not None:
            Window.remove_widget(self._surface)
        self._surface = surface = StaffSurface(self._panel, lambda _: None)
        Window.add_widget(surface)
        assert room.session is not None, "the table shows who is there"
        session = replace(room.session, language=language)
        surface.show(staff_scene(room, session, NOW, self._catalogues[language]))
        for _ in range(FRAMES):
            EventLoop.idle()
        return surface

    def save(self, path: Path) -> None:
        from kivy.core.window import Window  # noqa: PLC0415  # configured only now

        Path(Window.screenshot(name=f"{path}.part.png")).replace(path)


def draw(panel: Panel, out: Path, *, pictures: bool) -> dict[str, list[str]]:
    """Every room in every language; what is wrong with each by name."""
    found = {}
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        gallery = StaffGallery(panel, Path(home))
        from kiosk.touchscreen.staff_check import page_faults  # noqa: PLC0415  # configured now

        for name, room in ROOMS.items():
            for language in LANGUAGES:
                surface = gallery.show(room, language)
                if pictures:
                    gallery.save(out / f"staff-{name}.{language}.png")
                found[f"{name}.{language}"] = page_faults(surface)
    (out / "staff.json").write_text(json.dumps(found, indent=1), "utf-8")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="draw and audit every page of staff mode")
    parser.add_argument("out", type=Path)
    parser.add_argument("--panel", choices=PANELS, help="this one only")
    parser.add_argument("--audit-only", action="store_true", help="write no pictures")
    wanted = parser.parse_args()
    if wanted.panel is None:
        for panel in PANELS:
            _draw_elsewhere(panel)
        return
    found = draw(PANELS[wanted.panel], wanted.out / wanted.panel, pictures=not wanted.audit_only)
    faulty = {name: told for name, told in found.items() if told}
    print(json.dumps(faulty, indent=1))  # noqa: T201  # the report of a command


def _draw_elsewhere(panel: str) -> None:
    """The same command for one panel, in a process without a display."""
    module = "kiosk.touchscreen.staff_gallery"
    command = [sys.executable, "-m", module, *sys.argv[1:], "--panel", panel]
    subprocess.run(command, check=True, env=os.environ | HEADLESS, timeout=PATIENCE_SECONDS)  # noqa: S603  # our own module


if __name__ == "__main__":
    main()
