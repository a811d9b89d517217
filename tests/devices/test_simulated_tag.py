"""Tags obey ISO/IEC 15693-3, and can be torn away in the middle of a write."""

import pytest

from devices.capabilities import TagDescription
from devices.iso15693 import TagRefusal
from devices.simulated_tag import Fault, SimulatedTag, WriteFailed
from devices.tag_field import TagField
from tests.devices.tags_in_hand import ON_LOAN, SECURED, book, uid

BEYOND = TagRefusal.BLOCK_NOT_AVAILABLE


def test_a_memory_is_filled_up_to_whole_blocks() -> None:
    tag = SimulatedTag(uid(1), b"12345", afi=SECURED, block_size=4)
    assert (tag.memory, tag.block_count) == (b"12345\0\0\0", 2)
    assert tag.describe() == TagDescription(4, 2, SECURED, 0)


def test_blocks_are_told_only_as_far_as_they_go() -> None:
    tag = book(1, blocks=8)
    assert tag.blocks(6, 2) == (tag.memory[24:28], tag.memory[28:32])
    assert [tag.blocks(7, 2), tag.blocks(8, 1), tag.blocks(0, 0)] == [BEYOND] * 3
    assert [tag.locks(7, 2), tag.locks(0, 0)] == [BEYOND] * 2


def test_a_locked_block_stays_and_so_do_those_after_it() -> None:
    tag = book(1)
    before = tag.memory
    tag.locked = {1}
    assert tag.locks(0, 3) == (False, True, False)
    assert tag.write_blocks(0, (b"aaaa", b"bbbb", b"cccc")) is TagRefusal.BLOCK_LOCKED
    assert tag.memory == b"aaaa" + before[4:]


@pytest.mark.parametrize("blocks", [(b"abc",), (b"abcde",), (b"abcd", b"efgh")])
def test_a_write_of_another_size_or_beyond_the_end_is_refused(blocks: tuple[bytes, ...]) -> None:
    tag = book(1)
    assert tag.write_blocks(27, blocks) is BEYOND


def test_a_locked_afi_is_refused_and_stays() -> None:
    tag = book(1)
    tag.afi_is_locked = True
    assert (tag.write_afi(ON_LOAN), tag.afi) == (TagRefusal.BLOCK_LOCKED, SECURED)


def test_a_chip_without_eas_says_so_and_is_silent() -> None:
    tag = SimulatedTag(uid(1), bytes(32), afi=SECURED, eas=None)
    assert tag.set_eas(on=True) is TagRefusal.NOT_SUPPORTED
    assert not tag.raises_alarm()


@pytest.mark.parametrize(
    ("fault", "said"),
    [(Fault.WRITES_FAIL, WriteFailed.WRITE_FAILED), (Fault.WRITES_FORGOTTEN, None)],
)
def test_a_worn_out_chip_says_so_and_a_lying_one_does_not(
    fault: Fault, said: WriteFailed | None
) -> None:
    tag, sound = book(1), book(1)
    tag.fault = fault
    answers = (
        tag.write_blocks(3, (b"abcd",)),
        tag.write_afi(ON_LOAN),
        tag.write_dsfid(0x06),
        tag.set_eas(on=True),
    )
    assert answers == (said,) * 4
    assert (tag.memory, tag.describe(), tag.eas) == (sound.memory, sound.describe(), False)


@pytest.mark.parametrize("commands", [1, 2, 3])
def test_a_tag_torn_away_has_half_of_the_last_block_it_was_given(commands: int) -> None:
    tag = book(1)
    before = tag.memory
    field = TagField(tag)
    tag.leave_after(commands, torn=True)
    answers = [
        there.write_blocks(block, (b"WXYZ",))
        for block in range(4)
        if (there := field.addressed(tag.uid))
    ]
    assert answers == [None] * (commands - 1) + [WriteFailed.WRITE_FAILED]
    whole = 4 * (commands - 1)
    assert tag.memory == b"WXYZ" * (commands - 1) + b"WX" + before[whole + 2 :]


def test_a_torn_tag_put_back_is_whole_in_all_but_its_memory() -> None:
    tag = book(1)
    field = TagField(tag)
    tag.leave_after(1, torn=True)
    assert field.addressed(tag.uid) is tag
    assert tag.write_blocks(0, (b"WXYZ",)) is WriteFailed.WRITE_FAILED
    assert field.inventory() == ()
    field.put(tag)
    assert tag.write_blocks(0, (b"WXYZ",)) is None
    assert (field.inventory(), tag.memory[:4]) == ((tag,), b"WXYZ")


def test_a_tag_found_is_quiet_until_the_field_goes_off_or_it_is_put_anew() -> None:
    tag, other = book(1), book(2)
    field = TagField(tag, other)
    assert field.inventory() == (tag, other)
    assert field.inventory() == ()
    assert field.addressed(tag.uid) is tag
    field.put(other)
    assert field.inventory() == (other,)
    field.power_off()
    assert field.inventory(then_quiet=False) == field.inventory() == (tag, other)


def test_one_tag_is_selected_at_a_time_and_a_quiet_one_stays_quiet() -> None:
    tag, other = book(1), book(2)
    field = TagField(tag, other)
    other.stay_quiet()
    assert field.selected() is None
    assert field.select(tag.uid) is field.selected() is tag
    assert other.is_quiet
    assert field.select(other.uid) is field.selected() is other
    assert not tag.is_selected
    assert field.select(uid(9)) is None
    assert field.selected() is None


def test_a_tag_taken_away_answers_nobody() -> None:
    tag = book(1)
    field = TagField(tag)
    field.select(tag.uid)
    field.take(tag.uid)
    field.take(tag.uid)
    assert (field.addressed(tag.uid), field.selected(), field.inventory()) == (None, None, ())
