"""Differences between our records and the system's, as tasks: one for each item and difference.

Law: works in the caller's transaction and never commits. Staff put it right where it is wrong; a
difference that is gone settles its task.
"""

from dataclasses import replace
from hashlib import sha256

from sqlalchemy import Connection, func, select, update

from broker.vocabulary import ActId, ItemId
from server.circulation.outcomes import Difference
from server.circulation.tasks import Task, TaskKind
from server.journal.tables import task
from server.journal.tasks import open_task


def keep(connection: Connection, found: Task, *, again: bool = False) -> bool:
    """Open the task about `found.act`'s loan and the difference in its reason; False if it is open.

    `again`: what staff once settled is a new task if it still differs.
    """
    about = sha256(f"{found.act} {found.reason}".encode()).hexdigest()[:32]
    name = f"difference/{about}"
    if again:
        same = (task.c.kind == found.kind.value, task.c.act.startswith(name))
        settled = select(func.count()).where(*same, task.c.settled_at.is_not(None))
        count = connection.scalar(settled) or 0
        name = f"{name}/{count + 1}" if count else name
    return open_task(connection, replace(found, act=ActId(name)))


def over(connection: Connection, item: ItemId, but: Difference | None, now: float) -> None:
    """Whatever else differed about the item does not any more."""
    these = (task.c.kind == TaskKind.DIFFERS.value, task.c.item == str(item))
    others = task.c.reason != ("" if but is None else but.value)
    still_open = task.c.settled_at.is_(None)
    connection.execute(update(task).where(*these, others, still_open).values(settled_at=now))
