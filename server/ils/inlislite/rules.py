"""What INLISLite allows, and until when. Pure; the self-loan page's precedence and fall-backs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from broker.vocabulary import MailAddress, Reason

ACTIVE_MEMBER: Final = 3  # status_anggota
AVAILABLE: Final = 1  # collectionstatus: Tersedia
LENT: Final = 5  # collectionstatus: Dipinjam
MAY_BE_LENT: Final = 1  # collectionrules
_DAYS: Final = 7
_ITEMS: Final = 5
_RENEWAL_DAYS: Final = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """What a rule says, of any kind; None is what its row leaves open."""

    items: int | None = None
    days: int | None = None
    renewals: int | None = None
    renewal_days: int | None = None


@dataclass(frozen=True, slots=True)
class DateRule:
    """A rule for loans made between two moments, local, both included."""

    first: datetime
    last: datetime
    limits: Limits


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The active rules of days of the week (1 Monday to 7 Sunday) and of dates, as stored."""

    days: Sequence[tuple[int, Limits]]
    dates: Sequence[DateRule]

    def of_day(self, now: datetime) -> Limits | None:
        """The first of the weekday's, then the first of the dates'."""
        for day, limits in self.days:
            if day == now.isoweekday():
                return limits
        return next((r.limits for r in self.dates if r.first <= now <= r.last), None)


@dataclass(frozen=True, slots=True)
class Member:
    """A member; `categories` and `places` are all they may borrow from, where there are any."""

    id: int
    status: int
    ends: date | None
    branch: int | None
    own: Limits
    categories: frozenset[int]
    places: frozenset[int]
    mail: MailAddress | None = None

    def bar(self, on: date) -> Reason | None:
        """Why they borrow nothing; on its last day a membership is still good."""
        if self.status != ACTIVE_MEMBER:
            return Reason.PATRON_BLOCKED
        ended = self.ends is not None and self.ends < on
        return Reason.MEMBERSHIP_EXPIRED if ended else None


@dataclass(frozen=True, slots=True)
class Copy:
    """An item of a collection; `material` is what its worksheet says."""

    id: int
    title: str
    call_number: str
    place: str
    library: int | None
    rule: int
    category: int | None
    status: int
    material: Limits | None

    @property
    def may_be_lent(self) -> bool:
        return self.rule == MAY_BE_LENT


@dataclass(frozen=True, slots=True)
class OpenLoan:
    """A loan that is not back; `due` with its renewals, `renewed` how often."""

    id: int
    group: str
    copy: int
    member: int
    due: datetime
    renewed: int


def limits_for(
    book: RuleBook, member: Member, material: Limits | None, on_loan: int, now: datetime
) -> Limits:
    """Weekday, dates, material where one more would be too many for it, member type."""
    of_day = book.of_day(now)
    if of_day is not None:
        return of_day
    if material is not None and material.items and on_loan + 1 > material.items:
        return material
    return member.own


def bar_to_loan(
    member: Member,
    copy: Copy,
    here: Sequence[OpenLoan],
    theirs: Sequence[OpenLoan],
    limits: Limits,
    place: int | None,
) -> Reason | None:
    """Why there is no loan to one who may borrow at all; `place` is this library's number."""
    if here:
        own = any(loan.member == member.id for loan in here)
        return Reason.ALREADY_YOURS if own else Reason.ON_LOAN_TO_OTHER
    if not copy.may_be_lent:
        return Reason.NOT_FOR_LOAN
    if copy.status != AVAILABLE:
        return Reason.ASK_STAFF
    if member.places and place is not None and place not in member.places:
        return Reason.NOT_FOR_LOAN
    if member.categories and copy.category not in member.categories:
        return Reason.NOT_FOR_LOAN
    most = _ITEMS if limits.items is None else limits.items
    return None if len(theirs) < most else Reason.LOAN_LIMIT


def due_of_loan(limits: Limits, now: datetime) -> datetime:
    """So many days from now, to the second; closed days are not skipped."""
    return now + timedelta(days=_DAYS if limits.days is None else limits.days)


def bar_to_renewal(limits: Limits, loan: OpenLoan) -> Reason | None:
    """A library that never said how often has not allowed it."""
    return None if loan.renewed < (limits.renewals or 0) else Reason.NOT_RENEWABLE


def due_of_renewal(limits: Limits, today: date) -> datetime:
    """From today, at midnight."""
    days = _RENEWAL_DAYS if limits.renewal_days is None else limits.renewal_days
    return datetime.combine(today + timedelta(days=days), time())


def late_days(due: datetime, back: datetime) -> int:
    """Whole days of 24 hours; a loan that is due at midnight is due that day."""
    return max((back - due).days, 0)


def next_number(newest: str | None, now: datetime) -> str:
    """Of a group of loans: the day as YYMMDD, then five digits, from 1 each day.

    >>> next_number("26112300041", datetime(2026, 11, 23)), next_number(None, datetime(2026, 1, 2))
    ('26112300042', '26010200001')
    """
    last = int(newest[-5:]) if newest else 0
    return f"{now:%y%m%d}{last + 1:05}"
