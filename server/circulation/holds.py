"""Who waits for what, and for whom a copy is set aside. Pure.

Law: a place in the queue is lost only by getting a copy, by leaving one unfetched, or by wish. The
state is a function of the queue and of where the copies are, looked at again whenever one moves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum

from broker.vocabulary import ActId, ItemId, PatronId, Reason, Refusal
from server.circulation.rules import Borrower, Rulebook


class HoldState(Enum):
    """What became of a wish for a title or an item."""

    WAITING = "waiting"
    READY = "ready"
    FULFILLED = "fulfilled"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


ENDED = frozenset({HoldState.FULFILLED, HoldState.EXPIRED, HoldState.CANCELLED})


@dataclass(frozen=True, slots=True)
class Hold:
    """A member's wish for any copy of a title, or for this `item` of it.

    `copy` is set aside for the member until the end of `pick_up_by`, a branch-local date.
    """

    act: ActId
    title: int
    item: ItemId | None
    member: PatronId
    member_kind: str
    placed_at: float
    state: HoldState = HoldState.WAITING
    copy: ItemId | None = None
    pick_up_by: date | None = None

    def fits(self, item: ItemId) -> bool:
        return self.item in {None, item}


@dataclass(frozen=True, slots=True)
class TitleCopy:
    """A copy of the title. `lent_to`: the member or card that has it; `promised` by a grant."""

    item: ItemId
    collection: str
    withdrawn: bool = False
    lent_to: str | None = None
    promised: bool = False


def objection(
    borrower: Borrower | None,
    mine: Sequence[Hold],
    title: int | None,
    copies: Sequence[TitleCopy],
    rulebook: Rulebook,
) -> Refusal | None:
    """Why this member may not wait for one of these copies; `mine` are their holds by now.

    A member whose membership has run out may wait while they renew it.
    """
    if borrower is None:
        return Refusal(Reason.UNKNOWN_CARD)
    if borrower.blocked:
        return Refusal(Reason.PATRON_BLOCKED)
    if not copies:
        return Refusal(Reason.UNKNOWN_ITEM)
    if any(one.title == title for one in mine):
        return Refusal(Reason.ALREADY_YOURS)
    if any(one.lent_to == borrower.number.reveal() for one in copies):
        return Refusal(Reason.ALREADY_YOURS)
    if not any(_lendable(one, borrower.kind, rulebook) for one in copies):
        return Refusal(Reason.NOT_FOR_LOAN)
    if len(mine) >= rulebook.policy.most_holds:
        return Refusal(Reason.LOAN_LIMIT)
    return None


def served(
    queue: Iterable[Hold], copies: Iterable[TitleCopy], rulebook: Rulebook, today: date
) -> tuple[Hold, ...]:
    """One title's holds as they are from now on, in the order of the queue."""
    shelf = {copy.item: copy for copy in copies}
    order = sorted(queue, key=lambda one: (one.placed_at, str(one.act)))
    moved = [_moved(one, shelf, today) for one in order]
    set_aside = {one.copy for one in moved if one.state is HoldState.READY}
    free = [
        copy
        for copy in shelf.values()
        if copy.lent_to is None and not copy.promised and copy.item not in set_aside
    ]
    pick_up_by = rulebook.calendar.first_open_day(
        today + timedelta(days=rulebook.policy.pick_up_days)
    )
    found = []
    for one in moved:
        copy = next((copy for copy in free if _serves(copy, one, rulebook)), None)
        if one.state is HoldState.WAITING and copy is not None:
            free.remove(copy)
            ready = HoldState.READY
            found.append(replace(one, state=ready, copy=copy.item, pick_up_by=pick_up_by))
        else:
            found.append(one)
    return tuple(found)


def _moved(one: Hold, shelf: dict[ItemId, TitleCopy], today: date) -> Hold:
    """The hold after what its member, or somebody else, did to the copies."""
    mine = one.member.reveal()
    if any(copy.lent_to == mine and one.fits(copy.item) for copy in shelf.values()):
        return replace(one, state=HoldState.FULFILLED)
    if one.state is not HoldState.READY or one.copy is None or one.pick_up_by is None:
        return one
    copy = shelf.get(one.copy)
    if copy is None or copy.withdrawn or copy.lent_to is not None:
        return replace(one, state=HoldState.WAITING, copy=None, pick_up_by=None)
    if one.pick_up_by < today and not copy.promised:
        return replace(one, state=HoldState.EXPIRED)
    return one


def _serves(copy: TitleCopy, one: Hold, rulebook: Rulebook) -> bool:
    return one.fits(copy.item) and _lendable(copy, one.member_kind, rulebook)


def _lendable(copy: TitleCopy, member_kind: str, rulebook: Rulebook) -> bool:
    rule = rulebook.rule(member_kind, copy.collection)
    return not copy.withdrawn and rule is not None and rule.limit > 0
