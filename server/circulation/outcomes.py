"""What an answer of the library's own system, or its records, mean for a change. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final

from broker.vocabulary import PatronId, Reason
from server.circulation.errands import Became, Cause, Change, Stage, Step, Wanted
from server.ils.port import (
    ItemRecord,
    ItemState,
    Lent,
    LibraryError,
    NothingSent,
    PatronRecord,
    Refused,
    Returned,
)

_SOON_SECONDS: Final = 1.0
_LATEST_SOON_SECONDS: Final = 60.0
_LATER_SECONDS: Final = 900.0
_LATEST_SECONDS: Final = 21_600.0


class WhenLentToAnother(Enum):
    """What a loan that a station made off line does where the system has lent the item."""

    STAFF = "staff"
    TAKE_BACK_AND_LEND = "take-back-and-lend"


@dataclass(frozen=True, slots=True)
class Sight:
    """The system's records of one item, and of those who may have it."""

    item: ItemRecord | Refused
    patrons: Mapping[PatronId, PatronRecord | Refused]


Outcome = Lent | Returned | Refused | Sight | LibraryError


def soon(tries: int) -> float:
    """Seconds to the next attempt where nothing was wrong but the way."""
    return _backed_off(_SOON_SECONDS, tries, _LATEST_SOON_SECONDS)


def _later(tries: int) -> float:
    return _backed_off(_LATER_SECONDS, tries, _LATEST_SECONDS)


def _backed_off(first: float, tries: int, longest: float) -> float:
    doubled: int = 1 << min(tries, 10)
    return min(first * doubled, longest)


def after_sending(
    step: Step, outcome: Lent | Returned | Refused | LibraryError, conflict: WhenLentToAnother
) -> Became:
    """What became of a change that was sent."""
    tries = step.errand.tries
    match outcome:
        case NothingSent():
            return Became(Stage.READY, again_in=soon(tries))
        case LibraryError():
            return Became(Stage.UNKNOWN, again_in=soon(0))
        case Lent(due=due):
            return Became(Stage.OK, due=due)
        case Returned():
            return Became(Stage.OK)
        case Refused(reason=reason):
            return _refused(step.wanted, reason, tries, conflict)


def _refused(wanted: Wanted, reason: Reason, tries: int, conflict: WhenLentToAnother) -> Became:
    lending, asked = wanted.change is Change.LEND, wanted.cause is Cause.ASKED
    held = lending and not asked and reason is Reason.ALREADY_YOURS
    if held or (not lending and reason is Reason.NOT_ON_LOAN):
        return Became(Stage.OK)
    if wanted.change is Change.MAKE_WAY:
        return Became(Stage.VOID)
    to_other = reason is Reason.ON_LOAN_TO_OTHER
    if to_other and not lending:
        nothing_to_undo = wanted.cause is Cause.ABANDONED
        return Became(Stage.VOID) if nothing_to_undo else Became(Stage.STAFF, reason)
    makes_way = (
        to_other
        and wanted.cause is Cause.PROVISIONAL
        and conflict is WhenLentToAnother.TAKE_BACK_AND_LEND
    )
    again_in = 0.0 if asked else _later(tries)
    return Became(Stage.REFUSED, reason, again_in, makes_way=makes_way)


def after_looking(steps: tuple[Step, ...], sight: Sight) -> tuple[Became, ...]:
    """What became of changes that were made, if at all, one after the other.

    The records show the last of those that were made; what came before it was made too. Of what is
    doubtful a loan may have been made and ended since, by somebody we have not heard yet.
    """
    if isinstance(sight.item, Refused):
        return tuple(Became(Stage.STAFF, sight.item.reason) for _ in steps)
    stand = [_stands(step, sight) for step in steps]
    made = max((at for at, stands in enumerate(stand) if stands), default=-1)
    due = sight.item.due
    found = []
    for at, step in enumerate(steps):
        doubtful = step.errand.stage is Stage.DOUBTFUL
        undone = step.wanted.cause is Cause.ABANDONED
        if undone and doubtful:
            # What the patron has there may be this loan, or one we have not heard of yet.
            gone = has(sight, step.wanted.patron) is False
            found.append(Became(Stage.VOID) if gone else Became(Stage.STAFF, Reason.ASK_STAFF))
        elif at <= made:
            lending = at == made and step.wanted.change is Change.LEND
            found.append(Became(Stage.OK, due=due if lending else None))
        elif stand[at] is None or doubtful:
            found.append(Became(Stage.STAFF, Reason.ASK_STAFF))
        else:
            found.append(Became(Stage.READY, again_in=0.0))
    return tuple(found)


