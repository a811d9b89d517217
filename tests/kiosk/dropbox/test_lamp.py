"""The lamp of a return box: green is a yes, and nothing is said before the disk has it."""

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.facts import ItemReturned
from broker.telemetry import Health, Mode
from devices.capabilities import LampMeaning
from kiosk.book import Stage
from kiosk.bounds import Capacity
from kiosk.condition import Finding
from kiosk.dropbox.box import Box, condition, lamp
from kiosk.happenings import (
    CapacityChanged,
    Happening,
    Intended,
    LedgerChanged,
    PadChanged,
    Problem,
    Recorded,
    TagArrived,
    TagLeft,
    TagWritten,
)
from tests.kiosk.bench import Bench
from tests.kiosk.dropbox.test_box import READY, after, returned
from tests.kiosk.things import act, arrived, item, uid


def meant(box: Box, *happenings: Happening) -> LampMeaning:
    return lamp(after(box, *happenings)[0])


def test_a_box_that_serves_is_ready_and_says_yes_only_when_the_fact_is_recorded() -> None:
    assert lamp(READY) is LampMeaning.READY
    box, told = READY, []
    for happening in returned(1, 1):
        box, _ = after(box, happening)
        told.append(lamp(box))
    assert told == [*[LampMeaning.WORKING] * 3, LampMeaning.READY]


@pytest.mark.parametrize(
    "failing",
    [
        LedgerChanged(healthy=False),
        PadChanged(healthy=False),
        CapacityChanged(Capacity.FULL),
    ],
)
def test_a_box_that_can_take_nothing_is_stopped_though_a_book_is_on_its_way(
    failing: Happening,
) -> None:
    assert meant(READY, arrived(1), failing) is LampMeaning.STOPPED


def test_a_box_that_has_not_started_is_working() -> None:
    assert lamp(replace(READY, started=False)) is LampMeaning.WORKING


@pytest.mark.parametrize("problem", [Problem.UNREADABLE, Problem.FOREIGN, Problem.NOT_A_BOOK])
def test_what_is_no_book_of_ours_wants_attention_until_the_next_book(problem: Problem) -> None:
    named = None if problem is Problem.UNREADABLE else item(9)
    tag = TagArrived(uid(9), named, problem, secured=False)
    box, _ = after(READY, tag, Intended(uid(9), act(9)), Recorded(act(9)))
    assert lamp(box) is LampMeaning.ATTENTION
    assert meant(box, *returned(1, 1)) is LampMeaning.READY


def test_a_return_that_the_disk_failed_in_is_never_a_yes() -> None:
    begun = (arrived(1), Intended(uid(1), act(1)), TagWritten(act(1)))
    box, _ = after(READY, *begun, LedgerChanged(healthy=False), LedgerChanged(healthy=True))
    assert [book.stage for book in box.books] == [Stage.REFUSED]
    assert lamp(box) is LampMeaning.ATTENTION
    assert meant(box, *returned(2, 2)) is LampMeaning.ATTENTION
    assert meant(box, TagLeft(uid(1))) is LampMeaning.READY


def test_a_full_bin_is_stopped_until_it_is_emptied_and_takes_what_falls_nevertheless() -> None:
    box, _ = after(replace(READY, holds=2, resting=frozenset({uid(7)})), *returned(1, 1))
    assert lamp(box) is LampMeaning.STOPPED
    assert Finding("bin", Health.WARNING, "bin-full") in condition(box).findings
    assert condition(box).mode is Mode.DEGRADED
    box, done = after(box, *returned(2, 2))
    assert len(done) == 3
    emptied, _ = after(box, TagLeft(uid(1)), TagLeft(uid(2)), TagLeft(uid(7)))
    assert lamp(emptied) is LampMeaning.READY


def test_nobody_who_said_no_number_has_a_full_bin() -> None:
    many = replace(READY, resting=frozenset(uid(number) for number in range(200)))
    assert lamp(many) is LampMeaning.READY
    assert "bin" not in [one.name for one in condition(many).findings]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(("drop", "work", "break", "heal", "wait")), max_size=14))
def test_whatever_breaks_a_ready_lamp_means_that_every_return_is_on_the_disk(
    acts: list[str],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder) / "ledger.db", in_bin=True).start()
        dropped = 0
        for what in acts:
            match what:
                case "drop":
                    dropped += 1
                    bench.lay(dropped)
                case "work":
                    bench.work()
                case "break":
                    bench.ledger.refuses = lambda name: name in {"record", "intend", "remember"}
                case "heal":
                    bench.heal()
                case _:
                    bench.wait(1.0)
            if lamp(bench.box.box) is LampMeaning.READY:
                stored = [fact.item for fact in bench.facts() if isinstance(fact, ItemReturned)]
                assert sorted(map(str, stored)) == [str(item(n)) for n in range(1, dropped + 1)]
        bench.ledger.close()
