"""The library's rules in the storm: where it is, what may be lent, and what stations may decide."""

from typing import Final
from zoneinfo import ZoneInfo

from server.settings import Branch, OfflineLimits

BRANCH: Final = Branch(ZoneInfo("Asia/Jakarta"), frozenset({6}))
LOAN_DAYS: Final = 7
LIMITS: Final = OfflineLimits(loans_per_card=3, contact_within_hours=72, loan_days=LOAN_DAYS)
LOANS_PER_MEMBER: Final = 4
REFERENCE: Final = "B00001"
