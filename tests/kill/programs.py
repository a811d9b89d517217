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
from broker.vocabulary import ItemId
from devices.console.demo import furnished
from devices.console.ports import Ports
from devices.console.settings_files import KIOSK, OWNER, Panel
from devices.console.stage import Stage
from devices.station.description import (
    Hexadecimal,
    StationDescription,
    WrittenBook,
    read_station,
)
from devices.station.station import SimulatedStation
from tests.brokers import free_port
from tests.databases import Cluster, name_of, running_cluster
from tests.system.test_demo import three_free_ports
from tests.weather_proxy.proxy import WeatherProxy

SERVER_KEY = "server.pub"
PANEL = Panel(1024, 600, 7.0)
PROGRAMS = {
    "server": ("server", "ingest"),
    "box": ("kiosk.dropbox",),
    "kiosk": ("tests.kill.headless_kiosk",),
}
SETTINGS = {"server": "server.toml", "box": "dropbox.toml", "kiosk": "kiosk.toml"}
# Books of one place: a stretch of the sample library's that may all be lent.
BOOKS_OF_A_PLACE = 40
REFERENCE_EVERY = 14
_Found = TypeVar("_Found")


class TooLate(Exception):
    """Something that should have come did not come in time; the text says what."""


@dataclass(frozen=True, slots=True)
class Place:
    """A kiosk and its hardware, perhaps a box beside it, and the books that go round there."""

    kiosk: str
    box: str | None
    station: SimulatedStation
    screen: int
    books: tuple[str, ...]


@dataclass
class Library:
    """Everything that runs, by name. `start` and `kill` may be called again and again."""

    stage: Stage
    places: tuple[Place, ...]
    database: str
    cluster: Cluster | None
    weather: WeatherProxy | None
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _pause: threading.Event = field(default_factory=threading.Event)

    @property
    def folder(self) -> Path:
        return self.stage.folder

    @property
    def kinds(self) -> dict[str, str]:
        """Whatever can be killed, by name, and what it is; the broker first."""
        stations = {place.kiosk: "kiosk" for place in self.places}
        stations |= {place.box: "box" for place in self.places if place.box is not None}
        database = {} if self.cluster is None else {"database": "database"}
        return {"broker": "broker", "server": "server", **database, **stations}

    @property
    def stations(self) -> tuple[str, ...]:
        return tuple(name for name, kind in self.kinds.items() if kind in {"kiosk", "box"})

    def start_all(self) -> None:
        """The database runs already."""
        self.start("broker")
        self.start_all_but("broker")

    def start_all_but(self, running: str) -> None:
        for name in self.kinds:
            if name not in {"database", running}:
                self.start(name)

    def start(self, name: str) -> None:
        if name == "broker":
            self.stage.start("broker")
        elif name == "database" and self.cluster is not None:
            self.cluster.start()
        else:
            command = [sys.executable, "-m", *PROGRAMS[self.kinds[name]], "--settings"]
            with self.log(name).open("ab") as log:
                settings = str(self.folder / f"{name}.toml")
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

    def log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"

    def ledger(self, name: str) -> Path:
        return self.folder / name / "ledger.db"

    def last_line(self, name: str) -> str:
        text = self.log(name).read_text(encoding="utf-8", errors="replace")
        return (text.splitlines() or [""])[-1]

    def stop(self) -> None:
        for child in self._running.values():
            child.terminate()
        while self._running:
            stop(self._running.popitem()[1])

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
def library(
    folder: Path, *, postgresql: bool, weather: bool = False, kiosks: int = 1, boxes: int = 1
) -> Iterator[Library]:
    """A furnished library, of which nothing runs yet but the database."""
    with ExitStack() as stack:
        ports = Ports(three_free_ports())
        stage, first = stack.enter_context(furnished(folder, ports, PANEL))
        stations = [first]
        for number in range(2, kiosks + 1):
            stations.append(_another(folder, number, ports.broker))
            stack.callback(stations[-1].close)
        cluster = None
        database = f"sqlite:///{folder / 'server.db'}"
        if postgresql:
            cluster = stack.enter_context(running_cluster(free_port()))
            database = cluster.create()
        proxy = WeatherProxy() if weather else None
        places = tuple(
            Place(
                f"kios-{number:02}",
                f"boks-{number:02}" if number <= boxes else None,
                station,
                ports.rehearsal if number == 1 else free_port(),
                _books(number),
            )
            for number, station in enumerate(stations, 1)
        )
        one = Library(stage, places, database, cluster, proxy)
        _write_settings(one)
        stack.callback(one.stop)
        if proxy is not None:
            stack.callback(proxy.close)
        yield one


