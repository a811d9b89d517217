"""Who may borrow what, and until when. Pure.

Law: decides only; the shell keeps what was decided. Dates are those of the branch.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Final
from zoneinfo import ZoneInfo

from broker.requests import Grant, Lend, Standing
from broker.vocabulary import ItemId, Patron, PatronId, Reason, Refusal
from server.circulation.pins import PinPolicy

ANY: Final = "*"
_LONGEST_CLOSURE_DAYS: Final = 366


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a branch is open. `closed_weekdays` are 0 Monday to 6 Sunday."""

    zone: ZoneInfo
    closed_weekdays: frozenset[int]
    closed_days: frozenset[date]

    def today(self, now: float) -> date:
        """The branch's date at `now`, seconds since 1970 UTC."""
        return datetime.fromtimestamp(now, self.zone).date()

    def is_open(self, day: date) -> bool:
        return day.weekday() not in self.closed_weekdays and day not in self.closed_days

    def first_open_day(self, day: date) -> date:
        """`day`, or the next day on which somebody can hand the item in.

        A branch that says it is closed for a whole year still has to name a day: that one.
        """
        for later in range(_LONGEST_CLOSURE_DAYS):
            candidate = day + timedelta(days=later)
            if self.is_open(candidate):
                return candidate
        return day + timedelta(days=_LONGEST_CLOSURE_DAYS)


@dataclass(frozen=True, slots=True)
class LoanRule:
    """So many items, for so many days, to be renewed so often. A limit of 0: read on the spot.

    `member_kind` and `collection` may be "*": any. Each day late but the first `grace_days` bars
    from borrowing for `barred_per_day` days, `barred_at_most` in all.
    """

    member_kind: str
    collection: str
    limit: int
    days: int
    renewals: int = 1
    grace_days: int = 0
    barred_per_day: int = 0
    barred_at_most: int = 0


class RenewedFrom(Enum):
    """The day from which a renewed loan's days are counted."""

    TODAY = "today"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class Fines:
    """Whole rupiah for each day late, `at_most` so many for one loan, by a named regulation.

    What came back before `since` costs nothing.
    """

    regulation: str
    since: date
    per_day: int
    at_most: int


@dataclass(frozen=True, slots=True)
class Policy:
    """What a library settles once for all its rules.

    A member may wait for `most_holds` titles; a copy set aside waits `pick_up_days` for its member,
    and then until the library is open.
    """

    renewed_from: RenewedFrom = RenewedFrom.TODAY
    most_holds: int = 2
    pick_up_days: int = 3
    fines: Fines | None = None
    pins: PinPolicy = field(default_factory=PinPolicy)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All of a branch's loan rules, and its calendar."""

    rules: tuple[LoanRule, ...]
    calendar: Calendar
    policy: Policy = Policy()

    @property
    def suspends(self) -> bool:
        """Whether anybody is ever suspended."""
        return any(rule.barred_per_day for rule in self.rules)

    def rule(self, member_kind: str, collection: str) -> LoanRule | None:
        """The rule that governs.

        One for the very collection beats the one for any, then one for the very kind of member:
        what is not for loan stays so for everybody, unless a kind is named with it.
        """
        for wanted in (collection, ANY):
            for kind in (member_kind, ANY):
                for rule in self.rules:
                    if (rule.member_kind, rule.collection) == (kind, wanted):
                        return rule
        return None


@dataclass(frozen=True, slots=True)
class Borrower:
    """A member as lending sees one. `holdings`: the collection of each item now held or granted.

    `suspended_until`: the last day without borrowing, for having brought something back late.
    """

    number: PatronId
    kind: str
    expires: date
    blocked: bool
    holdings: tuple[str, ...]
    suspended_until: date | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """An item as lending sees it. `holder`: the member (or unknown card) who has it, if any.

    `set_aside_for`: the member for whom it waits to be picked up.
    """

    item: ItemId
    collection: str
    withdrawn: bool
    holder: Patron | None
    set_aside_for: Patron | None = None


@dataclass(frozen=True, slots=True)
class Renewable:
    """An open loan as renewing sees it: of which member (None: nobody knows) and until when."""

    item: ItemId
    collection: str
    member: str | None
    due: date
    renewals: int
    wanted: bool = False


