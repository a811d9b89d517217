"""One loan's renewal, as a pure value: asked for, let go on, refused, or nobody knows.

ASKING > RENEWED
   +---> REFUSED
   +---> UNKNOWN > (the account is looked up) > RENEWED | REFUSED
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, auto

from broker.requests import Account, Answer, Grant
from broker.vocabulary import ItemId, Reason, Refusal


class Stage(Enum):
    """Where one renewal stands."""

    ASKING = auto()
    RENEWED = auto()
    REFUSED = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Renewal:
    """`due` is the date before, and once renewed the new one."""

    item: ItemId
    due: date
    stage: Stage = Stage.ASKING
    reason: Reason | None = None


def answered(renewal: Renewal, answer: Answer | None) -> Renewal:
    """The renewal after the library's answer, or after it gave none."""
    match answer:
        case Grant(due=due):
            return replace(renewal, stage=Stage.RENEWED, due=due)
        case Refusal(reason):
            return replace(renewal, stage=Stage.REFUSED, reason=reason)
        case _:
            return replace(renewal, stage=Stage.UNKNOWN)


def looked_up(renewal: Renewal, account: Account) -> Renewal:
    """What the account says of a renewal whose answer never came."""
    if renewal.stage is not Stage.UNKNOWN:
        return renewal
    due = next((loan.due for loan in account.loans if loan.item == renewal.item), renewal.due)
    if due > renewal.due:
        return replace(renewal, stage=Stage.RENEWED, due=due)
    return replace(renewal, stage=Stage.REFUSED, reason=Reason.INTERRUPTED)
