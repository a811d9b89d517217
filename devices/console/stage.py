"""A whole library on one machine: broker, server, kiosk, drop box and agent, each a process."""

import os
import shutil
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from broker.errors import SirkulaError
from broker.processes import start_tied, stop
from devices.console.ports import Ports
from devices.console.rehearsal import NotRehearsing, Rehearsal
from devices.console.settings_files import (
    KIOSK,
    Hardware,
    Panel,
    hand_over_key,
    write_library_settings,
    write_station_settings,
)

PROGRAMS: Final = {
    "broker": ("broker.mosquitto", "run"),
    "server": ("server", "run"),
    "dropbox": ("kiosk.dropbox",),
    "agent": ("kiosk.agent",),
    "kiosk": ("kiosk",),
}
_PATIENCE_SECONDS: Final = 40.0
_Found = TypeVar("_Found")


class StageFailed(SirkulaError):
    """A program did not start or did not do what it should in time; the text names its log."""


class Stage:
    """Five programs and the folder they live in, which `prepare` makes new."""

    def __init__(self, folder: Path, ports: Ports) -> None:
        self.folder = folder
        self.ports = ports
        self.screen = Rehearsal(ports.rehearsal)
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._settings: dict[str, Path] = {}
        self._pause = threading.Event()

    def prepare(self) -> None:
        """An empty folder with the library's settings. Raises PortTaken before touching any."""
        self.ports.require_free()
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "logs").mkdir(parents=True)
        self._settings = write_library_settings(self.folder, self.ports)

    def furnish(self, hardware: Hardware, panel: Panel) -> None:
        """Settings for the stations, and the key they seal patrons' numbers to."""
        self._settings |= write_station_settings(self.folder, self.ports, hardware, panel)
        hand_over_key(self.folder, self._server("key").decode())

    def sample_library(self) -> dict[str, Any]:
        """Fills the server's database; the cards and items there are. Raises StageFailed."""
        sample: dict[str, Any] = msgspec.json.decode(self._server("sample"))
        return sample

    def _server(self, command: str) -> bytes:
        """The last line that a command of the server's prints."""
        program = [sys.executable, "-m", *PROGRAMS["server"][:1], command]
        done = subprocess.run(  # noqa: S603 our own program
            [*program, "--settings", str(self._settings["server"])],
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise StageFailed(f"the server's {command!r} failed: {done.stderr.decode()}")
        return done.stdout.splitlines()[-1]

    def start(self, *programs: str) -> None:
        """Starts these programs (all when none are named), each with a log of its own."""
        for program in programs or PROGRAMS:
            command = [sys.executable, "-m", *PROGRAMS[program]]
            with (self.folder / "logs" / f"{program}.log").open("ab") as log:
                self.running[program] = start_tied(
                    [*command, "--settings", str(self._settings[program])], output=log
                )

    def end(self, program: str, *, kill: bool = False) -> None:
        """Ends one program, orderly or as a power cut would."""
        child = self.running.pop(program)
        if kill:
            child.kill()
        stop(child)

    def stop(self) -> None:
        """Ends whatever runs, screen first and broker last."""
        for program in reversed(PROGRAMS):
            if program in self.running:
                self.end(program)

    def until(self, what: str, find: Callable[[], _Found | None]) -> _Found:
        """What `find` finds, looked for again and again. Raises StageFailed saying `what`."""
        for _ in range(int(_PATIENCE_SECONDS / 0.1)):
            self._require_running()
            try:
                found = find()
            except (NotRehearsing, OSError):
                found = None
            if found:
                return found
            self._pause.wait(0.1)
        raise StageFailed(f"in {_PATIENCE_SECONDS:.0f} s not seen: {what}; see {self.folder}/logs")

    def until_served(self) -> None:
        """The kiosk serves patrons and the server knows it. Raises StageFailed."""

        def served() -> bool:
            devices = self.summary()["devices"]
            return any((one["device"], one["mode"]) == (KIOSK, "in-service") for one in devices)

        self.until("the kiosk in service", served)

    def summary(self) -> dict[str, Any]:
        """The server's own account. Raises OSError while it does not answer."""
        summary: dict[str, Any] = msgspec.json.decode(self._page("/api/summary"))
        return summary

    def dashboard(self) -> str:
        """The page technicians and librarians see. Raises OSError while it does not answer."""
        return self._page("/").decode()

    def _page(self, path: str) -> bytes:
        address = f"http://127.0.0.1:{self.ports.web}{path}"
        with urllib.request.urlopen(address, timeout=5) as answer:
            page: bytes = answer.read()
        return page

    def _require_running(self) -> None:
        for program, child in self.running.items():
            if child.poll() is not None:
                log = self.folder / "logs" / f"{program}.log"
                last = log.read_text(encoding="utf-8", errors="replace").splitlines()[-3:]
                raise StageFailed(f"{program} ended by itself: {' / '.join(last)}; see {log}")


def has_display() -> bool:
    """Whether a window could be shown to somebody here."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
