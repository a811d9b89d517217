"""What staff decide has its effect once, says who and why, and survives a rebuild."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, select, update

from broker import topics, wire
from broker.facts import Acknowledgement, Entry, Fact
from broker.requests import Grant
from broker.topics import Channel
from broker.vocabulary import ActId, ItemId, PatronId, Refusal
from server.circulation.tasks import CHOICES, Choice, Grounds, Task, TaskKind
from server.desk.settling import NotSettled, found, open_tasks, settle
from server.desk.task import DeskTask, Verdict
from server.journal.database import transaction
from server.journal.journal import Misfit, set_aside
from server.journal.tables import decision, fact, grant, loan, member
from server.journal.tasks import open_task
from server.library import GRANT_PATIENCE_SECONDS, Library
from server.projection import dump, rebuild
from tests.server.stories import (
    BOOK,
    BUDI,
    DROP_BOX,
    DUE,
    INSTALL,
    KIOSK,
    MEDAN,
    NOON,
    OTHER_BOOK,
    SITE,
    SITI,
    STRANGER,
    abandoned,
    dropped,
    entry,
    heard,
    intake,
    lend,
    lent,
    renewed,
    returned,
    stock,
    unconfirmed,
)

LATER = NOON + 7200
TOMORROW = NOON + 86_400
LIBRARY = Library(MEDAN, SITE)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A writer's transaction in a library with a few books and members."""
    with transaction(engine) as opened:
        stock(opened)
        yield opened


def take_in(connection: Connection, *entries: Entry, now: float = LATER) -> None:
    """These entries, and what time alone makes due."""
    intake().digest(connection, [heard(one) for one in entries], now)
    intake().remind(connection, now)


def granted(
    connection: Connection, act: str, patron: PatronId = SITI, now: float = TOMORROW
) -> bool:
    answer = LIBRARY.answer(connection, lend(act, patron), KIOSK, now)
    assert isinstance(answer, Grant | Refusal)
    return isinstance(answer, Grant)


def only_task(connection: Connection) -> DeskTask:
    (one,) = open_tasks(connection)
    return one


def decide(
    connection: Connection, choice: Choice, item: ItemId | None = None, key: str = ""
) -> DeskTask:
    """Somebody decides about the only open task."""
    verdict = Verdict(choice, "Rina", "looked on the shelf", item)
    return settle(connection, intake(), key or only_task(connection).key, verdict, TOMORROW)


def loans(connection: Connection) -> list[tuple[str, bool, float | None, str | None]]:
    columns = (loan.c.act, loan.c.confirmed, loan.c.returned_at, loan.c.closing)
    rows = connection.execute(select(*columns).order_by(loan.c.lent_at))
    return [(act, confirmed, at, closing) for act, confirmed, at, closing in rows]


def survives_a_rebuild(connection: Connection) -> bool:
    before = dump(connection)
    rebuild(connection)
    return dump(connection) == before


# What staff see -----------------------------------------------------------------------------------


def test_a_task_names_the_item_the_device_and_a_masked_patron(connection: Connection) -> None:
    one = entry(1, unconfirmed(PatronId("1275016512090003")))
    take_in(connection, one)
    card, task = open_tasks(connection)
    assert (card.kind, task.kind) == (TaskKind.LOAN_UNCONFIRMED, TaskKind.UNKNOWN_CARD)
    assert (task.item, task.title, task.device) == ("B00001", "Laskar Pelangi", "kios-01")
    assert task.patron == "1•••3"
    (seen,) = task.evidence.facts
    assert (seen.act, seen.kind, seen.seq) == (one.act, "loan-unconfirmed", 1)
    assert (seen.earliest, seen.latest, seen.received_at) == (NOON + 60, NOON + 60, LATER)


def test_a_tag_left_unsecured_names_who_brought_the_book_back(connection: Connection) -> None:
    take_in(connection, entry(1, lent()), entry(2, returned(secured=False)))
    assert only_task(connection).patron == "K•••1"


