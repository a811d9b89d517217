"""Open the database, and make sure that what it calls committed is on the disk.

Law: the only file that knows which database product answers. One writer at a time: SQLite by
BEGIN IMMEDIATE, PostgreSQL by one advisory lock, so no two writers can deadlock
or lend a copy twice.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Lock
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import (
    Connection,
    Engine,
    Table,
    bindparam,
    create_engine,
    event,
    func,
    make_url,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.pool import ConnectionPoolEntry

from broker.errors import BadSettings, SirkulaError

log: Final = structlog.get_logger()
Begun = TypeVar("Begun")

# What each connection must have: set, then read back (an unknown or refused PRAGMA is silent).
PRAGMAS: Final = {
    "journal_mode": ("WAL", "wal"),
    "synchronous": ("FULL", 2),
    "foreign_keys": ("ON", 1),
    "busy_timeout": ("5000", 5000),
    "secure_delete": ("ON", 1),
    # A copy made while rows are sorted or the file is written anew never reaches the disk.
    "temp_store": ("MEMORY", 2),
}
_POSTGRESQL_OPTIONS: Final = (
    "-c synchronous_commit=on -c idle_in_transaction_session_timeout=60000 -c timezone=UTC"
)
# A silent way to the database is given up within half a minute (libpq, 34.1.2); the system's own
# patience is a quarter of an hour.
_POSTGRESQL_PATIENCE: Final = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
_POSTGRESQL_NEEDS: Final = ("fsync", "full_page_writes", "synchronous_commit")
# Of this program's own writers: SQLite's know no queue, they sleep and try again.
_turns: Final[WeakKeyDictionary[Engine, Lock]] = WeakKeyDictionary()
_TURN_SECONDS: Final = 5.0
_AWAY: Final = (
    "the database system is",
    "Connection refused",
    "No such file or directory",
    "server closed the connection unexpectedly",
    "terminating connection",
)
_WRITERS_TURN: Final = 0x5349524B  # any constant: "SIRK"


class DatabaseUnfit(SirkulaError):
    """The database would lose commits in a power cut; the text names the setting."""


class DatabaseFailed(SirkulaError):
    """The database did not carry out a transaction; nothing of it was kept: try again."""


def open_engine(url: str) -> Engine:
    """An engine for `sqlite:///path` or `postgresql://…`.

    Raises BadSettings for another address; a connection raises DatabaseUnfit when the database
    does not promise durability (SQLite: WAL and synchronous FULL; PostgreSQL: fsync,
    full_page_writes, synchronous_commit).
    """
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise BadSettings(f"not a database address: {error}") from error
    match address.get_backend_name():
        case "sqlite":
            engine = create_engine(address, hide_parameters=True)
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        case "postgresql":
            engine = create_engine(
                address.set(drivername="postgresql+psycopg"),
                connect_args={"options": _POSTGRESQL_OPTIONS, **_POSTGRESQL_PATIENCE},
                pool_pre_ping=True,
                hide_parameters=True,
            )
            event.listen(engine, "connect", _check_postgresql)
        case other:
            raise BadSettings(f"database {other!r} is not supported; use sqlite or postgresql")
    return engine


def reader(engine: Engine) -> Engine:
    """The same database and pool for transactions that only read: they never wait for a writer."""
    return engine.execution_options(only_reads=True, postgresql_readonly=True)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads. Raises DatabaseFailed when the database does not answer."""
    with _translated(), reader(engine).connect() as connection:
        yield connection


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One writer's turn: committed at the end, rolled back on any error.

    Raises DatabaseFailed when the database refuses or goes away.
    """
    turn = _turns.setdefault(engine, Lock())
    mine = turn.acquire(timeout=_TURN_SECONDS)
    try:
        with _translated(), engine.begin() as connection:
            take_turn(connection)
            yield connection
    finally:
        if mine:
            turn.release()


def once_there(engine: Engine, stop: Event, begin: Callable[[], Begun]) -> Begun:
    """`begin()` once PostgreSQL answers, and again if it goes away meanwhile, as in a power cut.

    Raises DatabaseFailed for another failure, or when asked to stop.
    """
    while True:
        await_database(engine, stop)
        try:
            return begin()
        except DatabaseFailed as error:
            if stop.is_set() or not _is_away(error):
                raise


def await_database(engine: Engine, stop: Event) -> None:
    """Wait while PostgreSQL is not there yet; other failures are not ours."""
    told = False
    while not stop.is_set():
        try:
            with reading(engine):
                return
        except DatabaseFailed as error:
            if not _is_away(error):
                return
            if not told:
                log.warning("the database does not answer yet: waiting", problem=str(error))
            told = True
        stop.wait(0.5)


def _is_away(error: DatabaseFailed) -> bool:
    """By libpq's words and the server's: there is no SQLSTATE for a refused connection."""
    return any(words in str(error) for words in _AWAY)


def take_turn(connection: Connection) -> None:
    """Wait until no other writer is at work, until this transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITERS_TURN})


