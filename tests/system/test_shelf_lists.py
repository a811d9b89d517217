"""A librarian walks a shelf with the server's list, on line and off, and the desk hears of it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.mosquitto.child import Mosquitto
from broker.processes import start_tied, stop
from server import shelving
from server.circulation.tasks import TaskKind
from server.desk.settling import open_tasks
from server.journal.database import open_engine, transaction
from server.migrations import migrate
from tests.brokers import free_port
from tests.server.stories import NOON, entry, heard, intake, lent, stock
from tests.system.test_staff_mode import Kiosk, mosquitto

__all__ = ["mosquitto"]
pytestmark = pytest.mark.timeout(180)

NOVELS = "circulating 800-899"
LENT = entry(1, lent())


class Library:
    """A server with five novels, of which B00001 is on loan, and a kiosk with staff."""

    def __init__(self, folder: Path, mosquitto: Mosquitto) -> None:
        self.url = f"sqlite:///{folder / 'records.sqlite'}"
        self.settings = folder / "server.toml"
        self.settings.write_text(
            f'site = "binjai"\ndatabase = "{self.url}"\nkeys = "{folder / "keys"}"\n'
            f"[broker]\nport = {mosquitto.port}\n[web]\nport = {free_port()}\n",
            encoding="utf-8",
        )
        migrate(self.url)
        engine = open_engine(self.url)
        with transaction(engine) as connection:
            stock(connection)
            shelving.index(connection, [1])
            intake().digest(connection, [heard(LENT)], NOON + 120)
        engine.dispose()
        command = [sys.executable, "-m", "server", "run", "--settings", str(self.settings)]
        self.server = start_tied(command)
        own = folder / "kiosk"
        own.mkdir()
        self.kiosk = Kiosk(own, mosquitto)

    def tasks(self) -> set[tuple[TaskKind, str | None]]:
        engine = open_engine(self.url)
        with transaction(engine) as connection:
            found = {(one.kind, one.item) for one in open_tasks(connection)}
        engine.dispose()
        return found

    def shelves(self, *words: str) -> str:
        command = [sys.executable, "-m", "server", "shelves", *words]
        return subprocess.run(
            [*command, "--settings", str(self.settings)],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout

    def close(self) -> None:
        self.kiosk.close()
        stop(self.server)


@pytest.fixture
def library(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[Library]:
    running = Library(tmp_path, mosquitto)
    yield running
    running.close()


def choose(kiosk: Kiosk, words: str) -> None:
    """Opens the page of shelves again until it says so, and takes the first."""

    def offered() -> bool:
        if any(words in str(text) for text in kiosk.texts()):
            return True
        kiosk.press("back")
        kiosk.press("inventory")
        return False

    kiosk.press("inventory")
    kiosk.until(words, offered)
    kiosk.press("choose 0")


def test_a_list_is_fetched_walked_and_told(library: Library) -> None:
    kiosk = library.kiosk
    kiosk.enter()
    choose(kiosk, f"{NOVELS}: 5 buku")
    kiosk.shows(f"Rak {NOVELS}: 0 dari 5 terbaca")
    kiosk.tell("put B00002")
    kiosk.shows("Di rak, tetapi pengaman lepas")
    kiosk.press("finish")
    kiosk.shows("juga untuk server")
    expected = {
        (TaskKind.RELEASED_ON_SHELF, "B00002"),
        *((TaskKind.MISSING_ON_SHELF, f"B0000{at}") for at in (3, 4, 5)),
    }
    kiosk.until("the tasks", lambda: library.tasks() == expected)
    (walk,) = json.loads(library.shelves("list", "--json"))
    assert (walk["shelf"], walk["device"]) == (NOVELS, "kios-01")
    assert walk["counts"] == {"missing": 3, "released-here": 1, "away": 1}
    assert "B00003 · 899.221 3 HIR l · Laskar Pelangi" in library.shelves("show", walk["walk"])


def test_a_list_fetched_once_is_walked_without_the_network_and_told_when_it_is_back(
    library: Library,
) -> None:
    kiosk = library.kiosk
    kiosk.enter()
    choose(kiosk, f"{NOVELS}: 5 buku")
    kiosk.shows(f"Rak {NOVELS}: 0 dari 5 terbaca")
    kiosk.tell("net off")
    kiosk.end(kill=True)
    kiosk.start()
    kiosk.enter()
    choose(kiosk, f"{NOVELS}: daftar 1 menit lalu")
    kiosk.shows(f"Rak {NOVELS}: 0 dari 5 terbaca")
    kiosk.shows("Daftar: ")
    kiosk.tell("put B00002")
    kiosk.shows(f"Rak {NOVELS}: 1 dari 5 terbaca")
    kiosk.press("finish")
    kiosk.shows("juga untuk server")
    assert library.tasks() == set()
    kiosk.tell("net on")
    kiosk.until("the walk", lambda: (TaskKind.RELEASED_ON_SHELF, "B00002") in library.tasks())
    whole = library.shelves("list")
    assert NOVELS in whole
    assert "tidak ditemukan 3" in whole
