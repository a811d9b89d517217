"""A day is the branch's day, wherever the computers think they are."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.telemetry import OfflinePolicy
from kiosk.offline import due_date
from server.circulation.rules import Calendar
from server.web.languages import read_texts
from server.web.times import Wall

# No daylight saving: Western, Central and Eastern Indonesian time are UTC+7, +8 and +9.
BRANCHES = {"Asia/Jakarta": 7, "Asia/Pontianak": 7, "Asia/Makassar": 8, "Asia/Jayapura": 9}
HOSTS = ("UTC", "Asia/Jakarta", "Asia/Jayapura", "America/New_York")
INSTANTS = st.integers(
    int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()),
    int(datetime(2060, 1, 1, tzinfo=UTC).timestamp()),
)
TEXTS = read_texts()["id"]


@contextmanager
def on_a_host_in(zone: str) -> Iterator[None]:
    """The process itself believes to be in `zone`."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


def days_of(branch: str, instant: float) -> tuple[date, date, str]:
    """That day by the server's calendar, by a station's off-line rule, and on the page."""
    zone = ZoneInfo(branch)
    calendar = Calendar(zone, frozenset(), frozenset())
    policy = OfflinePolicy(5, 72, 0, branch, (), ())
    shown = Wall(zone, instant + 10 * 86_400, TEXTS).moment(instant)
    return calendar.today(instant), due_date(policy, instant), shown


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("branch", BRANCHES)
@settings(max_examples=300, deadline=None)
@given(instant=INSTANTS)
def test_a_day_is_the_branchs_day(host: str, branch: str, instant: int) -> None:
    local = instant + 3600 * BRANCHES[branch]
    expected = date(1970, 1, 1) + timedelta(days=local // 86_400)
    with on_a_host_in(host):
        server, station, shown = days_of(branch, float(instant))
    assert server == station == expected
    assert f"{expected.day} " in shown
    assert shown.endswith({7: "WIB", 8: "WITA", 9: "WIT"}[BRANCHES[branch]])


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize(
    ("day", "last_second"),
    [
        (date(2026, 11, 24), datetime(2026, 11, 24, 16, 59, 59, tzinfo=UTC)),
        (date(2028, 2, 29), datetime(2028, 2, 29, 16, 59, 59, tzinfo=UTC)),
        (date(2026, 12, 31), datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC)),
        (date(2038, 1, 19), datetime(2038, 1, 19, 16, 59, 59, tzinfo=UTC)),
    ],
)
def test_the_last_second_of_a_day_in_jakarta_is_that_day(
    host: str, day: date, last_second: datetime
) -> None:
    instant = last_second.timestamp()
    with on_a_host_in(host):
        assert days_of("Asia/Jakarta", instant)[:2] == (day, day)
        assert days_of("Asia/Jakarta", instant + 1)[0] == day + timedelta(days=1)
