"""`./run audit`: every state, language, text size, palette and reach on every panel.

Draws without a display, one niced process for a panel, two at once. Progress goes to standard
error; the last line on standard output is JSON: pictures, defects and, by panel, what was found.
Exit status 1 with any defect.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from kiosk.touchscreen.audit.combinations import (
    EVERY,
    MAIN_PANELS,
    PANELS,
    coarse,
    combinations,
)
from kiosk.touchscreen.audit.gallery import Gallery
from kiosk.touchscreen.audit.headless import HEADLESS
from kiosk.touchscreen.audit.sheet import SHEETS, contact_sheet

AT_ONCE: Final = 2
PATIENCE_SECONDS: Final = 4 * 3600
TOLD_EVERY: Final = 200


def draw(panel: str, out: Path, states: list[str], *, quick: bool) -> None:
    """Writes what is found, by combination, and the number of pictures into OUT/PANEL.json.

    Of `states` only, or of all when empty. For a process of its own.
    """
    found: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as home:
        gallery = Gallery(coarse(PANELS[panel]), Path(home))
        for wanted in combinations(PANELS[panel], quick=quick):
            if states and wanted.state not in states:
                continue
            found[wanted.name] = gallery.judge(wanted)
            for fault in found[wanted.name]:
                _tell(f"{panel}/{wanted.name}: {fault}")
            if len(found) % TOLD_EVERY == 0:
                defects = sum(map(len, found.values()))
                _tell(f"{panel}: {gallery.pictures} pictures, {defects} defects")
    outcome = {"pictures": gallery.pictures, "found": found}
    (out / f"{panel}.json").write_text(json.dumps(outcome, ensure_ascii=False), "utf-8")


def sheets(panel: str, out: Path) -> None:
    """Contact sheets OUT/PANEL.NAME.png. For a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        gallery = Gallery(PANELS[panel], home / "kivy")
        for name, wanted in SHEETS.items():
            pictures = [home / f"{one.name}.png" for one in wanted]
            for one, picture in zip(wanted, pictures, strict=True):
                gallery.save(one, picture)
            contact_sheet(pictures, out / f"{panel}.{name}.png")


def _elsewhere(panel: str, out: Path, *flags: str) -> None:
    """The same command in a process without a display, which can draw on one panel only."""
    module = "kiosk.touchscreen.audit"
    command = ["nice", sys.executable, "-m", module, "--panel", panel, "--out", str(out), *flags]
    subprocess.run(  # noqa: S603  # our own module
        command,
        check=True,
        env=os.environ | HEADLESS,
        stdout=subprocess.DEVNULL,
        timeout=PATIENCE_SECONDS,
    )


def _looked_over(panel: str, out: Path, *flags: str) -> tuple[int, dict[str, list[str]]]:
    """How many pictures, and what was found."""
    _elsewhere(panel, out, *flags)
    outcome = json.loads((out / f"{panel}.json").read_text("utf-8"))
    return outcome["pictures"], outcome["found"]


def _audit(panels: tuple[str, ...], out: Path, *flags: str) -> int:
    began = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(lambda panel: _looked_over(panel, out, *flags), panels))
    defects = {
        panel: sum(map(len, found.values()))
        for panel, (_, found) in zip(panels, outcomes, strict=True)
    }
    total = {
        "pictures": sum(pictures for pictures, _ in outcomes),
        "combinations": sum(len(found) for _, found in outcomes),
        "defects": sum(defects.values()),
        "panels": defects,
        "seconds": round(time.monotonic() - began),
    }
    sys.stdout.write(json.dumps(total) + "\n")
    return 1 if any(defects.values()) else 0


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run audit", description="every screen, for everybody")
    parser.add_argument("--quick", action="store_true", help="the main panels and combinations")
    parser.add_argument("--panel", choices=PANELS, help="this one, in this process")
    parser.add_argument("--state", choices=EVERY, action="append", default=[], help="only these")
    parser.add_argument("--out", type=Path, help="keep findings, and contact sheets, here")
    parser.add_argument(
        "--sheets", action="store_true", help="contact sheets; of one panel no more"
    )
    wanted = parser.parse_args()
    if wanted.out is None and (wanted.panel is not None or wanted.sheets):
        parser.error("--panel and --sheets need --out, for what they make")
    if wanted.out is None:
        with tempfile.TemporaryDirectory() as folder:
            return _carried_out(wanted, Path(folder))
    wanted.out.mkdir(parents=True, exist_ok=True)
    return _carried_out(wanted, wanted.out)


def _carried_out(wanted: argparse.Namespace, out: Path) -> int:
    if wanted.panel is not None:
        if wanted.sheets:
            sheets(wanted.panel, out)
        else:
            draw(wanted.panel, out, wanted.state, quick=wanted.quick)
        return 0
    flags = [part for state in wanted.state for part in ("--state", state)]
    flags += ["--quick"] if wanted.quick else []
    panels = MAIN_PANELS if wanted.quick else tuple(PANELS)
    if wanted.sheets:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda panel: _elsewhere(panel, out, "--sheets"), panels))
    return _audit(panels, out, *flags)


if __name__ == "__main__":
    sys.exit(main())
