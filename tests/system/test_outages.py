"""Real processes, real Mosquitto, simulated hardware: what breaks, what is shown, what is kept."""

import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from broker.topics import Channel, Topic
from broker.vocabulary import DeviceId, SiteId
from devices.console.demo import furnished
from devices.console.ports import Ports
from devices.console.rehearsal import Book, Shown
from devices.console.settings_files import Panel
from devices.console.stage import Stage
from devices.station.prompt import command_of
from devices.station.station import SimulatedStation
from tests.brokers import Listener
from tests.system.test_demo import three_free_ports

pytestmark = pytest.mark.timeout(180)
SECURED, RELEASED = 0x07, 0xC2


class Library:
    """The running library, and a patron's hands and eyes in it."""

    def __init__(self, stage: Stage, station: SimulatedStation) -> None:
        self.stage = stage
        self.station = station

    def do(self, *lines: str) -> None:
        for line in lines:
            self.station.carry_out(command_of(line))

    def touch(self, button: str) -> None:
        self.stage.screen.touch(button)

    def sees(self, screen: str) -> Shown:
        def there() -> Shown | None:
            shown = self.stage.screen.shown()
            return shown if shown.screen == screen else None

        return self.stage.until(f"the screen {screen}", there)

    def book(self, item: str) -> Book:
        return next(book for book in self.stage.screen.shown().books if book.item == item)

    def afi(self, item: str) -> int:
        return self.station.truth.book(item).tag.afi

    def fact_count(self, kind: str) -> int:
        return int(self.stage.summary()["facts_by_kind"].get(kind, 0))

    def until_settled(self) -> dict[str, Any]:
        """The server's account once nothing is unsent."""

        def settled() -> dict[str, Any] | None:
            summary = self.stage.summary()
            return summary if summary["unsent"] == 0 else None

        return self.stage.until("nothing unsent", settled)

    def borrow(self, card: str, *books: str) -> None:
        """A whole visit; the books are in the patron's hands afterwards."""
        self.sees("welcome")
        self.do(f"card {card}")
        self.sees("pad")
        self.do(f"put {' '.join(books)}")
        self.stage.until(
            "the books listed", lambda: len(self.stage.screen.shown().books) == len(books)
        )
        self.touch("confirm")
        self.sees("result")

    def leave(self, *books: str) -> None:
        self.do(f"take {' '.join(books)}", "card away")
        self.touch("done")
        self.sees("goodbye")
        self.touch("done")
        self.sees("welcome")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("library") / "demo"
    with furnished(folder, Ports(three_free_ports()), Panel(1024, 600, 7.0)) as (stage, station):
        stage.start()
        running = Library(stage, station)
        running.sees("welcome")
        stage.until_served()
        yield running


def member(library: Library, where: str) -> str:
    """The number of some sample member, by a condition on the member table."""
    database = sqlite3.connect(library.stage.folder / "server.db")
    (number,) = database.execute(
        f"SELECT number FROM member WHERE {where} ORDER BY number LIMIT 1",  # noqa: S608
        {"today": date.today().isoformat()},  # noqa: DTZ011 any near day will do
    ).fetchone()
    database.close()
    return str(number)


@pytest.mark.parametrize("where", ["expires < :today", "blocked IS NOT NULL AND expires > :today"])
def test_a_member_who_may_not_borrow_is_told_what_to_do(library: Library, where: str) -> None:
    number = member(library, where)
    library.do(f"card {number}")
    shown = library.sees("card-refused")
    assert number not in " ".join(shown.texts)
    library.do("card away")
    library.touch("back")
    library.sees("welcome")


@pytest.mark.parametrize("card", ["FOREIGN", "RANDOM"])
def test_a_card_the_library_cannot_know_is_refused_with_words(library: Library, card: str) -> None:
    library.do(f"card {card}")
    assert library.sees("card-refused").texts
    library.do("card away")
    library.touch("back")
    library.sees("welcome")


def test_a_kiosk_killed_after_the_loan_owes_nothing_to_anybody(library: Library) -> None:
    before = library.fact_count("item-lent")
    library.borrow("KTA-0007", "B00030")
    library.stage.end("kiosk", kill=True)
    library.do("take B00030", "card away")
    library.stage.start("kiosk")
    library.sees("welcome")
    library.stage.until("the loan", lambda: library.fact_count("item-lent") == before + 1)
    assert library.afi("B00030") == RELEASED


def test_a_loan_made_while_the_server_is_dead_arrives_when_it_lives(library: Library) -> None:
    before = library.fact_count("item-lent")
    library.stage.end("server", kill=True)
    library.borrow("KTA-0001", "B00031")
    assert library.book("B00031").stage == "lent"
    library.leave("B00031")
    library.stage.start("server")
    library.stage.until("the loan", lambda: library.fact_count("item-lent") == before + 1)
    assert library.until_settled()["quarantined"] == 0


