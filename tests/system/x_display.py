"""An X server without a screen, with a window manager and hands: mouse and keyboard of its own."""

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from broker.processes import start_tied, stop

PATIENCE_SECONDS = 30.0
# cwm(1), cwmrc(5): of all that a window manager does with keys, what ends a program.
_KEYS = "unbind-key all\nunbind-mouse all\nbind-key M-F4 window-close\n"


@dataclass(frozen=True)
class Display:
    """One screen, by its X name."""

    name: str

    @property
    def environment(self) -> tuple[str, ...]:
        """For env(1), so that a program opens a real window here and no other."""
        return ("-u", "SDL_VIDEODRIVER", "-u", "WAYLAND_DISPLAY", f"DISPLAY={self.name}")

    def click(self, x: int, y: int) -> None:
        """The left button of the mouse, down and up, pixels from the upper left."""
        self._hands("mousemove", str(x), str(y), "click", "1")

    def press(self, *keys: str) -> None:
        """Keys by their X names, with what is held: `ctrl+alt+t`."""
        self._hands("key", *keys)

    def window(self) -> tuple[str, tuple[int, ...]]:
        """The title of the window that hears the keys, and its left, top, width and height."""
        told = self._hands("getactivewindow", "getwindowname", "getwindowgeometry", "--shell")
        title, *lines = told.splitlines()
        places = dict(line.split("=") for line in lines)
        return title, tuple(int(places[name]) for name in ("X", "Y", "WIDTH", "HEIGHT"))

    def _hands(self, *command: str) -> str:
        """What xdotool(1) prints."""
        done = subprocess.run(
            ["xdotool", *command],
            env=os.environ | {"DISPLAY": self.name},
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE_SECONDS,
        )
        return done.stdout


@contextmanager
def x_display(folder: Path, width: int, height: int) -> Iterator[Display]:
    """A display of that size, gone at the end."""
    log, keys = folder / "x.log", folder / "cwmrc"
    keys.write_text(_KEYS, encoding="ascii")
    with log.open("wb") as output:
        screen = ["-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-noreset"]
        server = start_tied(["Xvfb", "-displayfd", "1", *screen], output=output)
    try:
        display = Display(f":{_number(log)}")
        with (folder / "cwm.log").open("wb") as output:
            manager = start_tied(["cwm", "-d", display.name, "-c", str(keys)], output=output)
        yield display
        stop(manager)
    finally:
        stop(server)


def _number(log: Path) -> str:
    """The display that the server took; it says so once it is ready (Xserver(1), -displayfd)."""
    pause = threading.Event()
    for _ in range(int(PATIENCE_SECONDS / 0.1)):
        for line in log.read_text(encoding="utf-8").splitlines(keepends=True):
            if line.strip().isdecimal() and line.endswith("\n"):
                return line.strip()
        pause.wait(0.1)
    raise AssertionError(f"no X server: {log.read_text('utf-8')}")
