"""Frames, against published bytes and in any weather."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.checksum import checksum
from devices.errors import Garbled
from devices.feig.frame import Form, Frame, Receiver
from tests.vectors.read import vectors

VECTORS = vectors("feig_frames")
ALL = [*VECTORS["frames"], *VECTORS["constructed"]]

frames = st.builds(
    Frame, st.integers(0, 255), st.integers(0, 255), st.binary(max_size=250), st.sampled_from(Form)
)


def heard(data: bytes) -> list[Frame]:
    receiver = Receiver()
    receiver.hear(data)
    return list(iter(receiver.next_frame, None))


@pytest.mark.parametrize("vector", ALL, ids=lambda vector: vector["meaning"])
def test_published_frames_are_understood_and_written_byte_for_byte(vector: dict[str, Any]) -> None:
    raw = bytes.fromhex(vector["hex"])
    (frame,) = heard(raw)
    assert frame.form is Form(vector.get("frame", "advanced"))
    assert frame.encode() == raw


@pytest.mark.parametrize("check", VECTORS["crc_check"], ids=lambda check: check["crc"])
def test_checksums_are_the_published_ones(check: dict[str, Any]) -> None:
    covered = check["ascii"].encode() if "ascii" in check else bytes.fromhex(check["hex"])
    # The source prints one as a number and the other as it travels.
    assert check["crc"] in (
        f"{checksum(covered):04X}",
        checksum(covered).to_bytes(2, "little").hex().upper(),
    )


@given(frames)
def test_what_is_written_is_heard(frame: Frame) -> None:
    assert heard(frame.encode()) == [frame]


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


def test_after_silence_a_half_frame_no_longer_hides_the_next() -> None:
    frame = Frame(0, 0x65, b"\x00")
    receiver = Receiver()
    receiver.hear(b"\x02\x00\xf0")
    assert receiver.next_frame() is None
    receiver.silence()
    receiver.hear(frame.encode())
    assert receiver.next_frame() == frame


def test_noise_that_cannot_be_a_frame_is_dropped() -> None:
    frame = Frame(0, 0xB0, b"\x01")
    assert heard(b"\x00\x01\x04\x03" + frame.encode()) == [frame]


def test_a_frame_too_long_for_its_form_is_not_written() -> None:
    for form, size in ((Form.STANDARD, 251), (Form.ADVANCED, 1018)):
        assert Frame(0, 0, bytes(size - 1), form).encode()
        with pytest.raises(Garbled):
            Frame(0, 0, bytes(size), form).encode()
