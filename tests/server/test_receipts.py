"""Stations are told how far their facts are safe, and asked again for what is missing."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, select

from broker import wire
from broker.facts import Acknowledgement, Entry, Kept
from broker.places import fingerprint
from broker.telemetry import Birth, Extent, Kind, Mode, State
from broker.topics import Channel, Topic
from broker.vocabulary import ActId
from server.circulation.tasks import TaskKind
from server.heard import Heard
from server.intake import Outgoing
from server.journal.database import transaction
from server.journal.high_water import LedgerName, backed_up, marks
from server.journal.tables import fact, high_water, loan, quarantine, task
from server.projection import dump, rebuild
from server.receipts import GAP_SECONDS
from tests.server.stories import (
    BOOK,
    BUDI,
    INSTALL,
    KIOSK,
    NOON,
    OTHER_BOOK,
    SITE,
    entry,
    heard,
    intake,
    lent,
    returned,
    stock,
)

LEDGER = LedgerName(KIOSK, INSTALL)
BIRTH = Birth(SITE, KIOSK, Kind.KIOSK, "0.1.0", "boot-1", INSTALL, NOON)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with transaction(engine) as opened:
        stock(opened)
        yield opened


def digest(connection: Connection, *batch: Heard, now: float = NOON) -> list[Acknowledgement]:
    return words(intake().digest(connection, batch, now))


def words(out: tuple[Outgoing, ...]) -> list[Acknowledgement]:
    ack = str(Topic(SITE, KIOSK, Channel.ACK))
    payloads = [one.payload for one in out if one.topic == ack]
    return [wire.decode_snapshot(payload, Acknowledgement) for payload in payloads]


def born(
    oldest: int, newest: int, acknowledged: int, install: str = INSTALL, *, retained: bool = False
) -> Heard:
    birth = replace(BIRTH, install=install, ledger=Extent(oldest, newest, acknowledged))
    topic = Topic(SITE, KIOSK, Channel.BIRTH)
    return Heard(str(topic), wire.encode_snapshot(birth), retained)


def returns(*numbers: int) -> list[Heard]:
    return [heard(entry(number, returned())) for number in numbers]


def tasks(connection: Connection, kind: TaskKind, *, settled: bool = False) -> list[Any]:
    settled_at = task.c.settled_at
    state = settled_at.is_not(None) if settled else settled_at.is_(None)
    rows = connection.execute(select(task).where(task.c.kind == kind.value, state))
    return list(rows.all())


def missing_of(row: Any) -> tuple[str, list[int]]:
    return row.evidence["install"], row.evidence["seqs"]


def kept(one: Entry) -> Kept:
    return Kept(one.seq, fingerprint(heard(one).payload))


def shown(*numbers: int) -> tuple[Kept, ...]:
    return tuple(kept(entry(number, returned())) for number in numbers)


# How far it is safe -------------------------------------------------------------------------------


def test_the_second_level_is_what_a_finished_backup_holds(connection: Connection) -> None:
    (before,) = digest(connection, *returns(1, 2, 3))
    assert (before.through, before.backed_up_through) == (3, 0)
    assert marks(connection) == [(LEDGER, 3)]
    backed_up(connection, [(LEDGER, 2), (LedgerName(KIOSK, "of old"), 9)])
    backed_up(connection, [(LEDGER, 1)])
    (after,) = digest(connection, *returns(4))
    assert (after.through, after.backed_up_through) == (4, 2)


def test_a_station_that_holds_what_is_kept_is_asked_for_nothing(connection: Connection) -> None:
    digest(connection, *returns(1, 2, 3))
    newest = shown(3, 2, 1)
    for extent in (born(1, 3, 3), born(1, 3, 1), born(2, 5, 3), born(4, 3, 3)):
        (word,) = digest(connection, extent)
        assert (word.through, word.resend, word.kept) == (3, False, newest)


# A server that was restored -----------------------------------------------------------------------


def test_what_the_server_once_said_it_had_is_asked_for_again(connection: Connection) -> None:
    digest(connection, *returns(1, 2))
    (word,) = digest(connection, born(1, 7, 5))
    assert (word.through, word.resend, word.kept) == (2, True, shown(2, 1))
    (word,) = digest(connection, *returns(3, 4, 5), born(1, 7, 5))
    assert (word.through, word.resend) == (5, False)


def test_it_is_asked_for_every_minute_until_it_comes(connection: Connection) -> None:
    digest(connection, *returns(1, 2))
    digest(connection, born(1, 7, 5))
    asked = [words(intake().remind(connection, NOON + after)) for after in (59, 61, 119, 122)]
    assert [[word.resend for word in said] for said in asked] == [[], [True], [], [True]]
    digest(connection, *returns(3, 4, 5), now=NOON + 130)
    assert words(intake().remind(connection, NOON + 300)) == []


def test_what_an_earlier_ledger_was_told_nobody_is_asked_for(connection: Connection) -> None:
    digest(connection, born(1, 7, 5))
    digest(connection, born(1, 0, 0, "install-2"))
    assert words(intake().remind(connection, NOON + 300)) == []


def test_what_the_broker_remembers_of_a_ledger_is_not_compared(connection: Connection) -> None:
    digest(connection, *returns(1, 2, 3))
    for old in (born(1, 7, 5, retained=True), born(1, 1, 0, retained=True)):
        (word,) = digest(connection, old)
        assert (word.resend, word.kept) == (False, shown(3, 2, 1))


def test_what_the_station_dropped_long_ago_is_a_task_and_holds_nothing_up(
    connection: Connection,
) -> None:
    digest(connection, *returns(1, 2))
    (word,) = digest(connection, *returns(6), born(6, 6, 5))
    assert (word.through, word.resend) == (6, False)
    (row,) = tasks(connection, TaskKind.GAP)
    assert (row.device, missing_of(row)) == ("kios-01", (INSTALL, [3, 4, 5]))
    digest(connection, born(6, 6, 6), now=NOON + 3600)
    assert len(tasks(connection, TaskKind.GAP)) == 1


# Gaps ---------------------------------------------------------------------------------------------


def test_a_gap_of_a_minute_is_a_task_that_names_what_is_missing_and_asks_once(
    connection: Connection,
) -> None:
    digest(connection, *returns(1, 4, 5, 8))
    assert words(intake().remind(connection, NOON + GAP_SECONDS)) == []
    assert tasks(connection, TaskKind.GAP) == []
    (word,) = words(intake().remind(connection, NOON + GAP_SECONDS + 1))
    assert (word.install, word.through, word.resend) == (INSTALL, 1, True)
    (row,) = tasks(connection, TaskKind.GAP)
    assert (row.device, row.opened_at) == ("kios-01", NOON + GAP_SECONDS + 1)
    assert missing_of(row) == (INSTALL, [2, 3, 6, 7])
    assert words(intake().remind(connection, NOON + 9999)) == []


def test_a_gap_does_not_hold_up_what_came_later(connection: Connection) -> None:
    digest(connection, heard(entry(1, lent())), heard(entry(3, lent(BUDI, OTHER_BOOK))))
    assert len(connection.execute(select(loan)).all()) == 2


def test_a_gap_that_fills_closes_its_task_and_the_next_one_gets_its_own(
    connection: Connection,
) -> None:
    digest(connection, *returns(1, 4, 5, 8))
    intake().remind(connection, NOON + 100)
    (word,) = digest(connection, *returns(2, 3), now=NOON + 110)
    assert word.through == 5
    assert tasks(connection, TaskKind.GAP) == []
    intake().remind(connection, NOON + 169)
    assert tasks(connection, TaskKind.GAP) == []
    assert len(words(intake().remind(connection, NOON + 171))) == 1
    (row,) = tasks(connection, TaskKind.GAP)
    assert missing_of(row) == (INSTALL, [6, 7])
    digest(connection, *returns(6, 7), now=NOON + 180)
    assert tasks(connection, TaskKind.GAP) == []
    assert len(tasks(connection, TaskKind.GAP, settled=True)) == 2
    assert words(intake().remind(connection, NOON + 9999)) == []


def test_a_gap_that_closes_in_time_is_nobodys_task(connection: Connection) -> None:
    digest(connection, *returns(1, 3))
    digest(connection, *returns(2), now=NOON + 30)
    assert words(intake().remind(connection, NOON + 9999)) == []


# Facts in conflict --------------------------------------------------------------------------------


def test_another_fact_under_a_number_is_a_task_and_the_station_is_shown_what_is_kept(
    connection: Connection,
) -> None:
    first, other = entry(1, lent()), replace(entry(1, returned(OTHER_BOOK)), act=ActId("of-later"))
    digest(connection, heard(first))
    (word,) = digest(connection, heard(other))
    assert word.kept == (kept(first),)
    (row,) = tasks(connection, TaskKind.QUARANTINE)
    assert (row.act, row.item, row.device) == ("of-later", str(OTHER_BOOK), "kios-01")
    assert missing_of(row) == (INSTALL, [1])
    assert connection.scalars(select(fact.c.act)).all() == [str(first.act)]


def test_the_station_is_shown_it_again_until_it_has_begun_a_new_life(
    connection: Connection,
) -> None:
    """The first answer may have been lost."""
    first, other = entry(1, lent()), replace(entry(1, returned()), act=ActId("of-later"))
    digest(connection, heard(first), heard(other))
    (word,) = digest(connection, born(1, 1, 0))
    assert word.kept == (kept(first),)
    (word,) = digest(connection, born(1, 1, 0, "install-2"))
    assert word.kept == ()


@pytest.mark.parametrize("at_once", [False, True])
def test_what_was_in_conflict_only_by_its_number_is_settled_when_it_comes_anew(
    connection: Connection, *, at_once: bool
) -> None:
    first, other = entry(1, lent()), replace(entry(1, returned()), act=ActId("of-later"))
    anew = heard(replace(other, install="install-2", seq=1))
    digest(connection, heard(first))
    for batch in [(heard(other), anew)] if at_once else [(heard(other),), (anew,)]:
        digest(connection, *batch, now=NOON + 60)
    assert tasks(connection, TaskKind.QUARANTINE) == []
    assert len(tasks(connection, TaskKind.QUARANTINE, settled=True)) == 1
    assert connection.scalars(select(loan.c.returned_at)).all() != [None]


def test_two_stories_of_one_act_stay_a_task_for_staff(connection: Connection) -> None:
    first = entry(1, lent())
    other = replace(entry(2, returned()), act=first.act)
    digest(connection, heard(first))
    (word,) = digest(connection, heard(other))
    assert (word.through, word.kept) == (2, (kept(first),))
    digest(connection, heard(replace(other, install="install-2", seq=1)))
    (row,) = tasks(connection, TaskKind.QUARANTINE)
    assert row.act == str(first.act)
    assert len(connection.execute(select(quarantine)).all()) == 2
    assert connection.scalars(select(loan.c.returned_at)).all() == [None]


def test_an_old_conflict_does_not_hide_what_is_newest(connection: Connection) -> None:
    first, other = entry(1, lent()), replace(entry(1, returned()), act=ActId("of-later"))
    digest(connection, heard(first), heard(other))
    (word,) = digest(connection, *returns(2))
    assert word.kept == (*shown(2), kept(first))


def test_a_ledger_shorter_than_what_is_kept_was_put_back(connection: Connection) -> None:
    digest(connection, *returns(1, 2, 3))
    (word,) = digest(connection, born(1, 2, 1))
    assert word.kept == shown(3, 2, 1)


# A ledger that is another -------------------------------------------------------------------------


def test_a_station_with_another_ledger_is_a_task_that_tells_what_it_had_not_sent(
    connection: Connection,
) -> None:
    state = State("b", NOON, Mode.IN_SERVICE, NOON, "", (), 7, NOON - 60)
    told = Heard(str(Topic(SITE, KIOSK, Channel.STATE)), wire.encode_snapshot(state))
    digest(connection, born(1, 9, 2), told, born(1, 9, 2))
    assert tasks(connection, TaskKind.NEW_LEDGER) == []
    for _ in range(2):
        digest(connection, born(1, 0, 0, "install-2"))
    (row,) = tasks(connection, TaskKind.NEW_LEDGER)
    assert (row.evidence["install"], row.evidence["unsent"]) == (INSTALL, 7)


@pytest.mark.parametrize("extent", [(0, 1, 1), (3, 1, 1), (1, 2, 3), (1, 2**63, 1), (1, -1, -1)])
def test_an_extent_that_cannot_be_is_set_aside(
    connection: Connection, extent: tuple[int, int, int]
) -> None:
    assert digest(connection, born(*extent)) == []
    assert len(connection.execute(select(quarantine)).all()) == 1


# What no rebuild touches --------------------------------------------------------------------------


def test_a_rebuild_leaves_the_tasks_that_follow_from_no_fact(connection: Connection) -> None:
    digest(connection, *returns(1, 3), born(1, 3, 0))
    digest(connection, heard(replace(entry(1, lent()), act=ActId("other"))))
    digest(connection, born(1, 0, 0, "install-2"))
    intake().remind(connection, NOON + 100)
    before = connection.execute(select(task).order_by(task.c.kind)).all()
    assert {row.kind for row in before} >= {"gap", "quarantine", "new-ledger"}
    said = dump(connection)
    rebuild(connection)
    assert connection.execute(select(task).order_by(task.c.kind)).all() == before
    assert dump(connection) == said
    digest(connection, heard(entry(4, returned(BOOK))))
    assert {row.kind for row in connection.execute(select(task))} >= {"quarantine"}


def test_the_marks_outlive_every_fact(connection: Connection) -> None:
    digest(connection, *returns(1, 2, 3))
    connection.execute(delete(fact))
    assert connection.scalars(select(high_water.c.through)).all() == [3]
    (word,) = digest(connection, born(1, 3, 3))
    assert (word.through, word.resend) == (3, False)
