"""`sirkula-server tasks` as staff type it: Indonesian first, no patron's number anywhere."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from broker.facts import Entry
from broker.vocabulary import PatronId
from server.journal.database import open_engine, transaction
from tests.server.stories import (
    BOOK,
    DROP_BOX,
    NOON,
    dropped,
    entry,
    heard,
    intake,
    lent,
    stock,
    unconfirmed,
)

CARD = PatronId("1275016512090003")


class Desk:
    """A library's database, and somebody at a terminal."""

    def __init__(self, folder: Path, database: str) -> None:
        self._database = database
        self._file = folder / "server.toml"
        self._file.write_text(
            f'site = "binjai"\ndatabase = "{database}"\nkeys = "{folder / "keys"}"\n'
            "[broker]\nport = 1\n[web]\nport = 2\n",
            encoding="utf-8",
        )

    def hears(self, *entries: Entry) -> None:
        engine = open_engine(self._database)
        with transaction(engine) as connection:
            stock(connection)
            intake().digest(connection, [heard(one) for one in entries], NOON + 7200)
        engine.dispose()

    def types(self, command: str, *words: str) -> subprocess.CompletedProcess[str]:
        return self.runs("tasks", command, words=words)

    def runs(
        self, *command: str, words: Sequence[str] = (), typed: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """`typed` is standard input."""
        program = [sys.executable, "-m", "server", *command, "--settings", str(self._file)]
        return subprocess.run(
            [*program, *words], input=typed, capture_output=True, text=True, check=False, timeout=60
        )

    def feedback(self, *words: str) -> str:
        done = self.runs("feedback", words=words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def told(self, command: str, *words: str) -> str:
        done = self.types(command, *words)
        assert done.returncode == 0, done.stderr
        assert CARD.reveal() not in done.stdout
        return done.stdout

    def listed(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.told("list", "--json"))
        return found


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Desk:
    return Desk(tmp_path, database_url)


def test_nothing_to_do_is_said_in_both_languages(desk: Desk) -> None:
    assert desk.told("list").splitlines() == [
        "Tidak ada tugas. Semua sudah beres.",
        "No tasks. Everything is in order.",
    ]


def test_a_task_is_told_in_both_languages_with_a_masked_patron(desk: Desk) -> None:
    desk.hears(entry(1, unconfirmed(CARD)))
    key, indonesian, english, about = desk.told("list").splitlines()[:4]
    assert key == "loan-unconfirmed/kios-01/install-1/1"
    assert indonesian.startswith("  Peminjaman belum pasti: Kios mati di tengah peminjaman.")
    assert english.startswith("  Loan uncertain: The kiosk stopped during the loan.")
    assert "B00001 · Laskar Pelangi · kios-01 · 1•••3 · sejak" in about


def test_a_task_is_shown_with_its_grounds_and_choices(desk: Desk) -> None:
    desk.hears(entry(1, unconfirmed(CARD)))
    shown = desk.told("show", "loan-unconfirmed/kios-01/install-1/1")
    assert "Peminjaman belum pasti · kios-01 · 1 · kios-01/install-1/1" in shown
    assert "confirm-loan     Pinjaman memang terjadi." in shown
    assert "confirm-loan     The loan did happen." in shown
    assert shown.index("Bukti") < shown.index("Evidence") < shown.index("Pilihan")


def test_a_task_is_settled_by_somebody_for_a_reason(desk: Desk) -> None:
    desk.hears(entry(1, unconfirmed(CARD)))
    key = "loan-unconfirmed/kios-01/install-1/1"
    reason = ("--by", "Rina", "--why", "Ada di rak 8")
    settled = desk.told("settle", key, "returned", *reason)
    assert "Selesai oleh Rina: Buku ada di perpustakaan. Ada di rak 8" in settled
    assert desk.listed() == []
    again = desk.types("settle", key, "returned", *reason)
    assert (again.returncode, "settled before, by Rina" in again.stderr) == (1, True)


def test_programs_hear_everything_in_json(desk: Desk) -> None:
    desk.hears(entry(1, lent()), entry(2, dropped(), DROP_BOX))
    (task,) = desk.listed()
    assert task["key"] == "unknown-item-dropped/kotak-01/install-1/2"
    assert task["what"] == {
        "id": "Benda tanpa nomor di kotak",
        "en": "Something without a number in the bin",
    }
    assert set(task["choices"]) == {"identified", "not-ours"}
    assert task["evidence"]["facts"][0]["earliest"] == NOON + 120
    words = ("identified", "--item", str(BOOK), "--by", "Rina", "--why", "Sampulnya", "--json")
    (settled,) = json.loads(desk.told("settle", task["key"], *words))
    assert (settled["settlement"], settled["settled_by"]) == ("identified", "Rina")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("gap/x", "wait", "--by", "R", "--why", "w"), "there is no task gap/x"),
        (("gap/x", "wait", "--by", "R", "--why", "w", "--item", "a b"), "--item: not a valid"),
        (("gap/x", "forget", "--by", "R", "--why", "w"), "forget"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    desk: Desk, words: tuple[str, ...], problem: str
) -> None:
    refused = desk.types("settle", *words)
    assert refused.returncode != 0
    assert problem in refused.stderr
    assert "Traceback" not in refused.stderr
