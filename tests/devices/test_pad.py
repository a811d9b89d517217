"""A pad under watch, over a real terminal."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.vocabulary import ItemId
from devices.capabilities import TagUid
from devices.catalogue import open_reader
from devices.feig.driver import FeigReader
from devices.feig.simulator import FeigPeer
from devices.pad import Pad
from devices.pad_events import (
    PadEvent,
    PadHealthy,
    PadLost,
    SecurityNotWritten,
    SecurityWritten,
    StackCounted,
    TagArrived,
    TagLeft,
)
from devices.presence import Rhythm
from devices.pseudo_terminal import PseudoTerminal
from devices.security import Security
from devices.settings import FeigSettings
from devices.simulated_tag import Fault, SimulatedTag
from devices.stack import ReaderWork
from devices.tag_field import TagField
from devices.tags.content import Blank, BookTag, Unreadable
from tests.devices.hearing import Heard
from tests.devices.tags_in_hand import ON_LOAN, OURS, book, damaged_book, uid

QUICK = Rhythm(poll=0.01, retry=0.05)


class Table:
    """A simulated pad, the watch over it and what was heard."""

    def __init__(self, path: Path) -> None:
        self.tags = TagField()
        self.simulator = PseudoTerminal(path, lambda: FeigPeer(self.tags))
        self.simulator.plug()
        self.heard: Heard[PadEvent] = Heard()
        settings = FeigSettings(port=str(path), answer_within=5.0)
        self.counted: Heard[StackCounted] = Heard()
        self.pad = Pad(lambda: open_reader(settings), OURS, self._hear, QUICK)

    def _hear(self, event: PadEvent) -> None:
        if isinstance(event, StackCounted):
            self.counted.tell(event)
        else:
            self.heard.tell(event)


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    table = Table(tmp_path / "pad")
    yield table
    table.pad.stop()
    table.simulator.close()


@pytest.fixture
def watched(table: Table) -> Table:
    table.pad.start()
    assert table.heard.next() == PadHealthy()
    return table


class Silence:
    """A line where nothing, or something else, is connected."""

    def send(self, data: bytes) -> None: ...

    def receive(self, timeout: float) -> bytes:  # noqa: ARG002 - nothing is worth waiting for
        return b""

    def drain(self) -> None: ...

    def close(self) -> None: ...


def item_of(event: PadEvent) -> ItemId:
    assert isinstance(event, TagArrived)
    assert isinstance(event.content, BookTag)
    return event.content.item


def test_books_arrive_with_their_content_and_leave(watched: Table) -> None:
    watched.tags.put(book(1))
    arrived = watched.heard.next()
    assert item_of(arrived) == ItemId("B00001")
    assert isinstance(arrived, TagArrived)
    assert arrived.security is Security.SECURED
    watched.tags.take(uid(1))
    assert watched.heard.next() == TagLeft(uid(1))


def test_one_tag_that_cannot_be_read_never_hides_the_others(watched: Table) -> None:
    stubborn = book(2)
    stubborn.fault = Fault.READS_REFUSED
    for tag in (damaged_book(1), stubborn, book(3)):
        watched.tags.put(tag)
    events = watched.heard.several(3)
    arrived = {event.uid: event for event in events if isinstance(event, TagArrived)}
    assert isinstance(arrived[uid(1)].content, Unreadable)
    assert isinstance(arrived[uid(2)].content, Unreadable)
    assert item_of(arrived[uid(3)]) == ItemId("B00003")


def test_an_unwritten_tag_arrives_blank(watched: Table) -> None:
    blank = book(1)
    blank.memory = bytes(112)
    watched.tags.put(blank)
    assert watched.heard.next() == TagArrived(uid(1), Blank(), Security.SECURED)


def test_a_tag_torn_away_while_it_is_read_is_never_told(watched: Table) -> None:
    torn = book(1)
    torn.leave_after(3)  # two inventories and the first question of the read
    watched.tags.put(torn)
    watched.tags.put(book(2))
    assert item_of(watched.heard.next()) == ItemId("B00002")
    watched.pad.write("ticket", uid(1), Security.RELEASED)
    match watched.heard.next():
        case SecurityNotWritten("ticket", tag, _):
            assert tag == uid(1)
        case other:
            raise AssertionError(other)
    assert watched.heard.rest() == []


def test_a_write_is_carried_out_and_told(watched: Table) -> None:
    tag = book(1)
    watched.tags.put(tag)
    watched.heard.next()
    watched.pad.write("ticket", tag.uid, Security.RELEASED)
    assert watched.heard.next() == SecurityWritten("ticket", tag.uid, Security.RELEASED)
    assert tag.afi == ON_LOAN


def test_a_write_the_tag_forgets_is_told_as_not_written(watched: Table) -> None:
    tag = book(1)
    tag.fault = Fault.WRITES_FORGOTTEN
    watched.tags.put(tag)
    watched.heard.next()
    watched.pad.write("ticket", tag.uid, Security.RELEASED)
    assert isinstance(watched.heard.next(), SecurityNotWritten)


def test_every_order_of_many_gets_exactly_one_answer(watched: Table) -> None:
    for number in range(10):
        watched.tags.put(book(number))
    watched.heard.several(10)
    for number in range(12):
        watched.pad.write(f"ticket-{number}", uid(number), Security.RELEASED)
    answers = watched.heard.several(12)
    told = [
        event.ticket for event in answers if isinstance(event, SecurityWritten | SecurityNotWritten)
    ]
    assert told == [f"ticket-{number}" for number in range(12)]
    assert sum(isinstance(event, SecurityWritten) for event in answers) == 10


def test_a_pulled_cable_is_told_once_and_takes_every_tag_with_it(watched: Table) -> None:
    watched.tags.put(book(1))
    watched.tags.put(book(2))
    watched.heard.several(2)
    watched.simulator.unplug()
    lost, *gone = watched.heard.several(3)
    assert isinstance(lost, PadLost)
    assert gone == [TagLeft(uid(1)), TagLeft(uid(2))]

    watched.pad.write("ticket", uid(1), Security.RELEASED)
    assert watched.heard.next() == SecurityNotWritten("ticket", uid(1), "the pad is lost")

    watched.simulator.plug()
    healthy, *back = watched.heard.several(3)
    assert healthy == PadHealthy()
    assert [item_of(event) for event in back] == [ItemId("B00001"), ItemId("B00002")]


def test_a_pad_that_was_never_there_is_told_once(table: Table) -> None:
    table.simulator.unplug()
    table.pad.start()
    assert isinstance(table.heard.next(), PadLost)
    table.pad.write("ticket", uid(1), Security.RELEASED)
    assert isinstance(table.heard.next(), SecurityNotWritten)
    table.simulator.plug()
    assert table.heard.next() == PadHealthy()


def test_a_silent_device_is_lost_and_never_called_healthy() -> None:
    heard: Heard[PadEvent] = Heard()
    pad = Pad(lambda: FeigReader(Silence(), answer_within=0.01), OURS, heard.tell, QUICK)
    pad.start()
    assert heard.next() == PadLost("SoftwareVersion: nothing within 0.01 s")
    pad.stop()
    assert heard.rest() == []


def test_orders_to_a_stopped_pad_are_answered(tmp_path: Path) -> None:
    table = Table(tmp_path / "pad")
    table.pad.start()
    table.heard.next()
    table.pad.stop()
    table.pad.write("ticket", uid(1), Security.RELEASED)
    assert table.heard.next() == SecurityNotWritten("ticket", uid(1), "the pad is stopped")
    table.simulator.close()


def test_a_stack_is_sure_once_two_rounds_agree_and_every_tag_is_told(watched: Table) -> None:
    for number in range(5):
        watched.tags.put(book(number))
    assert len(watched.heard.several(5)) == 5
    counted = watched.counted.next()
    while not counted.sure:
        counted = watched.counted.next()
    assert counted == StackCounted(5, sure=True)
    watched.tags.take(uid(3))
    assert watched.counted.next() == StackCounted(4, sure=False)
    assert watched.counted.next() == StackCounted(4, sure=True)


def test_a_misread_uid_is_no_tag(watched: Table) -> None:
    phantom = SimulatedTag(TagUid(bytes.fromhex("A0040150000000FF")), b"", afi=0x07)
    watched.tags.put(phantom)
    watched.tags.put(book(1))
    assert item_of(watched.heard.next()) == ItemId("B00001")
    assert watched.counted.next().tags == 1


def test_the_reader_is_lent_between_two_rounds_and_the_watch_goes_on(watched: Table) -> None:
    seen: Heard[tuple[TagUid, ...]] = Heard()
    refused: Heard[str] = Heard()
    watched.tags.put(book(1))
    watched.heard.next()
    watched.pad.use(ReaderWork(lambda reader: seen.tell(reader.inventory()), refused.tell))
    assert seen.next() == (uid(1),)
    watched.tags.put(book(2))
    assert item_of(watched.heard.next()) == ItemId("B00002")
    assert refused.rest() == []


def test_a_reader_that_cannot_be_lent_is_refused_once(watched: Table) -> None:
    done: Heard[None] = Heard()
    refused: Heard[str] = Heard()
    watched.simulator.unplug()
    assert isinstance(watched.heard.next(), PadLost)
    work = ReaderWork(lambda _: done.tell(None), refused.tell)
    watched.pad.use(work)
    assert refused.next() == "the pad is lost"
    watched.pad.stop()
    watched.pad.use(work)
    assert refused.next() == "the pad is stopped"
    assert (done.rest(), refused.rest()) == ([], [])
