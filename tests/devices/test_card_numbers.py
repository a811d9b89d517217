"""From cards to patron numbers, for every kind of site."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.card_numbers import CardNumbers, ndef_text
from tests.devices.nfc.messages import text_message

NTAG = bytes.fromhex("04497622d93881")
CLASSIC = bytes.fromhex("DEADBEEF")


def numbers(toml: str) -> CardNumbers:
    return msgspec.toml.decode(toml, type=CardNumbers)


def told(site: CardNumbers, identifier: bytes) -> str | None:
    patron = site.of_identifier(identifier)
    return patron.reveal() if patron else None


def test_an_identifier_is_the_patrons_number_in_capitals_unless_the_site_says_otherwise() -> None:
    assert told(CardNumbers(), NTAG) == "04497622D93881"
    assert told(CardNumbers(), bytes.fromhex("01010501B00AC30B")) == "01010501B00AC30B"


@pytest.mark.parametrize(
    ("toml", "number"),
    [
        ("reversed = true", "EFBEADDE"),
        ('source = "uid-decimal"', "3735928559"),
        ('source = "uid-decimal"\nreversed = true', "4022250974"),
        ('source = "uid-decimal"\ndigits = 12', "003735928559"),
        ('source = "uid-decimal"\ndigits = 3', "3735928559"),
        ('pattern = "[0-9A-F]{8}"', "DEADBEEF"),
        ('pattern = "[0-9A-F]{14}"', None),
        ('source = "ndef"', None),
        ('source = "barcode"', None),
    ],
)
def test_a_site_takes_the_number_its_own_way(toml: str, number: str | None) -> None:
    assert told(numbers(toml), CLASSIC) == number


def test_an_identifier_made_up_at_every_tap_is_nobody() -> None:
    for identifier in ("08ABCDEF", "01FE0102030405AA", "", "04"):
        assert told(CardNumbers(), bytes.fromhex(identifier)) is None
        assert told(numbers('source = "uid-decimal"'), bytes.fromhex(identifier)) is None
    assert told(CardNumbers(), bytes.fromhex("08497622D93881")) == "08497622D93881"


@pytest.mark.parametrize(
    "wrong",
    [
        "order = 1",
        'source = "serial"',
        "digits = 10",
        'source = "uid-decimal"\ndigits = 26',
        'source = "ndef"\nreversed = true',
        'pattern = "("',
    ],
)
def test_settings_that_mean_nothing_are_refused(wrong: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        numbers(wrong)


def test_a_card_tells_its_number_in_a_text_only_where_the_site_wants_it() -> None:
    message = text_message(" KTA-0007\n")
    patron = numbers('source = "ndef"').of_message(message)
    assert patron is not None
    assert patron.reveal() == "KTA-0007"
    assert CardNumbers().of_message(message) is None
    assert numbers('source = "ndef"\npattern = "[0-9]+"').of_message(message) is None


@given(st.text(max_size=300), st.sampled_from(("UTF-8", "UTF-16")))
def test_the_first_text_of_a_message_is_read(text: str, encoding: str) -> None:
    assert ndef_text(text_message(text, encoding, alone=False)) == text


def test_a_text_that_is_no_number_is_nobodys() -> None:
    for text in ("", "two words", "x" * 65):
        assert numbers('source = "ndef"').of_message(text_message(text)) is None


@pytest.mark.parametrize(
    "message",
    ["", "D1", "D101", "D1010B54", "D1010054", "F1010254026964", "D101025400FF", "D9010254"],
)
def test_a_message_without_a_whole_text_tells_none(message: str) -> None:
    assert ndef_text(bytes.fromhex(message)) is None


@given(st.binary(max_size=100))
def test_noise_is_a_text_or_none(noise: bytes) -> None:
    for source in ("uid", "uid-decimal", "ndef"):
        site = numbers(f'source = "{source}"')
        assert site.of_message(noise) is None or source == "ndef"
        site.of_identifier(noise[:10])
