"""A task on the desk, what somebody decides about it, and whether they may. Pure."""

from dataclasses import dataclass

from broker.vocabulary import ItemId
from server.circulation.tasks import CHOICES, Choice, Grounds, TaskKind


@dataclass(frozen=True, slots=True)
class DeskTask:
    """A task as staff see it. Times: seconds since 1970 UTC; None while it is open.

    `said` is what the library's own system answered: it may name a person.
    """

    kind: TaskKind
    act: str
    item: str | None
    title: str | None
    device: str | None
    patron: str | None
    reason: str
    evidence: Grounds
    opened_at: float
    settled_at: float | None
    settled_by: str | None
    settlement: Choice | None
    note: str | None
    said: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.kind.value}/{self.act}"

    @property
    def choices(self) -> tuple[Choice, ...]:
        return CHOICES[self.kind] if self.settled_at is None else ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What somebody decides, who and why; `item` is what was found, for IDENTIFIED."""

    choice: Choice
    who: str
    why: str
    item: ItemId | None = None


def objection(one: DeskTask, verdict: Verdict) -> str | None:
    """Why this may not be decided, and what may; None when it may."""
    if one.settled_at is not None:
        return f"{one.key} was settled before, by {one.settled_by}"
    if verdict.choice not in one.choices:
        words = ", ".join(choice.value for choice in one.choices)
        return f"{one.key} can be settled by one of: {words}"
    if not (verdict.who.strip() and verdict.why.strip()):
        return "a decision needs who made it and why"
    if (verdict.choice is Choice.IDENTIFIED) != (verdict.item is not None):
        return f"name the item with {Choice.IDENTIFIED.value}, and only with it"
    return None
