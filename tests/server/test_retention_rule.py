"""What must go goes on its day, and what must stay has a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.vocabulary import ActId
from server.circulation.retention import DAY, LONGEST_DAYS, Hold, Link, hold
from tests.server.stories import BOOK, NOON

days = st.integers(0, LONGEST_DAYS)
times = st.floats(0, 4e9)


def link(ended_at: float | None, *, needed: bool = False) -> Link:
    return Link(ActId("a1"), BOOK, ended_at, needed)


@pytest.mark.parametrize(
    ("ended_at", "needed", "later", "expected"),
    [
        (NOON, False, 6.99, Hold.RECENT),
        (NOON, False, 7.0, None),
        (NOON, True, 6.99, Hold.RECENT),
        (NOON, True, 400.0, Hold.TASK),
        (None, False, 400.0, Hold.OPEN),
        (None, True, 400.0, Hold.OPEN),
    ],
)
def test_a_link_stays_for_a_reason_or_goes(
    ended_at: float | None, *, needed: bool, later: float, expected: Hold | None
) -> None:
    assert hold(link(ended_at, needed=needed), NOON + later * DAY, 7) is expected


@given(times, times, days)
def test_what_is_open_or_needed_never_goes(ended_at: float, now: float, kept: int) -> None:
    assert hold(link(None), now, kept) is Hold.OPEN
    assert hold(link(ended_at, needed=True), now, kept) is not None


@given(times, times, times, days)
def test_what_has_gone_does_not_come_back(
    ended_at: float, now: float, later: float, kept: int
) -> None:
    if hold(link(ended_at), now, kept) is None:
        assert hold(link(ended_at), now + later, kept) is None
