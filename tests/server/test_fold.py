"""One item's history gives the same circulation in whatever order it became known."""

from dataclasses import replace
from datetime import date
from itertools import count
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.facts import (
    Entry,
    Fact,
    FeedbackGiven,
    Rating,
    StaffCalled,
    Topic,
    UnknownItemDropped,
    with_patron,
)
from broker.vocabulary import ERASED, ActId, ClockState, DeviceId, Moment, PatronId
from server.circulation.boots import Span
from server.circulation.fold import (
    Closing,
    Evidence,
    ItemCirculation,
    Register,
    fold,
    stray,
)
from server.circulation.grants import Granted, Standing
from server.circulation.tasks import TaskKind
from server.circulation.timeline import Happened, happened, in_order
from tests.server.stories import (
    BOOK,
    BUDI,
    DROP_BOX,
    DUE,
    KIOSK,
    NOON,
    SITI,
    STRANGER,
    abandoned,
    at,
    entry,
    lent,
    renewed,
    returned,
    unconfirmed,
)

KNOWN = Register(item_known=True, members={SITI: "KTA-1", BUDI: "KTA-2"})
TOMORROW = NOON + 86_400


def story(*facts: Fact, device: DeviceId = KIOSK) -> tuple[Happened, ...]:
    """What one station recorded, one minute after another."""
    entries = (entry(seq, fact, device) for seq, fact in enumerate(facts, start=1))
    return tuple(happened(one, TOMORROW, None) for one in entries)


def after(*facts: Fact, granted: tuple[Granted, ...] = ()) -> ItemCirculation:
    return fold(BOOK, story(*facts), granted, KNOWN)


def kinds(circulation: ItemCirculation) -> list[TaskKind]:
    return [task.kind for task in circulation.tasks]


def test_a_lent_item_is_on_loan_to_its_member() -> None:
    loan = after(lent()).open_loan
    assert loan is not None
    assert (loan.member, loan.evidence) == ("KTA-1", Evidence.CONFIRMED)


def test_a_loan_decided_off_line_is_provisional() -> None:
    loan = after(lent(provisional=True)).open_loan
    assert loan is not None
    assert loan.evidence is Evidence.PROVISIONAL


def test_a_return_closes_the_loan() -> None:
    (loan,) = after(lent(), returned()).loans
    assert (loan.returned_at, loan.closing) == (NOON + 120, Closing.RETURNED)


def test_a_renewal_moves_the_due_date_and_is_counted() -> None:
    (loan,) = after(lent(), renewed(), returned()).loans
    assert (loan.due, loan.renewals, loan.closing) == (date(2026, 12, 8), 1, Closing.RETURNED)


def test_a_renewal_never_takes_days_away() -> None:
    (loan,) = after(lent(), renewed(due=date(2026, 11, 25))).loans
    assert (loan.due, loan.renewals) == (DUE, 1)


@pytest.mark.parametrize("before", [(), (lent(BUDI),), (lent(), returned())])
def test_a_renewal_of_what_the_patron_has_not_is_for_staff(before: tuple[Fact, ...]) -> None:
    plain, found = after(*before), after(*before, renewed())
    assert found.loans == plain.loans
    assert kinds(found) == [TaskKind.RENEWED_NOT_ON_LOAN]


def test_a_renewal_counts_also_when_nobody_can_tell_any_more_whose_it_was() -> None:
    erased = with_patron(renewed(), ERASED)
    (loan,) = after(lent(), erased).loans
    assert loan.renewals == 1


def test_returning_what_is_not_on_loan_is_harmless() -> None:
    assert after(returned(), returned()) == ItemCirculation(BOOK)


def test_an_abandoned_loan_whose_tag_stayed_released_is_a_task() -> None:
    assert not after(abandoned()).tasks
    (task,) = after(abandoned(secured=False)).tasks
    assert task.kind is TaskKind.TAG_NOT_SECURED


