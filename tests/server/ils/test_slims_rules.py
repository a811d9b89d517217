"""What SLiMS allows and charges, as circulation_base_lib.inc.php has it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.vocabulary import Reason, Secret
from server.ils.slims.password import is_password
from server.ils.slims.rules import (
    Calendar,
    Copy,
    Fine,
    Member,
    OpenLoan,
    Rule,
    bar_to_loan,
    bar_to_renewal,
    due_date,
    fine,
    rule_for,
)

MONDAY = date(2026, 11, 23)
BOOK, MAP = 1, 2
TEXT, DISC = 10, 20
OWN = Rule(0, 0, 0, limit=2, period=7, renewals=1, fine=500, grace=0)
COPY = Copy("B00001", "Bumi", "", "", BOOK, TEXT, "0", no_loan=False, reserved_by=None, holds=0)
OPEN_DAILY = Calendar(frozenset(), frozenset())
SUNDAYS_OFF = Calendar(frozenset(("sun",)), frozenset())


def rule(number: int, collection: int, gmd: int, **more: int) -> Rule:
    return replace(OWN, number=number, collection=collection, gmd=gmd, **more)


def member(*rules: Rule, own: Rule = OWN) -> Member:
    return Member("M1", date(2027, 12, 31), pending=False, own=own, rules=rules)


def loan(of_rule: int = 0, renewed: int = 0, last_return: date | None = None) -> OpenLoan:
    return OpenLoan(1, "B00001", "M1", MONDAY, renewed, of_rule, last_return)


def test_a_rule_for_both_collection_and_gmd_goes_first() -> None:
    rules = (rule(1, BOOK, 0), rule(2, 0, TEXT), rule(3, BOOK, TEXT))
    assert rule_for(member(*rules), COPY).number == 3


def test_a_rule_for_the_collection_goes_before_one_for_the_gmd() -> None:
    assert rule_for(member(rule(2, 0, TEXT), rule(1, BOOK, 0)), COPY).number == 1


def test_a_rule_for_the_gmd_goes_before_the_member_type() -> None:
    assert rule_for(member(rule(2, MAP, TEXT)), COPY).number == 2


def test_a_rule_for_the_collection_holds_for_another_gmd_too() -> None:
    """SLiMS asks for the collection type alone when both together find nothing."""
    assert rule_for(member(rule(1, BOOK, DISC)), COPY).number == 1


def test_without_any_rule_that_fits_the_member_type_decides() -> None:
    assert rule_for(member(rule(1, MAP, DISC)), COPY) == OWN
    assert rule_for(member(rule(1, MAP, DISC)), replace(COPY, collection=0, gmd=0)) == OWN


def test_a_due_date_skips_closed_days() -> None:
    holidays = Calendar(frozenset(("sun",)), frozenset((MONDAY + timedelta(7),)))
    six = rule(1, BOOK, 0, period=6)
    assert due_date(six, MONDAY, member(), holidays) == MONDAY + timedelta(8)


def test_no_loan_lasts_longer_than_the_membership() -> None:
    ending = replace(member(), expires=MONDAY + timedelta(3))
    assert due_date(OWN, MONDAY, ending, SUNDAYS_OFF) == MONDAY + timedelta(3)


@given(
    st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    st.integers(0, 60),
    st.frozensets(st.sampled_from(("mon", "tue", "wed", "thu", "fri", "sat")), max_size=5),
    st.frozensets(st.dates(date(2026, 1, 1), date(2027, 3, 1)), max_size=20),
)
def test_a_due_date_is_an_open_day(
    on: date, period: int, weekdays: frozenset[str], dates: frozenset[date]
) -> None:
    calendar = Calendar(weekdays | {"sun"}, dates)
    due = due_date(rule(1, BOOK, 0, period=period), on, member(), calendar)
    assert not calendar.is_closed(due)
    assert due >= on + timedelta(period)


@pytest.mark.parametrize(
    ("copy", "reason"),
    [
        (COPY, None),
        (replace(COPY, no_loan=True, status="NL"), Reason.NOT_FOR_LOAN),
        (replace(COPY, no_loan=True, status="MIS"), Reason.ITEM_WITHDRAWN),
        (replace(COPY, reserved_by="M2"), Reason.ON_HOLD),
        (replace(COPY, reserved_by="M1"), None),
    ],
)
def test_the_state_of_an_item_decides(copy: Copy, reason: Reason | None) -> None:
    assert bar_to_loan(member(), copy, [], [], MONDAY) is reason


def test_a_membership_is_good_on_its_last_day() -> None:
    ending = replace(member(), expires=MONDAY)
    assert ending.bar(MONDAY) is None
    assert ending.bar(MONDAY + timedelta(1)) is Reason.MEMBERSHIP_EXPIRED


def test_a_member_without_a_date_of_expiry_borrows_nothing() -> None:
    assert replace(member(), expires=None).bar(MONDAY) is Reason.MEMBERSHIP_EXPIRED


def test_a_limit_of_a_rule_counts_the_loans_of_that_rule_alone() -> None:
    theirs = [loan(of_rule=0), loan(of_rule=0), loan(of_rule=1)]
    assert bar_to_loan(member(rule(1, BOOK, 0)), COPY, [], theirs, MONDAY) is None
    assert bar_to_loan(member(), COPY, [], theirs, MONDAY) is Reason.LOAN_LIMIT


def test_a_renewal_is_refused_at_the_limit_of_the_collection() -> None:
    twice = member(rule(1, BOOK, DISC, renewals=2))
    once = loan(renewed=1)
    assert bar_to_renewal(member(), COPY, once, MONDAY, reserved=False) is Reason.NOT_RENEWABLE
    assert bar_to_renewal(twice, COPY, once, MONDAY, reserved=False) is None


def test_a_second_renewal_on_one_day_is_refused() -> None:
    twice = member(rule(1, BOOK, 0, renewals=2))
    today = loan(renewed=1, last_return=MONDAY)
    assert bar_to_renewal(twice, COPY, today, MONDAY, reserved=False) is Reason.NOT_RENEWABLE


def test_what_somebody_waits_for_is_not_renewed() -> None:
    assert bar_to_renewal(member(), COPY, loan(), MONDAY, reserved=True) is Reason.ON_HOLD


def test_a_fine_is_for_every_day_late() -> None:
    assert fine(member(), loan(), MONDAY, OPEN_DAILY) is None
    assert fine(member(), loan(), MONDAY + timedelta(3), OPEN_DAILY) == Fine(3, 1500)


def test_a_fine_is_by_the_rule_of_the_loan() -> None:
    by_rule = member(rule(4, MAP, 0, fine=1000))
    assert fine(by_rule, loan(of_rule=4), MONDAY + timedelta(1), OPEN_DAILY) == Fine(1, 1000)


def test_grace_ends_the_day_before_its_last() -> None:
    """SLiMS compares two equal dates as neither being later, and charges."""
    graced = member(own=replace(OWN, grace=3))
    assert fine(graced, loan(), MONDAY + timedelta(2), OPEN_DAILY) is None
    assert fine(graced, loan(), MONDAY + timedelta(3), OPEN_DAILY) == Fine(3, 1500)


def test_closed_days_are_free_where_the_library_says_so() -> None:
    late = MONDAY + timedelta(7)
    assert fine(member(), loan(), late, SUNDAYS_OFF) == Fine(7, 3500)
    free = replace(SUNDAYS_OFF, free_of_fines=True)
    assert fine(member(), loan(), late, free) == Fine(6, 3000)


@pytest.mark.parametrize(
    "kept",
    [
        # bcrypt with PHP's own prefix, and MD5.
        "$2y$04$g8Dxdu5kxrWJyNUe8ZKoMu1oBK3rE56NvP4iDnoZb3nHYgE8vPVBK",
        "81dc9bdb52d04dc20036dbd8313ed055",
    ],
)
def test_a_password_is_compared_with_its_hash(kept: str) -> None:
    assert is_password(Secret("1234"), kept)
    assert not is_password(Secret("4321"), kept)


@pytest.mark.parametrize("kept", ["", "1234", "$2y$04$short", "*" * 60])
def test_no_password_fits_what_is_no_hash(kept: str) -> None:
    assert not is_password(Secret("1234"), kept)


def test_a_long_password_is_compared_as_far_as_bcrypt_looks() -> None:
    kept = "$2y$04$twCEN9ORwzxVVENsWCEmfO8xv5DUeZtSGmEqv2Q8MSeTDM3H.IPki"
    assert is_password(Secret("é" * 64), kept)
    assert is_password(Secret("é" * 36 + "x"), kept)
    assert not is_password(Secret("é" * 35), kept)
