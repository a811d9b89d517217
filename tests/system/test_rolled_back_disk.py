"""A station's disk that is put back to an earlier image overwrites nothing and loses nothing."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine, select

from broker.vocabulary import ActId
from server.journal.database import transaction
from server.journal.tables import fact, quarantine, task
from tests.databases import (
    cluster,
    database_url,
    engine,
    migrated_file,
    migrated_template,
)
from tests.exchange import Correspondent, Exchange
from tests.kiosk.things import item, uid

__all__ = ["cluster", "database_url", "engine", "migrated_file", "migrated_template"]
ROLLBACKS = 50


@pytest.fixture
def exchange(engine: Engine, tmp_path: Path) -> Iterator[Exchange]:
    exchange = Exchange(engine, tmp_path)
    exchange.station("kios-01")
    exchange.server_comes()
    yield exchange
    exchange.close()


def image(station: Correspondent) -> Path:
    """A copy of the disk as it is at this moment, its log included."""
    copy = station.path.parent.with_name("image")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(station.path.parent, copy)
    return copy


def put_back(station: Correspondent, copy: Path) -> None:
    """The power goes, the older card goes in, the power comes."""
    station.ledger.close()
    shutil.rmtree(station.path.parent)
    shutil.copytree(copy, station.path.parent)
    station.start()


def facts(engine: Engine) -> dict[str, bytes]:
    """The payload of every fact, by its act."""
    with transaction(engine) as connection:
        rows = connection.execute(select(fact.c.act, fact.c.payload))
        return {row.act: row.payload for row in rows}


def open_tasks(engine: Engine) -> set[str]:
    with transaction(engine) as connection:
        return set(connection.scalars(select(task.c.kind).where(task.c.settled_at.is_(None))))


def test_an_image_from_before_the_last_facts_is_known_by_its_birth(exchange: Exchange) -> None:
    station = exchange.station("kios-01")
    station.lend(1, 2)
    exchange.settle()
    copy, install = image(station), station.ledger.install
    station.lend(3, 4)
    exchange.settle()
    before = facts(exchange.engine)
    put_back(station, copy)
    exchange.server_comes()
    exchange.settle()
    assert station.ledger.install != install
    assert facts(exchange.engine) == before
    assert open_tasks(exchange.engine) >= {"new-ledger"}
    assert exchange.owed() == 0


def test_facts_written_on_the_older_image_are_counted_beside_those_of_the_newer(
    exchange: Exchange,
) -> None:
    station = exchange.station("kios-01")
    station.lend(1, 2)
    exchange.settle()
    copy = image(station)
    station.lend(3, 4)
    exchange.settle()
    before = facts(exchange.engine)
    put_back(station, copy)
    station.lend(5, 6, 7, 8)  # more than were lost: the numbers alone tell nothing
    exchange.server_comes()
    exchange.settle()
    after = facts(exchange.engine)
    assert before.items() <= after.items()
    assert len(after) == 8
    assert exchange.owed() == 0
    with transaction(exchange.engine) as connection:
        assert len(connection.scalars(select(quarantine.c.id)).all()) > 0
    # They were only told under taken numbers: nobody has to decide anything.
    assert "quarantine" not in open_tasks(exchange.engine)


def test_an_image_that_lacks_only_acknowledgements_begins_no_new_life(exchange: Exchange) -> None:
    station = exchange.station("kios-01")
    station.lend(1, 2)
    copy, install = image(station), station.ledger.install
    exchange.settle()
    put_back(station, copy)
    exchange.server_comes()
    exchange.settle()
    assert station.ledger.install == install
    assert (exchange.owed(), len(facts(exchange.engine))) == (0, 2)
    assert open_tasks(exchange.engine) & {"new-ledger", "quarantine"} == set()


def test_an_act_that_ends_twice_keeps_its_first_end_and_is_a_task(exchange: Exchange) -> None:
    """The image holds the act open, and recovery ends it in another way than was told."""
    station = exchange.station("kios-01")
    station.ledger.intend(ActId("torn"), uid(1), item(1), None, station.clock.moment())
    copy = image(station)
    station.finish_as_returned("torn", 1, secured=True)
    exchange.settle()
    before = facts(exchange.engine)
    put_back(station, copy)
    station.finish_as_returned("torn", 1, secured=False)
    exchange.server_comes()
    exchange.settle()
    assert facts(exchange.engine) == before
    assert open_tasks(exchange.engine) >= {"quarantine", "new-ledger"}
    assert exchange.owed() == 0


def test_fifty_images_of_any_age_lose_and_overwrite_nothing(exchange: Exchange) -> None:
    random, station = Random(7), exchange.station("kios-01")
    told: set[str] = set()
    for _ in range(ROLLBACKS):
        station.lend(*range(random.randint(0, 3)))
        if random.random() < 0.7:
            exchange.settle()
        copy, held = image(station), {one.act for one in station.entries()}
        station.lend(*range(random.randint(0, 12)))
        if random.random() < 0.8:
            exchange.settle()
        before = facts(exchange.engine)
        put_back(station, copy)
        station.lend(*range(random.randint(0, 4)))
        exchange.server_comes()
        exchange.settle()
        after = facts(exchange.engine)
        assert before.items() <= after.items()
        told |= {str(act) for act in held} | {str(one.act) for one in station.entries()}
        assert told <= set(after)
        assert exchange.owed() == 0


def test_a_new_life_survives_a_restored_server_as_well(exchange: Exchange) -> None:
    """What was sent in the first life is sent again in the second."""
    station = exchange.station("kios-01")
    station.lend(1, 2)
    exchange.settle()
    copy = image(station)
    station.lend(3)
    exchange.settle()
    put_back(station, copy)
    station.lend(4)
    exchange.server_comes()
    exchange.settle()
    before = facts(exchange.engine)
    with transaction(exchange.engine) as connection:
        for table in ("fact", "quarantine", "retold", "high_water", "task", "loan", "boot"):
            connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 our own names
    exchange.server_comes()
    exchange.settle()
    lost = {act for act, payload in before.items() if act not in facts(exchange.engine)}
    assert len(lost) == 1  # the third fact: only the card that was taken out had it
    assert exchange.owed() == 0
