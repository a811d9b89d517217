"""Which changes follow from an item's history, and in which order."""

from collections.abc import Sequence
from datetime import date

from broker.facts import (
    Fact,
    ItemLent,
    ItemReturned,
    LoanAbandoned,
    LoanUnconfirmed,
)
from broker.vocabulary import ActId, DeviceId, ItemId, PatronId, Reason
from server.circulation.boots import Span
from server.circulation.grants import Granted
from server.circulation.tasks import Choice, Decision, TaskKind
from server.circulation.timeline import Happened
from server.circulation.wanted import History, wanted

BOOK, SITI, BUDI = ItemId("B1"), PatronId("P1"), PatronId("P2")
KIOSK, DUE, NOON = DeviceId("kios-01"), date(2026, 12, 1), 1_795_500_000.0
LENT = ItemLent(BOOK, SITI, DUE, provisional=False)
BACK = ItemReturned(BOOK, secured=True)
ABANDONED = LoanAbandoned(BOOK, SITI, Reason.CANCELLED, secured=True)


def told(act: str, minute: int, fact: Fact, late: float = 1.0) -> Happened:
    """It happened so many minutes after noon, and was heard of so many seconds later."""
    at = NOON + 60.0 * minute
    return Happened(ActId(act), KIOSK, "life", minute, Span(at, at), at, at + late, fact)


def granted(act: str, minute: int, patron: PatronId = SITI) -> Granted:
    return Granted(ActId(act), patron, NOON + 60.0 * minute, DUE, KIOSK)


def changes(
    events: Sequence[Happened],
    grants: Sequence[Granted] = (),
    decisions: Sequence[Decision] = (),
) -> list[str]:
    found = wanted(History(BOOK, events, grants, decisions))
    return [f"{one.act}: {one.change.value}, {one.cause.value}" for one in found]


def test_loans_and_returns_are_told_in_the_order_they_happened() -> None:
    events = [told("r", 2, BACK), told("a", 1, LENT), told("b", 3, LENT)]
    assert changes(events) == ["a: lend, lent", "r: take-back, returned", "b: lend, lent"]


def test_a_question_stands_where_it_was_asked_until_its_fact_comes() -> None:
    events = [told("a", 1, LENT), told("r", 5, BACK)]
    assert changes(events, [granted("g", 3)]) == [
        "a: lend, lent",
        "g: lend, asked",
        "r: take-back, returned",
    ]
    assert changes([told("g", 4, LENT)], [granted("g", 3)]) == ["g: lend, lent"]


def test_a_loan_that_did_not_happen_may_have_to_be_undone() -> None:
    expected = ["g: lend, abandoned", "g: take-back, abandoned"]
    assert changes([told("g", 4, ABANDONED)], [granted("g", 3)]) == expected


def test_a_question_that_staff_undo_is_undone() -> None:
    undo = Decision(TaskKind.GRANT_WITHOUT_CLOSING_FACT, ActId("g"), Choice.UNDO)
    expected = ["g: lend, abandoned", "g: take-back, abandoned"]
    assert changes([], [granted("g", 3)], [undo]) == expected


def test_a_question_that_staff_keep_is_a_loan() -> None:
    keep = Decision(TaskKind.GRANT_WITHOUT_CLOSING_FACT, ActId("g"), Choice.KEEP)
    assert changes([], [granted("g", 3)], [keep]) == ["g: lend, lent"]


def test_what_staff_found_on_the_shelf_is_taken_back() -> None:
    unsure = told("a", 1, LoanUnconfirmed(BOOK, SITI, DUE))
    found = Decision(TaskKind.LOAN_UNCONFIRMED, ActId("a"), Choice.RETURNED)
    assert changes([unsure], (), [found]) == ["a: lend, lent", "a: take-back, returned"]


def test_a_loan_made_off_line_may_have_to_make_its_way_first() -> None:
    alone = ItemLent(BOOK, SITI, DUE, provisional=True)
    assert changes([told("a", 1, alone)]) == ["a: make-way, provisional", "a: lend, provisional"]


def test_a_return_knows_who_had_it_and_whether_it_was_heard_of_late() -> None:
    loan, back = told("a", 1, LENT), told("r", 2, BACK, late=600.0)
    *_, last = wanted(History(BOOK, [loan, back], (), ()))
    assert (last.patron, last.at, last.heard_late) == (SITI, NOON + 120.0, True)
    *_, last = wanted(History(BOOK, [loan, told("r", 2, BACK)], (), ()))
    assert not last.heard_late
