"""What every pad reader owes its station, over every line, whatever lies on the pad.

A new family adds one entry to PAIRS: its simulator and its driver.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random, SystemRandom
from typing import Protocol

import pytest

from devices.capabilities import PadReader, TagMemory
from devices.errors import DeviceError, NotWritten, Refused, TagGone, Unplugged
from devices.feig.driver import FeigReader
from devices.feig.simulator import FeigSimulator
from devices.link import Link, Parity, open_serial
from devices.simulated_tag import Fault, SimulatedTag, TagField
from devices.tags.content import BookTag, Unreadable, read_tag
from tests.devices.bad_lines import Lossy, OneByteAtATime
from tests.devices.tags_in_hand import ON_LOAN, PUBLISHED, SECURED, book, damaged_book, uid

PATIENCE = 5.0


class Simulator(Protocol):
    @property
    def path(self) -> Path: ...
    def plug(self) -> None: ...
    def unplug(self) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True)
class Pair:
    """Both ends of one family."""

    simulator: Callable[[Path, TagField], Simulator]
    driver: Callable[[Link, float], PadReader]
    baud: int
    parity: Parity


PAIRS = {
    "feig": Pair(
        FeigSimulator,
        lambda link, within: FeigReader(link, answer_within=within),
        38400,
        Parity.EVEN,
    ),
}
LINES: dict[str, Callable[[Link], Link]] = {
    "straight": lambda link: link,
    "one byte at a time": OneByteAtATime,
}


@dataclass
class Pad:
    """A simulated pad and the way to its readers."""

    pair: Pair
    simulator: Simulator
    line: Callable[[Link], Link]
    tags: TagField
    closing: ExitStack = field(default_factory=ExitStack)

    def opened(
        self, within: float = PATIENCE, line: Callable[[Link], Link] | None = None
    ) -> PadReader:
        link = open_serial(str(self.simulator.path), self.pair.baud, self.pair.parity)
        reader = self.pair.driver((line or self.line)(link), within)
        self.closing.callback(reader.close)
        return reader

    def put(self, *tags: SimulatedTag) -> None:
        for tag in tags:
            self.tags.put(tag)


@pytest.fixture(params=PAIRS)
def pair(request: pytest.FixtureRequest) -> Pair:
    return PAIRS[request.param]


@pytest.fixture(params=LINES)
def pad(request: pytest.FixtureRequest, pair: Pair, tmp_path: Path) -> Iterator[Pad]:
    tags = TagField()
    simulator = pair.simulator(tmp_path / "pad", tags)
    simulator.plug()
    pad = Pad(pair, simulator, LINES[request.param], tags)
    with pad.closing:
        yield pad
    simulator.close()


def test_an_empty_pad_has_no_tags(pad: Pad) -> None:
    assert pad.opened().inventory() == ()


def test_every_tag_is_seen_once_in_every_inventory(pad: Pad) -> None:
    pad.put(*(book(number) for number in range(25)))
    reader = pad.opened()
    expected = tuple(uid(number) for number in range(25))
    assert [reader.inventory() for _ in range(3)] == [expected] * 3


def test_a_tags_whole_memory_is_read(pad: Pad) -> None:
    tags = [book(1, blocks=8), book(2), book(3, blocks=80)]
    pad.put(*tags)
    reader = pad.opened()
    for tag in tags:
        assert reader.read(tag.uid) == TagMemory(tag.memory, 4, SECURED, tag.dsfid)


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_tags_arrive_unchanged(pad: Pad, name: str) -> None:
    pad.put(SimulatedTag(uid(1), PUBLISHED[name], afi=SECURED))
    assert pad.opened().read(uid(1)).memory.startswith(PUBLISHED[name])


def test_a_written_afi_can_be_read_back(pad: Pad) -> None:
    tag = book(1)
    pad.put(tag, book(2))
    reader = pad.opened()
    reader.write_afi(tag.uid, ON_LOAN)
    assert (reader.read(uid(1)).afi, reader.read(uid(2)).afi) == (ON_LOAN, SECURED)


@pytest.mark.parametrize("fault", [Fault.WRITES_FAIL, Fault.WRITES_FORGOTTEN])
def test_a_write_that_did_not_happen_is_noticed(pad: Pad, fault: Fault) -> None:
    tag = book(1)
    tag.fault = fault
    pad.put(tag)
    with pytest.raises(NotWritten):
        pad.opened().write_afi(tag.uid, ON_LOAN)


def test_a_locked_afi_is_not_written(pad: Pad) -> None:
    tag = book(1)
    tag.afi_is_locked = True
    pad.put(tag)
    with pytest.raises(NotWritten):
        pad.opened().write_afi(tag.uid, ON_LOAN)


def test_writing_what_is_there_already_is_a_success(pad: Pad) -> None:
    tag = book(1)
    tag.afi_is_locked = True
    pad.put(tag)
    pad.opened().write_afi(tag.uid, SECURED)


def test_a_tag_that_is_not_there_is_gone(pad: Pad) -> None:
    reader = pad.opened()
    with pytest.raises(TagGone):
        reader.read(uid(1))
    with pytest.raises(TagGone):
        reader.write_afi(uid(1), ON_LOAN)


@pytest.mark.parametrize("commands", [0, 1, 2])
def test_a_tag_that_leaves_in_the_middle_is_gone(pad: Pad, commands: int) -> None:
    tag = book(1)
    pad.put(tag, book(2))
    tag.leave_after(commands)
    reader = pad.opened()
    with pytest.raises(TagGone):
        reader.read(tag.uid)
    assert reader.inventory() == (uid(2),)


def test_a_tag_that_leaves_after_the_write_is_gone_not_written(pad: Pad) -> None:
    tag = book(1)
    pad.put(tag)
    tag.leave_after(1)
    with pytest.raises(TagGone):
        pad.opened().write_afi(tag.uid, ON_LOAN)


def test_a_damaged_tag_never_blinds_the_others(pad: Pad) -> None:
    stubborn = book(2)
    stubborn.fault = Fault.READS_REFUSED
    pad.put(damaged_book(1), stubborn, book(3))
    reader = pad.opened()
    assert reader.inventory() == (uid(1), uid(2), uid(3))
    assert isinstance(read_tag(reader.read(uid(1))), Unreadable)
    with pytest.raises(Refused):
        reader.read(uid(2))
    assert isinstance(read_tag(reader.read(uid(3))), BookTag)


def test_pulling_the_cable_is_noticed_by_every_question(pad: Pad) -> None:
    pad.put(book(1))
    reader = pad.opened()
    assert reader.inventory() == (uid(1),)
    pad.simulator.unplug()
    with pytest.raises(Unplugged):
        reader.inventory()
    with pytest.raises(Unplugged):
        reader.read(uid(1))
    with pytest.raises(Unplugged):
        reader.write_afi(uid(1), ON_LOAN)


def test_an_unplugged_pad_cannot_be_opened_and_a_replugged_one_can(pad: Pad) -> None:
    pad.put(book(1))
    pad.simulator.unplug()
    with pytest.raises(Unplugged):
        pad.opened()
    pad.simulator.plug()
    assert pad.opened().inventory() == (uid(1),)


def test_a_pad_belongs_to_one_program(pad: Pad) -> None:
    pad.opened()
    with pytest.raises(Unplugged):
        pad.opened()


def test_a_lossy_line_gives_the_truth_or_an_error_and_in_the_end_the_truth(pad: Pad) -> None:
    seed = SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")  # to run this weather again
    tags = [book(number) for number in range(3)]
    pad.put(*tags)
    reader = pad.opened(within=0.1, line=lambda link: Lossy(link, Random(seed)))
    truths = 0
    for _ in range(200):
        try:
            assert reader.inventory() == tuple(tag.uid for tag in tags)
            assert [reader.read(tag.uid).memory for tag in tags] == [tag.memory for tag in tags]
            truths += 1
        except DeviceError:
            continue
        if truths == 3:
            return
    pytest.fail(f"no truth came through with seed {seed}")
