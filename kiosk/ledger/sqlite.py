"""Opens SQLite so that a COMMIT means the disk has it; reads the settings back to prove it."""

from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event

from kiosk.ledger.tables import APPLICATION_ID, SCHEMA_VERSION, metadata

_WANTED: Final = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL
    "foreign_keys": 1,
    "secure_delete": 1,
}


def open_database(path: Path) -> Engine:
    """The ledger's engine. Raises ValueError when the file is foreign or a setting did not take."""
    engine = create_engine(f"sqlite:///{path}", hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin_immediately)
    try:
        with engine.begin() as connection:
            _furnish(connection)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _furnish(connection: Connection) -> None:
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
    metadata.create_all(connection)
    problem = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if problem != "ok":
        raise ValueError(f"the ledger is damaged: {problem}; keep the file and call support")


def _prepare(connection: Any, _: object) -> None:
    # The driver must not open transactions by itself: see BEGIN below.
    connection.isolation_level = None
    # A file that is not ours is refused before anything in it is changed.
    (found,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if (found, version) not in {(0, 0), (APPLICATION_ID, SCHEMA_VERSION)}:
        raise ValueError(f"not a ledger of this version (id {found:#x}, version {version})")
    connection.execute("PRAGMA busy_timeout = 5000")
    for name, value in _WANTED.items():
        connection.execute(f"PRAGMA {name} = {value}")
        (found,) = connection.execute(f"PRAGMA {name}").fetchone()
        if found != value:
            raise ValueError(f"SQLite kept {name} = {found}, wanted {value}; use a local disk")


def _begin_immediately(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
