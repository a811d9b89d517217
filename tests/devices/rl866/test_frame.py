"""The RL866's frames, against published bytes and in any weather."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.errors import Garbled
from devices.rl866.frame import Frame, Receiver
from devices.rl866.protocol import resync
from tests.vectors.read import vectors

frames = st.builds(Frame, st.integers(0, 255), st.binary(max_size=250), st.integers(0, 255))


def heard(data: bytes) -> list[Frame]:
    receiver = Receiver()
    receiver.hear(data)
    return list(iter(receiver.next_frame, None))


@pytest.mark.parametrize("vector", vectors("rl866_frames")["frames"], ids=lambda v: v["hex"])
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
    assert heard(b"\x00\xfa\x04\xf9" + resync().encode()) == [resync()]


def test_after_silence_a_half_frame_no_longer_hides_the_next() -> None:
    receiver = Receiver()
    receiver.hear(b"\xfa\xf0\x01")
    assert receiver.next_frame() is None
    receiver.silence()
    receiver.hear(resync().encode())
    assert receiver.next_frame() == resync()


def test_a_frame_of_more_than_255_bytes_is_not_written() -> None:
    assert heard(Frame(0, bytes(250)).encode())
    with pytest.raises(Garbled):
        Frame(0, bytes(251)).encode()
