"""The database keeps what it says it has kept."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from threading import Barrier, Event, Thread, Timer
from time import monotonic
from traceback import format_exception

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, inspect, select, text

from broker.errors import BadSettings
from server.journal.database import (
    PRAGMAS,
    DatabaseFailed,
    DatabaseUnfit,
    await_database,
    once_there,
    open_engine,
    reader,
    reading,
    transaction,
)
from server.journal.tables import marker, metadata
from server.migrations import migrate
from tests.databases import Cluster, running_cluster


def test_every_sqlite_connection_is_durable(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'records.sqlite'}")
    for looking in (engine, reader(engine)):
        with looking.connect() as connection:
            for name, (_, expected) in PRAGMAS.items():
                assert connection.exec_driver_sql(f"PRAGMA {name}").scalar() == expected
            connection.invalidate()
    engine.dispose()


def test_a_database_that_forgets_is_refused() -> None:
    engine = open_engine("sqlite://")
    with pytest.raises(DatabaseUnfit, match="journal_mode"):
        engine.connect()


@pytest.mark.parametrize("url", ["mysql://host/records", "records.sqlite"])
def test_another_address_is_refused(url: str) -> None:
    with pytest.raises(BadSettings):
        open_engine(url)


def test_a_database_that_does_not_answer_is_given_up_soon() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        engine = open_engine(f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/records")
        begun = monotonic()
        with pytest.raises(DatabaseFailed), transaction(engine):
            pass
        assert monotonic() - begun < 30
    engine.dispose()


def test_a_way_to_the_database_that_falls_silent_is_noticed(cluster: Cluster) -> None:
    engine = open_engine(cluster.create())
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        patience = driver.info.get_parameters()
        idle, interval, count = (
            int(patience[f"keepalives_{name}"]) for name in ("idle", "interval", "count")
        )
        assert idle + interval * count <= 30
        assert int(patience["tcp_user_timeout"]) <= 30_000
    engine.dispose()


def is_waited_for(engine: Engine, until: Callable[[], None]) -> bool:
    """Whether nobody goes on before `until()`, and somebody does afterwards."""
    waiting = Thread(target=await_database, args=(engine, Event()))
    waiting.start()
    waiting.join(1.5)
    waited = waiting.is_alive()
    until()
    waiting.join(30)
    return waited and not waiting.is_alive()


def test_a_database_that_is_not_there_yet_is_waited_for() -> None:
    with running_cluster() as cluster:
        engine = open_engine(cluster.url("postgres"))
        cluster.stop_at_once()
        assert is_waited_for(engine, until=cluster.start)
        engine.dispose()


def test_a_start_is_begun_again_when_the_database_goes_away_meanwhile() -> None:
    with running_cluster() as cluster:
        engine, tried = open_engine(cluster.url("postgres")), count(1)
        back = Timer(1.0, cluster.start)

        def begin() -> int:
            this = next(tried)
            if this == 1:
                cluster.stop_at_once()
                back.start()
            with reading(engine):
                return this

        assert once_there(engine, Event(), begin) > 1
        engine.dispose()
        back.join()  # it still waits to hear that the database it started is there


def test_a_database_that_recovers_is_waited_for_and_no_longer() -> None:
    with running_cluster() as cluster:
        engine = open_engine(cluster.url("postgres"))
        cluster.begin_recovering()
        assert is_waited_for(engine, until=cluster.recover)
        cluster.begin_recovering()
        asked_to_stop = Event()
        asked_to_stop.set()
        await_database(engine, asked_to_stop)
        engine.dispose()


def test_a_migrated_database_has_exactly_our_tables(empty_url: str) -> None:
    migrate(empty_url)
    migrate(empty_url)
    engine = open_engine(empty_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert "CREATE UNIQUE INDEX uq_loan_open_item" in _open_loan_index(connection)
    engine.dispose()


def _open_loan_index(connection: Connection) -> str:
    catalogue = {
        "sqlite": "SELECT sql FROM sqlite_master WHERE name = 'uq_loan_open_item'",
        "postgresql": "SELECT indexdef FROM pg_indexes WHERE indexname = 'uq_loan_open_item'",
    }
    found = str(connection.scalar(text(catalogue[connection.dialect.name])))
    assert "returned_at IS NULL" in found
    return found


def test_an_interrupted_migration_leaves_nothing_behind(empty_url: str) -> None:
    engine = open_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE title (id INTEGER PRIMARY KEY)"))
    with pytest.raises(DatabaseFailed, match="already exists"):
        migrate(empty_url)
    assert inspect(engine).get_table_names() == ["title"]
    engine.dispose()


def test_a_failed_transaction_keeps_nothing(engine: Engine) -> None:
    twice = [{"name": "sample", "content": "yes"}, {"name": "sample", "content": "again"}]
    with pytest.raises(DatabaseFailed):
        _write(engine, twice)
    with transaction(engine) as connection:
        assert connection.scalars(select(marker.c.name)).all() == []


def test_a_failure_never_tells_who(engine: Engine) -> None:
    twice = [{"name": "KTA-0007", "content": "Siti"}] * 2
    with pytest.raises(DatabaseFailed) as failure:
        _write(engine, twice)
    told = "".join(format_exception(failure.value))
    assert "KTA-0007" not in told
    assert "Siti" not in told


def _write(engine: Engine, rows: list[dict[str, str]]) -> None:
    with transaction(engine) as connection:
        for row in rows:
            connection.execute(marker.insert(), row)


def test_readers_do_not_wait_for_the_writer(engine: Engine) -> None:
    with transaction(engine) as writer:
        writer.execute(marker.insert(), {"name": "sample", "content": "yes"})
        with reader(engine).connect() as reading:
            assert reading.scalars(select(marker.c.name)).all() == []


def test_writers_take_turns_and_none_is_refused(engine: Engine) -> None:
    start = Barrier(4)

    def add_one() -> None:
        start.wait(timeout=30)
        with transaction(engine) as connection:
            seen = len(connection.scalars(select(marker.c.name)).all())
            connection.execute(marker.insert(), {"name": str(seen), "content": ""})

    writers = [Thread(target=add_one) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(timeout=60)
    with engine.connect() as connection:
        assert sorted(connection.scalars(select(marker.c.name))) == ["0", "1", "2", "3"]


def test_a_migration_that_crashes_leaves_the_old_schema_and_is_done_again(
    empty_url: str, tmp_path: Path
) -> None:
    settings = tmp_path / "server.toml"
    settings.write_text(
        f'site = "binjai"\ndatabase = "{empty_url}"\nkeys = "{tmp_path / "keys"}"\n'
        "[broker]\nport = 1\n[web]\nport = 2\n",
        encoding="utf-8",
    )
    crashed = subprocess.run(
        [sys.executable, "-m", "server", "migrate", "--settings", str(settings)],
        env=os.environ | {"SIRKULA_CRASH_AT": "S11"},
        check=False,
    )
    assert crashed.returncode == -signal.SIGKILL
    engine = open_engine(empty_url)
    assert inspect(engine).get_table_names() == []
    migrate(empty_url)
    assert "fact" in inspect(engine).get_table_names()
    engine.dispose()
