"""Backups that stations hear of: what a finished one holds, they need not keep for us so long.

Law: nobody is told before the file is whole, read through once, and on the disk.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from broker.fault_points import fault_point
from server.journal.copies import BackupFailed, copied, put_back, synced
from server.journal.database import transaction
from server.journal.errands import doubt_everything
from server.journal.high_water import backed_up

_READABLE_BY_OWNER: Final = 0o600


def back_up(engine: Engine, folder: Path, now: float) -> Path:
    """Writes a backup into `folder`, named by the time (seconds since 1970 UTC), and records it.

    A file `.sha256` beside it is as `sha256sum --check` reads it. Raises BackupFailed,
    DatabaseFailed.
    """
    at = datetime.fromtimestamp(now, UTC)
    file = folder / f"sirkula-{at:%Y%m%dT%H%M%SZ}.backup"
    with _translated():
        folder.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        # It holds what the database holds: nobody else may read it.
        part.touch(_READABLE_BY_OWNER)
        try:
            held = copied(engine, part)
            synced(part)
            _sum_of(file).write_text(f"{_sha256(part)}  {file.name}\n", encoding="ascii")
            synced(_sum_of(file))
            part.rename(file)
        finally:
            part.unlink(missing_ok=True)
        synced(folder)
    fault_point("S13")
    with transaction(engine) as connection:
        backed_up(connection, held)
    return file


def restore(engine: Engine, file: Path, now: float) -> None:
    """Fills an empty database from a backup; stations then send again what it lacks.

    Of what happened before `now` nobody knows then whether the library's own system was told.
    Raises BackupFailed when the database is not empty or the file is not as it was written.
    """
    with _translated():
        if _sum_of(file).exists():
            wanted = _sum_of(file).read_text(encoding="ascii").partition(" ")[0]
            if _sha256(file) != wanted:
                raise BackupFailed(f"{file} is not as it was written: take another backup")
        put_back(engine, file)
    with transaction(engine) as connection:
        doubt_everything(connection, now)


def _sum_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.sha256")


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackupFailed(str(error)) from error
