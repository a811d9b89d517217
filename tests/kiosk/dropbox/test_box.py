"""Whatever falls into the bin is returned once, whatever breaks meanwhile."""

from dataclasses import replace

import pytest

from broker.facts import ItemReturned, UnknownItemDropped
from broker.telemetry import Health, Mode
from kiosk.actions import Action, Intend, Record, Secure
from kiosk.book import Stage
from kiosk.bounds import Capacity
from kiosk.condition import Finding
from kiosk.dropbox.box import Box, BoxConduct, condition, step
from kiosk.happenings import (
    CapacityChanged,
    ConnectionChanged,
    Happening,
    Intended,
    LedgerChanged,
    PadChanged,
    PadSettled,
    Problem,
    Recorded,
    Started,
    TagArrived,
    TagLeft,
    TagNotWritten,
    TagWritten,
    Tick,
)
from tests.kiosk.things import act, arrived, item, uid

STARTED = Started(frozenset())
BROKEN, HEALED = LedgerChanged(healthy=False), LedgerChanged(healthy=True)
READY = Box(started=True, reader_healthy=True, online=True)
FULL = CapacityChanged(Capacity.FULL)
ROOM = CapacityChanged(Capacity.LOANS_AND_RETURNS)
INTEND = Intend(uid(1), item(1), None)


def after(box: Box, *happenings: Happening) -> tuple[Box, list[Action]]:
    done: list[Action] = []
    for happening in happenings:
        box, actions = step(box, happening)
        done += actions
    return box, done


def returned(number: int, which: int) -> tuple[Happening, ...]:
    """A whole good return of book `number` as act `which`."""
    return (
        arrived(number),
        Intended(uid(number), act(which)),
        TagWritten(act(which)),
        Recorded(act(which)),
    )


def test_a_dropped_book_is_secured_and_then_recorded() -> None:
    box, done = after(READY, *returned(1, 1))
    fact = ItemReturned(item(1), secured=True)
    assert done == [INTEND, Secure(act(1), uid(1)), Record(act(1), fact)]
    assert [book.stage for book in box.books] == [Stage.RETURNED]


@pytest.mark.parametrize("lifted", [True, False])
def test_a_tag_that_cannot_be_secured_is_still_a_return(*, lifted: bool) -> None:
    _, done = after(
        READY, arrived(1), Intended(uid(1), act(1)), TagNotWritten(act(1), lifted=lifted)
    )
    assert done[-1] == Record(act(1), ItemReturned(item(1), secured=False))


@pytest.mark.parametrize("problem", [Problem.FOREIGN, Problem.NOT_A_BOOK, Problem.UNREADABLE])
def test_what_is_not_ours_is_recorded_by_its_tag_and_never_written_to(problem: Problem) -> None:
    number = item(1) if problem is Problem.FOREIGN else None
    tag = TagArrived(uid(1), number, problem, secured=False)
    _, done = after(READY, tag, Intended(uid(1), act(1)))
    assert done == [
        Intend(uid(1), None, None),
        Record(act(1), UnknownItemDropped(str(uid(1)))),
    ]


def test_a_book_not_for_loan_is_returned_like_any_other() -> None:
    tag = TagArrived(uid(1), item(1), Problem.NOT_FOR_LOAN, secured=False)
    assert after(READY, tag)[1] == [INTEND]


def test_a_flickering_tag_is_one_return() -> None:
    box, done = after(READY, arrived(1), arrived(1), TagLeft(uid(1)), arrived(1))
    assert done == [INTEND]
    assert len(box.books) == 1


def test_a_book_that_fell_past_the_antenna_can_be_returned_again_next_week() -> None:
    _, done = after(
        READY,
        arrived(1),
        Intended(uid(1), act(1)),
        TagLeft(uid(1)),
        TagWritten(act(1)),
        Recorded(act(1)),
        *returned(1, 2),
    )
    assert done.count(INTEND) == 2


def test_a_book_taken_out_of_the_bin_is_forgotten() -> None:
    box, _ = after(READY, *returned(1, 1), TagLeft(uid(1)))
    assert box.books == ()


def test_what_was_secured_before_the_start_was_returned_in_an_earlier_life() -> None:
    assert after(Box(), arrived(1), STARTED)[1] == []


def test_what_was_not_secured_before_the_start_is_returned_then() -> None:
    box, done = after(Box(), arrived(1, secured=False))
    assert done == []
    assert after(box, STARTED)[1] == [INTEND]


def lost_and_back(number: int, *, lies_there: bool = True) -> tuple[Happening, ...]:
    """The reader was unplugged and has looked again."""
    present = frozenset({uid(number)}) if lies_there else frozenset()
    again = (arrived(number),) if lies_there else ()
    unplugged, plugged = PadChanged(healthy=False), PadChanged(healthy=True)
    return (unplugged, TagLeft(uid(number)), plugged, *again, PadSettled(present))


def test_a_reader_that_comes_back_does_not_count_the_bin_again() -> None:
    box, done = after(READY, *returned(1, 1), *lost_and_back(1))
    assert done.count(INTEND) == 1
    assert [book.stage for book in box.books] == [Stage.RETURNED]


