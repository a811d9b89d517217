"""Real stations and a real server that die, lose their disk or their memory, and come back."""

import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.processes import start_tied
from devices.console.demo import furnished
from devices.console.ports import Ports
from devices.console.rehearsal import NotRehearsing
from devices.console.settings_files import Panel
from devices.console.stage import PROGRAMS
from tests.system.test_demo import three_free_ports
from tests.system.test_outages import RELEASED, SECURED, Library

pytestmark = pytest.mark.timeout(240)
PROMISED_SECONDS = 90.0


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("library") / "demo"
    with furnished(folder, Ports(three_free_ports()), Panel(1024, 600, 7.0)) as (stage, station):
        stage.start()
        running = Library(stage, station)
        running.sees("welcome")
        stage.until_served()
        yield running


def start_to_crash(library: Library, program: str, point: str) -> subprocess.Popen[bytes]:
    """Starts a station that will lose its power at this point."""
    library.stage.end(program, kill=True)
    settings = library.stage.folder / f"{program}.toml"
    words = [sys.executable, "-m", *PROGRAMS[program], "--settings", str(settings)]
    with (library.stage.folder / "logs" / f"{program}.log").open("ab") as log:
        return start_tied(["env", f"SIRKULA_CRASH_AT={point}", *words], output=log)


def last_fact(library: Library, item: str) -> str:
    database = sqlite3.connect(library.stage.folder / "server.db")
    row = database.execute(
        "SELECT kind FROM fact WHERE item = ? ORDER BY received_at DESC, seq DESC", (item,)
    ).fetchone()
    database.close()
    return "" if row is None else str(row[0])


@pytest.mark.parametrize(
    ("number", "point", "kind"),
    [
        (40, "K4", "loan-abandoned"),
        (41, "K6", "loan-abandoned"),
        (42, "K8", "loan-abandoned"),
        (43, "K9", "item-lent"),
        (44, "K10", "item-lent"),
    ],
)
def test_a_kiosk_that_crashes_in_a_loan_is_back_by_itself_and_the_tag_agrees(
    library: Library, number: int, point: str, kind: str
) -> None:
    book = f"B{number:05}"
    dying = start_to_crash(library, "kiosk", point)
    library.sees("welcome")
    library.do("card KTA-0007")
    library.sees("pad")
    library.do(f"put {book}")
    library.stage.until("the book", lambda: len(library.stage.screen.shown().books) == 1)
    try:
        library.touch("confirm")
    except NotRehearsing:
        assert dying.wait(30) != 0
    assert dying.wait(30) != 0
    library.do("card away")  # whose card lies there goes on with the visit
    began = time.monotonic()
    library.stage.start("kiosk")
    library.sees("welcome")
    assert time.monotonic() - began < PROMISED_SECONDS
    library.stage.until("the fact", lambda: last_fact(library, book) == kind)
    assert library.afi(book) == (RELEASED if kind == "item-lent" else SECURED)
    library.do(f"take {book}")
    assert library.until_settled()["quarantined"] == 0


@pytest.mark.parametrize(
    ("number", "point"), [(50, "D3"), (51, "R2"), (52, "R4"), (53, "D5"), (54, "R6")]
)
def test_a_box_that_crashes_in_a_return_takes_it_back_once(
    library: Library, number: int, point: str
) -> None:
    book = f"B{number:05}"
    library.station.truth.book(book).tag.afi = RELEASED  # as it is while on loan
    before = library.fact_count("item-returned")
    dying = start_to_crash(library, "dropbox", point)
    library.stage.until("the box", lambda: box_mode(library) == "in-service")
    library.do(f"drop {book}")
    assert dying.wait(60) != 0
    began = time.monotonic()
    library.stage.start("dropbox")
    library.stage.until("the return", lambda: library.fact_count("item-returned") > before)
    assert time.monotonic() - began < PROMISED_SECONDS
    assert library.afi(book) == SECURED
    assert library.until_settled()["quarantined"] == 0
    assert last_fact(library, book) == "item-returned"
    assert library.fact_count("item-returned") == before + 1


def box_mode(library: Library) -> str:
    devices = library.stage.summary()["devices"]
    found = next(one for one in devices if one["device"] == "boks-01")
    return str(found["mode"]) if found["presence"] == "online" else ""


def test_a_restored_server_hears_again_what_its_backup_lacks(library: Library) -> None:
    folder = library.stage.folder
    settings = ("--settings", str(folder / "server.toml"))
    program = (sys.executable, "-m", "server")
    backup = [*program, "backup", *settings, "--to", str(folder / "backups")]
    subprocess.run(backup, check=True, capture_output=True)
    library.borrow("KTA-0001", "B00045")
    library.leave("B00045")
    before = library.until_settled()["facts_by_kind"]
    library.stage.end("server")
    (folder / "lost").mkdir()
    for file in folder.glob("server.db*"):
        shutil.move(file, folder / "lost")
    (newest,) = (folder / "backups").glob("*.backup")
    subprocess.run([*program, "restore", *settings, "--from", str(newest)], check=True)
    assert last_fact(library, "B00045") == ""
    library.stage.start("server")
    library.stage.until("the loan", lambda: last_fact(library, "B00045") == "item-lent")
    assert library.until_settled()["facts_by_kind"] == before


def test_a_box_whose_records_are_damaged_says_so_and_takes_returns(library: Library) -> None:
    ledger = library.stage.folder / "boks-01" / "ledger.db"
    library.until_settled()
    library.stage.end("dropbox", kill=True)
    damaged = b"\xa5" * 20_000
    ledger.write_bytes(damaged)
    ledger.with_name("ledger.db-wal").unlink(missing_ok=True)
    before = library.fact_count("item-returned")
    library.stage.start("dropbox")
    library.stage.until("the alarm", lambda: "disisihkan" in library.stage.dashboard())
    library.do("drop B00045")
    library.stage.until("the return", lambda: library.fact_count("item-returned") == before + 1)
    assert (ledger.parent / "damaged-1" / "ledger.db").read_bytes() == damaged
    assert library.until_settled()["tasks_by_kind"]["new-ledger"] == 1
    assert Path(ledger).stat().st_size > 0
