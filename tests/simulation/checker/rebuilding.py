"""I-08: derived again, whole or in another order of arrival, the tables are the same bytes."""

from collections.abc import Iterator
from random import Random
from typing import Any, Final

from sqlalchemy import Connection, Engine, delete, insert, select

from broker.wire import decode_entry
from server import projection
from server.journal.tables import fact

_LARGEST_BATCH: Final = 20


def broken(engine: Engine, random: Random) -> Iterator[str]:
    """Each violation in words, beginning with its invariant."""
    with engine.connect() as connection:
        live = projection.dump(connection)
        projection.rebuild(connection)
        if projection.dump(connection) != live:
            yield "I-08 rebuilt from the journal the tables are not the same"
        _arrive_again(connection, random)
        if projection.dump(connection) != live:
            yield "I-08 had the facts arrived in another order the tables were not the same"
        connection.rollback()


def _arrive_again(connection: Connection, random: Random) -> None:
    rows = [dict(row) for row in connection.execute(select(fact)).mappings()]
    random.shuffle(rows)
    connection.execute(delete(fact))
    projection.rebuild(connection)
    while rows:
        size = random.randint(1, _LARGEST_BATCH)
        batch: list[dict[str, Any]] = rows[:size]
        rows = rows[size:]
        connection.execute(insert(fact), batch)
        projection.apply(connection, [decode_entry(row["payload"]) for row in batch])
