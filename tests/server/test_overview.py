"""Patrons see what they have and wait for, and let their loans go on: each only once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Connection, Engine, select, update

from broker.facts import Fact, ItemLent
from broker.requests import (
    Account,
    AccountOf,
    Answer,
    Borrowed,
    Describe,
    Description,
    Grant,
    Renew,
    Standing,
    Waiting,
)
from broker.vocabulary import ERASED, ActId, ItemId, PatronId, Reason, Refusal
from server import catalogue, holds
from server.circulation.holds import Hold
from server.circulation.rules import Fines, Policy
from server.holds import Wish
from server.journal.database import transaction
from server.journal.own import OWN_DEVICE
from server.journal.tables import fact, grant, loan, member, task
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
    STRANGER,
    entry,
    heard,
    identify,
    intake,
    lend,
    lent,
    returned,
    stock,
)

LIBRARY = Library(MEDAN, SITE)
DAY = 86_400.0
LATER = date(2026, 12, 2)
TITLE = "Laskar Pelangi"


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A writer's transaction in a library with a few books and members."""
    with transaction(engine) as opened:
        stock(opened)
        yield opened


def hear(connection: Connection, *facts: Fact) -> None:
    before = len(connection.scalars(select(fact.c.act)).all())
    told = [heard(entry(before + nth, one)) for nth, one in enumerate(facts, 1)]
    intake().digest(connection, told, NOON + 3600)


def all_lent(connection: Connection) -> None:
    """Every copy is a stranger's."""
    hear(connection, *(lent(STRANGER, ItemId(f"B0000{nth}")) for nth in range(1, 6)))


def place(connection: Connection, patron: PatronId, act: str, book: ItemId = BOOK) -> None:
    rulebook = catalogue.rulebook(connection, MEDAN)
    wish = Wish(ActId(act), book, NOON + int(act[1:]))
    assert isinstance(holds.place(connection, patron, wish, rulebook), Hold)


def answer(connection: Connection, question: AccountOf | Renew, now: float = NOON) -> Answer:
    return LIBRARY.answer(connection, question, KIOSK, now)


def account(connection: Connection, patron: PatronId = SITI, now: float = NOON) -> Account:
    told = answer(connection, AccountOf(patron), now)
    assert isinstance(told, Account)
    return told


def renew(act: str, book: ItemId = BOOK, patron: PatronId = SITI) -> Renew:
    return Renew(ActId(act), book, patron)


def test_whoever_has_nothing_may_borrow_all_that_is_allowed(connection: Connection) -> None:
    assert account(connection) == Account((), (), remaining=3, owed="", bar=None)


def test_an_account_tells_loans_and_grants_soonest_due_first(connection: Connection) -> None:
    hear(connection, ItemLent(OTHER_BOOK, SITI, date(2026, 11, 30), provisional=False))
    LIBRARY.answer(connection, lend("a1"), KIOSK, NOON)
    expected = (
        Borrowed(OTHER_BOOK, TITLE, date(2026, 11, 30), overdue=False, no_renewal=None),
        Borrowed(BOOK, TITLE, DUE, overdue=False, no_renewal=Reason.NOT_ON_LOAN),
    )
    assert account(connection) == Account(expected, (), remaining=1, owed="", bar=None)


def test_a_loan_is_overdue_from_the_branchs_midnight_and_renewed_no_more(
    connection: Connection,
) -> None:
    hear(connection, lent())
    evening = NOON + 7 * DAY + 10 * 3600  # before midnight WIB on the day it is due
    assert account(connection, now=evening).loans[0].overdue is False
    (late,) = account(connection, now=evening + 3 * 3600).loans
    assert (late.overdue, late.no_renewal) == (True, Reason.NOT_RENEWABLE)


def test_an_account_says_why_a_loan_cannot_be_renewed_as_renewing_does(
    connection: Connection,
) -> None:
    hear(connection, *(lent(STRANGER, ItemId(f"B0000{nth}")) for nth in range(2, 6)), lent())
    place(connection, BUDI, "h1")
    (borrowed,) = account(connection, now=NOON + DAY).loans
    assert borrowed.no_renewal is Reason.ON_HOLD
    assert answer(connection, renew("r1"), NOON + DAY) == Refusal(Reason.ON_HOLD)
    assert answer(connection, renew("r2", OTHER_BOOK)) == Refusal(Reason.ON_LOAN_TO_OTHER)
    assert answer(connection, renew("r3", ItemId("X"))) == Refusal(Reason.UNKNOWN_ITEM)


def test_holds_are_told_with_their_place_and_until_when_they_wait(connection: Connection) -> None:
    all_lent(connection)
    place(connection, BUDI, "h1")
    place(connection, SITI, "h2")
    assert account(connection).holds == (Waiting(TITLE, 2, None),)
    assert account(connection, BUDI).holds == (Waiting(TITLE, 1, None),)
    assert LIBRARY.answer(connection, identify(BUDI), KIOSK, NOON) == Standing(0, 3, ready=0)
    hear(connection, returned())
    assert account(connection).holds == (Waiting(TITLE, 1, None),)
    assert account(connection, BUDI).holds == (Waiting(TITLE, 1, date(2026, 11, 27)),)
    assert LIBRARY.answer(connection, identify(BUDI), KIOSK, NOON) == Standing(0, 3, ready=1)


