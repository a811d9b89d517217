"""A whole database copied into one file while it is used, proven readable, and put back.

Law: a copy is a snapshot: it holds each transaction whole or not at all. SQLite copies itself
(https://www.sqlite.org/backup.html); PostgreSQL's own tools do it (pg_dump, pg_restore).
"""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Engine, inspect, text

from broker.errors import SirkulaError
from broker.vocabulary import DeviceId
from server.journal.high_water import LedgerName, marks

Marks = list[tuple[LedgerName, int]]
_SQLITE: Final = b"SQLite format 3\0"
_POSTGRESQL: Final = b"PGDMP"
_MARKS: Final = "SELECT device, install, through FROM high_water"
_ADDRESSED: Final = ("--no-owner", "--no-privileges", "--no-password")


class BackupFailed(SirkulaError):
    """A database was not copied or not put back; nothing was changed; the text says why."""


def copied(engine: Engine, file: Path) -> Marks:
    """Copies the database to `file`; how far each ledger is kept in it. Raises BackupFailed."""
    if engine.dialect.name == "sqlite":
        return _copied_sqlite(engine, file)
    return _copied_postgresql(engine, file)


def put_back(engine: Engine, file: Path) -> None:
    """Fills the database, which must not exist yet or be empty, from a copy.

    Raises BackupFailed.
    """
    if engine.dialect.name == "sqlite":
        _require_kind(file, _SQLITE, "SQLite")
        _put_back_sqlite(Path(engine.url.database or ""), file)
    else:
        _require_kind(file, _POSTGRESQL, "PostgreSQL")
        _put_back_postgresql(engine, file)


def synced(path: Path) -> None:
    """What was written to this file, or named in this folder, survives a power cut from now on."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _copied_sqlite(engine: Engine, file: Path) -> Marks:
    source = engine.raw_connection()
    try:
        with closing(sqlite3.connect(file)) as copy:
            source.driver_connection.backup(copy)  # type: ignore[union-attr] # the pool's own type
            # One file, with no log beside it that could be left behind.
            copy.execute("PRAGMA journal_mode = DELETE")
            return _proven(copy)
    except sqlite3.Error as error:
        raise BackupFailed(f"the database was not copied: {error}") from error
    finally:
        source.close()


def _proven(copy: sqlite3.Connection) -> Marks:
    (found,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise BackupFailed(f"the database is damaged: {found}")
    return [
        (LedgerName(DeviceId(device), install), through)
        for device, install, through in copy.execute(_MARKS)
    ]


def _put_back_sqlite(target: Path, file: Path) -> None:
    for there in (target, target.with_name(f"{target.name}-wal")):
        if there.exists():
            raise BackupFailed(f"{there} is there: stop the server and move it away first")
    part = target.with_name(f"{target.name}.part")
    try:
        shutil.copyfile(file, part)
        with closing(sqlite3.connect(part)) as copy:
            _proven(copy)
        synced(part)
        part.rename(target)
    except sqlite3.Error as error:
        raise BackupFailed(f"{file} cannot be read: {error}") from error
    finally:
        part.unlink(missing_ok=True)
    synced(target.parent)


def _copied_postgresql(engine: Engine, file: Path) -> Marks:
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        # This transaction only waits for pg_dump, however long that takes.
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        held = marks(connection)
        chosen = (f"--snapshot={snapshot}", "--format=custom", f"--file={file}")
        _run(engine.url, "pg_dump", *_ADDRESSED, *chosen, _address(engine.url))
    # Reads the whole archive, and writes what it holds to nobody.
    _run(engine.url, "pg_restore", "--file=/dev/null", str(file))
    return held


def _put_back_postgresql(engine: Engine, file: Path) -> None:
    tables = inspect(engine).get_table_names()
    if tables:
        raise BackupFailed(
            f"the database holds {len(tables)} tables: make an empty one (createdb), name it in "
            "the settings and try again"
        )
    whole = ("--exit-on-error", "--single-transaction")
    _run(engine.url, "pg_restore", *_ADDRESSED, *whole, _address(engine.url), str(file))


def _run(url: URL, program: str, *arguments: str) -> None:
    environment = dict(os.environ)
    if url.password is not None:
        environment["PGPASSWORD"] = str(url.password)
    try:
        done = subprocess.run(  # noqa: S603 PostgreSQL's own programs, no shell
            [program, *arguments], env=environment, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        missing = f"{program} is not installed: apt-get install postgresql-client"
        raise BackupFailed(missing) from error
    if done.returncode:
        raise BackupFailed(f"{program}: {done.stderr.strip()}")


def _address(url: URL) -> str:
    """As PostgreSQL's programs take it; without the password, for all users see arguments."""
    return f"--dbname={url.set(drivername='postgresql', password=None).render_as_string()}"


def _require_kind(file: Path, magic: bytes, name: str) -> None:
    try:
        with file.open("rb") as opened:
            found = opened.read(len(magic))
    except OSError as error:
        raise BackupFailed(f"{file} cannot be read: {error}") from error
    if found != magic:
        raise BackupFailed(f"{file} is no backup of a {name} database, which the settings name")
