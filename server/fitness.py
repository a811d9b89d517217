"""Whether this machine and its database are fit to keep a library's records."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Engine, make_url

from broker.doctor.checks import Check, Outcome
from broker.doctor.machine import (
    existing,
    look_at_clock,
    look_at_folder,
    look_at_watchdog,
    look_at_zone,
)
from broker.errors import SirkulaError
from server.configuration import ServerSettings
from server.journal.database import DatabaseFailed, open_engine, reading


def server_checks(read: ServerSettings, environment: Mapping[str, str]) -> tuple[Check, ...]:
    """Every check of a server. Raises BadSettings when the database's address is none."""
    return (
        look_at_clock(),
        *_database(read.database),
        look_at_zone(read.zone, Outcome.UNSAFE),
        look_at_watchdog(environment, told=False),
    )


def _database(url: str) -> tuple[Check, ...]:
    engine = open_engine(url)
    file = make_url(url).database
    if engine.dialect.name != "sqlite" or file is None:
        return _opened(engine)
    path = Path(file).absolute()
    folder = look_at_folder(path.parent)
    if path.exists():
        return (*folder, *_opened(engine))
    try:
        with tempfile.TemporaryDirectory(dir=existing(path.parent)) as trial:
            tried = _opened(open_engine(f"sqlite:///{trial}/{path.name}"))
    except OSError as error:
        tried = (_unfit(error),)
    return (*folder, *tried)


def _opened(engine: Engine) -> tuple[Check, ...]:
    """A connection reads its settings back before it is used, and refuses an unfit database."""
    durable = Check("database", Outcome.WELL, "durable")
    try:
        with reading(engine) as connection:
            if engine.dialect.name != "postgresql":
                return (durable,)
            sums = connection.exec_driver_sql("SHOW data_checksums").scalar()
    except SirkulaError as error:
        if engine.dialect.name == "postgresql" and isinstance(error, DatabaseFailed):
            return (Check("database", Outcome.ERROR, "silent", {"problem": str(error)}),)
        return (_unfit(error),)
    finally:
        engine.dispose()
    if sums == "on":
        return (durable,)
    return (durable, Check("database", Outcome.ADVICE, "no-checksums"))


def _unfit(error: Exception) -> Check:
    return Check("database", Outcome.UNSAFE, "unfit", {"problem": str(error)})
