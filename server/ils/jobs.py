"""What is under way between the server and the library's own system. Pure."""

from dataclasses import dataclass

from broker.vocabulary import ItemId, PatronId
from server.circulation.errands import Look, Send, Step


@dataclass(frozen=True, slots=True)
class Job:
    """One item's step, to be carried out now."""

    item: ItemId
    todo: Send | Look

    @property
    def steps(self) -> tuple[Step, ...]:
        return (self.todo.step,) if isinstance(self.todo, Send) else self.todo.steps

    @property
    def patrons(self) -> frozenset[PatronId]:
        """Whose records it may change."""
        found = (step.wanted.patron for step in self.steps)
        return frozenset(one for one in found if isinstance(one, PatronId))


@dataclass(frozen=True, slots=True)
class Renewal:
    """A loan being renewed: its item and its patron are not to be meddled with."""

    item: ItemId
    patrons: frozenset[PatronId]


def meddle(one: Job | Renewal, other: Job | Renewal) -> bool:
    """Whether they may change the same records: never both at once."""
    return one.item == other.item or bool(one.patrons & other.patrons)
