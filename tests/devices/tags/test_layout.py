"""Data sets find their place around what is locked, or nothing is written."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.errors import BadTag
from devices.tags.compaction import Scheme
from devices.tags.iso15962 import DataSet, data_sets, walk
from devices.tags.iso28560_2 import decode, element, listed, value_of
from devices.tags.layout import Chip, encode
from tests.vectors.read import vectors

TAGS = {tag["id"]: tag for tag in vectors("iso28560_2_tags")["tags"]}
ANNEX = bytes.fromhex(TAGS["gbt35660_annex"]["hex"])
ANNEX_LOCKED = frozenset({0, 1, 6, 7, 8})
SAID = {1: "123456789012", 3: "US-InU-Mu", 4: "1203"}

_numbers = st.text("ABCabc0189", min_size=1, max_size=12)
_values = st.fixed_dictionaries(
    {1: _numbers},
    optional={
        3: st.sampled_from(("ID-1275014", "DE-Heu1", "US-InU-Mu")),
        4: st.sampled_from(("0101", "1203")),
        5: st.sampled_from(("10", "20", "70")),
        6: _numbers,
        17: st.text(min_size=1, max_size=60),
    },
)


def elements(values: dict[int, str]) -> list[DataSet]:
    return [element(identifier, value) for identifier, value in values.items()]


def values_in(memory: bytes) -> dict[int, str]:
    return {each.identifier: value_of(each) for each in data_sets(memory) if each.identifier != 2}


def test_the_standards_example_is_written_byte_for_byte() -> None:
    wanted = elements(SAID | {6: "QA268.L55"})
    assert encode(wanted, Chip(bytes(36)), frozenset({1, 3})) == ANNEX


@pytest.mark.parametrize(("item", "name"), [("123456789012", "dp2_pii_only")])
def test_an_item_alone_has_no_content_parameter(item: str, name: str) -> None:
    memory = encode([element(1, item)], Chip(bytes(8)), frozenset({1}))
    assert memory == bytes.fromhex(TAGS[name]["hex"])


def test_a_locked_set_starts_and_ends_on_block_boundaries() -> None:
    wanted = elements(SAID | {5: "10", 6: "QA268.L55"})
    for block_size in (4, 8):
        memory = encode(wanted, Chip(bytes(112), block_size), frozenset({1, 3}))
        places = {each.identifier: (start, end) for start, end, each in walk(memory)}
        assert not any(place % block_size for key in (1, 3) for place in places[key])


def test_locked_neighbours_are_aligned_at_their_outer_ends_only() -> None:
    memory = encode(elements(SAID), Chip(bytes(112)), frozenset({1, 2, 3, 4}))
    places = [(start, end) for start, end, _ in walk(memory)]
    assert places[0][0] == 0
    assert places[-1][1] % 4 == 0
    assert places == sorted(places)
    assert b"\x80\x80" not in memory


def test_a_locked_block_is_never_touched() -> None:
    wanted = elements(SAID | {4: "1204"})
    memory = encode(wanted, Chip(ANNEX.ljust(112, b"\0"), 4, ANNEX_LOCKED))
    assert memory[:8] == ANNEX[:8]
    assert memory[24:36] == ANNEX[24:36]
    assert values_in(memory) == SAID | {4: "1204", 6: "QA268.L55"}


def test_the_room_before_a_locked_set_is_filled_so_that_the_walk_goes_on() -> None:
    values = SAID | {4: "0102", 5: "10"}
    memory = encode(elements(values), Chip(ANNEX.ljust(112, b"\0"), 4, ANNEX_LOCKED))
    assert memory[18:24] == b"\x80" * 6
    assert [each.identifier for each in data_sets(memory)] == [1, 2, 4, 5, 3, 6]
    assert values_in(memory) == values | {6: "QA268.L55"}


def test_a_locked_element_cannot_be_changed_or_removed() -> None:
    chip = Chip(ANNEX.ljust(112, b"\0"), 4, ANNEX_LOCKED)
    for values in (SAID | {1: "123456789013"}, {1: SAID[1], 4: "1203"}):
        with pytest.raises(BadTag, match="locked"):
            encode(elements(values), chip)


def test_a_locked_content_parameter_holds_the_elements_to_its_list() -> None:
    chip = Chip(ANNEX.ljust(112, b"\0"), 4, frozenset({2}))
    with pytest.raises(BadTag, match="element 2 is locked"):
        encode(elements(SAID | {5: "10"}), chip)


def test_elements_nobody_understands_are_kept_as_they_are() -> None:
    strange = DataSet(26, Scheme.APPLICATION, b"\x01\x02")
    mistyped = DataSet(9, Scheme.NUMERIC, b"\xff\xff")
    memory = encode([*elements(SAID), strange, mistyped], Chip(bytes(112)))
    again = encode(elements({1: "B00012"}), Chip(memory))
    kept = {each.identifier: each for each in data_sets(again)}
    assert (kept[26], kept[9]) == (strange, mistyped)
    assert listed(kept[2]) == (9, 26)
    assert decode(again).owner is None


def test_locked_blocks_of_another_model_are_not_written_around() -> None:
    with pytest.raises(BadTag, match="something else"):
        encode(elements(SAID), Chip(b"\x41" * 112, 4, frozenset({5})))
    assert values_in(encode(elements(SAID), Chip(b"\x41" * 112))) == SAID


def test_what_does_not_fit_is_refused_and_named() -> None:
    with pytest.raises(BadTag, match="no room for element 17 in 64 bytes"):
        encode(elements(SAID | {17: "x" * 80}), Chip(bytes(64)))


def test_a_title_of_more_than_127_bytes_fits_a_large_chip() -> None:
    title = "Laskar Pelangi " * 12
    assert values_in(encode(elements({1: "B00012", 17: title}), Chip(bytes(316))))[17] == title


@given(_values, st.sampled_from((4, 8)), st.sets(st.sampled_from((1, 2, 3, 5, 17))))
def test_what_is_written_is_read(
    values: dict[int, str], block_size: int, to_lock: set[int]
) -> None:
    memory = encode(elements(values), Chip(bytes(512), block_size), to_lock)
    assert values_in(memory) == values
    assert str(decode(memory).item) == values[1]


@given(_values, _values, st.sets(st.integers(0, 40)), st.sampled_from((64, 112, 512)))
def test_whatever_is_locked_stays(
    before: dict[int, str], after: dict[int, str], locked: set[int], size: int
) -> None:
    with suppress(BadTag):
        old = encode(elements(before), Chip(bytes(size)))
        memory = encode(elements(after), Chip(old, 4, frozenset(locked)))
        assert len(memory) == size
        for block in locked:
            assert memory[block * 4 : block * 4 + 4] == old[block * 4 : block * 4 + 4]
        kept = {key: value for key, value in before.items() if key > 5}
        assert values_in(memory) == kept | after


@given(st.binary(max_size=120), st.sets(st.integers(0, 30)))
def test_noise_on_a_chip_is_overwritten_or_a_bad_tag(noise: bytes, locked: set[int]) -> None:
    with suppress(BadTag):
        memory = encode(elements(SAID), Chip(noise, 4, frozenset(locked)))
        assert decode(memory).item == SAID[1]
