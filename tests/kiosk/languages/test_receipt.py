"""A receipt says titles and dates in the patron's language, and a code of it can be caught."""

from dataclasses import replace
from datetime import date

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from broker.vocabulary import ItemId
from kiosk.house import NO_HOUSE, House
from kiosk.languages.catalogue import LANGUAGES, read_catalogue
from kiosk.languages.receipt import in_short, receipt
from kiosk.slip import Line, Slip

DUE = date(2026, 11, 30)
B1, B2, B3 = ItemId("B00001"), ItemId("B00002"), ItemId("B00003")
LENT = Line(B1, "Laskar Pelangi", DUE)
SLIP = Slip("id", (LENT,), (Line(B2, "Pulang", DUE),), (Line(B3, "Bumi Manusia"),))
ID = read_catalogue("id")
titles = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=300)


def test_a_receipt_lists_what_was_lent_renewed_and_returned() -> None:
    made = receipt(SLIP, House("Perpustakaan Kota Binjai"), ID)
    assert made.heading == "Perpustakaan Kota Binjai"
    rows = [(row.words, row.at_right) for section in made.sections for row in section.rows]
    assert rows == [
        ("Laskar Pelangi", "Sen, 30 Nov 2026"),
        ("Pulang", "Sen, 30 Nov 2026"),
        ("Bumi Manusia", ""),
    ]
    assert [section.heading.words for section in made.sections] == [
        "Dipinjam",
        "Diperpanjang",
        "Dikembalikan",
    ]


def test_a_provisional_date_says_so() -> None:
    slip = replace(SLIP, lent=(replace(LENT, provisional=True),))
    made = receipt(slip, NO_HOUSE, ID)
    assert made.sections[0].rows[0].at_right == "Sen, 30 Nov 2026*"
    assert any(note.startswith("*") for note in made.notes)


def test_a_book_without_a_title_is_called_by_its_number() -> None:
    slip = Slip("id", (Line(B1, "", DUE),))
    assert receipt(slip, NO_HOUSE, ID).sections[0].rows[0].words == "Buku B00001"
    assert "Buku B00001: Sen, 30 Nov 2026" in in_short(slip, ID)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_kept_on_a_telephone_is_plain_text(language: str) -> None:
    lines = in_short(SLIP, read_catalogue(language)).split("\n")
    assert len(lines) == 4
    assert lines[1].startswith("Laskar Pelangi: ")
    assert "30 Nov 2026" in lines[1]


@given(st.lists(titles, min_size=1, max_size=40))
def test_any_titles_make_a_code_that_a_telephone_can_catch(names: list[str]) -> None:
    text = in_short(Slip("id", tuple(Line(B1, name, DUE) for name in names)), ID)
    code = segno.make_qr(text, error="l", boost_error=False)
    assert isinstance(code.version, int)
    assert code.version <= 21
    told = sum(f": {ID.date(DUE)}".replace("\u00a0", " ") in line for line in text.split("\n"))
    assert told == len(names) or f"{len(names) - told}" in text.split("\n")[-1]
