"""What scanners send, in any pieces and any weather."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.capabilities import Scan
from devices.scanner.protocol import InputEvent, Keys, Lines, keystrokes

KEY, SYN, MSC = 1, 0, 4
texts = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=60)
printed = texts.filter(lambda text: not text.startswith("]"))


def heard(receiver: Lines | Keys, *pieces: bytes) -> list[Scan]:
    scans: list[Scan] = []
    for piece in pieces:
        receiver.hear(piece)
        scans.extend(iter(receiver.next_scan, None))
    return scans


def pieces_of(sent: bytes, data: st.DataObject) -> list[bytes]:
    pieces = []
    while sent:
        cut = data.draw(st.integers(1, len(sent)))
        pieces.append(sent[:cut])
        sent = sent[cut:]
    return pieces


def pressed(*codes: int) -> bytes:
    return b"".join(InputEvent(KEY, code, value).encode() for code in codes for value in (1, 0))


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\t", b"\n\r\n"])
def test_a_line_may_end_as_the_scanner_likes(end: bytes) -> None:
    assert heard(Lines(), b"B00012" + end + b"KTA-0007" + end) == [Scan("B00012"), Scan("KTA-0007")]


def test_an_aim_identifier_is_told_beside_the_text() -> None:
    assert heard(Lines(), b"]C1B00012\r]A0*X*\r]\r") == [
        Scan("B00012", "C1"),
        Scan("*X*", "A0"),
        Scan("", ""),
    ]


@given(st.lists(printed, max_size=3), st.data())
def test_lines_arrive_in_any_pieces(sent: list[str], data: st.DataObject) -> None:
    line = b"".join(text.encode() + b"\r\n" for text in sent)
    assert heard(Lines(), *pieces_of(line, data)) == [Scan(text) for text in sent]


@given(st.lists(printed, max_size=3), st.data())
def test_what_is_typed_arrives_in_any_pieces(sent: list[str], data: st.DataObject) -> None:
    keys = b"".join(map(keystrokes, sent))
    assert heard(Keys(), *pieces_of(keys, data)) == [Scan(text) for text in sent]


@given(st.binary(max_size=1000), st.sampled_from((Lines, Keys)))
def test_noise_is_scans_of_printable_characters_or_none(
    noise: bytes, receiver: type[Lines] | type[Keys]
) -> None:
    for scan in heard(receiver(), noise, b"\r" * 5000):
        assert scan.text.isprintable()
        assert scan.text.isascii()


@pytest.mark.parametrize("spoilt", [b"B00\x0012\r", b"B00\x1d12\r", b"B00\xff12\r", b"1" * 300])
def test_a_line_with_something_wrong_in_it_is_an_empty_scan(spoilt: bytes) -> None:
    assert heard(Lines(), spoilt, b"\rB00012\r") == [Scan(""), Scan("B00012")]


def test_after_silence_a_half_line_is_no_part_of_the_next() -> None:
    half = keystrokes("B0")[: len(keystrokes("B"))]
    for receiver, torn, whole in (
        (Lines(), b"B0", b"B00012\r"),
        (Keys(), half, keystrokes("B00012")),
    ):
        assert heard(receiver, torn) == []
        receiver.silence()
        assert heard(receiver, whole) == [Scan("B00012")]


def test_an_event_has_the_kernels_form() -> None:
    raw = InputEvent(KEY, 28, 1).encode()
    assert len(raw) == 2 * struct.calcsize("l") + 8
    assert raw[-8:] == struct.pack("=HHi", KEY, 28, 1)


def test_the_codes_are_the_kernels() -> None:
    """linux/input-event-codes.h: KEY_B 48, KEY_0 11, KEY_1 2, KEY_KP7 71, KEY_MINUS 12."""
    b, zero, one, keypad_seven, minus, enter, tab, keypad_enter = 48, 11, 2, 71, 12, 28, 15, 96
    assert heard(Keys(), pressed(b, zero, one, keypad_seven, minus, enter)) == [Scan("b017-")]
    assert heard(Keys(), pressed(b, tab, zero, keypad_enter)) == [Scan("b"), Scan("0")]


@pytest.mark.parametrize("shift", [42, 54])
def test_either_shift_makes_a_capital_until_it_is_let_go(shift: int) -> None:
    held = InputEvent(KEY, shift, 1).encode() + pressed(48) + InputEvent(KEY, shift, 0).encode()
    assert heard(Keys(), held + pressed(48, 28)) == [Scan("Bb")]


def test_a_key_held_down_types_once_and_other_events_type_nothing() -> None:
    held = InputEvent(KEY, 48, 1).encode() + InputEvent(KEY, 48, 2).encode() * 3
    others = InputEvent(MSC, 4, 458757).encode() + InputEvent(SYN, 0, 0).encode()
    assert heard(Keys(), held + others + pressed(28)) == [Scan("b")]


@pytest.mark.parametrize("wrong", [pressed(29), pressed(58), InputEvent(SYN, 3, 0).encode()])
def test_a_scan_with_a_strange_key_or_lost_events_is_an_empty_one(wrong: bytes) -> None:
    receiver = Keys()
    assert heard(receiver, pressed(48) + wrong + pressed(48, 28)) == [Scan("")]
    assert heard(receiver, pressed(48, 28)) == [Scan("b")]


@pytest.mark.parametrize("lost", ["silence", "events"])
def test_a_shift_whose_release_was_lost_does_not_last(lost: str) -> None:
    receiver = Keys()
    receiver.hear(InputEvent(KEY, 42, 1).encode())
    if lost == "silence":
        receiver.silence()
        expected = [Scan("b")]
    else:
        receiver.hear(InputEvent(SYN, 3, 0).encode() + pressed(28))
        expected = [Scan(""), Scan("b")]
    assert heard(receiver, pressed(48, 28)) == expected


@given(texts)
def test_a_scan_prints_no_number(text: str) -> None:
    assert repr(Scan(text, "C0")) == f"{Scan(text, 'C0')}" == "Scan(aim='C0')"
