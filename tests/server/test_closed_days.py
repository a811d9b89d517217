"""Closed days are proposed each year, and staff have the last word."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Connection, Engine, select

from server.catalogue import rulebook
from server.closed_days import (
    ClosedDay,
    Standing,
    close_on,
    confirm,
    days_of,
    decide,
    indonesian_holidays,
    propose,
)
from server.journal.database import transaction
from server.journal.tables import closed_day
from tests.server.stories import MEDAN

INDEPENDENCE = date(2026, 8, 17)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with transaction(engine) as opened:
        yield opened


def closed(connection: Connection) -> frozenset[date]:
    return rulebook(connection, MEDAN).calendar.closed_days


def proposed(connection: Connection) -> None:
    propose(connection, 2026, indonesian_holidays((2026,)))


def test_a_proposal_counts_at_once_and_waits_for_staff(connection: Connection) -> None:
    proposed(connection)
    assert INDEPENDENCE in closed(connection)
    assert {one.standing for one in days_of(connection, 2026)} == {Standing.PROPOSED}
    assert days_of(connection, 2027) == []


def test_staff_confirm_a_year(connection: Connection) -> None:
    proposed(connection)
    propose(connection, 2027, indonesian_holidays((2027,)))
    assert confirm(connection, 2026) == len(days_of(connection, 2026))
    assert {one.standing for one in days_of(connection, 2026)} == {Standing.CONFIRMED}
    assert {one.standing for one in days_of(connection, 2027)} == {Standing.PROPOSED}


def test_a_day_that_staff_struck_stays_open(connection: Connection) -> None:
    decide(connection, ClosedDay(INDEPENDENCE, "upacara pagi saja", Standing.STRUCK))
    proposed(connection)
    confirm(connection, 2026)
    assert INDEPENDENCE not in closed(connection)


def test_a_proposal_that_the_calendar_has_dropped_goes(connection: Connection) -> None:
    guess, kept = date(2026, 3, 19), date(2026, 3, 20)
    propose(connection, 2026, ((guess, "Idulfitri (perkiraan)"), (kept, "Idulfitri (perkiraan)")))
    decide(connection, ClosedDay(kept, "Idulfitri", Standing.CONFIRMED))
    propose(connection, 2026, ((date(2026, 3, 21), "Idulfitri"),))
    assert closed(connection) == {kept, date(2026, 3, 21)}


def test_public_holidays_and_joint_leave_are_closed_days() -> None:
    closed = dict(indonesian_holidays((2026,)))
    assert closed[date(2026, 8, 17)] == "Hari Kemerdekaan Republik Indonesia"
    assert len(closed) >= 24


def test_a_day_that_staff_named_keeps_its_name(connection: Connection) -> None:
    close_on(connection, ((INDEPENDENCE, "Upacara"),))
    close_on(connection, ())
    proposed(connection)
    name = select(closed_day.c.name).where(closed_day.c.day == INDEPENDENCE)
    assert connection.scalar(name) == "Upacara"