def test_a_tag_that_could_not_be_secured_is_a_return_and_a_task() -> None:
    circulation = after(lent(), returned(secured=False))
    assert circulation.open_loan is None
    assert kinds(circulation) == [TaskKind.TAG_NOT_SECURED]


def test_lending_what_another_has_moves_the_loan_and_asks_staff() -> None:
    circulation = after(lent(SITI), lent(BUDI))
    assert [loan.closing for loan in circulation.loans] == [Closing.SUPERSEDED, None]
    assert kinds(circulation) == [TaskKind.LENT_WHILE_ON_LOAN]


def test_lending_again_to_the_same_member_asks_nobody() -> None:
    by_card = Register(item_known=True, members={SITI: "KTA-1", STRANGER: "KTA-1"})
    circulation = fold(BOOK, story(lent(SITI), lent(STRANGER)), (), by_card)
    assert [loan.closing for loan in circulation.loans] == [Closing.SUPERSEDED, None]
    assert circulation.tasks == ()


def test_an_unconfirmed_loan_is_a_task_until_the_item_is_back() -> None:
    assert kinds(after(unconfirmed())) == [TaskKind.LOAN_UNCONFIRMED]
    assert kinds(after(unconfirmed(), returned())) == []


def test_the_loan_of_an_unknown_card_is_kept() -> None:
    circulation = after(lent(STRANGER))
    assert circulation.open_loan is not None
    assert circulation.open_loan.member is None
    assert kinds(circulation) == [TaskKind.UNKNOWN_CARD]


def test_the_loan_of_an_unknown_item_is_kept() -> None:
    circulation = fold(BOOK, story(lent()), (), replace(KNOWN, item_known=False))
    assert circulation.open_loan is not None
    assert kinds(circulation) == [TaskKind.UNKNOWN_ITEM]


def test_something_unreadable_in_the_bin_is_a_task() -> None:
    (event,) = story(UnknownItemDropped("E00401"))
    task = stray(event)
    assert task is not None
    assert (task.kind, task.act, task.item) == (TaskKind.UNKNOWN_ITEM_DROPPED, event.act, None)
    assert (task.reason, task.opened_at, task.device) == ("E00401", NOON + 60, KIOSK)


def test_a_call_for_staff_is_a_task_with_place_and_time_and_feedback_is_none() -> None:
    called, said = story(StaffCalled("borrow"), FeedbackGiven(Rating.POOR, Topic.SPEED, "Lambat"))
    task = stray(called)
    assert task is not None
    assert (task.kind, task.act, task.item) == (TaskKind.STAFF_CALLED, called.act, None)
    assert (task.reason, task.opened_at, task.device) == ("borrow", NOON + 60, KIOSK)
    assert stray(said) is None


def grant(act: ActId, granted_at: float = NOON) -> Granted:
    return Granted(act, SITI, granted_at, DUE, KIOSK)


def standing(circulation: ItemCirculation) -> list[Standing]:
    return [standing for _, standing in circulation.grants]


def test_a_grant_is_closed_by_the_fact_of_its_act() -> None:
    for fact in (lent(), unconfirmed(), abandoned()):
        (event,) = story(fact)
        assert standing(after(fact, granted=(grant(event.act),))) == [Standing.CLOSED]


def test_a_grant_without_its_fact_stays_open() -> None:
    assert standing(after(returned(), granted=(grant(ActId("a1"), TOMORROW),))) == [Standing.OPEN]


def test_a_grant_overtaken_by_the_item_is_superseded_and_asks_staff() -> None:
    circulation = after(returned(), granted=(grant(ActId("a1")),))
    assert standing(circulation) == [Standing.SUPERSEDED]
    assert kinds(circulation) == [TaskKind.GRANT_WITHOUT_CLOSING_FACT]


def test_what_was_received_before_a_grant_does_not_overtake_it() -> None:
    ahead = replace(story(returned())[0], received_at=NOON - 1)
    assert standing(fold(BOOK, (ahead,), (grant(ActId("a1")),), KNOWN)) == [Standing.OPEN]


