"""What a machine of another maker does with a library's own system is in the journal as well."""

import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text

from broker.vocabulary import ActId, ItemId, PatronId, Reason
from server.ils.journalled import JournalledSystem
from server.ils.port import Lent, OutcomeUnknown, Refused, Renewed, Returned
from server.journal import errands
from server.journal.database import open_engine, reading, transaction
from server.journal.tables import fact, loan
from tests.ils.cases import ACT, BUDI, DUE, FREE, NOW, SITI, TAKEN
from tests.ils.journalled import House, journalled


@pytest.fixture
def engine(migrated_file: Path, tmp_path: Path) -> Iterator[Engine]:
    file = tmp_path / "records.sqlite"
    file.write_bytes(migrated_file.read_bytes())
    engine = open_engine(f"sqlite:///{file}")
    yield engine
    engine.dispose()


@pytest.fixture
def house(engine: Engine) -> Iterator[House]:
    with journalled(engine, patience=1.0) as standing:
        yield standing


def facts(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.scalars(select(fact.c.kind).order_by(fact.c.seq)))


def open_loans(engine: Engine) -> list[tuple[str, date]]:
    with reading(engine) as connection:
        rows = connection.execute(select(loan).where(loan.c.returned_at.is_(None)))
        return [(row.item, row.due) for row in rows]


def lend(machine: JournalledSystem, patron: PatronId = SITI, item: ItemId = FREE) -> Lent | Refused:
    return machine.lend(patron, item, ACT, NOW, DUE)


def test_a_loan_is_in_the_journal_until_the_systems_date(house: House, engine: Engine) -> None:
    lent = lend(house.machine)
    assert isinstance(lent, Lent)
    assert lent.due == house.shelf.ledger.loans[str(FREE)].due
    assert open_loans(engine) == [(str(FREE), lent.due)]


def test_the_same_loan_again_is_the_same_loan(house: House, engine: Engine) -> None:
    assert lend(house.machine) == lend(house.machine)
    assert [effect.kind for effect in house.shelf.ledger.effects] == ["lent"]
    assert facts(engine) == ["item-lent"]


def test_a_refused_loan_is_closed_in_the_journal(house: House, engine: Engine) -> None:
    assert lend(house.machine, item=TAKEN) == Refused(Reason.ON_LOAN_TO_OTHER)
    assert facts(engine) == ["loan-abandoned"]
    assert open_loans(engine) == []


def test_a_return_ends_the_loan_on_both_sides(house: House, engine: Engine) -> None:
    lend(house.machine)
    assert isinstance(house.machine.take_back(FREE, NOW + 60), Returned)
    assert [effect.kind for effect in house.shelf.ledger.effects] == ["lent", "returned"]
    assert open_loans(engine) == []


def test_a_return_is_kept_while_the_system_is_busy(house: House, engine: Engine) -> None:
    with house.shelf.held_up():
        assert isinstance(house.machine.take_back(TAKEN, NOW), Returned)
        assert facts(engine) == ["item-returned"]
        assert str(TAKEN) in house.shelf.ledger.loans
    house.eventually(lambda: str(TAKEN) not in house.shelf.ledger.loans)


def test_a_loan_that_has_no_answer_in_time_is_undone(house: House) -> None:
    with house.shelf.held_up():
        assert lend(house.machine) == Refused(Reason.INTERRUPTED)
    kinds = ["lent", "returned"]
    house.eventually(lambda: [one.kind for one in house.shelf.ledger.effects] == kinds)


def test_a_renewal_is_a_fact_with_the_systems_date(house: House, engine: Engine) -> None:
    lend(house.machine)
    renewed = house.machine.renew(SITI, FREE)
    assert isinstance(renewed, Renewed)
    assert open_loans(engine) == [(str(FREE), renewed.due)]


def test_a_loan_made_at_the_desk_is_renewed_there_alone(house: House, engine: Engine) -> None:
    assert isinstance(house.machine.renew(BUDI, TAKEN), Renewed)
    assert facts(engine) == []


def test_two_machines_lend_a_book_once(house: House, engine: Engine) -> None:
    found: list[Lent | Refused] = []

    def ask(act: str, patron: PatronId) -> None:
        found.append(house.machine.lend(patron, FREE, ActId(act), NOW, DUE))

    asking = [
        threading.Thread(target=ask, args=(f"m{number}", patron))
        for number, patron in enumerate((SITI, BUDI))
    ]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    assert sorted(type(one).__name__ for one in found) == ["Lent", "Refused"]
    assert sorted(facts(engine)) == ["item-lent", "loan-abandoned"]


def test_a_renewal_that_the_journal_cannot_keep_is_no_yes(house: House, engine: Engine) -> None:
    lend(house.machine)
    house.eventually(lambda: not unsettled(engine))
    with transaction(engine) as connection:
        connection.execute(text("ALTER TABLE fact RENAME TO gone"))
    with pytest.raises(OutcomeUnknown):
        house.machine.renew(SITI, FREE)


def unsettled(engine: Engine) -> bool:
    with reading(engine) as connection:
        return bool(errands.has_open(connection, (str(FREE),)))
