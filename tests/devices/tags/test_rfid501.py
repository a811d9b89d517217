"""RFID 501, against the published tags of one library system."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.errors import BadTag
from devices.tags.rfid501 import Label, decode
from devices.tags.usage import Usage
from tests.vectors.read import vectors

PUBLISHED = vectors("rfid501_tags")
TAGS: dict[str, dict[str, Any]] = {tag["id"]: tag for tag in PUBLISHED["tags"]}

labels = st.builds(
    Label,
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=16),
    type=st.integers(0, 31),
    parts=st.just(15),
    part=st.integers(0, 15),
    branch=st.integers(0, 0xFFF),
    library=st.integers(0, 0xFFFFF),
    custom=st.integers(-(1 << 31), (1 << 31) - 1),
)


@pytest.mark.parametrize("name", TAGS)
def test_published_tags_hold_both_ways(name: str) -> None:
    memory, said = bytes.fromhex(TAGS[name]["hex"]), TAGS[name]["decoded"]
    label = decode(memory)
    assert label == Label(
        said["content"],
        said["type"],
        said["set_total"],
        said["set_index"],
        said["branch"],
        said["library"],
        said["custom"],
    )
    assert label.encode() == memory


@pytest.mark.parametrize("blank", PUBLISHED["blank"], ids=lambda blank: blank["name"])
def test_blank_tags_are_not_this_model(blank: dict[str, str]) -> None:
    with pytest.raises(BadTag):
        decode(bytes.fromhex(blank["hex"]))


def test_a_patrons_card_and_unknown_things_are_not_for_circulation() -> None:
    assert Label("1", 0).usage is Usage.PATRON
    assert Label("1", 13).usage is Usage.CIRCULATION
    assert Label("1", 10).usage is Usage.OTHER


def test_a_byte_that_should_be_fixed_and_is_not_makes_it_another_model() -> None:
    memory = bytes.fromhex(TAGS["zagreb_book"]["hex"])
    for place, value in ((0, 5), (1, 0x21), (2, 1), (3, 0x41), (4, 0), (6, 0x07), (31, 1)):
        damaged = bytearray(memory)
        damaged[place] = value
        with pytest.raises(BadTag):
            decode(bytes(damaged))


def test_a_label_that_does_not_fit_is_not_written() -> None:
    for label, size in (
        (Label("x" * 17), 32),
        (Label("1", parts=16), 32),
        (Label("1", parts=1, part=2), 32),
        (Label("1", library=1 << 20), 32),
        (Label("1", branch=1 << 12), 32),
        (Label("1", custom=1 << 31), 32),
        (Label("1"), 31),
    ):
        with pytest.raises(BadTag):
            label.encode(size)


@given(labels)
def test_what_is_written_is_read(label: Label) -> None:
    assert decode(label.encode(112)) == label


@given(st.binary(max_size=40))
def test_noise_is_a_label_or_a_bad_tag(noise: bytes) -> None:
    with suppress(BadTag):
        assert decode(b"\x04\x11\x00\x01" + noise).item
