"""Who may borrow what, and until when."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.requests import Grant
from broker.requests import Standing as MayBorrow
from broker.vocabulary import ActId, Reason, Refusal
from server.circulation.rules import (
    Borrower,
    Calendar,
    Copy,
    LoanRule,
    Policy,
    Renewable,
    RenewedFrom,
    Rulebook,
    decide_lend,
    decide_renewal,
    standing,
)
from tests.server.stories import BOOK, BUDI, NOON, SITI, lend

JAKARTA = ZoneInfo("Asia/Jakarta")
ALWAYS_OPEN = Calendar(JAKARTA, frozenset(), frozenset())
RULES = (
    LoanRule("umum", "*", 3, 7),
    LoanRule("umum", "reference", 0, 0),
    LoanRule("umum", "film", 1, 2),
)
BOOK_RULES = Rulebook(RULES, ALWAYS_OPEN)
MEMBER = Borrower(SITI, "umum", date(2026, 11, 24), blocked=False, holdings=())
COPY = Copy(BOOK, "circulating", withdrawn=False, holder=None)


def decide(
    borrower: Borrower | None = MEMBER,
    copy: Copy | None = COPY,
    rulebook: Rulebook = BOOK_RULES,
    now: float = NOON,
    *,
    act_closed: bool = False,
) -> Grant | Refusal:
    return decide_lend(lend("a1"), borrower, copy, rulebook, now, act_closed=act_closed)


def test_a_member_in_good_standing_may_borrow_for_a_week() -> None:
    assert decide() == Grant(ActId("a1"), date(2026, 12, 1))


@pytest.mark.parametrize(
    ("borrower", "copy", "reason"),
    [
        (None, COPY, Reason.UNKNOWN_CARD),
        (replace(MEMBER, expires=date(2026, 11, 23)), COPY, Reason.MEMBERSHIP_EXPIRED),
        (replace(MEMBER, blocked=True), COPY, Reason.PATRON_BLOCKED),
        (replace(MEMBER, holdings=("circulating",) * 3), COPY, Reason.LOAN_LIMIT),
        (replace(MEMBER, kind="tamu"), COPY, Reason.NOT_FOR_LOAN),
        (MEMBER, None, Reason.UNKNOWN_ITEM),
        (MEMBER, replace(COPY, withdrawn=True), Reason.ITEM_WITHDRAWN),
        (MEMBER, replace(COPY, collection="reference"), Reason.NOT_FOR_LOAN),
        (MEMBER, replace(COPY, holder=BUDI), Reason.ON_LOAN_TO_OTHER),
        (MEMBER, replace(COPY, holder=SITI), Reason.ALREADY_YOURS),
    ],
)
def test_the_library_says_why_not(
    borrower: Borrower | None, copy: Copy | None, reason: Reason
) -> None:
    assert decide(borrower, copy) == Refusal(reason)


def test_an_act_that_has_ended_gets_no_late_yes() -> None:
    assert decide(act_closed=True) == Refusal(Reason.ACT_CLOSED)


def test_a_rule_for_the_collection_beats_the_general_one() -> None:
    film = replace(COPY, collection="film")
    full_of_books = replace(MEMBER, holdings=("circulating",) * 3)
    assert decide(full_of_books, film) == Grant(ActId("a1"), date(2026, 11, 26))
    assert decide(replace(MEMBER, holdings=("film",)), film) == Refusal(Reason.LOAN_LIMIT)


def test_the_standing_tells_how_many_more() -> None:
    one_loan = replace(MEMBER, holdings=("circulating",))
    assert standing(one_loan, BOOK_RULES, NOON) == MayBorrow(on_loan=1, remaining=2)
    assert standing(None, BOOK_RULES, NOON) == Refusal(Reason.UNKNOWN_CARD)
    unruled = replace(MEMBER, kind="tamu")
    assert standing(unruled, BOOK_RULES, NOON) == MayBorrow(on_loan=0, remaining=0)
    blocked = replace(MEMBER, blocked=True)
    assert standing(blocked, BOOK_RULES, NOON) == Refusal(Reason.PATRON_BLOCKED)


def due(now: datetime, calendar: Calendar) -> date:
    member = replace(MEMBER, expires=date.max)
    answer = decide(member, rulebook=Rulebook(RULES, calendar), now=now.timestamp())
    assert isinstance(answer, Grant)
    return answer.due


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Asia/Jakarta", date(2026, 11, 30)),
        ("Asia/Makassar", date(2026, 12, 1)),
        ("Asia/Jayapura", date(2026, 12, 1)),
    ],
)
def test_the_due_date_counts_from_the_branchs_own_today(zone: str, expected: date) -> None:
    calendar = Calendar(ZoneInfo(zone), frozenset(), frozenset())
    assert due(datetime(2026, 11, 23, 23, 30, tzinfo=JAKARTA), calendar) == expected


def test_the_due_date_skips_closed_days_across_the_month() -> None:
    weekend = Calendar(JAKARTA, frozenset({5, 6}), frozenset({date(2026, 11, 30)}))
    lent_on_saturday = datetime(2026, 11, 21, 10, 0, tzinfo=JAKARTA)
    assert due(lent_on_saturday, weekend) == date(2026, 12, 1)


def test_the_due_date_skips_into_the_next_year() -> None:
    year_end = frozenset({date(2026, 12, 31), date(2027, 1, 1)})
    calendar = Calendar(JAKARTA, frozenset({6}), year_end)
    assert due(datetime(2026, 12, 24, 10, 0, tzinfo=JAKARTA), calendar) == date(2027, 1, 2)


def test_a_branch_that_is_never_open_still_names_a_day() -> None:
    never = Calendar(JAKARTA, frozenset(range(7)), frozenset())
    assert never.first_open_day(date(2026, 1, 1)) == date(2027, 1, 2)


@given(
    st.integers(0, 4_000_000_000),
    st.sampled_from(("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")),
    st.frozensets(st.integers(0, 6), max_size=6),
)
def test_a_due_date_is_an_open_day_and_never_early(
    now: int, zone: str, closed_weekdays: frozenset[int]
) -> None:
    calendar = Calendar(ZoneInfo(zone), closed_weekdays, frozenset())
    day = due(datetime.fromtimestamp(now, ZoneInfo("UTC")), calendar)
    assert day.weekday() not in closed_weekdays
    assert 7 <= (day - calendar.today(now)).days <= 13


LOAN = Renewable(BOOK, "circulating", "KTA-1", date(2026, 11, 26), renewals=0)


def renew(
    loan: Renewable = LOAN, borrower: Borrower | None = MEMBER, policy: Policy = BOOK_RULES.policy
) -> date | Refusal:
    return decide_renewal(borrower, loan, replace(BOOK_RULES, policy=policy), NOON)


def test_a_renewal_counts_from_today_or_from_the_old_due_date() -> None:
    assert renew() == date(2026, 12, 1)
    assert renew(policy=Policy(RenewedFrom.DUE)) == date(2026, 12, 3)


@pytest.mark.parametrize(
    ("loan", "borrower", "reason"),
    [
        (LOAN, None, Reason.UNKNOWN_CARD),
        (LOAN, replace(MEMBER, blocked=True), Reason.PATRON_BLOCKED),
        (LOAN, replace(MEMBER, expires=date(2026, 11, 23)), Reason.MEMBERSHIP_EXPIRED),
        (replace(LOAN, member="KTA-2"), MEMBER, Reason.ON_LOAN_TO_OTHER),
        (replace(LOAN, member=None), MEMBER, Reason.ON_LOAN_TO_OTHER),
        (replace(LOAN, wanted=True), MEMBER, Reason.ON_HOLD),
        (replace(LOAN, renewals=1), MEMBER, Reason.NOT_RENEWABLE),
        (replace(LOAN, due=date(2026, 11, 23)), MEMBER, Reason.NOT_RENEWABLE),
        (replace(LOAN, due=date(2026, 12, 1)), MEMBER, Reason.NOT_RENEWABLE),
        (LOAN, replace(MEMBER, kind="tamu"), Reason.NOT_RENEWABLE),
    ],
)
def test_the_library_says_why_it_does_not_renew(
    loan: Renewable, borrower: Borrower | None, reason: Reason
) -> None:
    assert renew(loan, borrower) == Refusal(reason)


def test_of_two_general_rules_the_one_for_the_collection_governs() -> None:
    rules = (
        LoanRule("*", "reference", 0, 0),
        LoanRule("umum", "*", 3, 7),
        LoanRule("*", "*", 1, 3),
    )
    book_rules = Rulebook(rules, ALWAYS_OPEN)
    assert book_rules.rule("umum", "reference") == rules[0]
    assert book_rules.rule("umum", "film") == rules[1]
    assert book_rules.rule("tamu", "film") == rules[2]
