"""metraTec's lines, against published ones and in any weather."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from devices.errors import Garbled
from devices.metratec.frame import Line, Receiver
from tests.vectors.read import vectors

VECTORS = vectors("metratec_lines")["lines"]
printable = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=80)
lines = st.builds(Line, printable, st.booleans())


def heard(data: bytes) -> list[Line]:
    receiver = Receiver()
    receiver.hear(data)
    return list(iter(receiver.next_frame, None))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["meaning"])
def test_published_lines_are_understood_and_written_byte_for_byte(vector: dict[str, Any]) -> None:
    raw = vector["text"].encode("ascii")
    assert b"".join(line.encode() for line in heard(raw)) == raw


@pytest.mark.parametrize("text", ["COF 4F5E", "WAK 5E70", "BRK 9977"])
def test_published_checksums_are_good(text: str) -> None:
    assert heard(f"{text}\r".encode()) == [Line(text[:3])]


@given(st.lists(lines, max_size=3), st.data())
def test_lines_arrive_in_any_pieces(sent: list[Line], data: st.DataObject) -> None:
    whole = b"".join(line.encode() for line in sent)
    assume(heard(whole) == sent)  # words without a checksum may end like some that have one
    receiver = Receiver()
    got: list[Line] = []
    while whole:
        cut = data.draw(st.integers(1, len(whole)))
        receiver.hear(whole[:cut])
        whole = whole[cut:]
        got.extend(iter(receiver.next_frame, None))
    assert got == sent


@given(printable.map(Line), st.data())
def test_one_changed_byte_never_passes_for_a_good_line(line: Line, data: st.DataObject) -> None:
    raw = bytearray(line.encode())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= 1 << data.draw(st.integers(0, 7))
    assert not [other for other in heard(bytes(raw)) if other.is_checked and other != line]


@given(st.binary(max_size=600))
def test_noise_never_raises(noise: bytes) -> None:
    for line in heard(noise):
        assert line.encode() in noise


def test_noise_before_a_line_and_line_feeds_after_it_are_dropped() -> None:
    line = Line("TNR")
    assert heard(b"ab\x83\x00" + line.encode() + b"\n\r\r" + line.encode()) == [line, line]


def test_noise_without_an_end_is_forgotten() -> None:
    assert heard(b"\x80" * 5000 + Line("TNR").encode()) == [Line("TNR")]
    (spoilt,) = heard(b"A" * 5000 + Line("TNR").encode())
    assert not spoilt.is_checked


def test_after_silence_a_half_line_no_longer_spoils_the_next() -> None:
    receiver = Receiver()
    receiver.hear(b"REQ 22")
    assert receiver.next_frame() is None
    receiver.silence()
    receiver.hear(Line("INV").encode())
    assert receiver.next_frame() == Line("INV")


@pytest.mark.parametrize("text", ["", "a\rb", "caf\u00e9", "A" * 600])
def test_what_is_no_line_is_not_written(text: str) -> None:
    with pytest.raises(Garbled):
        Line(text).encode()
