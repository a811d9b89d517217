"""`sirkula-server shelves` as a librarian types it: walks, one of them, and that as a file."""

import csv
import json
import stat
from pathlib import Path

import pytest
from sqlalchemy import update

from broker.facts import Mark, MarkCount, Marked, ShelfWalked
from broker.vocabulary import ActId, ItemId
from server.journal.database import open_engine, transaction
from server.journal.tables import title
from tests.server.desk.test_commands import Desk
from tests.server.stories import BOOK, OTHER_BOOK, entry

NOVELS = "circulating 800-899"
STRANGER = ItemId("Z00001")
WALKED = ShelfWalked(
    ActId("w1"),
    NOVELS,
    part=1,
    parts=2,
    counts=(MarkCount(Mark.MISSING, 1), MarkCount(Mark.FOUND, 1215)),
    marked=(
        Marked(BOOK, (Mark.MISSING,)),
        Marked(OTHER_BOOK, (Mark.RELEASED_HERE, Mark.MISPLACED), BOOK),
        Marked(STRANGER, (Mark.NOT_LISTED,)),
    ),
)


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Desk:
    desk = Desk(tmp_path, database_url)
    desk.hears(entry(1, WALKED))
    return desk


def told(desk: Desk, *command: str) -> str:
    done = desk.runs("shelves", *command)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_walk_is_one_line_in_each_language(desk: Desk) -> None:
    indonesian, english = told(desk, "list").splitlines()
    assert indonesian.startswith(f"w1 · {NOVELS} · kios-01 · Sel, 24 Nov 2026")
    assert indonesian.endswith("tidak ditemukan 1 · ditemukan 1.215 · 1 bagian belum diterima")
    assert english.endswith("not found 1 · found 1,215 · 1 parts have not come yet")
    (found,) = json.loads(told(desk, "list", "--json"))
    assert (found["shelf"], found["counts"]) == (NOVELS, {"missing": 1, "found": 1215})


def test_one_walk_is_told_whole_with_the_books_in_words(desk: Desk) -> None:
    lines = told(desk, "show", "w1").splitlines()
    book = "B00001 · 899.221 3 HIR l · Laskar Pelangi"
    assert lines[1] == f"  {book}: tidak ditemukan"
    assert lines[2].endswith(
        ": di rak, tetapi pengaman lepas, bukan di tempatnya, terbaca setelah B00001"
    )
    assert lines[7] == "  Z00001: not in the list"
    found = json.loads(told(desk, "show", "w1", "--json"))
    assert found["items"][1]["result"] == "released-here misplaced"


def test_a_walk_is_a_file_for_a_spreadsheet_that_only_its_owner_reads(
    desk: Desk, tmp_path: Path, database_url: str
) -> None:
    engine = open_engine(database_url)
    with transaction(engine) as connection:
        connection.execute(update(title).values(title='=HYPERLINK("http://x")'))
    engine.dispose()
    file = tmp_path / "walk.csv"
    assert json.loads(told(desk, "export", "w1", "--to", str(file)))["written"] == 3
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.reader(opened))
    assert rows[0] == ["item", "call_number", "title", "result", "found_after"]
    assert rows[1][2:] == ['\'=HYPERLINK("http://x")', "missing", ""]
    assert rows[2][3:] == ["released-here misplaced", "B00001"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert desk.runs("shelves", "export", "w1", words=("--to", str(file))).returncode == 1


def test_a_walk_that_there_is_not_is_said_with_where_to_look(desk: Desk) -> None:
    done = desk.runs("shelves", "show", "w9")
    assert done.returncode == 1
    assert "there is no walk w9: `sirkula-server shelves list` shows all" in done.stderr


def test_without_any_walk_that_is_said(tmp_path: Path, database_url: str) -> None:
    assert told(Desk(tmp_path, database_url), "list").splitlines() == [
        "Belum ada rak yang diperiksa.",
        "No shelf has been checked yet.",
    ]