def test_a_book_lent_twice_shows_both_loans(connection: Connection) -> None:
    first, second = entry(1, lent(SITI)), entry(1, lent(BUDI), DROP_BOX)
    take_in(connection, first, replace(second, at=replace(second.at, wall=NOON + 90)))
    task = only_task(connection)
    assert {fact_seen.act for fact_seen in task.evidence.facts} == {first.act, second.act}


def test_every_kind_of_task_can_be_settled() -> None:
    assert set(CHOICES) == set(TaskKind)
    assert all(set(choices) - {Choice.WAIT} for choices in CHOICES.values())
    assert {choice for choices in CHOICES.values() for choice in choices} == set(Choice)


# What a decision does -----------------------------------------------------------------------------


def test_a_decision_is_kept_with_who_and_why_and_when(connection: Connection) -> None:
    take_in(connection, entry(1, unconfirmed()))
    after = decide(connection, Choice.CONFIRM_LOAN)
    assert (after.settled_by, after.note, after.settled_at) == (
        "Rina",
        "looked on the shelf",
        TOMORROW,
    )
    assert (after.settlement, after.choices) == (Choice.CONFIRM_LOAN, ())
    row = connection.execute(select(decision)).one()
    assert (row.kind, row.act, row.item) == ("loan-unconfirmed", after.act, "B00001")
    assert (row.choice, row.who, row.decided_at) == ("confirm-loan", "Rina", TOMORROW)
    assert open_tasks(connection) == ()


def test_a_confirmed_loan_is_a_loan_like_any_other(connection: Connection) -> None:
    take_in(connection, entry(1, unconfirmed()))
    assert loans(connection)[0][1:] == (False, None, None)
    decide(connection, Choice.CONFIRM_LOAN)
    assert loans(connection)[0][1:] == (True, None, None)
    assert survives_a_rebuild(connection)


def test_a_book_found_on_the_shelf_was_there_all_along(connection: Connection) -> None:
    take_in(connection, entry(1, unconfirmed()))
    decide(connection, Choice.RETURNED)
    assert loans(connection)[0][2:] == (NOON + 60, "returned")
    assert granted(connection, "a1", BUDI)
    assert survives_a_rebuild(connection)


def test_a_book_written_off_is_nobodys_loan(connection: Connection) -> None:
    take_in(connection, entry(1, unconfirmed()))
    decide(connection, Choice.WRITE_OFF)
    assert loans(connection)[0][2:] == (NOON + 60, "written-off")
    assert survives_a_rebuild(connection)


def test_a_book_that_turns_up_later_is_returned_as_ever(connection: Connection) -> None:
    take_in(connection, entry(1, unconfirmed()))
    decide(connection, Choice.CONFIRM_LOAN)
    take_in(connection, entry(2, returned()))
    assert loans(connection)[0][2:] == (NOON + 120, "returned")
    assert survives_a_rebuild(connection)


def test_of_a_book_lent_twice_the_second_loan_can_be_ended(connection: Connection) -> None:
    second = entry(1, lent(BUDI), DROP_BOX)
    late = replace(second, at=replace(second.at, wall=NOON + 90))
    take_in(connection, entry(1, lent(SITI)), late)
    decide(connection, Choice.RETURNED)
    assert [closing for *_, closing in loans(connection)] == ["superseded", "returned"]
    assert survives_a_rebuild(connection)


def test_a_silent_grant_is_shown_after_a_while(connection: Connection) -> None:
    assert granted(connection, "a1", now=NOON)
    take_in(connection, entry(1, returned(OTHER_BOOK)), now=NOON + GRANT_PATIENCE_SECONDS)
    assert open_tasks(connection) == ()
    take_in(connection, entry(2, returned(OTHER_BOOK)), now=NOON + GRANT_PATIENCE_SECONDS + 1)
    task = only_task(connection)
    assert (task.kind, task.device, task.patron) == (
        TaskKind.GRANT_WITHOUT_CLOSING_FACT,
        "kios-01",
        "K•••1",
    )
    (seen,) = task.evidence.grants
    assert (seen.granted_at, seen.due) == (NOON, DUE)
    assert survives_a_rebuild(connection)
    take_in(connection, replace(entry(3, abandoned()), act=ActId("a1")))
    assert open_tasks(connection) == ()


