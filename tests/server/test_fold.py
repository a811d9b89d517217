"""One item's history gives the same circulation in whatever order it became known."""

from dataclasses import replace
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from broker.facts import Entry, Fact, UnknownItemDropped
from broker.vocabulary import ActId, ClockState, DeviceId, Moment, PatronId
from server.circulation.fold import (
    Closing,
    Evidence,
    Granted,
    ItemCirculation,
    Register,
    Standing,
    Task,
    TaskKind,
    fold,
    stray,
)
from server.circulation.timeline import Anchor, Happened, anchors, happened, in_order
from tests.server.stories import (
    BOOK,
    BUDI,
    DROP_BOX,
    KIOSK,
    NOON,
    SITI,
    STRANGER,
    abandoned,
    at,
    entry,
    lent,
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
    expected = Task(TaskKind.UNKNOWN_ITEM_DROPPED, event.act, None, "E00401", NOON + 60)
    assert stray(event, UnknownItemDropped("E00401")) == expected


def grant(act: ActId, granted_at: float = NOON) -> Granted:
    return Granted(act, SITI, granted_at)


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


def test_an_anchor_corrects_the_whole_boot() -> None:
    early = at(entry(1, returned()), Moment("boot-1", 10.0, 0.0, ClockState.UNKNOWN))
    synced = at(entry(2, returned()), Moment("boot-1", 40.0, NOON, ClockState.SYNCHRONISED))
    later = at(entry(3, returned()), Moment("boot-1", 90.0, NOON, ClockState.SYNCHRONISED))
    learnt = anchors((one.device, one.at) for one in (later, early, synced))
    assert learnt == {(KIOSK, "boot-1"): Anchor(40.0, NOON)}
    assert happened(early, TOMORROW, learnt[KIOSK, "boot-1"]).time == NOON - 30


def test_nothing_happens_after_it_was_received() -> None:
    future = at(entry(1, returned()), Moment("b", 1.0, NOON * 2, ClockState.SYNCHRONISED))
    assert happened(future, NOON, None).time == NOON


PATRONS = st.sampled_from((SITI, BUDI, STRANGER))
FACTS = st.one_of(
    PATRONS.map(lent),
    PATRONS.map(unconfirmed),
    PATRONS.map(abandoned),
    st.booleans().map(lambda secured: returned(secured=secured)),
)


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
    learnt = anchors((one.device, one.at) for one in entries)
    return [happened(one, TOMORROW, learnt.get((one.device, one.at.boot))) for one in entries]


@given(histories(), st.lists(st.integers(-1000, 1000), max_size=3))
def test_the_order_of_arrival_changes_nothing(
    history: tuple[list[Entry], list[Entry]], grants: list[int]
) -> None:
    recorded, arrived = history
    numbers = count()
    granted = [Granted(ActId(f"g{next(numbers)}"), PatronId("p"), NOON + g) for g in grants]
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