def test_an_act_closed_by_a_fact_about_another_item_is_closed() -> None:
    elsewhere = replace(grant(ActId("a1")), closed_elsewhere=True)
    assert standing(fold(BOOK, (), (elsewhere,), KNOWN)) == [Standing.CLOSED]


def test_a_stations_own_order_beats_its_clock() -> None:
    back = Moment("boot-2", 5.0, 0.0, ClockState.UNKNOWN)
    entries = (entry(1, lent()), at(entry(2, returned()), back))
    circulation = fold(BOOK, [happened(one, TOMORROW, None) for one in entries], (), KNOWN)
    assert circulation.open_loan is None


def test_what_a_disk_wrote_since_it_was_put_back_comes_after_what_we_had_of_it() -> None:
    """The numbers began again at the return, while a loan with a higher one was here already."""
    returning, lending = story(returned(), lent())
    returning = replace(between(returning, 100, 110), received_at=NOON + 120)
    lending = replace(between(lending, 40, 50), received_at=NOON + 60)
    assert in_order((returning, lending)) == (lending, returning)
    may_be = replace(between(returning, 50, 110), received_at=NOON + 120)
    assert [one.seq for one in in_order((may_be, lending))] == [1, 2]
    clock_ahead = replace(between(returning, 100, 110), received_at=NOON + 50)
    at_once = replace(between(lending, 120, 130), received_at=NOON + 50)
    assert [one.seq for one in in_order((clock_ahead, at_once))] == [1, 2]


def between(event: Happened, earliest: float, latest: float) -> Happened:
    return replace(event, span=Span(NOON + earliest, NOON + latest))


def test_what_ended_before_another_began_comes_first() -> None:
    (lending,), (returning,) = story(lent()), story(returned(), device=DROP_BOX)
    order = (between(returning, 0, 10), between(lending, 11, 20))
    assert in_order(reversed(order)) == order


def test_a_return_of_unknown_time_is_of_the_loan_it_can_be_of() -> None:
    (lending,), (returning,) = story(lent()), story(returned(), device=DROP_BOX)
    dark = between(returning, -5000, 5000)
    assert in_order((dark, lending)) == (lending, dark)
    loan = fold(BOOK, (dark, lending), (), KNOWN).loans[0]
    # It was out at 12.01, so it cannot have been back before.
    assert (loan.lent_at, loan.returned_at) == (NOON + 60, NOON + 60)


def test_a_book_must_be_back_before_it_is_lent_again() -> None:
    kiosk = story(lent(SITI), lent(BUDI))
    (returning,) = story(returned(), device=DROP_BOX)
    dark = between(returning, -5000, 5000)
    circulation = fold(BOOK, (*kiosk, dark), (), KNOWN)
    assert [loan.closing for loan in circulation.loans] == [Closing.RETURNED, None]
    assert circulation.tasks == ()


def test_of_two_returns_the_one_better_known_comes_first() -> None:
    kiosk = story(lent(SITI), returned(), lent(BUDI))
    (returning,) = story(returned(), device=DROP_BOX)
    circulation = fold(BOOK, (*kiosk, between(returning, 0, 5000)), (), KNOWN)
    assert [loan.closed_by for loan in circulation.loans] == [kiosk[1].act, returning.act]


def test_two_parts_of_a_set_in_the_bin_are_one_return_and_no_later_loan_is_over() -> None:
    kiosk = story(lent(SITI), lent(BUDI))
    parts = story(returned(), returned(), device=DROP_BOX)
    dark = [between(part, -5000 + at, 5000 + at) for at, part in enumerate(parts)]
    circulation = fold(BOOK, (*kiosk, *dark), (), KNOWN)
    assert circulation.open_loan is not None
    assert circulation.open_loan.patron == BUDI


def test_what_surely_lies_between_two_returns_stays_there() -> None:
    (lending,) = story(lent())
    first, second = story(returned(), returned(), device=DROP_BOX)
    events = (between(first, 0, 1), between(lending, 5, 6), between(second, 20, 21))
    assert in_order(reversed(events)) == events


