"""How much a station may owe before it stops: loans first, so that returns have room. Pure.

Returns are taken up to 20,000 entries or 14 days without the server; loans stop at half of either.
"""

from enum import Enum
from typing import Final

from broker.vocabulary import Reason

MOST_OWED: Final = 20_000
LONGEST_SILENCE_SECONDS: Final = 14 * 86_400.0


class Capacity(Enum):
    """What a station can still answer for."""

    LOANS_AND_RETURNS = "loans-and-returns"
    HALF_FULL = "half-full"  # returns only
    UNCHECKED = "unchecked"  # returns only: its ledger was damaged, and nobody has looked
    FULL = "full"  # nothing


def capacity(owed: int, silence: float, *, unchecked: bool) -> Capacity:
    """`owed` entries that no server ever had, and seconds since the server was last heard."""
    if owed >= MOST_OWED or silence >= LONGEST_SILENCE_SECONDS:
        return Capacity.FULL
    if unchecked:
        return Capacity.UNCHECKED
    if owed >= MOST_OWED // 2 or silence >= LONGEST_SILENCE_SECONDS / 2:
        return Capacity.HALF_FULL
    return Capacity.LOANS_AND_RETURNS


def no_loans(left: Capacity) -> Reason | None:
    """Why nothing is lent; None when that is not the reason."""
    match left:
        case Capacity.LOANS_AND_RETURNS:
            return None
        case Capacity.UNCHECKED:
            return Reason.STATION_UNCHECKED
        case Capacity.HALF_FULL | Capacity.FULL:
            return Reason.STATION_FULL
