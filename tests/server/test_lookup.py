"""Loans asked for at once are answered as if each had been asked for alone."""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, select

from broker.requests import Answer, Grant, Lend, Question, Renew
from broker.vocabulary import ActId, ItemId, PatronId, Reason, Refusal
from server.journal.database import transaction
from server.journal.journal import record
from server.journal.tables import grant
from server.library import Library
from tests.server.stories import (
    BOOK,
    BUDI,
    KIOSK,
    MEDAN,
    NOON,
    OTHER_BOOK,
    SITE,
    SITI,
    entry,
    lend,
    lent,
    received,
    stock,
)

LIBRARY = Library(MEDAN, SITE)
LATER = NOON + 7200
SITIS_CARD = PatronId("0411223344aa80")
PATRONS = [SITI, SITIS_CARD, BUDI, PatronId("KTA-3"), PatronId("KTA-4"), PatronId("KTA-9")]
ITEMS = [ItemId(f"B0000{number}") for number in range(1, 10)]
ACTS = [ActId(f"act-{number}") for number in range(4)]
LENDS = st.builds(Lend, st.sampled_from(ACTS), st.sampled_from(ITEMS), st.sampled_from(PATRONS))
RENEWALS = st.builds(Renew, st.sampled_from(ACTS), st.just(BOOK), st.just(BUDI))


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A library in which one member has a book."""
    with transaction(engine) as opened:
        stock(opened)
        told = received(entry(1, lent(BUDI)))
        LIBRARY.apply(opened, record(opened, [told], NOON).new, NOON)
        yield opened


def together(connection: Connection, questions: Sequence[Question]) -> list[Answer]:
    lookup = LIBRARY.lookup(connection, questions)
    return [LIBRARY.answer(connection, one, KIOSK, LATER, lookup) for one in questions]


def alone(connection: Connection, questions: Sequence[Question]) -> list[Answer]:
    return [LIBRARY.answer(connection, one, KIOSK, LATER) for one in questions]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LENDS | RENEWALS, min_size=1, max_size=12))
def test_whatever_is_asked_together_is_answered_as_if_it_were_not(
    connection: Connection, questions: Sequence[Question]
) -> None:
    found = []
    for answers in (together, alone):
        tried = connection.begin_nested()
        said = answers(connection, questions)
        found.append((said, connection.execute(select(grant).order_by(grant.c.act)).all()))
        tried.rollback()
    assert found[0] == found[1]


def test_one_copy_asked_for_by_two_at_once_is_lent_to_the_first(connection: Connection) -> None:
    first, second = together(
        connection, [lend("act-1", SITI, OTHER_BOOK), lend("act-2", BUDI, OTHER_BOOK)]
    )
    assert isinstance(first, Grant)
    assert second == Refusal(Reason.ON_LOAN_TO_OTHER)


def test_a_card_and_its_number_share_one_limit(connection: Connection) -> None:
    by_turns = [SITI, SITIS_CARD] * 2
    questions = [lend(f"act-{at}", one, ITEMS[at]) for at, one in enumerate(by_turns, 1)]
    *granted, last = together(connection, questions)
    assert all(isinstance(one, Grant) for one in granted)
    assert last == Refusal(Reason.LOAN_LIMIT)
