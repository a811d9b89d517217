"""Late returns cost days, and money only where a regulation says so; the item is forgotten."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select, update

from broker.requests import Standing
from broker.vocabulary import ActId, Reason, Refusal
from server import accounts, catalogue
from server.circulation.lateness import LateReturn, Penalty, late_days, penalty
from server.circulation.rules import Calendar, Fines, LoanRule, Policy, Rulebook
from server.configuration import FineSettings
from server.ils.builtin import BuiltInLibrary
from server.ils.port import PatronRecord, Payment, PaymentNoted, Refused
from server.journal.database import transaction
from server.journal.tables import loan, loan_rule
from server.journal.tables import penalty as penalties
from server.library import Library
from server.retention import erase_what_is_over
from server.settings import Branch
from tests.server.stories import (
    BUDI,
    KIOSK,
    MEDAN,
    NOON,
    SITE,
    SITI,
    entry,
    heard,
    identify,
    intake,
    lent,
    returned,
    stock,
)

JAKARTA = ZoneInfo("Asia/Jakarta")
DAY = 86_400.0
DUE = date(2026, 11, 20)  # a Friday; NOON is the Tuesday after
FINES = Fines("Perda Kota Binjai 3/2026", date(2026, 1, 1), per_day=500, at_most=1_200)
RULE = LoanRule("umum", "*", 3, 7, grace_days=1, barred_per_day=2, barred_at_most=5)
RULES = Rulebook((RULE,), Calendar(JAKARTA, frozenset({6}), frozenset()), Policy(fines=FINES))
LATE = LateReturn("circulating", DUE, NOON)
FINING = Branch(JAKARTA, policy=Policy(fines=FINES))


def test_only_days_on_which_the_library_was_open_are_late() -> None:
    weekend = Calendar(JAKARTA, frozenset({5, 6}), frozenset({date(2026, 11, 23)}))
    assert late_days(DUE, date(2026, 11, 24), weekend) == 1
    assert late_days(DUE, DUE, weekend) == 0


def test_each_late_day_but_the_first_bars_for_two_up_to_a_limit() -> None:
    assert penalty(LATE, "umum", RULES) == Penalty(date(2026, 11, 28), 1_000)
    later = replace(LATE, returned_at=NOON + 30 * DAY)
    assert penalty(later, "umum", RULES) == Penalty(date(2026, 12, 29), 1_200)


@pytest.mark.parametrize(
    "late",
    [
        replace(LATE, due=date(2026, 11, 24)),
        replace(LATE, due=date(2026, 11, 23)),  # within the days of grace
    ],
)
def test_what_comes_back_in_time_costs_nothing(late: LateReturn) -> None:
    assert penalty(late, "umum", RULES) == Penalty()


def test_nobody_owes_money_without_a_regulation_or_before_it() -> None:
    for fines in (None, replace(FINES, since=date(2026, 11, 25))):
        assert penalty(LATE, "umum", replace(RULES, policy=Policy(fines=fines))).fine == 0


@pytest.mark.parametrize(
    "given",
    [
        {"regulation": " ", "since": "2026-01-01", "per_day": 500, "at_most": 5000},
        {"regulation": "Perda", "since": "2026-01-01", "per_day": 0, "at_most": 5000},
        {"regulation": "Perda", "since": "2026-01-01", "per_day": 500, "at_most": 400},
        {"since": "2026-01-01", "per_day": 500, "at_most": 5000},
    ],
)
def test_fines_without_a_regulation_or_an_amount_are_no_settings(given: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(given, FineSettings)


@given(st.dates(date(2026, 1, 1), date(2027, 1, 1)), st.integers(-5, 400))
def test_nobody_is_barred_or_owes_more_than_the_limit(due: date, days: int) -> None:
    back = (due + timedelta(days=days) - date(1970, 1, 1)).days * DAY
    cost = penalty(LateReturn("film", due, back), "umum", RULES)
    assert 0 <= cost.fine <= FINES.at_most
    if cost.barred_until is not None:
        on = RULES.calendar.today(back)
        assert on < cost.barred_until <= on + timedelta(days=RULE.barred_at_most)


@pytest.fixture
def library(engine: Engine) -> Engine:
    """Siti brought a book back four days late; each day late bars for three, ten at most."""
    with transaction(engine) as connection:
        stock(connection)
        connection.execute(update(loan_rule).values(barred_per_day=3, barred_at_most=10))
        told = (heard(entry(1, replace(lent(), due=DUE))), heard(entry(2, returned())))
        intake().digest(connection, told, NOON + 300)
    return engine


def bar(engine: Engine, days: float) -> object:
    with transaction(engine) as connection:
        return Library(MEDAN, SITE).answer(connection, identify(), KIOSK, NOON + days * DAY)


def builtin(engine: Engine, branch: Branch) -> BuiltInLibrary:
    acts = count()
    return BuiltInLibrary(
        engine, Library(branch, SITE), lambda: NOON + DAY, lambda: ActId(f"own-{next(acts)}")
    )


def owed(library: BuiltInLibrary) -> int:
    record = library.patron(SITI)
    assert isinstance(record, PatronRecord)
    assert record.owed is not None
    return int(record.owed)


def test_who_was_late_may_borrow_again_after_the_last_day(library: Engine) -> None:
    for days in (0, 9, 10):
        assert bar(library, days) == Refusal(Reason.PATRON_SUSPENDED)
    assert bar(library, 11) == Standing(0, 3)


def test_a_suspension_outlasts_the_memory_of_what_was_late(library: Engine) -> None:
    for _ in erase_what_is_over(library, NOON + 8 * DAY, 7, MEDAN):
        pass
    with transaction(library) as connection:
        assert connection.scalars(select(loan.c.member)).all() == [None]
        (kept,) = connection.execute(select(penalties)).all()
    assert (kept.member, kept.barred_until) == ("KTA-1", date(2026, 12, 4))
    assert bar(library, 9) == Refusal(Reason.PATRON_SUSPENDED)
    assert bar(library, 11) == Standing(0, 3)


def test_what_is_over_is_not_kept(library: Engine) -> None:
    for _ in erase_what_is_over(library, NOON + 20 * DAY, 7, MEDAN):
        pass
    with transaction(library) as connection:
        assert connection.execute(select(penalties)).all() == []


def test_money_is_owed_until_it_is_paid_and_whatever_is_forgotten(library: Engine) -> None:
    desk = builtin(library, FINING)
    assert owed(builtin(library, MEDAN)) == 0
    assert owed(desk) == 1_200
    for _ in erase_what_is_over(library, NOON + 20 * DAY, 7, FINING):
        pass
    assert owed(desk) == 1_200
    part = Payment(ActId("p1"), Decimal(700), "IDR")
    for _ in range(2):
        assert isinstance(desk.note_payment(SITI, part), PaymentNoted)
    assert owed(desk) == 500


@pytest.mark.parametrize(
    ("amount", "currency"),
    [(Decimal(1_201), "IDR"), (Decimal("0.5"), "IDR"), (Decimal(500), "USD")],
)
def test_a_payment_that_does_not_fit_is_for_staff(
    library: Engine, amount: Decimal, currency: str
) -> None:
    desk = builtin(library, FINING)
    refused = desk.note_payment(SITI, Payment(ActId("p1"), amount, currency))
    assert refused == Refused(Reason.ASK_STAFF)
    assert owed(desk) == 1_200


def test_a_payments_act_pays_nothing_else(library: Engine) -> None:
    desk = builtin(library, FINING)
    desk.note_payment(SITI, Payment(ActId("p1"), Decimal(700), "IDR"))
    for patron, amount in ((SITI, 500), (BUDI, 700)):
        refused = desk.note_payment(patron, Payment(ActId("p1"), Decimal(amount), "IDR"))
        assert refused == Refused(Reason.ACT_CLOSED)


def test_a_loan_whose_return_nobody_saw_costs_nothing(library: Engine) -> None:
    with transaction(library) as connection:
        story = (heard(entry(3, replace(lent(BUDI), due=DUE))), heard(entry(4, lent(SITI))))
        intake().digest(connection, story, NOON + 600)
        rulebook = catalogue.rulebook(connection, FINING)
        assert accounts.penalties_of(connection, BUDI.reveal(), rulebook) == []
