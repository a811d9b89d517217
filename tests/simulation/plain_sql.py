"""A witness's own way into a database file: plain SQL, and only what is committed."""

from pathlib import Path
from sqlite3 import Connection, connect
from typing import Any


class PlainSql:
    """Stays connected from one look to the next; `close` it before the file is put away."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: Connection | None = None

    def rows(self, query: str, given: dict[str, object] | None = None) -> list[Any]:
        """All that it finds."""
        if self._connection is None:
            self._connection = connect(self._path)
        return self._connection.execute(query, given or {}).fetchall()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