def test_who_may_not_borrow_sees_the_account_and_why(connection: Connection) -> None:
    for number, why in (("KTA-3", Reason.MEMBERSHIP_EXPIRED), ("KTA-4", Reason.PATRON_BLOCKED)):
        told = account(connection, PatronId(number))
        assert (told.remaining, told.bar) == (0, why)


def test_fines_are_written_as_the_library_writes_them(connection: Connection) -> None:
    fines = Fines("Perda 1/2020", date(2020, 1, 1), per_day=2_500, at_most=50_000)
    fining = Library(replace(MEDAN, policy=Policy(fines=fines)), SITE)
    hear(connection, ItemLent(BOOK, SITI, date(2026, 11, 22), provisional=False), returned())
    told = fining.answer(connection, AccountOf(SITI), KIOSK, NOON + DAY)
    assert isinstance(told, Account)
    assert told.owed == "Rp 5.000"


def test_nobodys_account_is_refused_and_nothing_of_theirs_renewed(connection: Connection) -> None:
    hear(connection, lent())
    assert answer(connection, AccountOf(STRANGER)) == Refusal(Reason.NEEDS_PIN)
    assert answer(connection, AccountOf(ERASED)) == Refusal(Reason.UNKNOWN_CARD)
    unknown = Refusal(Reason.UNKNOWN_CARD)
    assert answer(connection, renew("r1", patron=STRANGER)) == unknown
    assert answer(connection, Renew(ActId("r1"), BOOK, ERASED)) == unknown


def test_a_renewal_is_the_servers_own_fact_once_per_act(connection: Connection) -> None:
    hear(connection, lent())
    first = answer(connection, renew("r1"), NOON + DAY)
    assert first == Grant(ActId("r1"), LATER)
    assert answer(connection, renew("r1"), NOON + 3 * DAY) == first
    own = fact.c.device == str(OWN_DEVICE)
    rows = connection.execute(select(fact.c.act, fact.c.kind, fact.c.payload).where(own)).all()
    assert [(row.act, row.kind) for row in rows] == [("r1", "loan-renewed")]
    assert b"KTA-1" not in rows[0].payload
    (row,) = connection.execute(select(loan.c.due, loan.c.renewals)).all()
    assert (row.due, row.renewals) == (LATER, 1)
    assert answer(connection, renew("r2"), NOON + 2 * DAY) == Refusal(Reason.NOT_RENEWABLE)


def test_an_act_that_was_anothers_or_something_else_renews_nothing(
    connection: Connection,
) -> None:
    hear(connection, lent(), lent(SITI, OTHER_BOOK))
    answer(connection, renew("r1"), NOON + DAY)
    closed = Refusal(Reason.ACT_CLOSED)
    assert answer(connection, renew("r1", patron=BUDI), NOON + DAY) == closed
    assert answer(connection, renew("r1", OTHER_BOOK), NOON + DAY) == closed
    assert answer(connection, renew(f"{KIOSK}/install-1/1"), NOON + DAY) == closed
    LIBRARY.answer(connection, lend("a1", BUDI, ItemId("B00003")), KIOSK, NOON)
    assert answer(connection, renew("a1"), NOON + DAY) == closed
    assert connection.scalar(select(grant.c.standing)) == "open"


def test_a_rebuild_keeps_what_was_renewed(connection: Connection) -> None:
    hear(connection, lent())
    answer(connection, renew("r1"), NOON + DAY)
    before = dump(connection)
    rebuild(connection)
    assert dump(connection) == before
    assert connection.scalar(select(loan.c.due)) == LATER
    assert connection.scalars(select(task.c.kind)).all() == []


def test_a_member_who_is_blocked_meanwhile_renews_nothing(connection: Connection) -> None:
    hear(connection, lent())
    connection.execute(update(member).values(blocked="buku hilang"))
    assert account(connection).loans[0].no_renewal is Reason.PATRON_BLOCKED
    assert answer(connection, renew("r1"), NOON + DAY) == Refusal(Reason.PATRON_BLOCKED)


def test_a_book_that_somebody_waits_for_is_described_so(connection: Connection) -> None:
    all_lent(connection)
    described = Description(BOOK, TITLE, "Andrea Hirata", on_hold=False)
    assert LIBRARY.answer(connection, Describe(BOOK), KIOSK, NOON) == described
    place(connection, BUDI, "h1")
    awaited = replace(described, on_hold=True)
    assert LIBRARY.answer(connection, Describe(BOOK), KIOSK, NOON) == awaited
    hear(connection, returned())
    assert LIBRARY.answer(connection, Describe(BOOK), KIOSK, NOON) == awaited
    other = replace(described, item=OTHER_BOOK)
    assert LIBRARY.answer(connection, Describe(OTHER_BOOK), KIOSK, NOON) == other
