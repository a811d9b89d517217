"""A station's files: what they make, and what is said of a wrong one."""

from pathlib import Path

import pytest

from broker.errors import BadSettings
from broker.vocabulary import ItemId
from devices.capabilities import TagMemory
from devices.nfc.simulator import FelicaCard, SimulatedCard, TypeACard, TypeBCard
from devices.station.description import (
    PUBLISHED_TAGS,
    Place,
    PrinterEntry,
    ReaderEntry,
    read_station,
)
from devices.tags.content import BookTag, TagContent, Unreadable, read_tag
from devices.tags.usage import Usage
from tests.devices.tags_in_hand import PUBLISHED

GOOD = """\
[[cards]]
number = "KTA-0007"
uid = "04497622D93881"

[[books]]
model = "iso28560-3"
item = "B00012"
uid = "E00401500000000C"
owner = "ID-1275014"
afi = 0x07
where = "pad"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "station.toml"
    path.write_text(text, encoding="utf-8")
    return path


def contents(path: Path) -> dict[str, TagContent]:
    tags = ((str(book.item), book.tag()) for book in read_station(path).books)
    return {name: read_tag(TagMemory(tag.memory, 4, tag.afi, tag.dsfid)) for name, tag in tags}


def test_a_book_gets_the_tag_it_should_have(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    book = BookTag(ItemId("B00012"), "ID-1275014", Usage.CIRCULATION, 1, 1)
    assert contents(path) == {"B00012": book}
    description = read_station(path)
    assert description.books[0].where is Place.PAD
    assert description.cards[0].card() == TypeACard(bytes.fromhex("04497622D93881"))


def test_the_published_tags_say_what_their_sources_say_and_the_damaged_one_nothing() -> None:
    read = contents(PUBLISHED_TAGS)
    items = {name: str(tag.item) for name, tag in read.items() if isinstance(tag, BookTag)}
    assert items == {
        "annexB1": "1000000056",
        "gbt35660": "123456789012",
        "yst_real": "YST0450585",
    }
    assert isinstance(read["annexB1_bitflip"], Unreadable)


def test_the_published_tags_are_the_published_bytes() -> None:
    tags = {str(book.item): book.tag() for book in read_station(PUBLISHED_TAGS).books}
    for name, vector in (
        ("annexB1", "annexB1"),
        ("gbt35660", "gbt35660_annex"),
        ("yst_real", "yst_real"),
    ):
        assert tags[name].memory == PUBLISHED[vector].ljust(112, b"\0")


def test_files_are_read_together(tmp_path: Path) -> None:
    together = read_station(written(tmp_path, GOOD), PUBLISHED_TAGS)
    assert len(together.books) == 5


@pytest.mark.parametrize(
    ("technology", "uid", "card"),
    [
        ("A", "DEADBEEF", TypeACard(bytes.fromhex("DEADBEEF"))),
        ("B", "11223344", TypeBCard(bytes.fromhex("11223344"))),
        ("F", "01010501B00AC30B", FelicaCard(bytes.fromhex("01010501B00AC30B"))),
    ],
)
def test_cards_are_of_three_kinds(
    tmp_path: Path, technology: str, uid: str, card: SimulatedCard
) -> None:
    text = f'[[cards]]\nnumber = "KTA-1"\nuid = "{uid}"\ntechnology = "{technology}"\n'
    assert read_station(written(tmp_path, text)).cards[0].card() == card


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("owner =", "ownr =", "ownr"),
        ('"04497622D93881"', '"0449"', "cards"),
        ('"04497622D93881"', '"zz"', "uid"),
        ('"04497622D93881"', "7", "uid"),
        ('"E00401500000000C"', '"E0"', "books"),
        ('"ID-1275014"', '"ID-a-much-too-long-owner"', "library"),
        ('"B00012"', '"B 12"', "item"),
        ("afi = 0x07", "afi = 700", "afi"),
        ('"pad"', '"moon"', "where"),
        ('"iso28560-3"', '"iso1"', "model"),
        ("afi = 0x07\n", "", "afi"),
        ("[[cards]]", '[pad]\nreader = "odd"\n[[cards]]', "reader"),
        ("[[cards]]", "[printer]\ncolumns = 40\n[[cards]]", "columns"),
    ],
)
def test_a_mistake_is_told_with_its_file_and_key(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    path = written(tmp_path, GOOD.replace(right, wrong))
    with pytest.raises(BadSettings) as error:
        read_station(path)
    assert str(path) in str(error.value)
    assert said in str(error.value)


@pytest.mark.parametrize("line", ['item = "B00012"', 'uid = "E00401500000000C"'])
def test_a_thing_described_twice_is_told_with_its_line(tmp_path: Path, line: str) -> None:
    other = GOOD[GOOD.index("[[books]]") :]
    for mine in ('item = "B00012"', 'uid = "E00401500000000C"'):
        if mine != line:
            other = other.replace(mine, mine.replace("0C", "0D").replace("B00012", "B00013"))
    path = written(tmp_path, GOOD + other)
    with pytest.raises(BadSettings, match=r"line 1[45]: .* is described twice"):
        read_station(path)


def test_a_first_file_names_the_devices_and_a_second_one_adds_books(tmp_path: Path) -> None:
    first = tmp_path / "first.toml"
    first.write_text('[pad]\nreader = "rl866"\n', encoding="utf-8")
    second = written(tmp_path, "[pad]\npaced = true\n[printer]\n" + GOOD)
    both = read_station(first, second)
    assert both.pad == ReaderEntry("rl866")
    assert both.printer == PrinterEntry()
    assert (len(both.cards), len(both.books)) == (1, 1)
