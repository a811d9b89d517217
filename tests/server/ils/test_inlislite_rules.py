"""What INLISLite's self-loan page allows, and until when."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from broker.vocabulary import Reason
from server.ils.inlislite.rules import (
    Copy,
    DateRule,
    Limits,
    Member,
    OpenLoan,
    RuleBook,
    bar_to_loan,
    bar_to_renewal,
    due_of_loan,
    due_of_renewal,
    late_days,
    limits_for,
    next_number,
)

MONDAY = datetime(2026, 11, 23, 22, 54, 5)  # noqa: DTZ001 - INLISLite's times have no zone
OWN = Limits(items=3, days=14, renewals=1, renewal_days=5)
MEMBER = Member(1, 3, date(2027, 12, 31), 1, OWN, frozenset(), frozenset())
COPY = Copy(6, "Bumi", "", "", library=1, rule=1, category=1, status=1, material=None)
NO_RULES = RuleBook([], [])
WEEKDAY, FEAST, MAPS = Limits(items=9, days=1), Limits(items=8, days=2), Limits(items=1, days=3)
ON_MONDAYS = (1, WEEKDAY)
THIS_MONTH = DateRule(MONDAY - timedelta(9), MONDAY + timedelta(9), FEAST)


def loan(copy: int = 6, member: int = 1, renewed: int = 0) -> OpenLoan:
    return OpenLoan(1, "26112300001", copy, member, MONDAY, renewed)


@pytest.mark.parametrize(
    ("book", "material", "on_loan", "limits"),
    [
        (RuleBook([ON_MONDAYS], [THIS_MONTH]), MAPS, 1, WEEKDAY),
        (RuleBook([(2, WEEKDAY)], [THIS_MONTH]), MAPS, 1, FEAST),
        (NO_RULES, MAPS, 1, MAPS),
        (NO_RULES, MAPS, 0, OWN),
        (NO_RULES, Limits(items=0), 5, OWN),
        (NO_RULES, None, 5, OWN),
    ],
)
def test_weekday_goes_before_dates_before_material_before_member(
    book: RuleBook, material: Limits | None, on_loan: int, limits: Limits
) -> None:
    assert limits_for(book, MEMBER, material, on_loan, MONDAY) == limits


def test_the_first_and_the_last_moment_of_a_date_rule_are_in_it() -> None:
    rule = replace(THIS_MONTH, first=MONDAY, last=MONDAY)
    assert RuleBook([], [rule]).of_day(MONDAY) == FEAST
    assert RuleBook([], [rule]).of_day(MONDAY + timedelta(seconds=1)) is None


def test_where_no_rule_says_it_a_loan_is_of_7_days_and_5_items() -> None:
    five = [loan(copy=n) for n in range(5)]
    assert due_of_loan(Limits(), MONDAY) == MONDAY + timedelta(7)
    assert bar_to_loan(MEMBER, COPY, [], five[:4], Limits(), None) is None
    assert bar_to_loan(MEMBER, COPY, [], five, Limits(), None) is Reason.LOAN_LIMIT


@pytest.mark.parametrize(
    ("member", "copy", "place", "reason"),
    [
        (MEMBER, replace(COPY, rule=2), None, Reason.NOT_FOR_LOAN),
        (MEMBER, replace(COPY, status=3), None, Reason.ASK_STAFF),
        (replace(MEMBER, categories=frozenset((2,))), COPY, None, Reason.NOT_FOR_LOAN),
        (replace(MEMBER, categories=frozenset((1,))), COPY, None, None),
        (replace(MEMBER, places=frozenset((2,))), COPY, 1, Reason.NOT_FOR_LOAN),
        (replace(MEMBER, places=frozenset((2,))), COPY, 2, None),
        (replace(MEMBER, places=frozenset((2,))), COPY, None, None),
    ],
)
def test_what_may_be_lent_to_whom(
    member: Member, copy: Copy, place: int | None, reason: Reason | None
) -> None:
    assert bar_to_loan(member, copy, [], [], OWN, place) is reason


def test_a_membership_is_good_on_its_last_day() -> None:
    ending = replace(MEMBER, ends=MONDAY.date())
    assert ending.bar(MONDAY.date()) is None
    assert ending.bar(MONDAY.date() + timedelta(1)) is Reason.MEMBERSHIP_EXPIRED


def test_a_renewal_is_from_today_and_as_often_as_the_library_says() -> None:
    assert due_of_renewal(OWN, MONDAY.date()).date() == date(2026, 11, 28)
    assert due_of_renewal(Limits(), MONDAY.date()).date() == date(2026, 11, 26)
    assert bar_to_renewal(OWN, loan()) is None
    assert bar_to_renewal(OWN, loan(renewed=1)) is Reason.NOT_RENEWABLE
    assert bar_to_renewal(Limits(), loan()) is Reason.NOT_RENEWABLE


def test_late_days_are_whole() -> None:
    due = MONDAY.replace(hour=0, minute=0, second=0)
    assert late_days(due, MONDAY) == 0
    assert late_days(due, MONDAY + timedelta(1)) == 1
    assert late_days(due, due - timedelta(5)) == 0


def test_numbers_of_loans_begin_anew_each_day() -> None:
    assert next_number("26112300099", MONDAY) == "26112300100"
    assert next_number(None, MONDAY + timedelta(1)) == "26112400001"
