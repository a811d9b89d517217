"""What staff mode keeps is whole or not there, and a restart remembers it."""

from pathlib import Path

import pytest

from broker.vocabulary import ItemId
from kiosk.staff.records import Kept, Memory, NotKept, TagReport, TagWrite
from kiosk.staff.words import Closing
from tests.kiosk.things import uid

AT = "2026-11-26T10:00:00+07:00"


def report(folder: Path) -> TagReport:
    return TagReport(folder, lambda: AT)


def test_a_restart_remembers_wrong_codes_and_why_the_station_is_closed(tmp_path: Path) -> None:
    Memory(tmp_path / "staff").keep(Kept(4, Closing.PRINTER))
    assert Memory(tmp_path / "staff").kept == Kept(4, Closing.PRINTER)


def test_a_fresh_station_is_open_and_nobody_guessed(tmp_path: Path) -> None:
    assert Memory(tmp_path).kept == Kept()


def test_a_damaged_memory_is_begun_anew(tmp_path: Path) -> None:
    Memory(tmp_path).keep(Kept(4, Closing.PRINTER))
    (tmp_path / "staff.json").write_bytes(b'{"wrong_co')
    assert Memory(tmp_path).kept == Kept()


def test_a_disk_that_refuses_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    (tmp_path / "staff.json.new").mkdir()
    with pytest.raises(NotKept, match=r"staff\.json"):
        memory.keep(Kept(1))
    assert memory.kept == Kept()


def test_what_was_begun_and_ended_needs_no_further_line(tmp_path: Path) -> None:
    first = report(tmp_path)
    for outcome in ("begun", "verified"):
        first.add(TagWrite(uid(1), outcome, ItemId("B1"), "blank", "iso28560-3", 8))
    lines = report(tmp_path).lines()
    assert [line["outcome"] for line in lines] == ["begun", "verified"]
    assert lines[0]["at"] == AT
    assert lines[0]["tag"] == str(uid(1))


def test_what_was_begun_and_never_ended_is_interrupted_once(tmp_path: Path) -> None:
    report(tmp_path).add(TagWrite(uid(1), "begun", ItemId("B1")))
    report(tmp_path)
    assert [line["outcome"] for line in report(tmp_path).lines()] == ["begun", "interrupted"]


def test_half_a_line_of_a_power_cut_is_dropped_and_the_next_is_whole(tmp_path: Path) -> None:
    report(tmp_path).add(TagWrite(uid(1), "locked", ItemId("B1")))
    file = tmp_path / "tags.csv"
    whole = file.read_bytes()
    file.write_bytes(whole + b"2026-11-26,E004")
    assert [line["outcome"] for line in report(tmp_path).lines()] == ["locked"]
    report(tmp_path).add(TagWrite(uid(2), "locked", ItemId("B2")))
    assert [line["item"] for line in report(tmp_path).lines()] == ["B1", "B2"]


def test_a_cell_that_a_spreadsheet_would_reckon_with_is_disarmed(tmp_path: Path) -> None:
    report(tmp_path).add(TagWrite(uid(1), "locked", detail="=1+1"))
    assert report(tmp_path).lines()[0]["detail"] == "'=1+1"
