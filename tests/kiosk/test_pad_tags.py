"""One act on a book writes to every tag of it, over a real terminal."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.vocabulary import ActId, ItemId
from devices.catalogue import open_reader
from devices.feig.simulator import FeigPeer
from devices.pad import Pad
from devices.pad_events import (
    PadEvent,
    PadHealthy,
    SecurityNotWritten,
    SecurityWritten,
    StackCounted,
    TagArrived,
)
from devices.presence import Rhythm
from devices.pseudo_terminal import PseudoTerminal
from devices.settings import FeigSettings
from devices.simulated_tag import Fault, SimulatedTag
from devices.tag_field import TagField
from devices.tags.iso28560_3 import Label
from kiosk.gathering import Gathering
from kiosk.happenings import TagNotWritten, TagWritten
from kiosk.running import PadTags
from tests.devices.hearing import Heard
from tests.devices.tags_in_hand import ON_LOAN, OURS, SECURED, uid

ACT = ActId("act-1")


def part(number: int) -> SimulatedTag:
    label = Label("DVD-7", 1, 2, number, "ID", "1275014")
    return SimulatedTag(uid(number), label.encode(112), afi=SECURED)


class Table:
    """A pad with both parts of a set on it."""

    def __init__(self, folder: Path) -> None:
        self.parts = (part(1), part(2))
        field = TagField(*self.parts)
        self.simulator = PseudoTerminal(folder / "pad", lambda: FeigPeer(field))
        self.simulator.plug()
        settings = FeigSettings(port=str(self.simulator.path), answer_within=5.0)
        self.heard: Heard[PadEvent] = Heard()
        rhythm = Rhythm(poll=0.01, retry=0.05)
        self.pad = Pad(lambda: open_reader(settings), OURS, self.heard.tell, rhythm)
        self.gathering = Gathering({"ID-1275014"})
        self.tags = PadTags(self.pad, self.gathering)
        self.pad.start()

    def until_complete(self) -> None:
        told = None
        while told is None or told.problem is not None:
            match self.heard.next():
                case TagArrived(tag, content, security):
                    told = self.gathering.arrived(tag, content, security)
                case PadHealthy() | StackCounted():
                    pass
                case other:
                    raise AssertionError(other)
        assert told.item == ItemId("DVD-7")

    def outcome(self) -> TagWritten | TagNotWritten:
        while True:
            event = self.heard.next()
            if isinstance(event, SecurityWritten | SecurityNotWritten):
                told = self.tags.answered(event)
                if told is not None:
                    return told


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    table = Table(tmp_path)
    table.until_complete()
    yield table
    table.pad.stop()
    table.simulator.close()


def test_releasing_a_set_releases_every_part(table: Table) -> None:
    table.tags.release(ACT, uid(1))
    assert table.outcome() == TagWritten(ACT)
    assert [one.afi for one in table.parts] == [ON_LOAN, ON_LOAN]


def test_a_set_with_a_part_that_cannot_be_written_is_not_written(table: Table) -> None:
    table.parts[1].fault = Fault.WRITES_FORGOTTEN
    table.tags.release(ACT, uid(1))
    assert table.outcome() == TagNotWritten(ACT, lifted=False)
    table.tags.secure(ACT, uid(1))
    assert table.outcome() == TagWritten(ACT)
    assert [one.afi for one in table.parts] == [SECURED, SECURED]


def test_a_set_whose_part_was_lifted_on_the_way_is_not_written(table: Table) -> None:
    table.parts[1].leave_after(0)
    table.tags.release(ACT, uid(1))
    assert table.outcome() == TagNotWritten(ACT, lifted=True)
