"""Opens SQLite so that a COMMIT means the disk has it; reads the settings back to prove it."""

from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event

from broker.fault_points import fault_point
from kiosk.ledger.disk import LedgerDamaged, LedgerUnusable
from kiosk.ledger.tables import APPLICATION_ID, SCHEMA_VERSION, metadata

_WANTED: Final = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL
    "foreign_keys": 1,
    "secure_delete": 1,
    "cache_size": -512,  # KiB: what a visit asks for is little, and a kiosk's memory stands still
}
_TABLES: Final = "SELECT count(*) FROM sqlite_schema"


def open_database(path: Path) -> Engine:
    """The ledger's engine.

    Raises LedgerDamaged when the file is damaged or foreign, LedgerUnusable when it is of another
    version or a setting did not take.
    """
    engine = engine_for(path)
    furnish(engine, path)
    return engine


def engine_for(path: Path) -> Engine:
    """An engine that has not looked at the file yet."""
    engine = create_engine(f"sqlite:///{path}", hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def reader(engine: Engine) -> Engine:
    """The same file for transactions that only read: a disk that takes no writes gives it still."""
    return engine.execution_options(only_reads=True)


def furnish(engine: Engine, path: Path) -> None:
    """What is done at every start: tables are made if need be, and the file is checked.

    Raises as `open_database`, and leaves nothing open then.
    """
    try:
        _require_main_file(path)
        with engine.begin() as connection:
            _furnish(connection)
    except BaseException:
        engine.dispose()
        raise


def _require_main_file(path: Path) -> None:
    # Beside an empty main file SQLite would delete the log, and with it all that was committed.
    log = path.with_name(f"{path.name}-wal")
    lost = not path.exists() or (path.is_file() and path.stat().st_size == 0)
    if lost and log.exists() and log.stat().st_size > 0:
        raise LedgerDamaged("the file is empty, though its log is not")


def _furnish(connection: Connection) -> None:
    """A new file gets its tables; what is in an old one is looked at and not touched."""
    if connection.exec_driver_sql(_TABLES).scalar_one() == 0:
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
        metadata.create_all(connection)
        fault_point("K18")
    problem = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if problem != "ok":
        raise LedgerDamaged(f"the ledger is damaged: {problem}")


def _prepare(connection: Any, _: object) -> None:
    # The driver must not open transactions by itself: see BEGIN below.
    connection.isolation_level = None
    _require_ours(connection)
    connection.execute("PRAGMA busy_timeout = 5000")
    for name, value in _WANTED.items():
        connection.execute(f"PRAGMA {name} = {value}")
        (found,) = connection.execute(f"PRAGMA {name}").fetchone()
        if found != value:
            raise LedgerUnusable(f"SQLite kept {name} = {found}, wanted {value}; use a local disk")


def _require_ours(connection: Any) -> None:
    """A file that is not ours is refused before anything in it is changed."""
    (program,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute(_TABLES).fetchone()
    if program == APPLICATION_ID:
        if version != SCHEMA_VERSION:
            raise LedgerUnusable(
                f"a ledger of version {version}; this program knows {SCHEMA_VERSION}: "
                "install the program that wrote it"
            )
    elif (program, version, tables) != (0, 0, 0):
        raise LedgerDamaged(f"not a ledger (application id {program:#x}, version {version})")


def _begin(connection: Connection) -> None:
    only_reads = connection.get_execution_options().get("only_reads")
    connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")