@pytest.fixture
def silent(connection: Connection) -> Connection:
    """A library whose kiosk never said what became of the grant a1."""
    granted(connection, "a1", now=NOON)
    take_in(connection, entry(1, returned(OTHER_BOOK)))
    return connection


def test_a_grant_undone_frees_the_item(silent: Connection) -> None:
    assert not granted(silent, "a2", BUDI)
    decide(silent, Choice.UNDO)
    assert granted(silent, "a2", BUDI)
    assert loans(silent) == []
    assert survives_a_rebuild(silent)


def test_a_grant_kept_is_a_loan(silent: Connection) -> None:
    decide(silent, Choice.KEEP)
    assert loans(silent) == [("a1", True, None, None)]
    assert silent.scalars(select(loan.c.due)).all() == [DUE]
    assert silent.scalars(select(grant.c.standing)).all() == ["closed"]
    assert not granted(silent, "a2", BUDI)
    assert survives_a_rebuild(silent)


@pytest.mark.parametrize("choice", [Choice.UNDO, Choice.KEEP])
def test_a_stations_late_word_beats_what_staff_thought(silent: Connection, choice: Choice) -> None:
    decide(silent, choice)
    take_in(silent, replace(entry(2, lent()), act=ActId("a1")))
    assert loans(silent) == [("a1", True, None, None)]
    assert silent.scalars(select(loan.c.lent_at)).all() == [NOON + 120]
    assert silent.scalars(select(grant.c.standing)).all() == ["closed"]
    assert survives_a_rebuild(silent)


def test_a_thing_identified_was_returned_when_it_fell_into_the_bin(connection: Connection) -> None:
    take_in(connection, entry(1, lent()), entry(5, dropped(), DROP_BOX))
    decide(connection, Choice.IDENTIFIED, BOOK)
    assert loans(connection)[0][2:] == (NOON + 300, "returned")
    assert survives_a_rebuild(connection)


def test_a_card_registered_later_finds_its_member(connection: Connection) -> None:
    take_in(connection, entry(1, lent(STRANGER)))
    mine = member.c.number == "KTA-2"
    connection.execute(update(member).where(mine).values(card=STRANGER.reveal()))
    decide(connection, Choice.CARD_REGISTERED)
    assert connection.scalars(select(loan.c.member)).all() == ["KTA-2"]
    assert survives_a_rebuild(connection)


def gap(connection: Connection) -> None:
    grounds = Grounds(install=INSTALL, seqs=(2, 3))
    act = ActId("gap/kios-01")
    open_task(connection, Task(TaskKind.GAP, act, None, "", LATER, KIOSK, None, grounds))


def acknowledged(connection: Connection) -> int:
    again = heard(entry(1, returned()))
    (ack,) = intake().digest(connection, (again,), TOMORROW)
    assert topics.parse(ack.topic).channel is Channel.ACK
    return wire.decode_snapshot(ack.payload, Acknowledgement).through


def test_entries_given_up_hold_nothing_up_and_count_if_they_come(connection: Connection) -> None:
    take_in(connection, entry(1, returned()), entry(4, returned()))
    gap(connection)
    assert acknowledged(connection) == 1
    decide(connection, Choice.CLOSE_AS_LOST)
    assert acknowledged(connection) == 4
    take_in(connection, entry(2, lent()))
    assert len(loans(connection)) == 1
    assert survives_a_rebuild(connection)


def test_waiting_leaves_the_task_open(connection: Connection) -> None:
    gap(connection)
    assert decide(connection, Choice.WAIT).settled_at is None
    assert only_task(connection).kind is TaskKind.GAP
    assert connection.scalars(select(decision.c.choice)).all() == ["wait"]


def misfit(connection: Connection, payload: bytes) -> None:
    """An older server could not use this first entry of the kiosk."""
    topic = heard(entry(1, lent())).topic
    set_aside(connection, Misfit(topic, payload, "unknown kind", KIOSK, INSTALL, 1), LATER)