def _stands(step: Step, sight: Sight) -> bool | None:
    """Whether the records are as they are after this change; None when they do not tell."""
    wanted = step.wanted
    if wanted.change is Change.LEND:
        return has(sight, wanted.patron)
    state = _state(sight)
    if state is ItemState.NOT_TOLD:
        return None
    if state is not ItemState.ON_LOAN:
        return True
    # Somebody else has it by now: it was taken back, and lent at the desk. What is doubtful may
    # as well not have been made at all, and that one had it before.
    certain = wanted.change is Change.TAKE_BACK and step.errand.stage is Stage.UNKNOWN
    return certain and lent_to_another(sight, wanted.patron)


def has(sight: Sight, patron: object) -> bool | None:
    """Whether the patron has the item; None when the records do not tell."""
    state = _state(sight)
    person = sight.patrons.get(patron) if isinstance(patron, PatronId) else None
    if state not in {ItemState.ON_LOAN, ItemState.NOT_TOLD}:
        return False
    if not isinstance(person, PatronRecord):
        return None
    if person.loans is not None and isinstance(sight.item, ItemRecord):
        wanted = str(sight.item.item).casefold()
        return any(loan.casefold() == wanted for loan in person.loans)
    if person.on_loan == 0:
        return False
    # Whoever has loans, and held this very item in their hands, has it.
    return True if person.on_loan and state is ItemState.ON_LOAN else None


def lent_to_another(sight: Sight, patron: object) -> bool:
    """Whether somebody has the item who is not this patron, for certain."""
    return _state(sight) is ItemState.ON_LOAN and has(sight, patron) is False


def _state(sight: Sight) -> ItemState:
    return sight.item.state if isinstance(sight.item, ItemRecord) else ItemState.NOT_TOLD


class Difference(Enum):
    """How the system's records differ from ours."""

    NOT_LENT = "not-lent-there"
    STILL_LENT = "still-lent-there"
    LENT_TO_OTHER = "lent-to-other-there"
    DUE_EARLIER = "due-earlier-there"
    ITEM_UNKNOWN = "item-unknown-there"
    CARD_UNKNOWN = "card-unknown-there"


@dataclass(frozen=True, slots=True)
class Ours:
    """Our newest loan of an item: to whom, until when, and whether it is over."""

    patron: PatronId
    due: date
    returned: bool


def difference(ours: Ours, sight: Sight) -> Difference | None:
    """What the system says otherwise; None as well where its records cannot tell."""
    if isinstance(sight.item, Refused):
        return Difference.ITEM_UNKNOWN
    state, holds = sight.item.state, has(sight, ours.patron)
    if ours.returned:
        # Lent again at the desk meanwhile, perhaps to the same person: then it is due later.
        still = state is ItemState.ON_LOAN and holds and sight.item.due in {None, ours.due}
        return Difference.STILL_LENT if still else None
    if isinstance(sight.patrons.get(ours.patron), Refused):
        return Difference.CARD_UNKNOWN
    if holds is False:
        elsewhere = state is ItemState.ON_LOAN
        return Difference.LENT_TO_OTHER if elsewhere else Difference.NOT_LENT
    return due_earlier(ours.due, sight.item.due)


def due_earlier(shown: date | None, theirs: date | None) -> Difference | None:
    """The patron was shown a later date than the system keeps."""
    earlier = shown is not None and theirs is not None and theirs < shown
    return Difference.DUE_EARLIER if earlier else None
