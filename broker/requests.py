"""Asks (imperative) and their answers. Pure values.

Correlation and expiry are in the message itself, so that any MQTT 3.1.1 broker can carry them. No
ask that changes anything is without an `ActId`: asking twice is asking once.
"""

from dataclasses import dataclass, replace
from datetime import date

from broker.vocabulary import ActId, ItemId, Patron, Refusal


@dataclass(frozen=True, slots=True)
class Identify:
    """Who is this card, and may they borrow? Answered by `Standing` or a refusal."""

    patron: Patron


@dataclass(frozen=True, slots=True)
class Describe:
    """What is this item called? Answered by `Description` or a refusal."""

    item: ItemId


@dataclass(frozen=True, slots=True)
class Lend:
    """Grant this loan. Answered by `Grant` or a refusal; ends in a fact with the same `act`."""

    act: ActId
    item: ItemId
    patron: Patron


Question = Identify | Describe | Lend


def with_patron(question: Question, patron: Patron) -> Question:
    """The same question with its patron in another form."""
    match question:
        case Identify() | Lend():
            return replace(question, patron=patron)
        case Describe():
            return question


@dataclass(frozen=True, slots=True)
class Ask:
    """A question on its way, void after `expires` (server's clock, seconds since 1970 UTC)."""

    correlation: str
    expires: float
    question: Question


@dataclass(frozen=True, slots=True)
class Standing:
    """A patron who may borrow: loans open now, and how many more are allowed. No name."""

    on_loan: int
    remaining: int


@dataclass(frozen=True, slots=True)
class Description:
    """One item in words for the screen."""

    item: ItemId
    title: str
    author: str


@dataclass(frozen=True, slots=True)
class Grant:
    """The library says yes to a loan; `due` is a branch-local date."""

    act: ActId
    due: date


@dataclass(frozen=True, slots=True)
class Expired:
    """The ask arrived too late and was not carried out; see the reply's `server_time`."""


Answer = Standing | Description | Grant | Refusal | Expired


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer on its way back to the one station that asked."""

    correlation: str
    server_time: float
    answer: Answer