def test_a_return_made_while_the_broker_is_dead_arrives_when_it_lives(library: Library) -> None:
    before = library.fact_count("item-returned")
    library.stage.end("broker", kill=True)
    library.do("drop B00031")
    library.stage.until("the tag secured", lambda: library.afi("B00031") == SECURED)
    library.stage.start("broker")
    library.stage.until("the return", lambda: library.fact_count("item-returned") == before + 1)
    library.sees("welcome")


def test_a_full_disk_takes_the_kiosk_out_of_service_until_there_is_room(library: Library) -> None:
    kiosk = library.stage.running["kiosk"].pid
    wal = library.stage.folder / "kios-01" / "ledger.db-wal"
    unlimited = resource.prlimit(kiosk, resource.RLIMIT_FSIZE)
    before = library.fact_count("item-lent")
    library.sees("welcome")
    library.do("card KTA-0003")
    library.sees("pad")
    library.do("put B00032")
    library.stage.until("the book", lambda: len(library.stage.screen.shown().books) == 1)
    resource.prlimit(kiosk, resource.RLIMIT_FSIZE, (wal.stat().st_size, unlimited[1]))
    library.touch("confirm")
    library.sees("out-of-service")
    assert library.afi("B00032") == SECURED
    resource.prlimit(kiosk, resource.RLIMIT_FSIZE, unlimited)
    library.do("take B00032", "card away")
    library.stage.until(
        "service again", lambda: library.stage.screen.shown().screen != "out-of-service"
    )
    assert library.fact_count("item-lent") == before


def test_a_poisoned_message_is_kept_aside_and_holds_nothing_up(library: Library) -> None:
    topic = str(Topic(SiteId("binjai"), DeviceId("penyusup"), Channel.FACT))
    stranger = Listener(library.stage.ports.broker, "penyusup").connected()
    stranger.line.publish(topic, b'{"specversion": "1.0", "id": null', retain=False)
    library.stage.until("the quarantine", lambda: library.stage.summary()["quarantined"] == 1)
    stranger.line.close()
    returned = library.fact_count("item-returned")
    library.do("drop B00030")
    library.stage.until("the return", lambda: library.fact_count("item-returned") == returned + 1)


def test_an_unplugged_reader_is_said_and_comes_back(library: Library) -> None:
    library.do("unplug pad")
    library.sees("out-of-service")
    library.do("plug pad")
    library.stage.until(
        "service again", lambda: library.stage.screen.shown().screen != "out-of-service"
    )


@pytest.mark.parametrize("program", ["kiosk", "kiosk.dropbox"])
def test_a_station_without_the_servers_key_serves_nobody_and_says_what_to_do(
    library: Library, tmp_path: Path, program: str
) -> None:
    name = program.rpartition(".")[2]
    settings = (library.stage.folder / f"{name}.toml").read_text(encoding="utf-8")
    own = library.stage.folder / {"kiosk": "kios-01", "dropbox": "boks-01"}[name]
    elsewhere = tmp_path / "station.toml"
    elsewhere.write_text(settings.replace(str(own), str(tmp_path)), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", program, "--settings", str(elsewhere)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 1
    assert f"{tmp_path}/server.pub" in run.stderr
    assert "enrol this station" in run.stderr
    assert not (tmp_path / "ledger.db").exists()


def test_a_wrong_settings_file_names_itself_and_the_line(library: Library, tmp_path: Path) -> None:
    settings = library.stage.folder / "dropbox.toml"
    wrong = tmp_path / "wrong.toml"
    text = settings.read_text(encoding="utf-8").replace("afi_secured", "afi_secure")
    wrong.write_text(text, encoding="utf-8")
    line = text.splitlines().index("afi_secure = 0x07") + 1
    run = subprocess.run(
        [sys.executable, "-m", "kiosk.dropbox", "--settings", str(wrong)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert str(wrong) in run.stderr
    assert f"line {line}" in run.stderr
    assert "afi_secure" in run.stderr


def test_a_new_name_and_greeting_are_on_the_screen_once_the_server_has_read_them(
    library: Library,
) -> None:
    settings = library.stage.folder / "server.toml"
    before = settings.read_text(encoding="utf-8")
    look = '[house]\nname = "Perpustakaan Contoh"\n[house.welcome]\nid = "Halo, pembaca."\n'
    library.stage.end("server")
    settings.write_text(f"{before}\n{look}", encoding="utf-8")
    library.stage.start("server")
    library.stage.until(
        "the greeting", lambda: "Halo, pembaca." in library.stage.screen.shown().texts
    )
    library.stage.end("server")
    settings.write_text(before, encoding="utf-8")
    library.stage.start("server")
    library.stage.until(
        "the usual words", lambda: "Halo, pembaca." not in library.stage.screen.shown().texts
    )
