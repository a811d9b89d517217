"""Plain text, where a site says that it stands."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.errors import BadTag
from devices.tags.plain_text import TextField, sniffed

_texts = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=16)


def test_text_is_read_where_it_stands_without_its_padding() -> None:
    field = TextField(4, 16)
    for pads in (b"\0" * 10, b" " * 10, b"\0" * 92):
        assert field.read(b"\xde\xad\0\1" + b"B00012" + pads) == "B00012"


def test_anything_else_than_text_and_padding_is_refused() -> None:
    for memory in (b"", b"\0" * 16, b"B00\x0012", b"B0001\xb2", b"\0B00012", b"B00012\n"):
        with pytest.raises(BadTag):
            TextField().read(memory)


def test_text_that_does_not_fit_is_not_written() -> None:
    for text, size in (("x" * 17, 0), ("B1", 19), ("", 0), ("ü", 0), ("B1 ", 0), ("a\0b", 0)):
        with pytest.raises(BadTag):
            TextField(4, 16).encode(text, size)
    for start, length in ((-1, 4), (0, 0)):
        with pytest.raises(ValueError, match="no text"):
            TextField(start, length)


def test_a_tag_that_holds_text_and_nothing_else_is_noticed() -> None:
    assert sniffed(b"B00012".ljust(112, b"\0")) == "B00012"
    for memory in (b"B12", b"B00012\0\0\x01", b""):
        with pytest.raises(BadTag):
            sniffed(memory)


@given(_texts, st.integers(0, 30), st.sampled_from((0, 64, 112)))
def test_what_is_written_is_read(text: str, start: int, size: int) -> None:
    field = TextField(start, 16)
    memory = field.encode(text, size)
    assert field.read(memory) == text
    assert len(memory) == (size or field.end)


@given(st.binary(max_size=64))
def test_noise_is_text_or_a_bad_tag(noise: bytes) -> None:
    with suppress(BadTag):
        assert sniffed(noise).isprintable()
