"""The server's key pair, which stations seal patrons' numbers to: made once, kept in one folder.

Law: another pair is never made while the database knows one. Without the private half nobody can
read what stations have sealed, so the folder belongs into the backup, apart from the database's.
"""

import os
import stat
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from broker.errors import BadSettings, SirkulaError
from broker.sealing import OpeningKey
from server.journal.tables import marker

PRIVATE: Final = "sealing.key"
PUBLIC: Final = "sealing.pub"
_MARK: Final = "sealing-key"


class KeyUnusable(SirkulaError):
    """The private key cannot be used; the text names its file and what to do."""


def opening_key(folder: Path, connection: Connection) -> OpeningKey:
    """The private key in `folder`, made when this database never had one. Raises KeyUnusable."""
    file = folder / PRIVATE
    known = connection.scalar(select(marker.c.content).where(marker.c.name == _MARK))
    try:
        key = _read(file) if file.exists() or known is not None else _made(file)
        _publish(folder / PUBLIC, key)
    except FileNotFoundError as error:
        raise KeyUnusable(
            f"{file} is missing, and stations seal to its public half {known}: bring the folder "
            "back from the backup; if there is none, make another with `sirkula-server key --anew` "
            "and enrol every station again"
        ) from error
    except (OSError, UnicodeDecodeError, BadSettings) as error:
        raise KeyUnusable(f"{file}: the server's private key cannot be used: {error}") from error
    if known is None:
        connection.execute(insert(marker), {"name": _MARK, "content": str(key.sealing)})
    elif known != str(key.sealing):
        raise KeyUnusable(f"{file} is another library's: this database's stations seal to {known}")
    return key


def forget_key(connection: Connection) -> None:
    """The pair is lost for good: the next one may be another. What was sealed to it stays shut."""
    connection.execute(delete(marker).where(marker.c.name == _MARK))


def _read(file: Path) -> OpeningKey:
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise BadSettings(f"others may read it: chmod 600 {file}")
    return OpeningKey.read(file.read_text(encoding="ascii"))


def _made(file: Path) -> OpeningKey:
    """Whole on the disk, or not there at all."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = OpeningKey.new()
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as written:
        written.write(f"{key.reveal()}\n")
        written.flush()
        os.fsync(written.fileno())
    new.rename(file)
    folder = os.open(file.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return key


def _publish(file: Path, key: OpeningKey) -> None:
    text = f"{key.sealing}\n"
    if not file.exists() or file.read_text(encoding="ascii") != text:
        file.write_text(text, encoding="ascii")