def _another(folder: Path, number: int, broker: int) -> SimulatedStation:
    """The hardware of one more place, plugged in."""
    cards = read_station(folder / "station.toml").cards
    books = tuple(
        WrittenBook(ItemId(item), Hexadecimal(f"E00401500{number:03X}{at:04X}"), OWNER, 0x07)
        for at, item in enumerate(_books(number), 1)
    )
    own = folder / f"hardware-{number:02}"
    own.mkdir()
    station = SimulatedStation(
        StationDescription(cards=cards, books=books), own, "127.0.0.1", broker
    )
    station.start()
    return station


def _books(place: int) -> tuple[str, ...]:
    first = (place - 1) * BOOKS_OF_A_PLACE + 1
    numbers = range(first, first + BOOKS_OF_A_PLACE)
    return tuple(f"B{number:05}" for number in numbers if number % REFERENCE_EVERY)


def _write_settings(one: Library) -> None:
    """One file for each program, made from the demonstration's, with the proxy in every way."""
    _write_server_settings(one)
    key = (one.folder / KIOSK / SERVER_KEY).read_text(encoding="ascii")
    for place in one.places:
        broker = place.station.network.port
        if one.weather is not None:
            broker = one.weather.route("127.0.0.1", broker)
        kiosk = _changed(one, "kiosk", place.kiosk, place.station.pad_settings.port, broker)
        kiosk = _with(kiosk, r'path = ".*"', f'path = "{place.station.card_settings.path}"')
        kiosk = _with(kiosk, r"rehearsal_port = \d+", f"rehearsal_port = {place.screen}")
        (one.folder / f"{place.kiosk}.toml").write_text(kiosk, encoding="utf-8")
        _hand_over(one.folder / place.kiosk, key)
        if place.box is not None:
            port = place.station.bin_settings.port
            box = _changed(one, "box", place.box, port, broker)
            (one.folder / f"{place.box}.toml").write_text(box, encoding="utf-8")
            _hand_over(one.folder / place.box, key)


def _hand_over(device: Path, key: str) -> None:
    """What every station seals patrons' numbers to, where it looks for it."""
    device.mkdir(exist_ok=True)
    (device / SERVER_KEY).write_text(key, encoding="ascii")


def _changed(one: Library, program: str, device: str, reader: str, broker: int) -> str:
    text = (one.folder / SETTINGS[program]).read_text(encoding="utf-8")
    text = _with(text, r'device = ".*"', f'device = "{device}"')
    text = _with(text, r'folder = ".*"', f'folder = "{one.folder / device}"')
    text = _with(text, r'(?<=driver = "feig"\n)port = ".*"', f'port = "{reader}"')
    return _with(text, r"(?<=\[broker\]\n)port = \d+", f"port = {broker}")


def _write_server_settings(one: Library) -> None:
    path = one.folder / SETTINGS["server"]
    text = path.read_text(encoding="utf-8")
    if one.cluster is not None:
        text = _with(text, r'database = ".*"', f'database = "{one.database}"')
        path.write_text(text, encoding="utf-8")
        sample = [sys.executable, "-m", "server", "sample", "--settings", str(path)]
        subprocess.run(sample, check=True, capture_output=True)
    if one.weather is not None:
        through = one.weather.route("127.0.0.1", one.stage.ports.broker)
        text = _with(text, r"(?<=\[broker\]\n)port = \d+", f"port = {through}")
        if one.cluster is not None:
            through = one.weather.route("127.0.0.1", one.cluster.port)
            address = one.cluster.url_by_way_of(through, name_of(one.database))
            text = _with(text, r'database = ".*"', f'database = "{address}"')
    path.write_text(text, encoding="utf-8")


def _with(text: str, pattern: str, line: str) -> str:
    changed, count = re.subn(pattern, line, text)
    assert count == 1, f"{count} times {pattern}"
    return changed
