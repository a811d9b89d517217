"""The built-in library under the contract: stood up on a ledger, and read past its own way.

It reaches its database by a link to the folder of the file, or of the socket: without the link it
has no way there, and what the tables hold can still be read.
"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Connection, Engine, func, insert, make_url, select, update

from broker.facts import Fact, ItemLent, ItemReturned, LoanRenewed
from broker.kinds import FACTS
from broker.vocabulary import ActId, ItemId, PatronId, Secret, SiteId
from server import accounts, catalogue, pins, search
from server.circulation.rules import Fines, Policy, RenewedFrom
from server.ils.service_desk import BuiltInDesk
from server.journal.database import open_engine, reading, transaction
from server.journal.own import OWN_DEVICE, Done, record_own
from server.journal.tables import fact, item, loan, loan_rule, member, title
from server.library import Library
from server.settings import Branch
from tests.databases import Cluster
from tests.ils.cases import JAKARTA, NOW
from tests.ils.ledger import LOAN_DAYS, TODAY, Book, Effect, Ledger, Loan

SITE: Final = SiteId("binjai")
FINES: Final = Fines("Perda 1/2020", date(2020, 1, 1), per_day=5, at_most=5)
BRANCH: Final = Branch(JAKARTA, policy=Policy(RenewedFrom.DUE, fines=FINES))
_EFFECTS: Final = {ItemLent: "lent", ItemReturned: "returned", LoanRenewed: "renewed"}


class Records:
    """What the tables hold, in the ledger's words."""

    def __init__(self, engine: Engine, ledger: Ledger) -> None:
        self.most_renewals = ledger.most_renewals
        self._engine = engine
        _stock(engine, ledger)
        self._before = 0
        self._before = len(self.effects)

    @property
    def loans(self) -> Mapping[str, Loan]:
        with reading(self._engine) as connection:
            rows = connection.execute(select(loan).where(loan.c.returned_at.is_(None))).all()
        return {row.item: Loan(row.member or "", row.due, row.renewals) for row in rows}

    @property
    def effects(self) -> Sequence[Effect]:
        with reading(self._engine) as connection:
            statement = select(fact).where(fact.c.device == str(OWN_DEVICE)).order_by(fact.c.seq)
            rows = connection.execute(statement).all()[self._before :]
        return [Effect(_EFFECTS[FACTS[row.kind]], row.item, row.patron or "") for row in rows]

    def loans_of(self, patron: str) -> list[str]:
        return [item for item, loan in self.loans.items() if loan.patron == patron]

    def block(self, patron: str) -> None:
        with transaction(self._engine) as connection:
            blocked = update(member).where(member.c.number == patron)
            connection.execute(blocked.values(blocked="buku hilang"))

    def shelve(self, book: Book) -> None:
        with transaction(self._engine) as connection:
            _shelve(connection, book)

    def use_up_renewals(self, item: str) -> None:
        held = self.loans[item]
        for number in range(self.most_renewals):
            renewed = LoanRenewed(ItemId(item), PatronId(held.patron), held.due)
            _happened(self._engine, f"renewal-{number}", renewed)
        self._before += self.most_renewals

    def owed(self, patron: str) -> Decimal:
        with reading(self._engine) as connection:
            rulebook = catalogue.rulebook(connection, BRANCH)
            return Decimal(accounts.owed(connection, patron, rulebook))


@contextmanager
def standing(
    kind: str, ledger: Ledger, request: pytest.FixtureRequest
) -> Iterator[tuple[BuiltInDesk, Records]]:
    """The library and its records, on a database of that kind; its way there ends with it."""
    home = tempfile.mkdtemp()  # short: a socket's path has little room
    request.addfinalizer(partial(shutil.rmtree, home))
    way = Path(home) / "way"
    made = _sqlite if kind == "sqlite" else _postgresql
    straight, round_about, folder = made(request, way)
    way.symlink_to(folder)
    outside = open_engine(straight)
    request.addfinalizer(outside.dispose)
    records = Records(outside, ledger)
    numbers = count()
    engine = open_engine(round_about)
    library = BuiltInDesk(
        engine, Library(BRANCH, SITE), lambda: NOW, lambda: ActId(f"own-{next(numbers)}")
    )
    yield library, records
    way.unlink()
    engine.dispose()


def _happened(engine: Engine, act: str, told: Fact) -> None:
    with transaction(engine) as connection:
        done = Done(ActId(act), told, NOW - 60)
        entry = record_own(connection, SITE, done, NOW)
        Library(BRANCH, SITE).apply(connection, [entry], NOW)


def _sqlite(request: pytest.FixtureRequest, way: Path) -> tuple[str, str, Path]:
    """The address, the address by the link, and where the link leads."""
    file: Path = way.with_name("records") / "records.sqlite"
    file.parent.mkdir()
    shutil.copyfile(request.getfixturevalue("migrated_file"), file)
    return f"sqlite:///{file}", f"sqlite:///{way / file.name}", file.parent


def _postgresql(request: pytest.FixtureRequest, way: Path) -> tuple[str, str, Path]:
    cluster: Cluster = request.getfixturevalue("cluster")
    url = cluster.create(request.getfixturevalue("migrated_template"))
    request.addfinalizer(partial(cluster.drop, url))
    by_link = make_url(url).update_query_dict({"host": str(way)})
    return url, by_link.render_as_string(hide_password=False), cluster.home


def _stock(engine: Engine, ledger: Ledger) -> None:
    with transaction(engine) as connection:
        people = [
            {
                "number": number,
                "name": one.name,
                "kind": "umum",
                "expires": one.expires,
                "mail": one.mail if "@" in one.mail else None,
            }
            for number, one in ledger.members.items()
        ]
        connection.execute(insert(member), people)
        for number, one in ledger.members.items():
            pins.set_pin(connection, number, Secret(one.pin), NOW)
        for book in ledger.books:
            _shelve(connection, book)
        rule = {"member_kind": "umum", "collection": "*", "item_limit": 5, "days": LOAN_DAYS}
        connection.execute(insert(loan_rule), rule | {"renewals": ledger.most_renewals})
    late = ItemId(next(iter(ledger.titles)))
    for number in (number for number, one in ledger.members.items() if one.owed):
        lent = ItemLent(late, PatronId(number), TODAY - timedelta(days=1), provisional=False)
        _happened(engine, f"late-{number}", lent)
        _happened(engine, f"returned-{number}", ItemReturned(late, secured=True))
    for code, held in ledger.loans.items():
        lent = ItemLent(ItemId(code), PatronId(held.patron), held.due, provisional=False)
        _happened(engine, f"before-{code}", lent)


def _shelve(connection: Connection, book: Book) -> None:
    """What is hidden elsewhere has no copy left here."""
    number = (connection.scalar(select(func.max(title.c.id))) or 0) + 1
    words = {"author": book.author, "publisher": "", "year": 2005, "call_number": book.call_number}
    connection.execute(insert(title), {"id": number, "title": book.title, **words})
    state = "withdrawn" if book.hidden else "present"
    for code in book.items:
        copy = {"barcode": code, "title": number, "collection": book.place, "state": state}
        connection.execute(insert(item), copy)
    search.index(connection, (number,))
