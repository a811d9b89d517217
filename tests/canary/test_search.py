"""The search hears a canary in every form, and knows where one may sing."""

import json
import sqlite3
from base64 import b64encode
from pathlib import Path

import pytest

from tests.canary.canaries import Cage, Canary, Kind
from tests.canary.search import Found, search_files, search_records, search_scenes

CARD = Canary(Kind.CARD, "04AABBCCDDEE80")
TITLE = Canary(Kind.TITLE, "Kenari Judul 0001")
CAGE = Cage((CARD, TITLE))


@pytest.mark.parametrize(
    "written",
    [
        b"card=04AABBCCDDEE80;",
        b"04aabbccddee80",
        "04AABBCCDDEE80".encode("utf-16"),
        bytes.fromhex("0004AABBCCDDEE8000"),
        bytes.fromhex("80EEDDCCBBAA04"),
        b64encode(b"x04AABBCCDDEE80x"),
        b64encode(b"xx" + bytes.fromhex("04AABBCCDDEE80")),
    ],
)
def test_a_card_is_heard_however_it_is_written(written: bytes) -> None:
    assert CAGE.heard_in(written) == {Kind.CARD: {CARD.word}}


def test_silence_is_heard_as_silence() -> None:
    assert CAGE.heard_in(b"04AABBCCDDEE81 Kenari Judul 0002" + bytes(1000)) == {}


def test_a_file_of_the_world_is_not_searched_and_every_other_is(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "kiosk.log").write_text(CARD.word, encoding="utf-8")
    (tmp_path / "station.toml").write_text(CARD.word, encoding="utf-8")
    found = Found()
    assert search_files(CAGE, tmp_path, [tmp_path / "station.toml"], found) == 1
    assert found.cells == {(Kind.CARD, "file logs/kiosk.log"): 1}


def test_each_cell_of_the_records_has_a_name(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    with sqlite3.connect(path) as records:
        records.execute("CREATE TABLE member (card TEXT, name TEXT)")
        records.execute("INSERT INTO member VALUES (?, ?)", (CARD.word, TITLE.word))
        records.execute("CREATE TABLE nobody (name TEXT)")
    records.close()
    found = Found()
    search_records(CAGE, path, found)
    assert set(found.cells) == {
        (Kind.CARD, "records member.card"),
        (Kind.TITLE, "records member.name"),
    }
    assert "1 canaries, title, in records member.name" in list(found.violations())


def test_what_was_drawn_is_searched_in_words(tmp_path: Path) -> None:
    drawn = tmp_path / "drawn.jsonl"
    drawn.write_text(json.dumps({"texts": ["Selamat datang", TITLE.word]}), encoding="utf-8")
    found = Found()
    assert search_scenes(CAGE, drawn, found) == 1
    assert found.cells == {(Kind.TITLE, "screen"): 1}


def test_a_search_that_hears_nothing_is_deaf() -> None:
    assert len([line for line in Found().violations() if "deaf" in line]) == len(Kind)
