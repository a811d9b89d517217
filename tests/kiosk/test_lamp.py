"""The lamp of a kiosk says from afar what its screen says at hand."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from broker.telemetry import Health, Mode
from devices.capabilities import LampColour, LampMeaning
from devices.catalogue import open_lamp
from devices.lamp_watch import LampWatch
from devices.led.simulator import LedSimulator
from devices.settings import LedSettings
from kiosk.book import Book, Stage
from kiosk.bounds import Capacity
from kiosk.condition import Condition
from kiosk.happenings import Problem
from kiosk.lighting import Lighting, lighting, with_lamp
from kiosk.serving import lamp
from kiosk.visit import Call, Page, Visit
from tests.contract.test_lamp import FAST, until
from tests.kiosk.things import SITI, act, item, uid

READY = Visit(started=True, pad_healthy=True, card_reader_healthy=True, online=True)
BORROWING = replace(READY, page=Page.BORROW, patron=SITI)
SERVING = Condition(Mode.IN_SERVICE, "", ())


def holding(*books: Book) -> Visit:
    return replace(BORROWING, books=books)


def book(stage: Stage, *, on_pad: bool = True, secured: bool = True) -> Book:
    return Book(uid(1), item(1), stage, on_pad=on_pad, secured=secured, act=act(1))


@pytest.mark.parametrize("visit", [READY, BORROWING, holding(book(Stage.LISTED))])
def test_a_kiosk_that_can_be_used_is_ready(visit: Visit) -> None:
    assert lamp(visit) is LampMeaning.READY


@pytest.mark.parametrize(
    "visit",
    [
        replace(READY, pad_healthy=False),
        replace(READY, ledger_healthy=False),
        replace(READY, capacity=Capacity.FULL),
        replace(READY, in_service=False),
        replace(holding(book(Stage.RECORDING)), ledger_healthy=False),
    ],
)
def test_a_kiosk_that_cannot_is_stopped_though_a_book_is_on_its_way(visit: Visit) -> None:
    assert lamp(visit) is LampMeaning.STOPPED


@pytest.mark.parametrize("visit", [Visit(), holding(book(Stage.ASKING))])
def test_what_has_to_be_waited_for_is_work(visit: Visit) -> None:
    assert lamp(visit) is LampMeaning.WORKING


@pytest.mark.parametrize(
    "visit",
    [
        holding(book(Stage.RELEASING, on_pad=False)),
        holding(book(Stage.REFUSED, secured=False)),
        holding(replace(book(Stage.STAFF), problem=Problem.FOREIGN)),
        replace(READY, leftovers=frozenset({uid(1)})),
        replace(READY, card_here=True),
        replace(BORROWING, page=Page.GOODBYE, card_here=True),
        replace(READY, call=Call.STORED),
    ],
)
def test_a_book_to_put_back_something_left_behind_and_a_call_want_attention(visit: Visit) -> None:
    assert lamp(visit) is LampMeaning.ATTENTION


def test_a_card_on_the_reader_of_whoever_borrows_is_not_forgotten() -> None:
    assert lamp(replace(BORROWING, card_here=True)) is LampMeaning.READY


@pytest.fixture
def leds(tmp_path: Path) -> Iterator[LedSimulator]:
    simulator = LedSimulator(tmp_path, *LampColour)
    simulator.plug()
    yield simulator
    simulator.close()


@pytest.fixture
def lit(leds: LedSimulator) -> Iterator[Lighting]:
    green, amber, red = map(str, leds.folders.values())
    opening = LedSettings(green, amber, red)
    lighting = Lighting(LampWatch(lambda: open_lamp(opening), FAST), lambda: lamp(READY))
    lighting.watch.start()
    yield lighting
    lighting.watch.stop()


def test_what_the_machine_means_reaches_the_lamp(leds: LedSimulator, lit: Lighting) -> None:
    lit.turn()
    assert until(lambda: leds.lit == (LampColour.GREEN,))


def test_a_lamp_that_is_gone_is_a_warning_and_the_kiosk_serves_as_before(
    leds: LedSimulator, lit: Lighting
) -> None:
    assert [one.health for one in with_lamp(SERVING, lit).findings] == [Health.OK]
    leds.unplug()
    assert until(lambda: lit.watch.trouble is not None)
    told = with_lamp(SERVING, lit)
    (finding,) = told.findings
    assert (finding.name, finding.health, finding.code) == ("lamp", Health.WARNING, "unlit")
    assert told.mode is Mode.IN_SERVICE
    leds.plug()
    assert until(lambda: lit.watch.trouble is None)


def test_a_station_without_a_lamp_says_nothing_of_one() -> None:
    assert lighting(None, lambda: LampMeaning.READY) is None
    assert with_lamp(SERVING, None) == SERVING
