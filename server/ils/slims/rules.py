"""What SLiMS allows, and until when, and what it charges. Pure; odd where SLiMS is.

`circulation_base_lib.inc.php` unless another file is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from broker.vocabulary import MailAddress, Reason

_ONE_DAY = timedelta(days=1)
_DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MISSING = "MIS"  # of the states that SLiMS is installed with


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of mst_loan_rules, or of mst_member_type: that one has `number` 0 and fits anything.

    Periods are days, `fine` whole Rupiah a day; `collection` and `gmd` are type numbers.
    """

    number: int
    collection: int
    gmd: int
    limit: int
    period: int
    renewals: int
    fine: int
    grace: int


@dataclass(frozen=True, slots=True)
class Member:
    """A member; `own` is what their type says, `rules` its loan rules as they are stored."""

    number: str
    expires: date | None
    pending: bool
    own: Rule
    rules: tuple[Rule, ...]
    mail: MailAddress | None = None

    def bar(self, on: date) -> Reason | None:
        """Why they borrow nothing. Without a date of expiry the membership never began."""
        if self.expires is None or self.expires < on:
            return Reason.MEMBERSHIP_EXPIRED
        return Reason.PATRON_BLOCKED if self.pending else None


@dataclass(frozen=True, slots=True)
class Copy:
    """An item with what decides about it; `reserved_by` is the first in its queue."""

    code: str
    title: str
    call_number: str
    location: str
    collection: int
    gmd: int
    status: str
    no_loan: bool
    reserved_by: str | None
    holds: int

    @property
    def is_missing(self) -> bool:
        return self.status == _MISSING


@dataclass(frozen=True, slots=True)
class OpenLoan:
    """A loan that is not back."""

    number: int
    item: str
    member: str
    due: date
    renewed: int
    rule: int
    last_return: date | None


@dataclass(frozen=True, slots=True)
class Calendar:
    """When the library is closed: days of the week as SLiMS names them, and dates."""

    weekdays: frozenset[str]
    dates: frozenset[date]
    free_of_fines: bool = False

    def is_closed(self, day: date) -> bool:
        return day in self.dates or _DAY_NAMES[day.weekday()] in self.weekdays

    def next_open(self, day: date) -> date:
        """Within a year: SLiMS lets nobody close all seven days, a database might."""
        for _ in range(366):
            if not self.is_closed(day):
                break
            day += _ONE_DAY
        return day


def rule_for(member: Member, copy: Copy) -> Rule:
    """By collection type and GMD, then by collection type, then by GMD, then the member type's.

    A number that an item lacks is not asked for, and the first row that fits is taken, though it
    may be for another GMD: so does SLiMS.
    """
    if not copy.collection and not copy.gmd:
        return member.own
    by_type = [r for r in member.rules if copy.collection in (0, r.collection)]
    by_gmd = [r for r in member.rules if copy.gmd in (0, r.gmd)]
    both = [r for r in by_type if r in by_gmd]
    return next(iter((*both, *by_type, *by_gmd)), member.own)


def rule_of_loan(member: Member, number: int) -> Rule:
    """The rule a loan was made by."""
    return next((r for r in member.rules if r.number == number), member.own)


def due_date(rule: Rule, on: date, member: Member, calendar: Calendar) -> date:
    """The next open day after the period, though not past the end of the membership."""
    due = calendar.next_open(on + timedelta(days=max(rule.period, 0)))
    return due if member.expires is None else min(due, member.expires)


def bar_to_loan(
    member: Member, copy: Copy, here: Sequence[OpenLoan], theirs: Sequence[OpenLoan], on: date
) -> Reason | None:
    """Why there is no loan: `here` are the item's open loans, `theirs` the member's."""
    if (reason := member.bar(on)) is not None:
        return reason
    if here:
        own = any(loan.member == member.number for loan in here)
        return Reason.ALREADY_YOURS if own else Reason.ON_LOAN_TO_OTHER
    if copy.no_loan:
        return Reason.ITEM_WITHDRAWN if copy.is_missing else Reason.NOT_FOR_LOAN
    if copy.reserved_by not in (None, member.number):
        return Reason.ON_HOLD
    rule = rule_for(member, copy)
    counted = [loan for loan in theirs if rule.number in (0, loan.rule)]
    return None if len(counted) < rule.limit else Reason.LOAN_LIMIT


def bar_to_renewal(
    member: Member, copy: Copy, loan: OpenLoan, on: date, *, reserved: bool
) -> Reason | None:
    """Why a loan goes on no longer (loan_list.php): the limit is the collection type's.

    `reserved`: by somebody else, wherever they are in the queue. Once a day is enough, for SLiMS
    takes the item back and lends it again.
    """
    if member.expires is None or member.expires < on:
        return Reason.MEMBERSHIP_EXPIRED
    if reserved:
        return Reason.ON_HOLD
    by_type = (r for r in member.rules if r.collection == copy.collection)
    limit = next(by_type, member.own).renewals
    spent = loan.renewed >= limit or loan.last_return == on
    return Reason.NOT_RENEWABLE if spent else None


@dataclass(frozen=True, slots=True)
class Fine:
    """What SLiMS books when an item comes late; of 0 Rupiah, too."""

    days: int
    rupiah: int


def fine(member: Member, loan: OpenLoan, back: date, calendar: Calendar) -> Fine | None:
    """For every day late, from the first; on the last day of grace already: so does SLiMS."""
    days = (back - loan.due).days
    if days < 1:
        return None
    rule = rule_of_loan(member, loan.rule)
    if any(days < grace for grace in (member.own.grace, rule.grace)):
        return None
    if calendar.free_of_fines:
        between = (loan.due + timedelta(days=n) for n in range(days + 1))
        days -= sum(calendar.is_closed(day) for day in between)
    return Fine(days, days * rule.fine) if days > 0 else None
