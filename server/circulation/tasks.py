"""What staff must look at, on what grounds, and what they may decide. Pure.

Law: a decision changes circulation only through the fold, so that a rebuild comes to the same.
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final

from broker.vocabulary import ActId, DeviceId, ItemId, PatronId


class TaskKind(Enum):
    """What staff must look at."""

    LENT_WHILE_ON_LOAN = "lent-while-on-loan"
    LOAN_UNCONFIRMED = "loan-unconfirmed"
    RENEWED_NOT_ON_LOAN = "renewed-not-on-loan"
    TAG_NOT_SECURED = "tag-not-secured"
    GRANT_WITHOUT_CLOSING_FACT = "grant-without-closing-fact"
    UNKNOWN_ITEM_DROPPED = "unknown-item-dropped"
    UNKNOWN_ITEM = "unknown-item"
    UNKNOWN_CARD = "unknown-card"
    CLOCK_AHEAD = "clock-ahead"
    GAP = "gap"
    QUARANTINE = "quarantine"
    NEW_LEDGER = "new-ledger"
    LOAN_NOT_TAKEN = "loan-not-taken-by-system"
    RETURN_NOT_TAKEN = "return-not-taken-by-system"
    OUTCOME_UNKNOWN = "outcome-unknown-in-system"
    TOO_LATE = "too-late-for-system"
    DIFFERS = "differs-from-system"
    SYSTEM_BEHIND = "system-behind"
    STAFF_CALLED = "staff-called"
    MISSING_ON_SHELF = "missing-on-shelf"
    RELEASED_ON_SHELF = "released-on-shelf"
    ON_LOAN_ON_SHELF = "on-loan-on-shelf"
    SHELF_NEEDS_WORK = "shelf-needs-work"


class Choice(Enum):
    """What staff may decide. All but WAIT settle the task."""

    CONFIRM_LOAN = "confirm-loan"
    RETURNED = "returned"
    WRITE_OFF = "write-off"
    NEWEST_STANDS = "newest-stands"
    UNDO = "undo"
    KEEP = "keep"
    SECURED_BY_HAND = "secured-by-hand"
    MISSING = "missing"
    IDENTIFIED = "identified"  # names the item
    NOT_OURS = "not-ours"
    CATALOGUED = "catalogued"
    CARD_REGISTERED = "card-registered"
    CLOCK_SET = "clock-set"
    CHECKED = "checked"
    WAIT = "wait"
    CLOSE_AS_LOST = "close-as-lost"
    RE_DRIVE = "re-drive"
    DISCARD = "discard"
    CORRECTED = "corrected"
    HELPED = "helped"


CHOICES: Final[dict[TaskKind, tuple[Choice, ...]]] = {
    TaskKind.LENT_WHILE_ON_LOAN: (Choice.NEWEST_STANDS, Choice.RETURNED, Choice.WRITE_OFF),
    TaskKind.LOAN_UNCONFIRMED: (Choice.CONFIRM_LOAN, Choice.RETURNED, Choice.WRITE_OFF),
    TaskKind.RENEWED_NOT_ON_LOAN: (Choice.CHECKED,),
    TaskKind.TAG_NOT_SECURED: (Choice.SECURED_BY_HAND, Choice.MISSING),
    TaskKind.GRANT_WITHOUT_CLOSING_FACT: (Choice.UNDO, Choice.KEEP),
    TaskKind.UNKNOWN_ITEM_DROPPED: (Choice.IDENTIFIED, Choice.NOT_OURS),
    TaskKind.UNKNOWN_ITEM: (Choice.CATALOGUED, Choice.NOT_OURS),
    TaskKind.UNKNOWN_CARD: (Choice.CARD_REGISTERED, Choice.RETURNED, Choice.WRITE_OFF),
    TaskKind.CLOCK_AHEAD: (Choice.CLOCK_SET,),
    TaskKind.GAP: (Choice.WAIT, Choice.CLOSE_AS_LOST),
    TaskKind.QUARANTINE: (Choice.RE_DRIVE, Choice.DISCARD),
    TaskKind.NEW_LEDGER: (Choice.CHECKED,),
    TaskKind.LOAN_NOT_TAKEN: (Choice.CORRECTED,),
    TaskKind.RETURN_NOT_TAKEN: (Choice.CORRECTED,),
    TaskKind.OUTCOME_UNKNOWN: (Choice.CORRECTED,),
    TaskKind.TOO_LATE: (Choice.CORRECTED,),
    TaskKind.DIFFERS: (Choice.CORRECTED,),
    TaskKind.SYSTEM_BEHIND: (Choice.CHECKED,),
    TaskKind.STAFF_CALLED: (Choice.HELPED,),
    TaskKind.MISSING_ON_SHELF: (Choice.CHECKED, Choice.MISSING),
    TaskKind.RELEASED_ON_SHELF: (Choice.SECURED_BY_HAND, Choice.MISSING),
    TaskKind.ON_LOAN_ON_SHELF: (Choice.CHECKED,),
    TaskKind.SHELF_NEEDS_WORK: (Choice.CHECKED,),
}


# Between our records and those of the library's own system: no fold makes them.
OF_SYSTEM: Final = (
    TaskKind.LOAN_NOT_TAKEN,
    TaskKind.RETURN_NOT_TAKEN,
    TaskKind.OUTCOME_UNKNOWN,
    TaskKind.TOO_LATE,
    TaskKind.DIFFERS,
    TaskKind.SYSTEM_BEHIND,
)
# Of walks along shelves (`server.walks`): no fold makes them either. Their reason is the shelf.
OF_SHELVES: Final = (
    TaskKind.MISSING_ON_SHELF,
    TaskKind.RELEASED_ON_SHELF,
    TaskKind.ON_LOAN_ON_SHELF,
    TaskKind.SHELF_NEEDS_WORK,
)


@dataclass(frozen=True, slots=True)
class FactSeen:
    """A fact among the grounds, without its patron. Times: seconds since 1970 UTC."""

    act: ActId
    device: DeviceId
    install: str
    seq: int
    kind: str
    earliest: float
    latest: float
    received_at: float


@dataclass(frozen=True, slots=True)
class GrantSeen:
    """A grant among the grounds."""

    act: ActId
    device: DeviceId
    granted_at: float
    due: date


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a task rests on. `seqs` are missing entries of `install`, `messages` quarantined ones.

    `seconds` is how far a station's clock was ahead, `unsent` what `install` had not sent when its
    station began another.
    """

    facts: tuple[FactSeen, ...] = ()
    grants: tuple[GrantSeen, ...] = ()
    messages: tuple[int, ...] = ()
    install: str | None = None
    seqs: tuple[int, ...] = ()
    seconds: float | None = None
    unsent: int | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """Something for staff; `kind` and `act` name it for ever. `reason` is a code or an id.

    `act` is that of the fact or grant it is about, or another id that stays; `patron` is masked.
    """

    kind: TaskKind
    act: ActId
    item: ItemId | None
    reason: str
    opened_at: float
    device: DeviceId | None = None
    patron: str | None = None
    grounds: Grounds = Grounds()


@dataclass(frozen=True, slots=True)
class Decision:
    """What staff decided about a task."""

    kind: TaskKind
    act: ActId
    choice: Choice


def masked(patron: PatronId) -> str:
    """Enough of a number to know it again, too little to use it.

    >>> masked(PatronId("KTA-0007")), masked(PatronId("7"))
    ('K•••7', '•••')
    """
    number = patron.reveal()
    return f"{number[0]}•••{number[-1]}" if len(number) > 3 else "•••"  # noqa: PLR2004 see above