def standing(borrower: Borrower | None, rulebook: Rulebook, now: float) -> Standing | Refusal:
    """How the patron stands: loans now, and how many more of the ordinary kind."""
    today = rulebook.calendar.today(now)
    if borrower is None:
        return Refusal(Reason.UNKNOWN_CARD)
    if (reason := bar(borrower, today)) is not None:
        return Refusal(reason)
    return Standing(len(borrower.holdings), remaining(borrower, rulebook))


def decide_lend(
    lend: Lend,
    borrower: Borrower | None,
    copy: Copy | None,
    rulebook: Rulebook,
    now: float,
    *,
    act_closed: bool,
) -> Grant | Refusal:
    """Yes with the due date, or no with the first reason that applies.

    `act_closed`: the act already ended in a fact, so a yes would come too late.
    """
    today = rulebook.calendar.today(now)
    if act_closed:
        return Refusal(Reason.ACT_CLOSED)
    if borrower is None:
        return Refusal(Reason.UNKNOWN_CARD)
    if (reason := bar(borrower, today)) is not None:
        return Refusal(reason)
    if copy is None:
        return Refusal(Reason.UNKNOWN_ITEM)
    rule = rulebook.rule(borrower.kind, copy.collection)
    if (reason := _bar_of_copy(copy, borrower, rule)) is not None:
        return Refusal(reason)
    if rule is None or _remaining(borrower, rule, rulebook) < 1:
        return Refusal(Reason.LOAN_LIMIT)
    return Grant(lend.act, rulebook.calendar.first_open_day(today + timedelta(days=rule.days)))


def decide_renewal(
    borrower: Borrower | None, loan: Renewable, rulebook: Rulebook, now: float
) -> date | Refusal:
    """The new due date, or no with the first reason that applies.

    What is overdue, or would gain no day, is not renewed.
    """
    today = rulebook.calendar.today(now)
    if borrower is None:
        return Refusal(Reason.UNKNOWN_CARD)
    if loan.member != borrower.number.reveal():
        return Refusal(Reason.ON_LOAN_TO_OTHER)
    if (reason := bar(borrower, today)) is not None:
        return Refusal(reason)
    if loan.wanted:
        return Refusal(Reason.ON_HOLD)
    rule = rulebook.rule(borrower.kind, loan.collection)
    if rule is None or loan.renewals >= rule.renewals or loan.due < today:
        return Refusal(Reason.NOT_RENEWABLE)
    begun = loan.due if rulebook.policy.renewed_from is RenewedFrom.DUE else today
    due = rulebook.calendar.first_open_day(begun + timedelta(days=rule.days))
    return due if due > loan.due else Refusal(Reason.NOT_RENEWABLE)


def bar(borrower: Borrower, today: date) -> Reason | None:
    """Why the member may not borrow or renew anything."""
    if borrower.expires < today:
        return Reason.MEMBERSHIP_EXPIRED
    if borrower.blocked:
        return Reason.PATRON_BLOCKED
    if borrower.suspended_until is not None and today <= borrower.suspended_until:
        return Reason.PATRON_SUSPENDED
    return None


def remaining(borrower: Borrower, rulebook: Rulebook) -> int:
    """How many more of the ordinary kind."""
    rule = rulebook.rule(borrower.kind, ANY)
    return 0 if rule is None else _remaining(borrower, rule, rulebook)


def _bar_of_copy(copy: Copy, borrower: Borrower, rule: LoanRule | None) -> Reason | None:
    if copy.withdrawn:
        return Reason.ITEM_WITHDRAWN
    if rule is None or rule.limit == 0:
        return Reason.NOT_FOR_LOAN
    if copy.holder is not None:
        return Reason.ALREADY_YOURS if copy.holder == borrower.number else Reason.ON_LOAN_TO_OTHER
    return Reason.ON_HOLD if copy.set_aside_for not in {None, borrower.number} else None


def _remaining(borrower: Borrower, rule: LoanRule, rulebook: Rulebook) -> int:
    """Each rule counts the items it governs itself."""
    governed = [held for held in borrower.holdings if rulebook.rule(borrower.kind, held) == rule]
    return max(0, rule.limit - len(governed))
