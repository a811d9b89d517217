"""Data sets in memory, against the standard's example and real tags."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.errors import BadTag
from devices.tags.compaction import Scheme, text_of
from devices.tags.iso15962 import LAST_IDENTIFIER, DataSet, data_sets, length_octets, walk
from tests.vectors.read import vectors

PUBLISHED = vectors("iso28560_2_tags")
TAGS = {tag["id"]: tag for tag in PUBLISHED["tags"]}

any_data_set = st.builds(
    DataSet,
    st.integers(1, LAST_IDENTIFIER),
    st.sampled_from(Scheme),
    st.binary(max_size=300),
    st.none() | st.integers(0, 255),
)


@pytest.mark.parametrize("name", TAGS)
def test_the_walk_finds_the_published_data_sets(name: str) -> None:
    tag: dict[str, Any] = TAGS[name]
    found = [
        (start, end, each.identifier, each.scheme, each.packed, each.offset or 0)
        for start, end, each in walk(bytes.fromhex(tag["hex"]))
    ]
    assert found == [
        (
            each["start"],
            each["end"],
            each["oid"],
            each["scheme"],
            bytes.fromhex(each["data"]),
            each["pad"],
        )
        for each in tag["decoded"]
    ]


@pytest.mark.parametrize("name", TAGS)
def test_the_texts_are_the_published_ones(name: str) -> None:
    for element, published in zip(
        data_sets(bytes.fromhex(TAGS[name]["hex"])), TAGS[name]["decoded"], strict=True
    ):
        if element.scheme is not Scheme.APPLICATION:
            assert text_of(element.scheme, element.packed) == published["text"]


@pytest.mark.parametrize(("length", "octets"), PUBLISHED["length_octets"])
def test_lengths_are_written_and_read_as_published(length: int, octets: str) -> None:
    assert length_octets(length) == bytes.fromhex(octets)
    memory = b"\x71" + bytes.fromhex(octets) + b"x" * length
    assert data_sets(memory) == (DataSet(1, Scheme.UTF8, b"x" * length),)


def test_every_truncation_inside_a_data_set_is_noticed() -> None:
    memory = bytes.fromhex(TAGS["gbt35660_annex"]["hex"])
    ends = {8, 11, 15, 24, 34, 35}  # after each set, and inside the pads of the last
    for cut in range(1, len(memory)):
        if cut in ends:
            assert data_sets(memory[:cut])
        else:
            with pytest.raises(BadTag):
                data_sets(memory[:cut])


@given(st.lists(any_data_set, max_size=5), st.integers(0, 4))
def test_what_is_written_is_read(sets: list[DataSet], nulls: int) -> None:
    memory = b"".join(bytes((0x80,)) * nulls + each.encode() for each in sets)
    assert data_sets(memory + b"\0noise") == tuple(sets)


@given(st.binary(max_size=400))
def test_noise_is_data_sets_or_a_bad_tag(noise: bytes) -> None:
    with suppress(BadTag):
        assert all(each.identifier for each in data_sets(noise))
