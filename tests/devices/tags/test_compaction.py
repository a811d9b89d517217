"""Packed text, against published pairs and an encoder written for this test alone."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.errors import BadTag
from devices.tags.compaction import Scheme, text_of
from devices.tags.isil import isil_of
from tests.vectors.read import vectors

PUBLISHED = vectors("iso15962_compaction")["vectors"]
SCHEMES = {
    "integer": Scheme.INTEGER,
    "numeric": Scheme.NUMERIC,
    "5bit": Scheme.FIVE_BIT,
    "6bit": Scheme.SIX_BIT,
    "7bit": Scheme.SEVEN_BIT,
}


def packed(text: str, width: int, pads: str) -> bytes:
    bits = "".join(f"{ord(character) & (1 << width) - 1:0{width}b}" for character in text)
    bits += pads[: -len(bits) % 8]
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def texts(first: int, last: int) -> st.SearchStrategy[str]:
    return st.text(st.characters(min_codepoint=first, max_codepoint=last), min_size=1)


@pytest.mark.parametrize("vector", PUBLISHED, ids=lambda vector: vector["text"])
def test_published_pairs_unpack(vector: dict[str, str]) -> None:
    raw = bytes.fromhex(vector["hex"])
    scheme = SCHEMES.get(vector["scheme"])
    assert (isil_of(raw) if scheme is None else text_of(scheme, raw)) == vector["text"]


def test_both_published_encodings_of_one_isil_are_read() -> None:
    assert isil_of(bytes.fromhex("ACC09EBAA06F6B")) == "US-InU-Mu"
    # The same name, each lower case letter shifted instead of latched.
    bits = "10101 10011 00000 01001 11101 01110 10101 00000 01101 11101 10101".replace(" ", "")
    bits += "1" * (-len(bits) % 8)
    assert isil_of(int(bits, 2).to_bytes(len(bits) // 8, "big")) == "US-InU-Mu"


@given(st.integers(10, 10**19 - 1))
def test_integers_unpack(number: int) -> None:
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    assert text_of(Scheme.INTEGER, raw) == str(number)


@given(st.text("0123456789", min_size=2))
def test_digits_unpack(digits: str) -> None:
    raw = bytes.fromhex(digits + "F" * (len(digits) % 2))
    assert text_of(Scheme.NUMERIC, raw) == digits


@given(texts(0x41, 0x5F))
def test_five_bit_text_unpacks(text: str) -> None:
    assert text_of(Scheme.FIVE_BIT, packed(text, 5, "0000000")) == text


@given(texts(0x21, 0x5F))
def test_six_bit_text_unpacks(text: str) -> None:
    assert text_of(Scheme.SIX_BIT, packed(text, 6, "100000")) == text


@given(texts(0x00, 0x7E))
def test_seven_bit_text_unpacks(text: str) -> None:
    assert text_of(Scheme.SEVEN_BIT, packed(text, 7, "1111111")) == text


@given(st.sampled_from(Scheme), st.binary(max_size=40))
def test_noise_is_text_or_a_bad_tag(scheme: Scheme, noise: bytes) -> None:
    with suppress(BadTag):
        assert text_of(scheme, noise)


@given(st.binary(max_size=40))
def test_noise_is_an_isil_or_a_bad_tag(noise: bytes) -> None:
    with suppress(BadTag):
        assert isil_of(noise)
