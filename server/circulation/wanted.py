"""Which changes an item's history makes in the library's own system, in its order. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from broker.facts import ItemLent, ItemReturned, LoanAbandoned, LoanUnconfirmed
from broker.vocabulary import ActId, ItemId, Patron
from server.circulation.errands import Cause, Change, Wanted
from server.circulation.fold import with_kept
from server.circulation.grants import Granted
from server.circulation.tasks import Choice, Decision
from server.circulation.timeline import Happened, in_order

# A return that is heard of so much later may have been overtaken at the desk.
_LATE_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class History:
    """All that is known of one item, in any order."""

    item: ItemId
    events: Sequence[Happened]
    granted: Sequence[Granted]
    decisions: Sequence[Decision]


def wanted(history: History) -> tuple[Wanted, ...]:
    """Every change there might have to be; which of them there are, is kept elsewhere."""
    chosen = frozenset((one.act, one.choice) for one in history.decisions)
    grants = sorted(history.granted, key=lambda one: (one.granted_at, str(one.act)))
    known = with_kept(history.item, tuple(history.events), grants, chosen)
    events = in_order(known)
    closed = {event.act for event in events}
    left = [one for one in grants if one.act not in closed]
    found: list[Wanted] = []
    holder: Patron | None = None
    for event in events:
        while left and left[0].granted_at < min(event.span.earliest, event.received_at):
            found += _of_grant(left.pop(0), chosen)
        found += _of_event(event, holder)
        holder = _holder(event, holder)
        if (event.act, Choice.RETURNED) in chosen:
            found.append(_back(event, holder))
            holder = None
    return (*found, *(each for one in left for each in _of_grant(one, chosen)))


def _of_grant(grant: Granted, chosen: Iterable[tuple[ActId, Choice]]) -> Iterator[Wanted]:
    undone = grant.closed_elsewhere or (grant.act, Choice.UNDO) in chosen
    cause = Cause.ABANDONED if undone else Cause.ASKED
    terms = (grant.patron, grant.granted_at)
    yield Wanted(grant.act, Change.LEND, cause, *terms, grant.due)
    if undone:
        yield Wanted(grant.act, Change.TAKE_BACK, cause, *terms)


def _of_event(event: Happened, holder: Patron | None) -> Iterator[Wanted]:
    match event.fact:
        case ItemLent(_, patron, due, provisional):
            cause = Cause.PROVISIONAL if provisional else Cause.LENT
            if provisional:
                yield Wanted(event.act, Change.MAKE_WAY, cause, patron, event.time)
            yield Wanted(event.act, Change.LEND, cause, patron, event.time, due)
        case LoanUnconfirmed(_, patron, due):
            yield Wanted(event.act, Change.LEND, Cause.LENT, patron, event.time, due)
        case LoanAbandoned(_, patron):
            terms = (Cause.ABANDONED, patron, event.time)
            yield Wanted(event.act, Change.LEND, *terms)
            yield Wanted(event.act, Change.TAKE_BACK, *terms)
        case ItemReturned():
            yield _back(event, holder)
        case _:
            pass


def _back(event: Happened, holder: Patron | None) -> Wanted:
    late = event.received_at - event.time > _LATE_SECONDS
    terms = (Cause.RETURNED, holder, event.time)
    return Wanted(event.act, Change.TAKE_BACK, *terms, heard_late=late)


def _holder(event: Happened, before: Patron | None) -> Patron | None:
    match event.fact:
        case ItemLent(_, patron) | LoanUnconfirmed(_, patron):
            return patron
        case ItemReturned():
            return None
        case _:
            return before