def test_of_two_loans_nobody_can_order_the_likelier_order_holds() -> None:
    (dark,), (lending,) = story(unconfirmed(SITI)), story(lent(BUDI), device=DROP_BOX)
    circulation = fold(BOOK, (between(dark, -90, 5), between(lending, 0, 1)), (), KNOWN)
    assert [loan.patron for loan in circulation.loans] == [SITI, BUDI]
    assert kinds(circulation) == [TaskKind.LENT_WHILE_ON_LOAN]


def test_a_loan_counts_late_and_a_return_early() -> None:
    lending, returning = story(lent(), returned())
    events = (between(lending, 0, 60), between(returning, 100, 200))
    (loan,) = fold(BOOK, events, (), KNOWN).loans
    assert (loan.lent_at, loan.returned_at) == (NOON + 60, NOON + 100)


PATRONS = st.sampled_from((SITI, BUDI, STRANGER))
FACTS = st.one_of(
    PATRONS.map(lent),
    PATRONS.map(unconfirmed),
    PATRONS.map(abandoned),
    PATRONS.map(renewed),
    st.booleans().map(lambda secured: returned(secured=secured)),
)


@st.composite
def uncertain(draw: st.DrawFn) -> list[Happened]:
    """Events of three ledgers, known more or less exactly."""
    found = []
    for device in (KIOSK, DROP_BOX, DeviceId("kios-02")):
        for event in story(*draw(st.lists(FACTS, max_size=4)), device=device):
            begin = draw(st.integers(0, 300))
            found.append(between(event, begin, begin + draw(st.integers(0, 200))))
    return found


@given(uncertain(), st.randoms())
def test_no_order_contradicts_what_is_known(events: list[Happened], random: Random) -> None:
    ordered = in_order(events)
    random.shuffle(events)
    assert in_order(events) == ordered
    for number, event in enumerate(ordered):
        assert all(event.span.earliest <= later.span.latest for later in ordered[number:])
        same = [one.seq for one in ordered if one.device == event.device]
        assert same == sorted(same)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Entry], list[Entry]]:
    """What two stations with bad clocks recorded, and the same in another order."""
    entries = []
    for device in (KIOSK, DROP_BOX):
        for seq in range(1, draw(st.integers(0, 6)) + 1):
            moment = Moment(
                draw(st.sampled_from(("boot-1", "boot-2"))),
                draw(st.floats(0, 1e6)),
                NOON + draw(st.integers(-1000, 1000)),
                draw(st.sampled_from(ClockState)),
            )
            entries.append(at(entry(seq, draw(FACTS), device), moment))
    return entries, draw(st.permutations(entries))


def told(entries: list[Entry]) -> list[Happened]:
    return [happened(one, TOMORROW, None) for one in entries]


@given(histories(), st.lists(st.integers(-1000, 1000), max_size=3))
def test_the_order_of_arrival_changes_nothing(
    history: tuple[list[Entry], list[Entry]], grants: list[int]
) -> None:
    recorded, arrived = history
    numbers = count()
    granted = [
        Granted(ActId(f"g{next(numbers)}"), PatronId("p"), NOON + g, DUE, KIOSK) for g in grants
    ]
    one = fold(BOOK, told(recorded), granted, KNOWN)
    other = fold(BOOK, told(arrived), reversed(granted), KNOWN)
    assert one == other


@given(histories())
def test_every_ledger_keeps_its_own_order(history: tuple[list[Entry], list[Entry]]) -> None:
    ordered = in_order(told(history[1]))
    assert len(ordered) == len(history[0])
    for device in (KIOSK, DROP_BOX):
        seqs = [event.seq for event in ordered if event.device == device]
        assert seqs == sorted(seqs)


@given(histories())
def test_at_most_the_newest_loan_is_open(history: tuple[list[Entry], list[Entry]]) -> None:
    loans = fold(BOOK, told(history[0]), (), KNOWN).loans
    assert all(loan.returned_at is not None for loan in loans[:-1])
