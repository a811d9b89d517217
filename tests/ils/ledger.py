"""What a simulated system really holds, and every effect it ever had."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

TODAY = date(2026, 11, 23)
LOAN_DAYS = 14


@dataclass
class Member:
    name: str
    pin: str
    blocked: bool = False
    expires: date = date(2027, 12, 31)
    owed: Decimal = Decimal("0.00")
    mail: str = ""


@dataclass
class Loan:
    patron: str
    due: date
    renewals: int = 0


@dataclass(frozen=True)
class Effect:
    kind: str
    item: str
    patron: str


@dataclass(frozen=True)
class Book:
    """A title with its copies; the public catalogue does not show one that is `hidden`."""

    title: str
    author: str
    items: tuple[str, ...]
    call_number: str = ""
    place: str = ""
    hidden: bool = False


@dataclass
class Ledger:
    """Members and titles by their numbers, books by their own from 1; loans by item."""

    members: dict[str, Member]
    titles: dict[str, str]
    loans: dict[str, Loan] = field(default_factory=dict)
    books: list[Book] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    most_renewals: int = 2
    _turn: threading.RLock = field(default_factory=threading.RLock)

    def shelve(self, book: Book) -> None:
        self.books.append(book)
        self.titles |= dict.fromkeys(book.items, book.title)

    def lend(self, item: str, patron: str) -> None:
        self.loans[item] = Loan(patron, TODAY + timedelta(days=LOAN_DAYS))
        self.effects.append(Effect("lent", item, patron))

    def take_back(self, item: str) -> str:
        """Whoever had it."""
        patron = self.loans.pop(item).patron
        self.effects.append(Effect("returned", item, patron))
        return patron

    def renew(self, item: str) -> None:
        loan = self.loans[item]
        loan.due += timedelta(days=LOAN_DAYS)
        loan.renewals += 1
        self.effects.append(Effect("renewed", item, loan.patron))

    def pay(self, patron: str, amount: Decimal) -> None:
        self.members[patron].owed -= amount
        self.effects.append(Effect("paid", "", patron))

    def loans_of(self, patron: str) -> list[str]:
        return [item for item, loan in self.loans.items() if loan.patron == patron]

    def block(self, patron: str) -> None:
        self.members[patron].blocked = True

    def use_up_renewals(self, item: str) -> None:
        self.loans[item].renewals = self.most_renewals

    def owed(self, patron: str) -> Decimal:
        return self.members[patron].owed

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        with self._turn:
            yield

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Whatever happens within has not happened: a transaction without commit."""
        loans = {item: Loan(**vars(loan)) for item, loan in self.loans.items()}
        owed = {number: member.owed for number, member in self.members.items()}
        effects = len(self.effects)
        yield
        self.loans = loans
        del self.effects[effects:]
        for number, amount in owed.items():
            self.members[number].owed = amount


SITIS_MAIL = "siti.anggota@binjai.example"
MAILS = {"P00001": SITIS_MAIL, "P00002": "tidak ada"}


def small_library() -> Ledger:
    """Two members, one of whom owes money; six books, one of them lent to the second."""
    members = {
        "P00001": Member("Siti Anggota", "1234", owed=Decimal("5.00"), mail=SITIS_MAIL),
        "P00002": Member("Budi Anggota", "4321", mail=MAILS["P00002"]),
    }
    ledger = Ledger(members, {})
    for number, title in enumerate(TITLES, 1):
        ledger.shelve(Book(title, "", (f"ID00000{number}",)))
    ledger.lend("ID000006", "P00002")
    ledger.effects.clear()
    return ledger


TITLES = (
    "Laskar Pelangi",
    "Bumi Manusia",
    "Café di Ujung Jalan",
    "Negeri 5 Menara",
    "Ronggeng Dukuh Paruk",
    "Sang Pemimpi",
)