def test_a_record_that_can_be_used_by_now_counts(connection: Connection) -> None:
    misfit(connection, heard(entry(1, lent())).payload)
    decide(connection, Choice.RE_DRIVE)
    assert len(loans(connection)) == 1
    assert open_tasks(connection) == ()


def test_a_record_that_still_cannot_be_used_stays_open(engine: Engine) -> None:
    with transaction(engine) as connection:
        misfit(connection, b'{"seq": 1}')
    with (
        pytest.raises(NotSettled, match="still cannot be used"),
        transaction(engine) as connection,
    ):
        decide(connection, Choice.RE_DRIVE)
    with transaction(engine) as connection:
        assert only_task(connection).kind is TaskKind.QUARANTINE
        assert connection.scalars(select(decision.c.id)).all() == []
        decide(connection, Choice.DISCARD)
        assert open_tasks(connection) == ()
        assert connection.scalars(select(fact.c.act)).all() == []


# What is refused ----------------------------------------------------------------------------------


def test_a_choice_of_another_kind_is_refused_naming_the_right_ones(connection: Connection) -> None:
    take_in(connection, entry(1, unconfirmed()))
    with pytest.raises(NotSettled, match="one of: confirm-loan, returned, write-off"):
        decide(connection, Choice.UNDO)


def test_a_task_is_settled_once(connection: Connection) -> None:
    take_in(connection, entry(1, unconfirmed()))
    key = decide(connection, Choice.RETURNED).key
    with pytest.raises(NotSettled, match="settled before, by Rina"):
        decide(connection, Choice.CONFIRM_LOAN, key=key)


@pytest.mark.parametrize(("who", "why"), [("", "seen"), ("Rina", " ")])
def test_nobody_decides_without_name_and_reason(connection: Connection, who: str, why: str) -> None:
    take_in(connection, entry(1, unconfirmed()))
    verdict = Verdict(Choice.RETURNED, who, why)
    with pytest.raises(NotSettled, match="who made it and why"):
        settle(connection, intake(), only_task(connection).key, verdict, TOMORROW)


def test_an_unknown_task_is_named(connection: Connection) -> None:
    with pytest.raises(NotSettled, match="no task gap/x"):
        found(connection, "gap/x")


@pytest.mark.parametrize(("choice", "item"), [(Choice.IDENTIFIED, None), (Choice.NOT_OURS, BOOK)])
def test_only_an_identified_thing_has_a_number(
    connection: Connection, choice: Choice, item: ItemId | None
) -> None:
    take_in(connection, entry(1, dropped()))
    with pytest.raises(NotSettled, match="name the item with identified"):
        decide(connection, choice, item)


# Whatever is decided ------------------------------------------------------------------------------

FACTS: st.SearchStrategy[Fact] = st.sampled_from(
    (
        lent(SITI),
        lent(BUDI),
        unconfirmed(SITI),
        unconfirmed(STRANGER),
        returned(),
        returned(secured=False),
        renewed(SITI),
        abandoned(secured=False),
        dropped(),
    )
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_a_rebuild_comes_to_the_same_whatever_was_decided(
    engine: Engine, data: st.DataObject
) -> None:
    with engine.connect() as connection, connection.begin() as trial:
        stock(connection)
        granted(connection, "g1", now=NOON)
        granted(connection, "g2", BUDI, now=NOON + 200)
        for seq in range(1, data.draw(st.integers(1, 8)) + 1):
            device = data.draw(st.sampled_from((KIOSK, DROP_BOX)))
            take_in(connection, entry(seq, data.draw(FACTS), device))
            for task in open_tasks(connection):
                choice = data.draw(st.sampled_from((None, *task.choices)))
                # One decision may have answered two questions.
                if choice is not None and task in open_tasks(connection):
                    item = BOOK if choice is Choice.IDENTIFIED else None
                    decide(connection, choice, item, task.key)
        assert survives_a_rebuild(connection)
        trial.rollback()
