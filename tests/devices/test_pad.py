"""A pad under watch, over a real terminal."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.vocabulary import ItemId
from devices.capabilities import TagMemory, TagUid
from devices.catalogue import FeigSettings, open_reader
from devices.errors import NoAnswer
from devices.feig.simulator import FeigSimulator
from devices.pad import (
    AfiNotWritten,
    AfiWritten,
    Pad,
    PadEvent,
    PadHealthy,
    PadLost,
    TagArrived,
    TagLeft,
)
from devices.presence import Presence, Rhythm
from devices.simulated_tag import Fault, TagField
from devices.tags.content import Blank, BookTag, Unreadable
from tests.devices.hearing import Heard
from tests.devices.tags_in_hand import ON_LOAN, SECURED, book, damaged_book, uid

QUICK = Rhythm(poll=0.01, retry=0.05)


class Table:
    """A simulated pad, the watch over it and what was heard."""

    def __init__(self, path: Path) -> None:
        self.tags = TagField()
        self.simulator = FeigSimulator(path, self.tags)
        self.simulator.plug()
        self.heard: Heard[PadEvent] = Heard()
        settings = FeigSettings(port=str(path), answer_within=5.0)
        self.pad = Pad(lambda: open_reader(settings), self.heard.tell, QUICK)


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


class Deaf:
    """A port where something else is connected."""

    def inventory(self) -> tuple[TagUid, ...]:
        raise NoAnswer("nothing")

    def read(self, uid: TagUid) -> TagMemory:
        raise NoAnswer(str(uid))

    def write_afi(self, uid: TagUid, afi: int) -> None:
        raise NoAnswer(f"{uid} {afi}")

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
    assert arrived.afi == SECURED
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
    assert watched.heard.next() == TagArrived(uid(1), Blank(), SECURED)


def test_a_tag_torn_away_while_it_is_read_is_never_told(watched: Table) -> None:
    torn = book(1)
    torn.leave_after(3)  # two inventories and the first question of the read
    watched.tags.put(torn)
    watched.tags.put(book(2))
    assert item_of(watched.heard.next()) == ItemId("B00002")
    watched.pad.write_afi("ticket", uid(1), ON_LOAN)
    match watched.heard.next():
        case AfiNotWritten("ticket", tag, _):
            assert tag == uid(1)
        case other:
            raise AssertionError(other)
    assert watched.heard.rest() == []


def test_a_write_is_carried_out_and_told(watched: Table) -> None:
    tag = book(1)
    watched.tags.put(tag)
    watched.heard.next()
    watched.pad.write_afi("ticket", tag.uid, ON_LOAN)
    assert watched.heard.next() == AfiWritten("ticket", tag.uid, ON_LOAN)
    assert tag.afi == ON_LOAN


def test_a_write_the_tag_forgets_is_told_as_not_written(watched: Table) -> None:
    tag = book(1)
    tag.fault = Fault.WRITES_FORGOTTEN
    watched.tags.put(tag)
    watched.heard.next()
    watched.pad.write_afi("ticket", tag.uid, ON_LOAN)
    assert isinstance(watched.heard.next(), AfiNotWritten)


def test_every_order_of_many_gets_exactly_one_answer(watched: Table) -> None:
    for number in range(10):
        watched.tags.put(book(number))
    watched.heard.several(10)
    for number in range(12):
        watched.pad.write_afi(f"ticket-{number}", uid(number), ON_LOAN)
    answers = watched.heard.several(12)
    told = [event.ticket for event in answers if isinstance(event, AfiWritten | AfiNotWritten)]
    assert told == [f"ticket-{number}" for number in range(12)]
    assert sum(isinstance(event, AfiWritten) for event in answers) == 10


def test_a_pulled_cable_is_told_once_and_takes_every_tag_with_it(watched: Table) -> None:
    watched.tags.put(book(1))
    watched.tags.put(book(2))
    watched.heard.several(2)
    watched.simulator.unplug()
    lost, *gone = watched.heard.several(3)
    assert isinstance(lost, PadLost)
    assert gone == [TagLeft(uid(1)), TagLeft(uid(2))]

    watched.pad.write_afi("ticket", uid(1), ON_LOAN)
    assert watched.heard.next() == AfiNotWritten("ticket", uid(1), "the pad is lost")

    watched.simulator.plug()
    healthy, *back = watched.heard.several(3)
    assert healthy == PadHealthy()
    assert [item_of(event) for event in back] == [ItemId("B00001"), ItemId("B00002")]


def test_a_pad_that_was_never_there_is_told_once(table: Table) -> None:
    table.simulator.unplug()
    table.pad.start()
    assert isinstance(table.heard.next(), PadLost)
    table.pad.write_afi("ticket", uid(1), ON_LOAN)
    assert isinstance(table.heard.next(), AfiNotWritten)
    table.simulator.plug()
    assert table.heard.next() == PadHealthy()


def test_a_silent_device_is_lost_and_never_called_healthy() -> None:
    heard: Heard[PadEvent] = Heard()
    pad = Pad(Deaf, heard.tell, QUICK, Presence())
    pad.start()
    assert heard.next() == PadLost("nothing")
    pad.stop()
    assert heard.rest() == []


def test_orders_to_a_stopped_pad_are_answered(tmp_path: Path) -> None:
    table = Table(tmp_path / "pad")
    table.pad.start()
    table.heard.next()
    table.pad.stop()
    table.pad.write_afi("ticket", uid(1), ON_LOAN)
    assert table.heard.next() == AfiNotWritten("ticket", uid(1), "the pad is stopped")
    table.simulator.close()
