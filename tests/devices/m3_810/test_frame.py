"""3M's frames, against published bytes and in any weather."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.errors import Garbled
from devices.m3_810.frame import MARK, PROBE_MARK, Frame, Receiver
from tests.vectors.read import vectors

frames = st.builds(
    Frame, st.integers(0, 255), st.binary(max_size=250), st.sampled_from((MARK, PROBE_MARK))
)


def heard(data: bytes) -> list[Frame]:
    receiver = Receiver()
    receiver.hear(data)
    return list(iter(receiver.next_frame, None))


@pytest.mark.parametrize("vector", vectors("m3_810_frames")["frames"], ids=lambda v: v["hex"])
def test_published_frames_are_understood_and_written_byte_for_byte(vector: dict[str, Any]) -> None:
    raw = bytes.fromhex(vector["hex"])
    (frame,) = heard(raw)
    assert frame.encode() == raw


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
        assert frame.encode() in noise


def test_noise_before_a_frame_is_dropped() -> None:
    frame = Frame(0xFE, b"\x00\x05")
    assert heard(b"\x00\xd6\xff\xff\xd5\x00\x02" + frame.encode()) == [frame]


def test_after_silence_a_half_frame_no_longer_hides_the_next() -> None:
    frame = Frame(0x11)
    receiver = Receiver()
    receiver.hear(b"\xd6\x00\xf0")
    assert receiver.next_frame() is None
    receiver.silence()
    receiver.hear(frame.encode())
    assert receiver.next_frame() == frame


def test_a_frame_longer_than_any_reply_is_not_written() -> None:
    assert heard(Frame(0, bytes(2045)).encode())
    with pytest.raises(Garbled):
        Frame(0, bytes(2046)).encode()
