"""What barcodes mean at a library."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.vocabulary import ItemId, PatronId
from devices.barcode import (
    BookIsbn,
    ItemBarcode,
    LabelSettings,
    Meaning,
    Misread,
    NationalNumber,
    NotOurs,
    PatronBarcode,
    has_modulo_10,
    has_modulo_43,
    is_ean_13,
    is_isbn_10,
    meaning,
)
from devices.capabilities import Scan

BINJAI = LabelSettings(item="B[0-9]{5}", patron="KTA-[0-9]{4}")
BY_NIK = LabelSettings(item="[0-9]{10}|[0-9]{13}", patron="[0-9]{16}")
CODE_39 = LabelSettings(item="[A-Z0-9]+", patron="P[0-9]+", check="code-39")
CODABAR = LabelSettings(item="3[0-9]{13}", patron="2[0-9]{13}", check="codabar")
NIK = "1275016512090003"
BOOK = ItemBarcode(ItemId("B00012"))
SITI = PatronBarcode(PatronId("KTA-0007"))


@pytest.mark.parametrize(
    ("text", "aim", "means"),
    [
        ("B00012", "", BOOK),
        ("B00012", "C0", BOOK),
        ("B00012", "C1", BOOK),
        ("B00012", "A0", BOOK),
        ("*B00012*", "", BOOK),
        ("*B00012*", "A0", BOOK),
        ("*B00012*", "C0", NotOurs()),
        ("AB00012B", "F0", BOOK),
        ("aB00012b", "F0", BOOK),
        ("AB00012B", "", NotOurs()),
        ("KTA-0007", "C0", SITI),
        ("b00012", "", NotOurs()),
        ("B00012X", "", NotOurs()),
        ("9786020324784", "E0", BookIsbn("9786020324784")),
        ("9786020324784", "", BookIsbn("9786020324784")),
        ("0306406152", "", BookIsbn("0306406152")),
        ("080442957X", "", BookIsbn("080442957X")),
        ("8991234567897", "E0", NotOurs()),
        ("8991234567897", "", NotOurs()),
        (NIK, "", NationalNumber("12••••••••••0003")),
        ("", "", Misread()),
        ("", "C0", Misread()),
    ],
)
def test_a_barcode_means_what_the_site_and_the_symbology_say(
    text: str, aim: str, means: Meaning
) -> None:
    assert meaning(Scan(text, aim), BINJAI) == means


def test_where_the_nik_is_the_patrons_number_it_is_a_patron() -> None:
    assert meaning(Scan(NIK), BY_NIK) == PatronBarcode(PatronId(NIK))


def test_the_sites_own_ten_digits_are_an_item_though_they_could_be_an_old_isbn() -> None:
    assert meaning(Scan("0306406152"), BY_NIK) == ItemBarcode(ItemId("0306406152"))


def test_an_isbn_is_never_an_item_however_wide_the_sites_pattern_is() -> None:
    assert meaning(Scan("9786020324784"), BY_NIK) == BookIsbn("9786020324784")
    assert meaning(Scan("8991234567897", "E0"), BY_NIK) == NotOurs()
    assert meaning(Scan("8991234567897"), BY_NIK) == ItemBarcode(ItemId("8991234567897"))


def test_what_no_number_can_look_like_is_not_ours_whatever_the_pattern_says() -> None:
    anything = LabelSettings(item=".*", patron="P.*")
    assert meaning(Scan("two words"), anything) == meaning(Scan("P#"), anything) == NotOurs()


@pytest.mark.parametrize(
    ("text", "aim", "means"),
    [
        ("CODE39W", "", ItemBarcode(ItemId("CODE39"))),
        ("*CODE39W*", "A1", ItemBarcode(ItemId("CODE39"))),
        ("CODE39", "A3", ItemBarcode(ItemId("CODE39"))),
        ("CODE38W", "", Misread()),
        ("*CODE39*", "A0", Misread()),
        ("CODE38W", "C0", ItemBarcode(ItemId("CODE38W"))),
    ],
)
def test_a_code_39_label_that_was_misread_is_told_apart(
    text: str, aim: str, means: Meaning
) -> None:
    assert meaning(Scan(text, aim), CODE_39) == means


@pytest.mark.parametrize(
    ("text", "aim", "means"),
    [
        ("38520000023237", "", ItemBarcode(ItemId("38520000023237"))),
        ("A38520000023237B", "F0", ItemBarcode(ItemId("38520000023237"))),
        ("38520000023238", "", Misread()),
        ("38520000023238", "C0", ItemBarcode(ItemId("38520000023238"))),
    ],
)
def test_a_codabar_label_that_was_misread_is_told_apart(
    text: str, aim: str, means: Meaning
) -> None:
    assert meaning(Scan(text, aim), CODABAR) == means


@given(st.text("0123456789", min_size=12, max_size=12), st.data())
def test_one_wrong_digit_of_an_ean_is_always_noticed(digits: str, data: st.DataObject) -> None:
    (whole,) = [digits + last for last in "0123456789" if is_ean_13(digits + last)]
    at = data.draw(st.integers(0, 12))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != whole[at]]))
    assert not is_ean_13(whole[:at] + wrong + whole[at + 1 :])


@given(st.text("0123456789", min_size=13, max_size=13))
def test_every_number_has_exactly_one_check_character(digits: str) -> None:
    assert sum(has_modulo_10(digits + last) for last in "0123456789") == 1
    characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"
    assert sum(has_modulo_43(digits + last) for last in characters) == 1
    assert sum(is_isbn_10(digits[:9] + last) for last in "0123456789X") == 1


@given(
    st.text(max_size=40), st.text(max_size=2), st.sampled_from((BINJAI, BY_NIK, CODE_39, CODABAR))
)
def test_any_scan_means_something_and_no_result_shows_a_persons_number(
    text: str, aim: str, labels: LabelSettings
) -> None:
    means = meaning(Scan(text, aim), labels)
    if not isinstance(means, ItemBarcode | BookIsbn):
        assert repr(means) in {"PatronBarcode(patron=PatronId(...))", "NotOurs()", "Misread()"}


@given(st.text("0123456789", min_size=16, max_size=16))
def test_of_a_nik_only_six_digits_are_kept(nik: str) -> None:
    assert meaning(Scan(nik), BINJAI) == NationalNumber(nik[:2] + "•" * 10 + nik[-4:])


@pytest.mark.parametrize(
    "wrong", ['books = "B"', 'item = "("', 'patron = "["', 'check = "luhn"', "item = 5"]
)
def test_settings_that_mean_nothing_are_refused(wrong: str) -> None:
    lines = {"item": 'item = "B"', "patron": 'patron = "P"'}
    lines[wrong.split(maxsplit=1)[0]] = wrong
    with pytest.raises(msgspec.ValidationError):
        msgspec.toml.decode("\n".join(lines.values()), type=LabelSettings)
