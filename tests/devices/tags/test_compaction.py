"""Packed text, both ways, against published pairs."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.errors import BadTag
from devices.tags.compaction import Scheme, packed, preferred, text_of
from devices.tags.isil import isil_of, packed_isil
from tests.vectors.read import vectors

FILE = vectors("iso15962_compaction")
SCHEMES = {
    "integer": Scheme.INTEGER,
    "numeric": Scheme.NUMERIC,
    "5bit": Scheme.FIVE_BIT,
    "6bit": Scheme.SIX_BIT,
    "7bit": Scheme.SEVEN_BIT,
    "utf8": Scheme.UTF8,
}
REACH = {  # the characters of each scheme, and how many there must be
    Scheme.FIVE_BIT: (0x41, 0x5F, 3),
    Scheme.SIX_BIT: (0x20, 0x5F, 4),
    Scheme.SEVEN_BIT: (0x00, 0x7E, 1),
    Scheme.OCTETS: (0x00, 0xFF, 1),
    Scheme.UTF8: (0x00, 0xD7FF, 1),
}
_isils = st.text("-:/" + "ABMZ" + "abmz" + "0189", min_size=1, max_size=16)


@st.composite
def packable(draw: st.DrawFn) -> tuple[Scheme, str]:
    """A scheme, and text that it allows."""
    scheme = draw(st.sampled_from([Scheme.INTEGER, Scheme.NUMERIC, *REACH]))
    if scheme is Scheme.INTEGER:
        return scheme, str(draw(st.integers(10, 10**19 - 1)))
    if scheme is Scheme.NUMERIC:
        return scheme, draw(st.text("0123456789", min_size=2))
    first, last, least = REACH[scheme]
    characters = st.characters(min_codepoint=first, max_codepoint=last)
    text = draw(st.text(characters, min_size=least))
    # In whole groups of four a last blank cannot be told from padding.
    is_ambiguous = scheme is Scheme.SIX_BIT and len(text) % 4 == 0 and text.endswith(" ")
    return scheme, text + "A" if is_ambiguous else text


@pytest.mark.parametrize("vector", FILE["vectors"], ids=lambda vector: vector["text"])
def test_published_pairs_hold_both_ways(vector: dict[str, str]) -> None:
    raw, text = bytes.fromhex(vector["hex"]), vector["text"]
    if vector["scheme"] == "isil":
        assert (isil_of(raw), packed_isil(text)) == (text, raw)
    else:
        scheme = SCHEMES[vector["scheme"]]
        assert (text_of(scheme, raw), packed(scheme, text)) == (text, raw)


@pytest.mark.parametrize("vector", FILE["not_encodable"], ids=lambda vector: vector["text"])
def test_what_a_scheme_does_not_allow_is_not_written(vector: dict[str, str]) -> None:
    with pytest.raises(BadTag):
        packed(SCHEMES[vector["scheme"]], vector["text"])


@pytest.mark.parametrize("vector", FILE["auto_select"], ids=lambda vector: vector["text"])
def test_text_that_nothing_makes_shorter_stays_as_it_is(vector: dict[str, str]) -> None:
    assert preferred(vector["text"]) is SCHEMES[vector["scheme"]]


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("123456789012", Scheme.INTEGER),
        ("0071", Scheme.NUMERIC),
        ("10000000000000000000", Scheme.NUMERIC),
        ("AHQZ", Scheme.FIVE_BIT),
        ("B00012", Scheme.SIX_BIT),
        ("abcdefgh", Scheme.SEVEN_BIT),
        ("ABC ", Scheme.UTF8),  # its blank would be lost in 6 bits
        ("Müller", Scheme.OCTETS),
        ("红楼梦", Scheme.UTF8),
        ("7", Scheme.UTF8),
        ("١٢", Scheme.UTF8),  # digits, but none a number on a tag is made of
    ],
)
def test_an_encoder_prefers_the_shortest(text: str, scheme: Scheme) -> None:
    assert preferred(text) is scheme


def test_both_published_encodings_of_one_isil_are_read() -> None:
    assert isil_of(bytes.fromhex("ACC09EBAA06F6B")) == "US-InU-Mu"
    # The same name, the last lower case letter latched instead of shifted.
    bits = "10101 10011 00000 01001 11101 01110 10101 00000 01101 11100 10101".replace(" ", "")
    bits += "1" * (-len(bits) % 8)
    assert isil_of(int(bits, 2).to_bytes(len(bits) // 8, "big")) == "US-InU-Mu"


@given(packable())
def test_what_is_packed_unpacks(pair: tuple[Scheme, str]) -> None:
    scheme, text = pair
    assert text_of(scheme, packed(scheme, text)) == text


@given(st.text(min_size=1))
def test_the_preferred_scheme_loses_nothing(text: str) -> None:
    scheme = preferred(text)
    assert text_of(scheme, packed(scheme, text)) == text


@given(_isils)
def test_an_isil_is_read_as_written(isil: str) -> None:
    assert isil_of(packed_isil(isil)) == isil


def test_every_isil_that_fits_into_two_bytes_is_written_in_two() -> None:
    for number in range(0, 1 << 16, 7):
        with suppress(BadTag):
            assert len(packed_isil(isil_of(number.to_bytes(2, "big")))) <= 2


def test_what_is_no_isil_is_not_written_as_one() -> None:
    for text in ("", "Ä", "a b"):
        with pytest.raises(BadTag):
            packed_isil(text)


def test_what_no_tag_can_hold_is_refused() -> None:
    with pytest.raises(BadTag):
        preferred("")
    with pytest.raises(BadTag):
        packed(Scheme.UTF8, "\ud800")


@given(st.sampled_from(Scheme), st.binary(max_size=40))
def test_noise_is_text_or_a_bad_tag(scheme: Scheme, noise: bytes) -> None:
    with suppress(BadTag):
        assert text_of(scheme, noise)


@given(st.binary(max_size=40))
def test_noise_is_an_isil_or_a_bad_tag(noise: bytes) -> None:
    with suppress(BadTag):
        assert isil_of(noise)
