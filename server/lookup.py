"""What is known of the loans that stations ask for at once, read together.

Law: every answer is the one that would have been given by reading before each question. Whoever
changes something has it forgotten here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from broker.requests import Lend, Question
from broker.vocabulary import ActId, ItemId, PatronId
from server import catalogue
from server.circulation.rules import Borrower, Copy, Rulebook
from server.journal.grants import Known, known_of, known_of_all


@dataclass(slots=True)
class Lookup:
    """Patrons, items and acts as they are now, under the rules of now."""

    connection: Connection
    rulebook: Rulebook
    _borrowers: dict[PatronId, Borrower | None] = field(default_factory=dict)
    _copies: dict[ItemId, Copy | None] = field(default_factory=dict)
    _acts: dict[ActId, Known] = field(default_factory=dict)

    def foresee(self, questions: Iterable[Question]) -> None:
        """Read what several loans need to know; one alone reads no less by itself."""
        lends = [one for one in questions if isinstance(one, Lend)]
        if len(lends) <= 1:
            return
        patrons = [one.patron for one in lends if isinstance(one.patron, PatronId)]
        items = [one.item for one in lends]
        acts = [one.act for one in lends]
        found = catalogue.borrowers(self.connection, patrons, self.rulebook)
        copies = catalogue.copies(self.connection, items)
        self._borrowers = {patron: found.get(patron) for patron in patrons}
        self._copies = {item: copies.get(item) for item in items}
        self._acts = known_of_all(self.connection, acts)

    def borrower(self, patron: PatronId) -> Borrower | None:
        if patron in self._borrowers:
            return self._borrowers[patron]
        return catalogue.borrower(self.connection, patron, self.rulebook)

    def copy(self, item: ItemId) -> Copy | None:
        if item in self._copies:
            return self._copies[item]
        return catalogue.copy_of(self.connection, item)

    def act(self, act: ActId) -> Known:
        return self._acts.get(act) or known_of(self.connection, act)

    def granted(self, lend: Lend, borrower: Borrower) -> None:
        """Keep no longer what this grant has changed."""
        self._acts.pop(lend.act, None)
        self._copies.pop(lend.item, None)
        self._borrowers = {
            patron: one
            for patron, one in self._borrowers.items()
            if one is None or one.number != borrower.number
        }

    def forget(self) -> None:
        """Anything may be different now."""
        self._borrowers, self._copies, self._acts = {}, {}, {}
