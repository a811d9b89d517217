"""What a station may decide without the server. Pure.

Returns are always taken. Loans only within the site's cached policy (at most n per card in one
outage, last contact at most so many hours ago), due by that policy and marked provisional.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from broker.requests import Grant, Identify, Lend, Standing
from broker.telemetry import OfflinePolicy
from broker.vocabulary import Reason, Refusal

HOUR: Final = 3600.0
_LONGEST_CLOSURE: Final = 366
_LARGEST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Outage:
    """What the rule needs to know. Times are wall seconds; `last_contact` None means never.

    `loans` counts this card's loans since the last contact.
    """

    now: float
    last_contact: float | None
    loans: int


def problem(policy: OfflinePolicy) -> str:
    """Why a policy cannot be followed; empty when it can."""
    numbers = (policy.loans_per_card, policy.contact_within_hours, policy.loan_days)
    if not all(0 <= number <= _LARGEST for number in numbers):
        return f"off-line rule: each number must be 0 to {_LARGEST}"
    try:
        ZoneInfo(policy.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"off-line rule: no time zone {policy.zone!r}"
    return ""


def decide(
    question: Identify | Lend, policy: OfflinePolicy, outage: Outage
) -> Standing | Grant | Refusal:
    """The rule's answer in the library's place."""
    refusal = may_borrow(policy, outage)
    if refusal is not None:
        return refusal
    match question:
        case Lend(act):
            return Grant(act, due_date(policy, outage.now))
        case Identify():
            return Standing(outage.loans, policy.loans_per_card - outage.loans)


def may_borrow(policy: OfflinePolicy | None, outage: Outage) -> Refusal | None:
    """Why this card may not borrow now, or None when it may.

    A clock that went back behind the last contact cannot tell a due date: no loans.
    """
    if policy is None or outage.last_contact is None:
        return Refusal(Reason.OFFLINE_TOO_LONG)
    silence = outage.now - outage.last_contact
    if not 0 <= silence <= policy.contact_within_hours * HOUR:
        return Refusal(Reason.OFFLINE_TOO_LONG)
    if outage.loans >= policy.loans_per_card:
        return Refusal(Reason.OFFLINE_LIMIT)
    return None


def due_date(policy: OfflinePolicy, now: float) -> date:
    """The branch-local due date, moved on past days on which the branch is closed."""
    due = datetime.fromtimestamp(now, ZoneInfo(policy.zone)).date()
    due += timedelta(days=policy.loan_days)
    for _ in range(_LONGEST_CLOSURE):
        if due.weekday() not in policy.closed_weekdays and due not in policy.closed_days:
            break
        due += timedelta(days=1)
    return due
