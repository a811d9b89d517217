"""What the server is told about its branch, and what it tells the stations of it. Pure.

Law: values only; `__main__` decodes them from the settings file.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from broker.appearance import PLAIN, Appearance
from broker.staff_keys import NO_STAFF, StaffCards
from broker.telemetry import OfflinePolicy, SettingsDesired
from server.circulation.rules import Policy

# As far ahead as a station may have to decide alone; keeps the message small.
CLOSED_DAYS_AHEAD: Final = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Branch:
    """Where and when the library is open, and how its kiosks look.

    `closed_weekdays` are 0 Monday to 6 Sunday.
    """

    zone: ZoneInfo
    closed_weekdays: frozenset[int] = frozenset()
    policy: Policy = field(default_factory=Policy)
    house: Appearance = PLAIN


@dataclass(frozen=True, slots=True)
class OfflineLimits:
    """What stations may lend without the server (reliability: off-line limits)."""

    loans_per_card: int = 5
    contact_within_hours: int = 72
    loan_days: int = 7


@dataclass(frozen=True, slots=True)
class Service:
    """Whether one station serves patrons; `version` grows with every change of its settings."""

    version: int
    in_service: bool = True
    reason: str = ""


def desired_settings(
    service: Service,
    branch: Branch,
    limits: OfflineLimits,
    closed_days: Iterable[date],
    today: date,
    staff: StaffCards = NO_STAFF,
) -> SettingsDesired:
    """What a station shall be, with the closed days of the next half year and its staff's cards."""
    near = sorted(day for day in closed_days if today <= day <= today + CLOSED_DAYS_AHEAD)
    offline = OfflinePolicy(
        limits.loans_per_card,
        limits.contact_within_hours,
        limits.loan_days,
        branch.zone.key,
        tuple(sorted(branch.closed_weekdays)),
        tuple(near),
    )
    asked = branch.policy.pins.asked
    told = (service.version, service.in_service, service.reason)
    return SettingsDesired(*told, offline, asked, staff, branch.house)
