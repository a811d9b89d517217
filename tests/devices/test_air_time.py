"""Times on the air, against figures worked out by others from the standard."""

from random import Random
from statistics import mean

import pytest

from devices import air_time
from devices.air_time import Modulation
from devices.capabilities import TagUid
from tests.devices.tags_in_hand import uid

COMMANDS = {
    "read single block": (air_time.reading(1, 4), 7.1),
    "read 8 blocks": (air_time.reading(8, 4), 15.9),
    "read 8 blocks with their locks": (air_time.reading(8, 4, with_locks=True), 18.3),
    "read 28 blocks": (air_time.reading(28, 4), 40.0),
    "system information": (air_time.describing(), 9.8),
    "write AFI": (air_time.writing_value(), 10.9),
    "write single block": (air_time.writing_block(4), 12.1),
}
# Mean milliseconds of an inventory over many stacks: number of tags, 100 % ASK, 10 % ASK.
STACKS = [(1, 14, 71), (3, 25, 85), (5, 39, 112), (8, 64, 177), (10, 82, 231), (20, 183, 537)]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_takes_what_the_standard_says(name: str) -> None:
    seconds, milliseconds = COMMANDS[name]
    assert seconds * 1000 == pytest.approx(milliseconds, rel=0.01)


@pytest.mark.parametrize(("tags", "deep", "shallow"), STACKS)
def test_inventories_of_chance_stacks_take_the_known_mean(
    tags: int, deep: float, shallow: float
) -> None:
    chance = Random(tags)
    stacks = [[TagUid(b"\xe0\x04" + chance.randbytes(6)) for _ in range(tags)] for _ in range(1000)]
    for modulation, milliseconds in ((Modulation.ASK_100, deep), (Modulation.ASK_10, shallow)):
        seconds = mean(air_time.inventory(stack, modulation) for stack in stacks)
        assert seconds * 1000 == pytest.approx(milliseconds, rel=0.05)


def test_tags_that_agree_in_their_last_digits_take_a_round_for_each() -> None:
    near = [uid(0x10), uid(0x11)]
    far = [uid(0x100000), uid(0x200000)]
    rounds = [air_time.inventory(tags, Modulation.ASK_100) for tags in (near, far)]
    assert rounds[1] - rounds[0] > 5 * air_time.inventory([uid(1)], Modulation.ASK_100)


def test_the_same_tags_take_the_same_time_in_any_order() -> None:
    tags = [uid(number * 7919) for number in range(20)]
    forth, back = (air_time.inventory(order, Modulation.ASK_10) for order in (tags, tags[::-1]))
    assert forth == pytest.approx(back)


def test_a_tag_that_is_not_there_costs_less_than_one_that_answers() -> None:
    assert air_time.unanswered() < air_time.addressed()