def test_nor_what_was_returned_in_an_earlier_life() -> None:
    resting = (PadChanged(healthy=True), arrived(1), STARTED)
    assert after(Box(), *resting, *lost_and_back(1))[1] == []


def test_a_book_taken_out_while_the_reader_was_lost_can_be_returned_again() -> None:
    _, done = after(READY, *returned(1, 1), *lost_and_back(1, lies_there=False), arrived(1))
    assert done.count(INTEND) == 2
    resting = (PadChanged(healthy=True), arrived(1), STARTED)
    for left in (lost_and_back(1, lies_there=False), (TagLeft(uid(1)),)):
        assert after(Box(), *resting, *left, arrived(1))[1] == [INTEND]


def test_what_recovery_settles_is_not_begun_again() -> None:
    settling = Started(frozenset({uid(1)}))
    box, done = after(Box(), arrived(1, secured=False), settling, BROKEN, HEALED)
    assert done == []
    assert [book.stage for book in box.books] == [Stage.RETURNED]


def test_what_was_dropped_while_the_disk_refused_is_returned_when_it_takes_writes() -> None:
    box, done = after(READY, BROKEN, arrived(1), TagLeft(uid(1)))
    assert done == []
    assert after(box, HEALED)[1] == [INTEND]


def test_a_return_refused_before_it_had_an_id_begins_anew() -> None:
    _, done = after(READY, arrived(1), BROKEN, TagLeft(uid(1)), HEALED)
    assert done == [INTEND, INTEND]


@pytest.mark.parametrize("late", [True, False])
def test_a_return_with_an_id_is_left_to_recovery(*, late: bool) -> None:
    intended, broken = Intended(uid(1), act(1)), BROKEN
    order = (broken, intended) if late else (intended, TagWritten(act(1)), broken)
    _, done = after(READY, arrived(1), *order, HEALED)
    assert done.count(INTEND) == 1


def test_nothing_begins_before_the_start_even_when_the_disk_comes_back() -> None:
    assert after(Box(), arrived(1, secured=False), BROKEN, HEALED)[1] == []


def test_each_of_many_books_has_its_own_way() -> None:
    numbers = range(1, 6)
    box, done = after(READY, *(arrived(number) for number in numbers))
    assert done == [Intend(uid(number), item(number), None) for number in numbers]
    box, _ = after(box, *(Intended(uid(number), act(number)) for number in numbers))
    box, _ = after(box, TagWritten(act(3)), Recorded(act(3)))
    assert {book.uid: book.stage for book in box.books}[uid(3)] is Stage.RETURNED
    assert sum(book.stage is Stage.SECURING for book in box.books) == 4


def test_the_conduct_is_busy_while_a_book_is_on_its_way() -> None:
    conduct = BoxConduct()
    busy = []
    for happening in (PadChanged(healthy=True), STARTED, Tick(), *returned(1, 1)):
        conduct.hear(happening, 0.0)
        busy.append(conduct.busy)
    assert busy == [False, False, False, True, True, True, False]


@pytest.mark.parametrize(
    ("box", "mode"),
    [
        (READY, Mode.IN_SERVICE),
        (replace(READY, online=False), Mode.DEGRADED),
        (replace(READY, started=False), Mode.STARTING),
        (replace(READY, reader_healthy=False), Mode.OUT_OF_SERVICE),
        (replace(READY, ledger_healthy=False, started=False), Mode.OUT_OF_SERVICE),
    ],
)
def test_technicians_read_how_the_box_is(box: Box, mode: Mode) -> None:
    assert condition(box).mode is mode


def test_a_box_that_can_take_no_more_records_says_so_and_takes_what_fell_later() -> None:
    box, done = after(READY, FULL, arrived(1))
    assert done == []
    said = condition(box)
    assert (said.mode, said.reason) == (Mode.OUT_OF_SERVICE, "records cannot be sent")
    assert Finding("outbox", Health.ERROR, "outbox-full") in said.findings
    box, done = after(box, ROOM)
    assert done == [INTEND]
    assert condition(box).mode is Mode.IN_SERVICE


def test_returns_go_on_where_loans_have_stopped() -> None:
    for left, part, code in (
        (Capacity.HALF_FULL, "outbox", "outbox-half-full"),
        (Capacity.UNCHECKED, "ledger", "ledger-replaced"),
    ):
        box, done = after(READY, CapacityChanged(left), *returned(1, 1))
        assert done[0] == INTEND
        said = condition(box)
        assert said.mode is Mode.DEGRADED
        assert (part, code) in [(one.name, one.code) for one in said.findings]


def test_an_ill_component_is_named_with_its_code() -> None:
    box, _ = after(Box(), PadChanged(healthy=True), ConnectionChanged(online=False), BROKEN)
    ill = {one.name: (one.health, one.code) for one in condition(box).findings}
    assert ill == {
        "bin-reader": (Health.OK, ""),
        "ledger": (Health.ERROR, "disk-refuses-writes"),
        "outbox": (Health.OK, ""),
        "server": (Health.WARNING, "silent"),
    }
