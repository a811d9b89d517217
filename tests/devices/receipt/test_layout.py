"""What a receipt looks like in columns, whatever is written on it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.capabilities import MOST_LINK_BYTES, Receipt, ReceiptRow, ReceiptSection
from devices.receipt.layout import (
    CODE_PAGE,
    Line,
    Paper,
    Style,
    above_the_code,
    below_the_code,
    paper_of,
    printable,
)

DUE = "Sen, 30 Nov 2026"
LONG = "Tenggelamnya Kapal van der Wijck: edisi revisi dengan pengantar dan catatan sejarah"
ANY_TEXT = st.text(max_size=200)
ROWS = st.builds(ReceiptRow, ANY_TEXT, ANY_TEXT, ANY_TEXT)
RECEIPTS = st.builds(
    Receipt,
    ANY_TEXT,
    st.tuples(ANY_TEXT),
    st.tuples(st.builds(ReceiptSection, ROWS, st.tuples(ROWS, ROWS))),
    st.tuples(ANY_TEXT),
    caption=ANY_TEXT,
)


def rows(columns: int, *rows: ReceiptRow) -> list[str]:
    section = ReceiptSection(ReceiptRow("Judul", "Jatuh tempo"), rows)
    _, _, *lines, _ = above_the_code(Receipt("", (), (section,)), columns)
    return [line.words for line in lines]


def test_a_date_stands_at_the_right_of_its_title() -> None:
    assert rows(48, ReceiptRow("Bumi Manusia", DUE)) == [f"Bumi Manusia{DUE:>36}"]
    assert rows(32, ReceiptRow("Bumi Manusia", DUE)) == [f"Bumi Manusia{DUE:>20}"]


def test_a_long_title_is_wrapped_beside_its_date_and_then_cut() -> None:
    assert rows(48, ReceiptRow(LONG, DUE)) == [
        f"Tenggelamnya Kapal van der      {DUE}",
        "  Wijck: edisi revisi dengan",
        "  pengantar dan catatan…",
    ]


def test_a_title_in_letters_the_printer_lacks_is_called_otherwise() -> None:
    def called(title: str) -> str:
        return rows(48, ReceiptRow(title, otherwise="Buku B00001"))[0]

    assert called("红楼梦 2") == "Buku B00001"
    assert called("Tafsir الجلالين jilid 2") == "Tafsir … jilid 2"
    assert called("1984") == "1984"


def test_on_narrow_paper_a_long_title_stands_above_its_date() -> None:
    assert rows(32, ReceiptRow(LONG, DUE)) == [
        "Tenggelamnya Kapal van der",
        "  Wijck: edisi revisi dengan",
        "  pengantar dan catatan sejarah",
        f"{DUE:>32}",
    ]
    assert rows(32, ReceiptRow("Mantiq at-Tayr: musyawarah burung", DUE)) == [
        "Mantiq at-Tayr: musyawarah",
        f"  burung{DUE:>24}",
    ]


def test_a_heading_is_twice_as_large_and_so_has_half_the_columns() -> None:
    heading, second, *_ = above_the_code(Receipt("Perpustakaan Kota Binjai", ()), 32)
    assert (heading, second) == (
        Line("Perpustakaan", Style.HEADING),
        Line("Kota Binjai", Style.HEADING),
    )


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("Les misérables, «Œuvres» “1” €", "Les misérables, «Œuvres» “1” €"),
        ("Ṣaḥīḥ al-Bukhārī", "Sahih al-Bukhari"),
        ("e\u0301dition\u2011spe\u0301ciale", "édition-spéciale"),
        ("صحيح البخاري", "…"),
        ("ꦲꦤꦕꦫꦏ: Aksara Jawa", "…: Aksara Jawa"),
        ("紅樓夢 2", "… 2"),
        ("two\nlines\tand\u00a0spaces  ", "two lines and spaces"),
        ("\x1b@\x10\x04\x01 \x00title\u200f", "@ title"),
        ("Ｆｕｌｌ ｗｉｄｔｈ", "Full width"),  # noqa: RUF001 - a catalogue of Chinese books has these
    ],
)
def test_what_the_code_page_has_is_kept_and_the_rest_is_spelt_or_shown(
    written: str, printed: str
) -> None:
    assert printable(written) == printed


@given(RECEIPTS, st.sampled_from(Paper))
def test_whatever_is_written_fits_the_paper_and_the_code_page(
    receipt: Receipt, paper: Paper
) -> None:
    for line in above_the_code(receipt, paper.columns) + below_the_code(receipt, paper.columns):
        line.words.encode(CODE_PAGE)
        columns = paper.columns // 2 if line.style is Style.HEADING else paper.columns
        assert len(line.words) <= columns
        assert line.words.isprintable()


@given(st.text())
def test_what_is_printable_stays_as_it_is(text: str) -> None:
    assert printable(printable(text)) == printable(text)


def test_a_link_that_would_not_fit_the_narrow_paper_is_no_receipts() -> None:
    Receipt("", (), link="x" * MOST_LINK_BYTES)
    with pytest.raises(ValueError, match="link"):
        Receipt("", (), link="x" * (MOST_LINK_BYTES + 1))


@pytest.mark.parametrize("paper", Paper)
def test_paper_is_known_by_its_columns(paper: Paper) -> None:
    assert paper_of(paper.columns) is paper
