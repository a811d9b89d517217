"""Shelf lists, walks and reports on the disk: a power cut loses no read."""

import csv
from pathlib import Path

import pytest

from broker.shelves import Whereabouts
from broker.vocabulary import ItemId
from kiosk.staff.heard import KeptList
from kiosk.staff.inventory import Entry, Read, Shelf, outcome
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
    assert kept.lists(None) == (KeptList("800", 0),)
    assert kept.shelf("800").entries == (
        Entry(item(1), "800 A", "Satu"),
        Entry(item(2), "800 B", "Dua", Whereabouts.ON_LOAN),
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
        ("item,call_number,title,status\nB1,800,Satu,gone\n", 2, "on-hold-shelf, here or empty"),
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
    assert shelves(tmp_path).lists(None) == (KeptList("800", 3),)


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


FETCHED = Shelf(
    "sirkulasi 800-899",
    (
        Entry(item(1), "800 A", 'Satu, "dua"'),
        Entry(item(2), "800 B", "Dua", Whereabouts.ON_HOLD_SHELF),
    ),
)


def test_a_list_that_the_server_told_is_kept_with_its_age(tmp_path: Path) -> None:
    shelves(tmp_path).keep_list(FETCHED, 1000.0)
    later = shelves(tmp_path)
    assert later.shelf(FETCHED.name, 1060.0) == Shelf(FETCHED.name, FETCHED.entries, 60.0)
    assert later.shelf(FETCHED.name, 900.0).age == 0.0
    assert later.lists(1060.0) == (
        KeptList("800", 0),
        KeptList(FETCHED.name, 0, from_server=True, age=60.0),
    )


def test_a_clock_that_nobody_set_makes_no_age(tmp_path: Path) -> None:
    kept = shelves(tmp_path)
    kept.keep_list(FETCHED, None)
    assert kept.shelf(FETCHED.name, 1060.0).age is None
    kept.keep_list(FETCHED, 1000.0)
    assert kept.lists(None)[1].age is None


def test_a_file_that_somebody_copied_hides_the_servers_list_of_its_name(tmp_path: Path) -> None:
    kept = shelves(tmp_path)
    kept.keep_list(Shelf("800", FETCHED.entries), 1000.0)
    assert kept.lists(1000.0) == (KeptList("800", 0),)
    assert kept.shelf("800", 1000.0).entries[1].where is Whereabouts.ON_LOAN


def test_a_walk_along_the_servers_list_is_kept_and_reported_like_any(tmp_path: Path) -> None:
    kept = shelves(tmp_path)
    kept.keep_list(FETCHED, 1000.0)
    kept.keep(FETCHED.name, READS[0])
    assert kept.lists(1000.0)[1].reads == 1
    report = kept.report(FETCHED, outcome(FETCHED, kept.reads(FETCHED.name)))
    assert report == "sirkulasi 800-899-20261126-100000.csv"
    assert kept.lists(1000.0)[1].reads == 0


@pytest.mark.parametrize("content", [b"", b"{", b'{"at":1,"lines":[["B1"]]}', b"\xff"])
def test_a_list_of_the_servers_that_was_damaged_is_fetched_again(
    tmp_path: Path, content: bytes
) -> None:
    kept = shelves(tmp_path)
    (tmp_path / "fetched" / "700.json").write_bytes(content)
    assert kept.lists(None) == (KeptList("800", 0),)
    with pytest.raises(BadList, match="cannot be read"):
        kept.shelf("700")
