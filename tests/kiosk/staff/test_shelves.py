"""Shelf lists, walks and reports on the disk: a power cut loses no read."""

import csv
from pathlib import Path

import pytest

from broker.vocabulary import ItemId
from kiosk.staff.inventory import Entry, Read, outcome
from kiosk.staff.records import NotKept
from kiosk.staff.shelves import BadList, Shelves
from tests.kiosk.things import item

LIST = "item,call_number,title,status\nB00001,800 A,Satu,\nB00002,800 B,Dua,on-loan\n"


def shelves(folder: Path, text: str = LIST) -> Shelves:
    kept = Shelves(folder, lambda: "20261126-100000")
    (folder / "lists" / "800.csv").write_text(text, encoding="utf-8")
    return kept


def test_a_list_is_read_in_shelf_order(tmp_path: Path) -> None:
    kept = shelves(tmp_path)
    assert kept.names() == ("800",)
    assert kept.shelf("800").entries == (
        Entry(item(1), "800 A", "Satu"),
        Entry(item(2), "800 B", "Dua", on_loan=True),
    )


@pytest.mark.parametrize(
    "text",
    [
        LIST.replace(",", ";"),
        LIST.replace(",", "\t"),
        "\ufeff" + LIST,
        LIST.replace("\n", "\r\n"),
        "title,item,call_number,status\nSatu,B00001,800 A,here\nDua,B00002,800 B,ON-LOAN\n",
    ],
)
def test_whatever_a_spreadsheet_made_of_it_is_the_same_list(tmp_path: Path, text: str) -> None:
    assert shelves(tmp_path, text).shelf("800") == shelves(tmp_path).shelf("800")


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("", 1, "no column item, call_number, title"),
        ("item,title\n", 1, "no column call_number"),
        ("item,call_number,title\nB 1,800,Satu\n", 2, "no item number"),
        ("item,call_number,title\nB1,800,Satu\nB1,801,Dua\n", 3, "item as in line 2"),
        ("item,call_number,title,status\nB1,800,Satu,gone\n", 2, "on-loan, here or empty"),
    ],
)
def test_a_list_that_cannot_be_used_says_where_and_why(
    tmp_path: Path, text: str, line: int, why: str
) -> None:
    with pytest.raises(BadList, match=why) as caught:
        shelves(tmp_path, text).shelf("800")
    assert caught.value.line == line


def test_a_list_that_is_no_text_is_refused(tmp_path: Path) -> None:
    kept = shelves(tmp_path)
    (tmp_path / "lists" / "800.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadList, match="UTF-8"):
        kept.shelf("800")


READS = (
    Read(item(1), 1, secured=True),
    Read(item(2), 2, secured=False),
    Read(item(3), 2, None),
)


def test_a_walk_goes_on_after_a_power_cut_where_it_was(tmp_path: Path) -> None:
    for read in READS:
        shelves(tmp_path).keep("800", read)
    assert shelves(tmp_path).reads("800") == READS
    assert shelves(tmp_path).reads_kept("800") == 3


def test_half_a_read_of_a_power_cut_is_dropped(tmp_path: Path) -> None:
    kept = shelves(tmp_path)
    for read in READS:
        kept.keep("800", read)
    file = tmp_path / "walks" / "800.csv"
    whole = file.read_bytes()
    for cut in range(len(whole)):
        file.write_bytes(whole[:cut])
        assert shelves(tmp_path).reads("800") == READS[: max(0, whole[:cut].count(b"\n") - 1)]


def test_a_report_can_be_read_in_a_spreadsheet_and_ends_the_walk(tmp_path: Path) -> None:
    kept = shelves(tmp_path)
    stranger = Read(ItemId("Z9"), 1, secured=True)
    for read in (stranger, READS[0]):
        kept.keep("800", read)
    name = kept.report(kept.shelf("800"), outcome(kept.shelf("800"), kept.reads("800")))
    with (tmp_path / "reports" / name).open(encoding="utf-8", newline="") as opened:
        told = [list(line.values()) for line in csv.DictReader(opened)]
    assert told == [
        ["B00001", "800 A", "Satu", "found", ""],
        ["B00002", "800 B", "Dua", "away", ""],
        ["Z9", "", "", "not-listed", ""],
    ]
    assert kept.reads("800") == ()


def test_a_disk_that_refuses_a_read_says_so(tmp_path: Path) -> None:
    kept = shelves(tmp_path)
    (tmp_path / "walks" / "800.csv").mkdir()
    with pytest.raises(NotKept, match=r"800\.csv"):
        kept.keep("800", READS[0])


def test_a_walk_of_a_thousand_books_is_kept_and_told_again(tmp_path: Path) -> None:
    kept = shelves(tmp_path)
    reads = tuple(Read(item(at), at, secured=True) for at in range(1000))
    for read in reads:
        kept.keep("800", read)
    assert shelves(tmp_path).reads("800") == reads
