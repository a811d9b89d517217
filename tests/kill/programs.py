"""A library of real processes that can be killed one by one: broker, database, server, stations.

The hardware is simulated on real terminals and stays, as readers do when a computer dies; each
program reads the settings file the demonstration writes for it, and has a log of its own.
"""

import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from broker.processes import start_tied, stop
from devices.console.demo import furnished
from devices.console.ports import Ports
from devices.console.settings_files import Panel
from devices.console.stage import Stage
from devices.station.station import SimulatedStation
from tests.brokers import free_port
from tests.databases import Cluster, name_of, running_cluster
from tests.system.test_demo import three_free_ports
from tests.weather_proxy.proxy import WeatherProxy

PANEL = Panel(1024, 600, 7.0)
KIOSK, BOX = "kios-01", "boks-01"
PROGRAMS = {
    "server": ("server", "ingest"),
    "box": ("kiosk.dropbox",),
    "kiosk": ("tests.kill.headless_kiosk",),
}
SETTINGS = {"server": "server.toml", "box": "dropbox.toml", "kiosk": "kiosk.toml"}
_Found = TypeVar("_Found")


class TooLate(Exception):
    """Something that should have come did not come in time; the text says what."""


@dataclass
class Library:
    """Everything that runs, by name. `start` and `kill` may be called again and again."""

    stage: Stage
    station: SimulatedStation
    database: str
    cluster: Cluster | None
    weather: WeatherProxy | None
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _pause: threading.Event = field(default_factory=threading.Event)

    @property
    def folder(self) -> Path:
        return self.stage.folder

    @property
    def names(self) -> tuple[str, ...]:
        """Whatever can be killed."""
        database = () if self.cluster is None else ("database",)
        return ("broker", *PROGRAMS, *database)

    def start(self, name: str) -> None:
        if name == "broker":
            self.stage.start("broker")
        elif name == "database" and self.cluster is not None:
            self.cluster.start()
        else:
            command = [sys.executable, "-m", *PROGRAMS[name], "--settings"]
            with (self.folder / "logs" / f"{name}.log").open("ab") as log:
                settings = str(self.folder / SETTINGS[name])
                self._running[name] = start_tied([*command, settings], output=log)

    def kill(self, name: str) -> None:
        """As a power cut would: SIGKILL, and for PostgreSQL an immediate stop."""
        if name == "broker":
            self.stage.end("broker", kill=True)
        elif name == "database" and self.cluster is not None:
            self.cluster.stop_at_once()
        else:
            self._running[name].kill()
            self._running.pop(name).wait()

    def fallen(self) -> list[str]:
        """Programs that ended though nobody killed them, with the last line of each log."""
        return [
            f"{name} ended by itself: {self.last_line(name)}"
            for name, child in self._running.items()
            if child.poll() is not None
        ]

    def last_line(self, name: str) -> str:
        log = self.folder / "logs" / f"{name}.log"
        return (log.read_text(encoding="utf-8", errors="replace").splitlines() or [""])[-1]

    def stop(self) -> None:
        for name in reversed(PROGRAMS):
            if name in self._running:
                stop(self._running.pop(name))

    def pause(self, seconds: float) -> None:
        self._pause.wait(seconds)

    def until(self, what: str, find: Callable[[], _Found | None], patience: float) -> _Found:
        """What `find` finds, looked for again and again. Raises TooLate."""
        for _ in range(int(patience / 0.05)):
            if found := find():
                return found
            self.pause(0.05)
        raise TooLate(f"in {patience:.0f} s not seen: {what}")


@contextmanager
def library(folder: Path, *, postgresql: bool, weather: bool) -> Iterator[Library]:
    """A furnished library, of which nothing runs yet but the database."""
    with ExitStack() as stack:
        ports = Ports(three_free_ports())
        stage, station = stack.enter_context(furnished(folder, ports, PANEL))
        cluster = None
        database = f"sqlite:///{folder / 'server.db'}"
        if postgresql:
            cluster = stack.enter_context(running_cluster(free_port()))
            database = cluster.create()
        proxy = WeatherProxy() if weather else None
        one = Library(stage, station, database, cluster, proxy)
        _write_ways(one)
        stack.callback(one.stop)
        if proxy is not None:
            stack.callback(proxy.close)
        yield one


def _write_ways(one: Library) -> None:
    """Which database there is, and the proxy in every way, into the settings files."""
    ways = dict.fromkeys(("kiosk", "box"), one.station.network.port)
    ways["server"] = one.stage.ports.broker
    if one.cluster is not None:
        _rewrite(one, "server", r'database = ".*"', f'database = "{one.database}"')
        sample = [sys.executable, "-m", "server", "sample", "--settings"]
        subprocess.run(
            [*sample, str(one.folder / SETTINGS["server"])], check=True, capture_output=True
        )
    if one.weather is None:
        return
    for name, port in ways.items():
        through = one.weather.route("127.0.0.1", port)
        _rewrite(one, name, r"(?<=\[broker\]\n)port = \d+", f"port = {through}")
    if one.cluster is not None:
        through = one.weather.route("127.0.0.1", one.cluster.port)
        address = one.cluster.url_by_way_of(through, name_of(one.database))
        _rewrite(one, "server", r'database = ".*"', f'database = "{address}"')


def _rewrite(one: Library, name: str, pattern: str, line: str) -> None:
    path = one.folder / SETTINGS[name]
    text, count = re.subn(pattern, line, path.read_text(encoding="utf-8"))
    assert count == 1, f"{path} has no {pattern}"
    path.write_text(text, encoding="utf-8")
