"""What a late return costs: days without borrowing, and money where a regulation says so. Pure.

Law: in doubt the patron wins. Late are only the days on which the library was open; a loan whose
return nobody saw costs nothing; without a named regulation nobody ever owes anything.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from server.circulation.rules import Calendar, LoanRule, Rulebook

_LONGEST_DAYS: Final = 366


@dataclass(frozen=True, slots=True)
class LateReturn:
    """A loan of an item of `collection` that was due, and came back (seconds since 1970 UTC)."""

    collection: str
    due: date
    returned_at: float


@dataclass(frozen=True, slots=True)
class Penalty:
    """The last day without borrowing, and whole rupiah."""

    barred_until: date | None = None
    fine: int = 0


def late_days(due: date, returned: date, calendar: Calendar) -> int:
    """The open days after `due` until the return, which is one of them; at most 366 are counted."""
    span = min((returned - due).days, _LONGEST_DAYS)
    days = (due + timedelta(days=number) for number in range(1, span + 1))
    return sum(calendar.is_open(day) for day in days)


def penalty(late: LateReturn, member_kind: str, rulebook: Rulebook) -> Penalty:
    """What this return costs a member of that kind; nothing when it was in time."""
    rule = rulebook.rule(member_kind, late.collection)
    returned = rulebook.calendar.today(late.returned_at)
    if rule is None or returned <= late.due:
        return Penalty()
    days = max(0, late_days(late.due, returned, rulebook.calendar) - rule.grace_days)
    return Penalty(_barred_until(days, returned, rule), _fine(days, returned, rulebook))


def barred_until(penalties: Iterable[Penalty]) -> date | None:
    """The last day of all; days without borrowing run beside each other."""
    days = [one.barred_until for one in penalties if one.barred_until is not None]
    return max(days, default=None)


def _barred_until(late: int, returned: date, rule: LoanRule) -> date | None:
    barred = min(late * rule.barred_per_day, rule.barred_at_most)
    return returned + timedelta(days=barred) if barred > 0 else None


def _fine(late: int, returned: date, rulebook: Rulebook) -> int:
    fines = rulebook.policy.fines
    if fines is None or returned < fines.since:
        return 0
    return min(late * fines.per_day, fines.at_most)
