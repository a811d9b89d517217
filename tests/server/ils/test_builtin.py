"""The built-in library behind the port: its acts are facts, and stations see them at once."""

from itertools import count

import pytest
from sqlalchemy import Engine, select

from broker.requests import Grant, Standing
from broker.vocabulary import ActId, ItemId, PatronId, Reason, Refusal
from server import catalogue, holds
from server.circulation.holds import Hold
from server.holds import Wish
from server.ils.builtin import BuiltInLibrary
from server.ils.port import (
    Alert,
    ItemRecord,
    ItemState,
    Lent,
    PatronRecord,
    Refused,
    Renewed,
    Returned,
)
from server.journal.database import transaction
from server.journal.own import OWN_DEVICE
from server.journal.tables import fact, loan
from server.library import Library
from server.projection import dump, rebuild
from tests.server.stories import (
    BOOK,
    BUDI,
    DUE,
    KIOSK,
    MEDAN,
    NOON,
    OTHER_BOOK,
    SITE,
    SITI,
    entry,
    heard,
    identify,
    intake,
    lend,
    lent,
    stock,
)

ACT = ActId("a1")
DAY = 86_400.0


class Clock:
    now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def library(engine: Engine, clock: Clock) -> BuiltInLibrary:
    with transaction(engine) as connection:
        stock(connection)
    numbers = count(1)
    return BuiltInLibrary(
        engine, Library(MEDAN, SITE), clock, lambda: ActId(f"own-{next(numbers)}")
    )


def test_a_loan_is_a_fact_of_the_servers_own(library: BuiltInLibrary, engine: Engine) -> None:
    assert library.lend(SITI, BOOK, ACT, NOON, DUE) == Lent(BOOK, DUE, ())
    with transaction(engine) as connection:
        ((device, seq, kind),) = connection.execute(select(fact.c.device, fact.c.seq, fact.c.kind))
        answer = Library(MEDAN, SITE).answer(connection, lend("a2", BUDI), KIOSK, NOON)
    assert (device, seq, kind) == (str(OWN_DEVICE), 1, "item-lent")
    assert answer == Refusal(Reason.ON_LOAN_TO_OTHER)


def test_lending_again_by_the_same_act_is_lending_once(
    library: BuiltInLibrary, engine: Engine
) -> None:
    first = library.lend(SITI, BOOK, ACT, NOON, DUE)
    assert library.lend(SITI, BOOK, ACT, NOON, DUE) == first
    assert library.lend(BUDI, OTHER_BOOK, ACT, NOON, DUE) == Refused(Reason.ACT_CLOSED)
    with transaction(engine) as connection:
        assert connection.scalars(select(fact.c.seq)).all() == [1]


def test_a_return_counts_from_the_drop(library: BuiltInLibrary, clock: Clock) -> None:
    library.lend(SITI, BOOK, ACT, NOON, DUE)
    clock.now = NOON + 3 * DAY
    assert isinstance(library.take_back(BOOK, NOON + DAY), Returned)
    with transaction(library.engine) as connection:
        assert connection.scalar(select(loan.c.returned_at)) == NOON + DAY


def test_a_return_told_before_its_off_line_loan_ends_that_loan(
    library: BuiltInLibrary, clock: Clock
) -> None:
    clock.now = NOON + 3600
    assert library.take_back(BOOK, NOON + 3600) == Refused(Reason.NOT_ON_LOAN)
    with transaction(library.engine) as connection:
        intake().digest(connection, [heard(entry(1, lent(provisional=True)))], NOON + 7200)
        assert connection.scalar(select(loan.c.closing)) == "returned"


def test_what_a_station_was_granted_is_not_lent_to_another(library: BuiltInLibrary) -> None:
    with transaction(library.engine) as connection:
        granted = Library(MEDAN, SITE).answer(connection, lend("k1", BUDI), KIOSK, NOON)
    assert isinstance(granted, Grant)
    assert library.lend(SITI, BOOK, ACT, NOON, DUE) == Refused(Reason.ON_LOAN_TO_OTHER)


