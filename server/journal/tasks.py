"""Tasks for staff as rows of their table.

Law: works in the caller's transaction and never commits.
"""

from typing import Any

import msgspec
from sqlalchemy import Connection

from server.circulation.tasks import Task
from server.journal.keeping import insert_into
from server.journal.tables import task


def open_task(connection: Connection, one: Task) -> bool:
    """Open a task that no fold makes; one that is there, or was settled, stays as it is: False."""
    opened = insert_into(connection, task).values(task_row(one)).on_conflict_do_nothing()
    return connection.scalar(opened.returning(task.c.act)) is not None


def task_row(one: Task) -> dict[str, Any]:
    """An open task's row, every column of it."""
    return {
        "kind": one.kind.value,
        "act": str(one.act),
        "item": None if one.item is None else str(one.item),
        "device": None if one.device is None else str(one.device),
        "patron": one.patron,
        "reason": one.reason,
        "evidence": msgspec.to_builtins(one.grounds, enc_hook=str),
        "opened_at": one.opened_at,
        "settled_at": None,
        "settled_by": None,
        "settlement": None,
        "note": None,
    }
