"""What a station may decide alone: never more than the site's policy, never on a doubtful clock."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.telemetry import OfflinePolicy
from broker.vocabulary import Reason, Refusal
from kiosk.offline import HOUR, Outage, due_date, may_borrow, problem

POLICY = OfflinePolicy(5, 72, 7, "Asia/Jakarta", (), ())
NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC).timestamp()  # a Tuesday, 12.00 in Jakarta
LONG_AGO = NOW - 72 * HOUR


@pytest.mark.parametrize(
    ("outage", "reason"),
    [
        (Outage(NOW, NOW, 0), None),
        (Outage(NOW, NOW - 1, 4), None),
        (Outage(NOW, LONG_AGO, 4), None),
        (Outage(NOW, LONG_AGO - 1, 0), Reason.OFFLINE_TOO_LONG),
        (Outage(NOW, None, 0), Reason.OFFLINE_TOO_LONG),
        (Outage(NOW, NOW + 1, 0), Reason.OFFLINE_TOO_LONG),
        (Outage(NOW, NOW - 1, 5), Reason.OFFLINE_LIMIT),
        (Outage(NOW, NOW - 1, 6), Reason.OFFLINE_LIMIT),
        (Outage(NOW, LONG_AGO - 1, 9), Reason.OFFLINE_TOO_LONG),
    ],
)
def test_the_rule_says(outage: Outage, reason: Reason | None) -> None:
    assert may_borrow(POLICY, outage) == (None if reason is None else Refusal(reason))


def test_without_a_policy_nobody_borrows() -> None:
    assert may_borrow(None, Outage(NOW, NOW, 0)) == Refusal(Reason.OFFLINE_TOO_LONG)


@pytest.mark.parametrize(
    ("zone", "hour", "due"),
    [
        ("Asia/Jakarta", 16, date(2026, 12, 1)),
        ("Asia/Jakarta", 17, date(2026, 12, 2)),  # midnight of Jakarta has passed
        ("Asia/Makassar", 15, date(2026, 12, 1)),
        ("Asia/Makassar", 16, date(2026, 12, 2)),
        ("Asia/Jayapura", 14, date(2026, 12, 1)),
        ("Asia/Jayapura", 15, date(2026, 12, 2)),
        ("UTC", 23, date(2026, 12, 1)),
    ],
)
def test_the_due_date_is_the_branchs_own(zone: str, hour: int, due: date) -> None:
    now = datetime(2026, 11, 24, hour, 30, tzinfo=UTC).timestamp()
    assert due_date(OfflinePolicy(5, 72, 7, zone, (), ()), now) == due


def test_a_due_date_moves_past_closed_days() -> None:
    sunday, holiday = 6, date(2026, 12, 7)
    policy = OfflinePolicy(5, 72, 12, "Asia/Jakarta", (sunday,), (holiday,))
    assert due_date(policy, NOW) == date(2026, 12, 8)


def test_a_branch_that_never_opens_still_has_a_due_date() -> None:
    policy = OfflinePolicy(5, 72, 7, "Asia/Jakarta", tuple(range(7)), ())
    assert due_date(policy, NOW) > date(2027, 1, 1)


@given(
    st.integers(0, 2**31),
    st.integers(0, 90),
    st.sets(st.integers(0, 6), max_size=6),
    st.sampled_from(["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]),
)
def test_any_due_date_is_an_open_day_no_earlier_than_promised(
    now: int, days: int, closed: set[int], zone: str
) -> None:
    policy = OfflinePolicy(5, 72, days, zone, tuple(closed), ())
    due = due_date(policy, now)
    assert due.weekday() not in closed
    assert days <= (due - datetime.fromtimestamp(now, UTC).date()).days <= days + 1 + 6


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "UTC"])
def test_a_policy_that_can_be_followed_has_no_problem(zone: str) -> None:
    assert problem(replace(POLICY, zone=zone)) == ""


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../passwd", "Asia", "", "\x00", "a" * 300])
def test_a_zone_nobody_knows_is_named(zone: str) -> None:
    assert repr(zone) in problem(replace(POLICY, zone=zone))


@given(
    st.builds(
        OfflinePolicy,
        st.integers(),
        st.integers(),
        st.integers(),
        st.sampled_from(["Asia/Jakarta", "", "nowhere"]),
        st.lists(st.integers()).map(tuple),
        st.lists(st.dates()).map(tuple),
    )
)
def test_a_policy_without_a_problem_can_always_be_followed(policy: OfflinePolicy) -> None:
    if not problem(policy):
        may_borrow(policy, Outage(NOW, NOW, 0))
        due_date(policy, NOW)
