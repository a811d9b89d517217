"""Programming a tag, and what is left of it when it is taken away in the middle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.capabilities import TagMemory
from devices.errors import BadTag
from devices.programming import BlockWrite, Programming, Progress, plan
from devices.tags.content import BookTag, read_tag
from devices.tags.iso28560_3 import Label
from tests.devices.tags_in_hand import uid

CHECKSUM = (4, 5)
UNLOCKED = (False,) * 28


def label(item: str, library: str = "1275014") -> bytes:
    return Label(item, 1, 1, 1, "ID", library).encode(112)


def book_in(memory: bytes) -> object | None:
    content = read_tag(TagMemory(memory, 4, 0, 0))
    return str(content.item) if isinstance(content, BookTag) else None


def text_in(memory: bytes) -> object | None:
    """A model without any check: whatever stands there is the number."""
    return memory.rstrip(b"\0").decode("latin-1") if memory[0] else None


def states(programming: Programming, writes: tuple[BlockWrite, ...]) -> list[bytes]:
    memory = bytearray(programming.before)
    seen = [bytes(memory)]
    for write in writes:
        memory[write.block * 4 : write.block * 4 + 4] = write.data
        seen.append(bytes(memory))
    return seen


items = st.text("ABCDEF0123456789", min_size=1, max_size=16)


@given(items, items)
def test_a_torn_tag_never_reads_as_a_third_book(old: str, new: str) -> None:
    programming = Programming(uid(1), label(old), label(new), 4, CHECKSUM)
    writes = plan(programming, UNLOCKED, book_in)
    *on_the_way, last = states(programming, writes)
    assert last == programming.after
    for memory in on_the_way:
        assert memory == programming.before or book_in(memory) in (None, old, new)


@given(items, items, st.integers(0, 30), st.integers(1, 3))
def test_a_half_written_block_is_never_a_third_book(
    old: str, new: str, step: int, half: int
) -> None:
    programming = Programming(uid(1), label(old), label(new), 4, CHECKSUM)
    writes = plan(programming, UNLOCKED, book_in)[: step + 1]
    if not writes:
        return
    before, torn = states(programming, writes)[-2], writes[-1]
    at = torn.block * 4
    memory = before[:at] + torn.data[:half] + before[at + half :]
    assert book_in(memory) in (None, old, new)


@given(items, items)
def test_the_blocks_with_the_checksum_go_last(old: str, new: str) -> None:
    writes = plan(Programming(uid(1), label(old), label(new), 4, CHECKSUM), UNLOCKED, book_in)
    blocks = [write.block for write in writes]
    proof = [block for block in CHECKSUM if block in blocks]
    assert blocks[len(blocks) - len(proof) :] == proof


@given(items, items)
def test_a_model_without_a_check_is_wiped_first_when_it_must_be(old: str, new: str) -> None:
    before, after = (text.encode().ljust(112, b"\0") for text in (old, new))
    programming = Programming(uid(1), before, after, 4)
    writes = plan(programming, UNLOCKED, text_in)
    *on_the_way, last = states(programming, writes)
    assert last == after
    assert {text_in(memory) for memory in on_the_way} <= {None, old, new}


def test_only_blocks_that_differ_are_written() -> None:
    programming = Programming(uid(1), label("B00012"), label("B00013"), 4, CHECKSUM)
    changed = {write.block for write in plan(programming, UNLOCKED, book_in)}
    differing = {at // 4 for at in range(112) if label("B00012")[at] != label("B00013")[at]}
    assert changed == differing


def test_a_locked_block_that_would_have_to_change_is_refused_before_anything_is_written() -> None:
    programming = Programming(uid(1), label("B00012"), label("B00013"), 4, CHECKSUM)
    locked = tuple(block == 2 for block in range(28))
    with pytest.raises(BadTag, match="block 2 is locked"):
        plan(programming, locked, book_in)


def test_a_locked_block_that_stays_as_it_is_does_not_matter() -> None:
    programming = Programming(uid(1), label("B00012"), label("B00013"), 4, CHECKSUM)
    locked = tuple(block == 27 for block in range(28))
    assert plan(programming, locked, book_in)


def test_progress_tells_an_untouched_tag_from_a_torn_and_a_finished_one() -> None:
    programming = Programming(uid(1), label("B00012"), label("B00013"), 4, CHECKSUM)
    writes = plan(programming, UNLOCKED, book_in)
    untouched, *torn, done = states(programming, writes)
    assert programming.progress(untouched) is Progress.UNTOUCHED
    assert {programming.progress(memory) for memory in torn} == {Progress.TORN}
    assert programming.progress(done) is Progress.DONE


def test_a_tag_is_programmed_in_whole_blocks() -> None:
    with pytest.raises(ValueError, match="whole blocks"):
        Programming(uid(1), bytes(30), bytes(30), 4)
    with pytest.raises(ValueError, match="as many"):
        Programming(uid(1), bytes(32), bytes(28), 4)
