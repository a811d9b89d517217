"""What was not listened to at all, counted by cause and device.

Law: works in the caller's transaction and never commits.
"""

from enum import Enum

from sqlalchemy import Connection

from broker.errors import BadMessage
from broker.vocabulary import DeviceId
from server.journal.keeping import insert_into
from server.journal.tables import refused as table


class Cause(Enum):
    """Why nobody listened."""

    RETAINED = "retained"
    WRONG_TOPIC = "wrong-topic"
    REVOKED = "revoked"


class Unheard(BadMessage):
    """A message that may be well formed and yet does not count, by who said it, where and how."""

    def __init__(self, cause: Cause, words: str) -> None:
        super().__init__(words)
        self.cause = cause


def count(connection: Connection, cause: Cause, device: DeviceId | None, now: float) -> None:
    """One more, at `now` (seconds since 1970 UTC); `device` as far as the topic tells it."""
    name = "" if device is None else str(device)
    row = {"cause": cause.value, "device": name, "messages": 1, "latest_at": now}
    statement = insert_into(connection, table).values(row)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[table.c.cause, table.c.device],
            set_={"messages": table.c.messages + 1, "latest_at": now},
        )
    )