def overwrite(engine: Engine, tables: Sequence[Table]) -> None:
    """Write these tables anew, so that nothing deleted from them can be read in their files.

    `secure_delete` alone leaves a few bytes between a SQLite page's rows, and PostgreSQL's VACUUM
    leaves all until a page is filled again: hence VACUUM of the whole file there, and VACUUM FULL
    here, during which nobody else reads or writes them. PostgreSQL's own log (pg_wal) keeps what
    was written until it is recycled, some checkpoints later. Raises DatabaseFailed.
    """
    try:
        with engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            # Closed afterwards, not given back: its driver would begin by itself from now on.
            connection.detach()
            if connection.dialect.name == "postgresql":
                names = map(connection.dialect.identifier_preparer.format_table, tables)
                connection.exec_driver_sql(f"VACUUM (FULL) {', '.join(names)}")
                return
            connection.exec_driver_sql("VACUUM")
            busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    except (DBAPIError, PoolExhausted) as error:
        why = str(error.__cause__ or error).partition("\n")[0]
        raise DatabaseFailed(f"erased, but not overwritten yet: {why}") from None
    if busy:
        raise DatabaseFailed("erased, but not overwritten yet: somebody reads for long")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, PoolExhausted) as error:
        # The rest of the message, and the chain, would show the row: people never reach the log.
        raise DatabaseFailed(str(error.__cause__ or error).partition("\n")[0]) from None


def insert_new(
    connection: Connection, table: Table, rows: Sequence[dict[str, Any]], key: str
) -> set[Any]:
    """Insert those rows that no row is in the way of; their values of the column `key`.

    PostgreSQL is given one list for each column: a statement with thousands of parameters costs
    more to read than to carry out.
    """
    if not rows:
        return set()
    if connection.dialect.name != "postgresql":
        statement = sqlite.insert(table).on_conflict_do_nothing().returning(table.c[key])
        return set(connection.scalars(statement, rows))
    names = tuple(rows[0])
    lists = (bindparam(name, type_=postgresql.ARRAY(table.c[name].type)) for name in names)
    given = func.unnest(*lists).table_valued(*names).render_derived()
    insert = postgresql.insert(table).from_select(names, select(given))
    inserting = insert.on_conflict_do_nothing().returning(table.c[key])
    return set(connection.scalars(inserting, {name: [row[name] for row in rows] for name in names}))


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver must never begin by itself: see _begin_sqlite.
    connection.isolation_level = None
    cursor = connection.cursor()
    for name, (wanted, expected) in PRAGMAS.items():
        cursor.execute(f"PRAGMA {name}={wanted}")
        cursor.execute(f"PRAGMA {name}")
        found = cursor.fetchone()
        if found is None or found[0] != expected:
            raise DatabaseUnfit(f"SQLite {name} is {found}, not {expected}: use a local file")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later could not wait for another writer's end.
    options: dict[str, Any] = dict(connection.get_execution_options())
    if options.get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN" if options.get("only_reads") else "BEGIN IMMEDIATE")


def _check_postgresql(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for name in _POSTGRESQL_NEEDS:
        cursor.execute(f"SHOW {name}")
        found = cursor.fetchone()
        if found is None or found[0] != "on":
            raise DatabaseUnfit(f"PostgreSQL {name} is {found}, not on")
    cursor.close()
    connection.rollback()
