"""The ledger of a system that keeps its records in a database: every look reads its rows."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import Engine, Row, text

from tests.ils.ledger import Book, Effect, Loan


@dataclass
class RowLedger:
    """Says what `Ledger` says, of rows; a subclass has the statements of one system."""

    engine: Engine
    most_renewals: int = 2
    open_loans: ClassVar[str]
    every_loan: ClassVar[str]
    exhausting: ClassVar[str]
    blocking: ClassVar[str]
    seeded: ClassVar[int] = 1

    def rows(self, statement: str, **values: object) -> list[Row[Any]]:
        with self.engine.connect() as connection:
            return list(connection.execute(text(statement), values))

    def run(self, statement: str, **values: object) -> None:
        with self.engine.connect() as connection:
            connection.execute(text(statement), values)

    @property
    def loans(self) -> dict[str, Loan]:
        return {row.item: Loan(row.patron, row.due) for row in self.rows(self.open_loans)}

    def loans_of(self, patron: str) -> list[str]:
        return [item for item, loan in self.loans.items() if loan.patron == patron]

    def block(self, patron: str) -> None:
        self.run(self.blocking, patron=patron)

    def shelve(self, book: Book) -> None:
        raise NotImplementedError

    def use_up_renewals(self, item: str) -> None:
        self.run(self.exhausting, item=item, number=self.most_renewals)

    def owed(self, patron: str) -> Decimal:
        raise LookupError(f"no system with rows notes what {patron} pays")

    @property
    def effects(self) -> list[Effect]:
        """What the rows show of what happened since the library was made, loan by loan."""
        found = []
        for number, row in enumerate(self.rows(self.every_loan)):
            kinds = [] if number < self.seeded else ["lent"]
            kinds += ["renewed"] * row.renewed + ["returned"] * row.back
            found += [Effect(kind, row.item, row.patron) for kind in kinds]
        return found