def test_a_renewed_loan_is_due_later_everywhere(library: BuiltInLibrary, clock: Clock) -> None:
    library.lend(SITI, BOOK, ACT, NOON, DUE)
    clock.now = NOON + 2 * DAY
    renewed = library.renew(SITI, BOOK)
    assert isinstance(renewed, Renewed)
    with transaction(library.engine) as connection:
        assert connection.scalar(select(loan.c.due)) == renewed.due
        answer = Library(MEDAN, SITE).answer(connection, identify(), KIOSK, clock.now)
    assert answer == Standing(on_loan=1, remaining=2)


def test_the_journal_alone_brings_every_loan_back(library: BuiltInLibrary, clock: Clock) -> None:
    library.lend(SITI, BOOK, ACT, NOON, DUE)
    clock.now = NOON + DAY
    library.renew(SITI, BOOK)
    library.take_back(BOOK, NOON + DAY)
    library.lend(PatronId("0411223344AA80"), OTHER_BOOK, ActId("a2"), NOON + DAY, DUE)
    with transaction(library.engine) as connection:
        before = dump(connection)
        rebuild(connection)
        assert dump(connection) == before
        seqs = connection.scalars(select(fact.c.seq).order_by(fact.c.seq)).all()
        payloads = connection.scalars(select(fact.c.payload)).all()
    assert list(seqs) == [1, 2, 3, 4]
    assert all(b"KTA-1" not in payload for payload in payloads)


def test_a_fact_names_its_patron_to_the_fold_alone(library: BuiltInLibrary) -> None:
    library.lend(SITI, BOOK, ACT, NOON, DUE)
    with transaction(library.engine) as connection:
        rows = connection.execute(select(fact.c.patron, fact.c.payload)).all()
    assert [row.patron for row in rows] == ["KTA-1"]
    assert b"erased:" in rows[0].payload


def wait_for(library: BuiltInLibrary, patron: PatronId, book: ItemId) -> None:
    with transaction(library.engine) as connection:
        rulebook = catalogue.rulebook(connection, MEDAN)
        wish = Wish(ActId(f"hold-{book}"), book, NOON, only_this=True)
        assert isinstance(holds.place(connection, patron, wish, rulebook), Hold)


def test_a_return_says_that_somebody_waits_for_it(library: BuiltInLibrary) -> None:
    library.lend(SITI, BOOK, ACT, NOON, DUE)
    wait_for(library, BUDI, BOOK)
    returned = library.take_back(BOOK, NOON)
    assert isinstance(returned, Returned)
    assert returned.alert is Alert.HOLD_HERE
    record = library.item(BOOK)
    assert isinstance(record, ItemRecord)
    assert (record.state, record.holds) == (ItemState.ON_HOLD_SHELF, 1)
    assert library.lend(SITI, BOOK, ActId("a2"), NOON, DUE) == Refused(Reason.ON_HOLD)
    assert isinstance(library.lend(BUDI, BOOK, ActId("a3"), NOON, DUE), Lent)


def test_what_somebody_waits_for_is_not_renewed(library: BuiltInLibrary, clock: Clock) -> None:
    library.lend(SITI, BOOK, ACT, NOON, DUE)
    wait_for(library, BUDI, BOOK)
    clock.now = NOON + DAY
    assert library.renew(SITI, BOOK) == Refused(Reason.ON_HOLD)
    record = library.patron(BUDI)
    assert isinstance(record, PatronRecord)
    assert (record.holds, record.on_loan) == (1, 0)


def test_staff_are_told_why_a_member_is_blocked(library: BuiltInLibrary) -> None:
    record = library.patron(PatronId("KTA-4"))
    assert isinstance(record, PatronRecord)
    assert (record.bar, record.said) == (Reason.PATRON_BLOCKED, ("book not replaced",))
    assert "book not replaced" not in repr(record)
