"""A tag that is torn away in the middle of programming, at every step, on every reader."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from broker.vocabulary import ItemId
from devices.capabilities import PadReader, TagMemory
from devices.errors import DeviceError, TagGone
from devices.link import open_serial
from devices.programming import Programming, Progress, complete, plan, program, restore
from devices.pseudo_terminal import PseudoTerminal
from devices.reading import read_whole_tag
from devices.tag_field import TagField
from devices.tags.content import BookTag, read_tag
from devices.tags.iso28560_3 import Label
from tests.contract.test_pad_reader import PAIRS
from tests.devices.tags_in_hand import book

AFTER = Label("X99987654321", 1, 2, 1, "ID", "3204").encode(112)
AFTER_ITEM = ItemId("X99987654321")
CHECKSUM = (4, 5)


@pytest.fixture(params=PAIRS)
def pad(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[TagField, PadReader]]:
    pair, tags = PAIRS[request.param], TagField()
    simulator = PseudoTerminal(tmp_path / "pad", lambda: pair.power_on(tags))
    simulator.plug()
    reader = pair.driver(open_serial(str(simulator.path), pair.baud, pair.parity), 5.0)
    yield tags, reader
    reader.close()
    simulator.close()


def book_in(memory: bytes) -> object | None:
    content = read_tag(TagMemory(memory, 4, 0, 0))
    return content.item if isinstance(content, BookTag) else None


@pytest.mark.parametrize("torn", [False, True])
@pytest.mark.parametrize("mend", [complete, restore])
def test_a_tag_torn_away_at_any_step_is_recognised_and_mended(
    pad: tuple[TagField, PadReader],
    torn: bool,  # noqa: FBT001 - a parameter of the test
    mend: Callable[[PadReader, Programming], None],
) -> None:
    tags, reader = pad
    neighbour = book(2)
    tags.put(neighbour)
    for commands in count():
        tag = book(1)
        tags.put(tag)
        programming = Programming(tag.uid, tag.memory, AFTER, 4, CHECKSUM)
        writes = plan(programming, reader.locked_blocks(tag.uid, 0, 28), book_in)
        tag.leave_after(commands, torn=torn)
        try:
            program(reader, programming, writes)
        except DeviceError:
            assert book_in(tag.memory) in (None, ItemId("B00001"), AFTER_ITEM)
            tags.put(tag)
            mend(reader, programming)
            target = AFTER if mend is complete else programming.before
            assert tag.memory == target
        else:
            break
    assert (tag.memory, neighbour.memory) == (AFTER, book(2).memory)
    assert commands > 2 * len(writes)


def test_what_a_tag_tells_shows_how_far_its_programming_came(
    pad: tuple[TagField, PadReader],
) -> None:
    tags, reader = pad
    tag = book(1)
    tags.put(tag)
    programming = Programming(tag.uid, tag.memory, AFTER, 4, CHECKSUM)
    writes = plan(programming, reader.locked_blocks(tag.uid, 0, 28), book_in)
    assert programming.progress(read_whole_tag(reader, tag.uid).memory) is Progress.UNTOUCHED
    tag.leave_after(3)
    with pytest.raises(TagGone):
        program(reader, programming, writes)
    tags.put(tag)
    assert programming.progress(read_whole_tag(reader, tag.uid).memory) is Progress.TORN
    complete(reader, programming)
    assert programming.progress(read_whole_tag(reader, tag.uid).memory) is Progress.DONE
