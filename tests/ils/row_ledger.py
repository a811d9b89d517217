"""The ledger of a system that keeps its records in a database: every look reads its rows."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import Engine, Row, text

from tests.ils.ledger import Effect


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
    def loans(self) -> "dict[str, RowLoan]":
        return {
            row.item: RowLoan(self, row.item, row.patron, row.due)
            for row in self.rows(self.open_loans)
        }

    def loans_of(self, patron: str) -> list[str]:
        return [item for item, loan in self.loans.items() if loan.patron == patron]

    @property
    def members(self) -> "Members":
        return Members(self)

    @property
    def effects(self) -> list[Effect]:
        """What the rows show of what happened since the library was made, loan by loan."""
        found = []
        for number, row in enumerate(self.rows(self.every_loan)):
            kinds = [] if number < self.seeded else ["lent"]
            kinds += ["renewed"] * row.renewed + ["returned"] * row.back
            found += [Effect(kind, row.item, row.patron) for kind in kinds]
        return found


@dataclass
class RowLoan:
    """An open loan's row."""

    ledger: RowLedger
    item: str
    patron: str
    due: date

    @property
    def renewals(self) -> int:
        raise AttributeError("the rows of effects tell it")

    @renewals.setter
    def renewals(self, number: int) -> None:
        self.ledger.run(self.ledger.exhausting, item=self.item, number=number)


@dataclass
class Members:
    ledger: RowLedger

    def __getitem__(self, number: str) -> "RowMember":
        return RowMember(self.ledger, number)


@dataclass
class RowMember:
    ledger: RowLedger
    number: str

    @property
    def owed(self) -> Decimal:
        raise AttributeError("no system with rows notes a payment")

    @property
    def blocked(self) -> bool:
        raise AttributeError("only the system knows")

    @blocked.setter
    def blocked(self, _: bool) -> None:
        self.ledger.run(self.ledger.blocking, patron=self.number)
