"""Rows kept under their key: the new one goes in, or its columns take the place of the old one's.

Law: works in the caller's transaction. Each statement is built once: that costs more than to
carry it out.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Insert = postgresql.Insert | sqlite.Insert


def keep(connection: Connection, table: Table, row: Mapping[str, Any], **when_new: Any) -> None:
    """Keep `row`, which has the table's key; a row that is new has the columns `when_new` too."""
    statement = _keeping(connection.dialect.name, table, tuple(row))
    connection.execute(statement, {**when_new, **row})


def keep_all(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """As `keep` for many rows of the same columns."""
    if rows:
        connection.execute(_keeping(connection.dialect.name, table, tuple(rows[0])), rows)


def insert_into(connection: Connection, table: Table) -> Insert:
    """An INSERT of this database's own kind, which knows ON CONFLICT."""
    return _insert(connection.dialect.name, table)


@cache
def _keeping(dialect: str, table: Table, columns: tuple[str, ...]) -> Insert:
    key = table.primary_key.columns.keys()
    statement = _insert(dialect, table)
    replaced = {name: statement.excluded[name] for name in columns if name not in key}
    return statement.on_conflict_do_update(index_elements=key, set_=replaced)


@cache
def _insert(dialect: str, table: Table) -> Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
