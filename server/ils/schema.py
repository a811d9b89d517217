"""What a MariaDB database is made of, and whether it has what we use."""

from dataclasses import dataclass

from sqlalchemy import Connection, MetaData, text

from server.ils.port import NothingSent


class UnknownSchema(NothingSent):
    """The database is not the system's as we know it; the text names every column it lacks."""


@dataclass(frozen=True, slots=True)
class Schema:
    """The database's columns by table, its tables' engines, and its triggers as (table, event)."""

    columns: dict[str, frozenset[str]]
    engines: dict[str, str]
    triggers: frozenset[tuple[str, str]]

    def check(self, tables: MetaData) -> None:
        """Raises UnknownSchema, which names what is missing."""
        missing = [
            f"{table.name}.{column.name}"
            for table in tables.sorted_tables
            for column in table.columns
            if column.name.lower() not in self.columns.get(table.name, frozenset())
        ]
        if missing:
            names = ", ".join(sorted(missing))
            raise UnknownSchema(f"the database has no {names}: is it another version?")

    def is_transactional(self, written: tuple[str, ...]) -> bool:
        return all(self.engines.get(name) == "InnoDB" for name in written)


def read_schema(connection: Connection) -> Schema:
    """Table names in lower case: on Windows they are, on Linux as they were written."""
    here = "WHERE table_schema = DATABASE()"
    columns: dict[str, set[str]] = {}
    for table, column in connection.execute(
        text(f"SELECT table_name, column_name FROM information_schema.columns {here}")  # noqa: S608 - no value in it
    ):
        columns.setdefault(table.lower(), set()).add(column.lower())
    engines = connection.execute(
        text(f"SELECT table_name, engine FROM information_schema.tables {here}")  # noqa: S608
    )
    triggers = connection.execute(
        text(
            "SELECT event_object_table, event_manipulation FROM information_schema.triggers "
            "WHERE trigger_schema = DATABASE()"
        )
    )
    return Schema(
        {table: frozenset(names) for table, names in columns.items()},
        {table.lower(): engine for table, engine in engines},
        frozenset((table.lower(), event) for table, event in triggers),
    )
