"""What data sets say about an item, against the standard's example and real tags."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.errors import BadTag
from devices.tags.compaction import Scheme
from devices.tags.iso15962 import DataSet, data_sets
from devices.tags.iso28560_2 import (
    Label,
    content_parameter,
    decode,
    element,
    item_of,
    listed,
    read,
    set_information,
    value_of,
)
from devices.tags.usage import Usage
from tests.vectors.read import vectors

PUBLISHED = vectors("iso28560_2_tags")
TAGS = {tag["id"]: tag for tag in PUBLISHED["tags"]}
UHF_BANKS = vectors("iso28560_4_uhf")["user_bank"]


@pytest.mark.parametrize("name", TAGS)
def test_the_values_are_the_published_ones(name: str) -> None:
    sets = {each.identifier: each for each in data_sets(bytes.fromhex(TAGS[name]["hex"]))}
    for key, value in TAGS[name]["published"].items():
        each = sets[int(key)]
        assert (list(listed(each)) if int(key) == 2 else value_of(each)) == value
    assert item_of(bytes.fromhex(TAGS[name]["hex"])) == TAGS[name]["published"]["1"]


@pytest.mark.parametrize("bank", UHF_BANKS, ids=lambda bank: bank["hex"])
def test_the_same_data_sets_are_understood_in_the_user_bank_of_uhf(bank: dict[str, Any]) -> None:
    sets = data_sets(bytes.fromhex(bank["hex"])[1:])
    found = {str(each.identifier): value_of(each) for each in sets if each.identifier != 2}
    assert found | {"2": list(listed(sets[0]))} == bank["decoded"]


def test_the_standards_example_says_item_set_and_owner() -> None:
    assert decode(bytes.fromhex(TAGS["gbt35660_annex"]["hex"])) == Label(
        "123456789012", "US-InU-Mu", Usage.CIRCULATION, 12, 3
    )


def test_a_real_tag_with_its_usage_in_octets_is_read() -> None:
    memory = bytes.fromhex(TAGS["yst_real"]["hex"])
    assert decode(memory) == Label("YST0450585", "YST", Usage.CIRCULATION, 0, 0)
    assert [value_of(each) for each in data_sets(memory)[-2:]] == ["12", "BA"]


def test_a_tag_with_the_item_alone_leaves_usage_to_the_library() -> None:
    label = decode(bytes.fromhex(TAGS["dp2_pii_only"]["hex"]))
    assert (label.item, label.usage) == ("123456789012", Usage.CIRCULATION)


@pytest.mark.parametrize("tag", PUBLISHED["invalid"], ids=lambda tag: tag["hex"] or "empty")
def test_published_bad_tags_are_refused(tag: dict[str, str]) -> None:
    for reader in (decode, item_of):
        with pytest.raises(BadTag):
            reader(bytes.fromhex(tag["hex"]))


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
    raw_set = "04020C03"
    assert decode(bytes.fromhex(item + "020140" + raw_set)).parts == 12


def test_set_information_that_is_no_number_is_refused() -> None:
    for digits in (b"3x", b"9" * 5000):
        wrong = DataSet(4, Scheme.OCTETS, digits).encode()
        with pytest.raises(BadTag, match="digits"):
            decode(bytes.fromhex("110201F4" + "020140") + wrong)


def test_an_item_that_runs_into_unwritten_memory_is_refused() -> None:
    with pytest.raises(BadTag, match="ends before"):
        decode(b"A1002345".ljust(112, b"\0"))  # plain text, whose second character is a length


def test_what_follows_everything_listed_is_not_looked_at() -> None:
    listed_only = bytes.fromhex("110201F4" + "020108" + "7B024142")  # element 7
    assert read(listed_only).is_told
    assert decode(listed_only + b"\xff\xff") == decode(listed_only)


@given(st.sets(st.integers(3, 200)))
def test_a_content_parameter_lists_what_it_was_made_of(identifiers: set[int]) -> None:
    assert listed(content_parameter(identifiers)) == tuple(sorted(identifiers))


@given(st.integers(1, 270).filter(lambda number: number not in (2, 5)), st.text(min_size=1))
def test_an_element_says_what_it_was_made_of(identifier: int, text: str) -> None:
    assert value_of(element(identifier, text)) in (text, f"{ord(text[0]):02X}")


@given(st.integers(1, 9999), st.integers(1, 9999))
def test_set_information_is_read_as_written(parts: int, part: int) -> None:
    if len(str(part)) > max(2, len(str(parts))):
        return
    memory = b"".join(
        each.encode()
        for each in (
            element(1, "B00012"),
            content_parameter((4,)),
            element(4, set_information(parts, part)),
        )
    )
    assert (decode(memory).parts, decode(memory).part) == (parts, part)


def test_what_no_element_can_say_is_refused() -> None:
    for identifier, value in ((2, "D0"), (0, "x"), (271, "x"), (5, "x"), (5, "1234"), (6, "")):
        with pytest.raises(BadTag):
            element(identifier, value)


@given(st.binary(max_size=400))
def test_noise_is_a_label_or_a_bad_tag(noise: bytes) -> None:
    with suppress(BadTag):
        assert decode(noise).item
    with suppress(BadTag):
        assert item_of(noise)
