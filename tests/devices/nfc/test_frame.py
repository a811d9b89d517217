"""The PN532's frames, against published bytes and in any weather."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.errors import Garbled
from devices.nfc.frame import ACK, Frame, Receiver
from tests.vectors.read import vectors

VECTORS = vectors("pn532_hsu")
EXCHANGES = VECTORS["pn532_hsu"]["exchanges"]
RECORDED = [
    told
    for name, section in EXCHANGES.items()
    if isinstance(section, list)
    for told in section
    if told["frame"]
]
PRINTED = [told["hex"] for told in VECTORS["pn532_known_frames"]]

frames = st.binary(max_size=265).map(Frame)


def heard(data: bytes) -> list[Frame]:
    receiver = Receiver()
    receiver.hear(data)
    return list(iter(receiver.next_frame, None))


@pytest.mark.parametrize("told", RECORDED, ids=lambda told: told["payload"])
def test_recorded_frames_are_understood_and_written_byte_for_byte(told: dict[str, Any]) -> None:
    raw = bytes.fromhex(told["frame"])
    assert heard(raw) == [Frame(bytes.fromhex(told["payload"]))]
    assert Frame(bytes.fromhex(told["payload"])).encode() == raw


@pytest.mark.parametrize("printed", PRINTED)
def test_printed_frames_are_understood_and_written_byte_for_byte(printed: str) -> None:
    raw = bytes.fromhex(printed)
    (frame,) = heard(raw)
    assert frame.encode() == raw


def test_the_acknowledgement_is_the_empty_frame() -> None:
    assert heard(bytes.fromhex("0000FF00FF00")) == [ACK]


def test_a_body_beyond_one_length_byte_travels_in_an_extended_frame() -> None:
    raw = Frame(b"\xd5" * 256).encode()
    assert raw[:8] == bytes.fromhex("0000FFFFFF0100FF")
    assert Frame(b"\xd5" * 255).encode()[:5] == bytes.fromhex("0000FFFF01")


def test_an_extended_frame_arrives_byte_by_byte() -> None:
    frame, receiver = Frame(bytes(range(256)) + b"end"), Receiver()
    for byte in frame.encode()[:-2]:
        receiver.hear(bytes((byte,)))
        assert receiver.next_frame() is None
    receiver.hear(frame.encode()[-2:])
    assert receiver.next_frame() == frame


@given(st.lists(frames, max_size=3), st.data())
def test_frames_arrive_in_any_pieces(sent: list[Frame], data: st.DataObject) -> None:
    line = b"".join(frame.encode() for frame in sent)
    receiver = Receiver()
    got: list[Frame] = []
    while line:
        cut = data.draw(st.integers(1, len(line)))
        receiver.hear(line[:cut])
        line = line[cut:]
        got.extend(iter(receiver.next_frame, None))
    assert got == sent


@given(st.binary(max_size=600))
def test_noise_never_raises(noise: bytes) -> None:
    for frame in heard(noise):
        assert frame.encode()[1:-1] in noise


@given(frames, st.data())
def test_a_frame_with_one_bit_wrong_is_never_heard(frame: Frame, data: st.DataObject) -> None:
    raw = bytearray(frame.encode())
    # The zeros before the start and after the end say nothing.
    at = data.draw(st.integers(2, len(raw) - 2))
    raw[at] ^= 1 << data.draw(st.integers(0, 7))
    assert frame not in heard(bytes(raw))


def test_after_silence_a_half_frame_no_longer_hides_the_next() -> None:
    frame = Frame(b"\xd4\x02")
    receiver = Receiver()
    receiver.hear(bytes.fromhex("0000FFF010"))
    assert receiver.next_frame() is None
    receiver.silence()
    receiver.hear(frame.encode())
    assert receiver.next_frame() == frame


def test_noise_that_cannot_be_a_frame_is_dropped() -> None:
    noise = "00FF0000" + "00FFFF00" + "00FF02FD" + "00FFFFFF010000" + "00FFFFFFFF0001"
    assert heard(bytes.fromhex(noise) + Frame(b"\xd4\x02").encode()) == [Frame(b"\xd4\x02")]


def test_a_frame_the_chip_has_no_room_for_is_not_written() -> None:
    with pytest.raises(Garbled):
        Frame(bytes(266)).encode()
