"""The library's rules in the storm: where it is, what may be lent, and what stations may decide."""

from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from server.settings import Branch, OfflineLimits

BRANCH: Final = Branch(ZoneInfo("Asia/Jakarta"), frozenset({6}))
LOAN_DAYS: Final = 7
LIMITS: Final = OfflineLimits(loans_per_card=3, contact_within_hours=72, loan_days=LOAN_DAYS)
LOANS_PER_MEMBER: Final = 4
REFERENCE: Final = "B00001"
_JAKARTA: Final = timedelta(hours=7)  # no daylight saving
_SUNDAY: Final = 6


def local_date(second: float) -> date:
    """The branch's day at this second since 1970 UTC."""
    return (datetime.fromtimestamp(second, UTC) + _JAKARTA).date()


def due_on(second: float) -> date:
    """Of a loan made then: seven days on, and not on a Sunday."""
    day = local_date(second) + timedelta(days=LOAN_DAYS)
    return day + timedelta(days=1) if day.weekday() == _SUNDAY else day
