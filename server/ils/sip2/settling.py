"""What became of a change: the system's word, held against what its records said before and after.

Pure. A word is not believed where the records can be read: systems say yes and store nothing, or
store and say no. Where the records do not settle it, nobody knows: OutcomeUnknown.
"""

from dataclasses import dataclass
from typing import Final

from broker.vocabulary import Reason
from server.ils.port import (
    Fault,
    ItemRecord,
    ItemState,
    Lent,
    OutcomeUnknown,
    PatronRecord,
    PaymentNoted,
    Refused,
    Renewed,
    Returned,
)
from server.ils.sip2.profiles import reason_of
from server.ils.sip2.questions import is_same

# Where a no has no words that are understood, the item's state may tell why.
_REASONS: Final = {
    ItemState.ON_HOLD_SHELF: Reason.ON_HOLD,
    ItemState.MISSING: Reason.ITEM_WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class Word:
    """What the system said to a change, and its texts for staff."""

    yes: bool
    said: tuple[str, ...]

    def refused(self, state: ItemRecord | None = None) -> Refused:
        """Its no with its reason; a yes that was not kept with the fault."""
        if self.yes:
            return Refused(Reason.ASK_STAFF, self.said, Fault.YES_WITHOUT_EFFECT)
        reason = reason_of(self.said)
        if reason is Reason.ASK_STAFF and state is not None:
            reason = _REASONS.get(state.state, reason)
        return Refused(reason, self.said)


@dataclass(frozen=True, slots=True)
class Look:
    """The records about one item and one patron at one time."""

    patron: PatronRecord
    item: ItemRecord

    @property
    def listed(self) -> bool | None:
        """Whether the item is among the patron's loans; None when they are not told."""
        loans, item = self.patron.loans, str(self.item.item)
        return None if loans is None else any(is_same(loan, item) for loan in loans)


def bar_to_loan(look: Look) -> Refused | None:
    """Why a loan is not even asked for: to many systems, asking again is renewing."""
    item, patron = look.item, look.patron
    if look.listed:
        return Refused(Reason.ALREADY_YOURS, item.said)
    if item.state is ItemState.ON_LOAN:
        known = patron.loans is not None or patron.on_loan == 0
        return Refused(Reason.ON_LOAN_TO_OTHER if known else Reason.ASK_STAFF, item.said)
    return None if patron.bar is None else Refused(patron.bar, patron.said)


def bar_to_renewal(look: Look) -> Refused | None:
    """Why a renewal is not asked for: the item is not the patron's, as far as that is told."""
    item = look.item
    if look.listed is False:
        lent = item.state is ItemState.ON_LOAN
        return Refused(Reason.ON_LOAN_TO_OTHER if lent else Reason.NOT_ON_LOAN, item.said)
    if item.state not in (ItemState.ON_LOAN, ItemState.NOT_TOLD) or look.patron.on_loan == 0:
        return Refused(Reason.NOT_ON_LOAN, item.said)
    return None


def loan(before: Look, word: Word, lent: Lent, after: Look) -> Lent | Refused:
    """`before` shows the item not on loan to the patron. Raises OutcomeUnknown."""
    match _has(before, after):
        case True:
            return Lent(lent.item, after.item.due or lent.due, lent.said)
        case False:
            return word.refused(before.item)
    raise OutcomeUnknown(f"item {lent.item}: said {word.yes}, and the records do not tell the loan")


def _has(before: Look, after: Look) -> bool | None:
    """Whether the patron has the item; None when the records do not agree, or tell too little."""
    state = after.item.state
    if after.listed is not None:
        agrees = not after.listed or state in (ItemState.ON_LOAN, ItemState.NOT_TOLD)
        return after.listed if agrees else None
    if None in (after.patron.on_loan, before.patron.on_loan) or state is ItemState.NOT_TOLD:
        return None
    more = (after.patron.on_loan or 0) - (before.patron.on_loan or 0)
    on_loan = state is ItemState.ON_LOAN
    return on_loan if more == (1 if on_loan else 0) else None


def item_back(
    before: ItemRecord, word: Word, back: Returned, after: ItemRecord
) -> Returned | Refused:
    """Raises OutcomeUnknown."""
    if ItemState.NOT_TOLD in (before.state, after.state):
        raise OutcomeUnknown(f"item {back.item}: said {word.yes}, and its state is not told")
    if after.state is ItemState.ON_LOAN:
        return word.refused()
    if word.yes or before.state is ItemState.ON_LOAN:
        return back
    return Refused(Reason.NOT_ON_LOAN, word.said)


def renewal(before: Look, word: Word, renewed: Renewed, after: Look) -> Renewed | Refused:
    """The due date of the records is the outcome, whatever was said. Raises OutcomeUnknown."""
    was, due = before.item.due, after.item.due
    if after.item.state is not ItemState.ON_LOAN or due is None or was is None:
        raise OutcomeUnknown(f"item {renewed.item}: said {word.yes}, and its due date is not told")
    if word.yes or due > was:
        return Renewed(renewed.item, due, renewed.said)
    return word.refused()


def payment(
    before: PatronRecord, word: Word, noted: PaymentNoted, after: PatronRecord
) -> PaymentNoted | Refused:
    """Raises OutcomeUnknown."""
    if before.owed is None or after.owed is None:
        raise OutcomeUnknown(f"act {noted.act}: said {word.yes}, and what is owed is not told")
    return noted if after.owed < before.owed else word.refused()
