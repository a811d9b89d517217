"""Data sets, against the standard's example and real tags."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.errors import BadTag
from devices.tags.compaction import Scheme, text_of
from devices.tags.iso15962 import DataSet, data_sets
from devices.tags.iso28560_2 import Label, decode, listed
from devices.tags.usage import Usage
from tests.vectors.read import vectors

PUBLISHED = vectors("iso28560_2_tags")
TAGS = {tag["id"]: tag for tag in PUBLISHED["tags"]}


@pytest.mark.parametrize("name", TAGS)
def test_the_walk_finds_the_published_data_sets(name: str) -> None:
    tag: dict[str, Any] = TAGS[name]
    assert data_sets(bytes.fromhex(tag["hex"])) == tuple(
        DataSet(each["oid"], Scheme(each["scheme"]), bytes.fromhex(each["data"]))
        for each in tag["decoded"]
    )


@pytest.mark.parametrize("name", TAGS)
def test_the_texts_are_the_published_ones(name: str) -> None:
    sets = {each.identifier: each for each in data_sets(bytes.fromhex(TAGS[name]["hex"]))}
    for key, text in TAGS[name]["published"].items():
        element = sets[int(key)]
        if isinstance(text, list):
            assert list(listed(element)) == text
        elif element.scheme is not Scheme.APPLICATION:
            assert text_of(element.scheme, element.packed) == text


def test_the_standards_example_says_item_set_and_owner() -> None:
    assert decode(bytes.fromhex(TAGS["gbt35660_annex"]["hex"])) == Label(
        "123456789012", "US-InU-Mu", Usage.CIRCULATION, 12, 3
    )


def test_a_real_tag_with_its_usage_in_octets_is_read() -> None:
    assert decode(bytes.fromhex(TAGS["yst_real"]["hex"])) == Label(
        "YST0450585", "YST", Usage.CIRCULATION, 0, 0
    )


def test_a_tag_with_the_item_alone_leaves_usage_to_the_library() -> None:
    label = decode(bytes.fromhex(TAGS["dp2_pii_only"]["hex"]))
    assert (label.item, label.usage) == ("123456789012", Usage.CIRCULATION)


@pytest.mark.parametrize("tag", PUBLISHED["invalid"], ids=lambda tag: tag["hex"] or "empty")
def test_published_bad_tags_are_refused(tag: dict[str, str]) -> None:
    with pytest.raises(BadTag):
        decode(bytes.fromhex(tag["hex"]))


@pytest.mark.parametrize(("length", "octets"), PUBLISHED["length_octets"])
def test_lengths_are_read_as_published(length: int, octets: str) -> None:
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


def test_other_elements_without_a_content_parameter_are_not_this_model() -> None:
    with pytest.raises(BadTag, match="content parameter"):
        decode(bytes.fromhex("9100051CBE991A14" + "140204B3"))


def test_null_bytes_between_sets_are_skipped() -> None:
    memory = bytes.fromhex("80" + "9100051CBE991A14" + "8080" + "0201D0" + "140204B3")
    assert decode(memory).parts == 12


def test_usages_are_told_apart() -> None:
    for code, usage in (("20", "not for circulation"), ("70", "discarded"), ("90", "equipment")):
        memory = bytes.fromhex("110201F4" + "020120" + "0501" + code)
        assert decode(memory).usage is Usage(usage)


def test_elements_in_unexpected_schemes_are_read_as_far_as_they_tell() -> None:
    item, parameter = "110201F4", "0201A0"
    owner = "6303" + b"YST".hex()
    assert decode(bytes.fromhex(item + parameter + owner)).owner == "YST"
    usage_as_an_integer = "150110"
    assert decode(bytes.fromhex(item + parameter + usage_as_an_integer)).usage is Usage.OTHER


def test_set_information_that_is_no_number_is_refused() -> None:
    with pytest.raises(BadTag, match="digits"):
        decode(bytes.fromhex("110201F4" + "020140" + "6402" + b"3x".hex()))


@given(st.binary(max_size=400))
def test_noise_is_a_label_or_a_bad_tag(noise: bytes) -> None:
    with suppress(BadTag):
        assert decode(noise).item
