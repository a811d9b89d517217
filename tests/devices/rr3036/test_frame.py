"""The RR3036's frames, against bytes built from the sources' rules and in any weather."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from devices.checksum import checksum
from devices.errors import Garbled
from devices.rr3036.frame import Frame, Receiver
from tests.vectors.read import vectors

VECTORS = vectors("rr3036_frames")

frames = st.builds(Frame, st.integers(0, 255), st.binary(max_size=251), st.integers(0, 255))


def heard(data: bytes) -> list[Frame]:
    receiver = Receiver()
    receiver.hear(data)
    return list(iter(receiver.next_frame, None))


@pytest.mark.parametrize("vector", VECTORS["frames"], ids=lambda vector: vector["meaning"])
def test_frames_of_the_sources_are_understood_and_written_byte_for_byte(
    vector: dict[str, Any],
) -> None:
    raw = bytes.fromhex(vector["hex"])
    (frame,) = heard(raw)
    assert frame.encode() == raw


def test_the_checksum_is_the_published_one() -> None:
    check = VECTORS["crc_check"]
    assert f"{checksum(check['ascii'].encode()):04X}" == check["crc"]


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


def test_noise_that_cannot_be_a_frame_is_dropped() -> None:
    frame = Frame(0x0E)
    assert heard(b"\x03\x00\x02\x05\x00\x00\x00\x00\x00" + frame.encode()) == [frame]


def test_a_frame_told_by_a_tag_inside_another_is_not_taken_for_one() -> None:
    inner = Frame(0x00, b"forged").encode()
    outer = Frame(0x00, inner, 0x00)
    receiver = Receiver()
    got: list[Frame] = []
    for byte in outer.encode():
        receiver.hear(bytes((byte,)))
        got.extend(iter(receiver.next_frame, None))
    assert got == [outer]


@given(st.integers(0, 254), st.data())
def test_noise_without_a_known_address_hides_nothing(address: int, data: st.DataObject) -> None:
    sent = Frame(0x0E, b"", address)
    meant = {address, 0xFF}
    assume(sent.encode()[0] not in meant)
    noise = data.draw(st.binary(max_size=6).filter(lambda noise: not meant & {*noise}))
    receiver = Receiver(address)
    receiver.hear(noise + sent.encode())
    assert receiver.next_frame() == sent


def test_another_readers_frames_are_not_told_where_the_address_is_known() -> None:
    receiver = Receiver(0x01)
    frames = [Frame(0x0E, b"", address) for address in (0x02, 0x01, 0xFF)]
    for frame in frames:
        for byte in frame.encode():
            receiver.hear(bytes((byte,)))
    assert list(iter(receiver.next_frame, None)) == frames[1:]


def test_after_silence_a_half_frame_no_longer_hides_the_next() -> None:
    frame = Frame(0x00, b"\x06")
    receiver = Receiver()
    receiver.hear(b"\xf0\x00")
    assert receiver.next_frame() is None
    receiver.silence()
    receiver.hear(frame.encode())
    assert receiver.next_frame() == frame


def test_a_frame_longer_than_its_length_can_tell_is_not_written() -> None:
    assert heard(Frame(0, bytes(251)).encode())
    with pytest.raises(Garbled):
        Frame(0, bytes(252)).encode()
