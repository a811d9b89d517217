"""A card reader under watch, over both of its lines."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.vocabulary import PatronId
from devices.capabilities import Card, TwoCards
from devices.card_watch import (
    CardArrived,
    CardEvent,
    CardLeft,
    CardReaderHealthy,
    CardReaderLost,
    CardWatch,
    pause,
)
from devices.catalogue import open_card_reader
from devices.nfc.pn532_simulator import Pn532Simulator
from devices.nfc.simulator import NfcField, TypeACard
from devices.presence import Rhythm
from devices.settings import NfcSettings
from tests.devices.hearing import PATIENCE, Heard

ANI = TypeACard(bytes.fromhex("04497622D93881"), sak=0)
BUDI = TypeACard(bytes.fromhex("DEADBEEF"))
ANI_ARRIVED = CardArrived(Card(PatronId("04497622D93881")))
BUDI_ARRIVED = CardArrived(Card(PatronId("DEADBEEF")))


class Desk:
    """A simulated card field and its cable, the watch over it and what was heard."""

    def __init__(self, folder: Path, line: str) -> None:
        udp, serial = NfcField(), Pn532Simulator(folder / "cards")
        self.field = udp if line == "udp" else serial
        self.plug = udp.start if line == "udp" else serial.plug
        self.unplug = udp.stop if line == "udp" else serial.unplug
        self.close = serial.close
        self.plug()
        self.heard: Heard[CardEvent] = Heard()
        settings = NfcSettings(path=self.field.path)
        rhythm = Rhythm(poll=0.01, retry=0.05)
        self.watch = CardWatch(lambda: open_card_reader(settings), self.heard.tell, rhythm)


class Played:
    """A reader that sees one thing after the other, and the last one for some rounds more."""

    def __init__(self, seen: list[Card | TwoCards | None]) -> None:
        self._seen = seen
        self._rounds = 0
        self.done = threading.Event()

    def present(self) -> Card | TwoCards | None:
        self._rounds += 1
        if self._rounds == len(self._seen) + 20:
            self.done.set()
        return self._seen[min(self._rounds, len(self._seen)) - 1]

    def close(self) -> None: ...


@pytest.fixture(params=["udp", "serial"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, request.param)
    desk.watch.start()
    assert desk.heard.next() == CardReaderHealthy()
    yield desk
    desk.watch.stop()
    desk.unplug()
    desk.close()


def test_where_nobody_was_for_half_a_minute_cards_are_looked_for_less_often() -> None:
    rhythm = Rhythm(poll=0.025)
    assert [pause(rhythm, empty) for empty in (0, 999)] == [0.025, 0.025]
    assert [pause(rhythm, empty) for empty in (1_000, 1_000_000)] == [0.1, 0.1]


def test_a_card_arrives_and_leaves(desk: Desk) -> None:
    desk.field.put(ANI)
    assert desk.heard.next() == ANI_ARRIVED
    desk.field.take()
    assert desk.heard.next() == CardLeft()


def test_a_card_put_in_place_of_another_comes_after_it_left(desk: Desk) -> None:
    desk.field.put(ANI)
    assert desk.heard.next() == ANI_ARRIVED
    desk.field.put(BUDI)
    assert desk.heard.several(2) == [CardLeft(), BUDI_ARRIVED]
    desk.field.take()
    assert desk.heard.next() == CardLeft()


def test_two_cards_are_told_as_such_and_the_one_that_stays_comes_again(desk: Desk) -> None:
    desk.field.put(ANI)
    assert desk.heard.next() == ANI_ARRIVED
    desk.field.put(ANI, BUDI)
    assert desk.heard.several(2) == [CardLeft(), CardArrived(TwoCards())]
    desk.field.put(ANI)
    assert desk.heard.several(2) == [CardLeft(), ANI_ARRIVED]


def test_a_card_that_another_only_hid_for_a_moment_comes_again() -> None:
    """The first is missed too briefly to have left; it must not be forgotten."""
    heard: Heard[CardEvent] = Heard()
    ani, budi = ANI_ARRIVED.card, BUDI_ARRIVED.card
    reader = Played([ani, ani, budi, budi, ani, ani, ani, None])
    watch = CardWatch(lambda: reader, heard.tell, Rhythm(poll=0.001))
    watch.start()
    assert reader.done.wait(PATIENCE)
    watch.stop()
    assert heard.rest() == [
        CardReaderHealthy(),
        ANI_ARRIVED,
        CardLeft(),
        BUDI_ARRIVED,
        CardLeft(),
        ANI_ARRIVED,
        CardLeft(),
    ]


def test_a_card_without_identity_is_told_as_such(desk: Desk) -> None:
    desk.field.put(TypeACard(bytes.fromhex("08ABCDEF"), sak=0x20))
    assert desk.heard.next() == CardArrived(Card(None))


def test_a_lost_reader_is_told_once_takes_the_card_and_comes_back(desk: Desk) -> None:
    desk.field.put(ANI)
    assert desk.heard.next() == ANI_ARRIVED
    desk.unplug()
    lost, left = desk.heard.several(2)
    assert isinstance(lost, CardReaderLost)
    assert left == CardLeft()
    desk.plug()
    assert desk.heard.several(2) == [CardReaderHealthy(), ANI_ARRIVED]


def test_no_event_prints_the_patrons_number(desk: Desk) -> None:
    desk.field.put(ANI)
    assert "04497622D93881" not in repr(desk.heard.next())
