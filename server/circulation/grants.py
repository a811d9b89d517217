"""What became of the server's yes to a loan. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from broker.facts import ItemLent, ItemReturned, LoanUnconfirmed
from broker.vocabulary import ActId, DeviceId, ItemId, Patron
from server.circulation.boots import Span
from server.circulation.timeline import Happened


class Standing(Enum):
    """What became of the server's yes to a loan."""

    OPEN = "open"
    CLOSED = "closed"
    SUPERSEDED = "superseded"
    UNDONE = "undone"  # by staff


@dataclass(frozen=True, slots=True)
class Granted:
    """A yes the server gave, to be closed by a fact with the same act.

    `closed_elsewhere`: its act ended in a fact about another item; `missed_at`: when the server
    noticed that no fact had closed it for a while.
    """

    act: ActId
    patron: Patron
    granted_at: float
    due: date
    device: DeviceId
    closed_elsewhere: bool = False
    missed_at: float | None = None


def kept(item: ItemId, grant: Granted) -> Happened:
    """The loan that staff say was made, though its station never reported it."""
    fact = ItemLent(item, grant.patron, grant.due, provisional=False)
    at = grant.granted_at
    return Happened(grant.act, grant.device, str(grant.act), 1, Span(at, at), at, at, fact)


def overtaking(grant: Granted, history: Sequence[Happened]) -> Happened | None:
    """The first sign that the item has moved on since the grant.

    What was received before the grant happened before it, whatever the station's clock says.
    """
    for event in history:
        moved = isinstance(event.fact, ItemLent | LoanUnconfirmed | ItemReturned)
        if moved and min(event.span.earliest, event.received_at) > grant.granted_at:
            return event
    return None


def standing(grant: Granted, history: Sequence[Happened], *, undone: bool) -> Standing:
    """A fact closes it, whatever staff decided before that became known."""
    if grant.closed_elsewhere or any(event.act == grant.act for event in history):
        return Standing.CLOSED
    if undone:
        return Standing.UNDONE
    return Standing.OPEN if overtaking(grant, history) is None else Standing.SUPERSEDED
