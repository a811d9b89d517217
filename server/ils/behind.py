"""A library's own system that takes nothing any more: one task until it has taken all.

What it has yet to be told waits as long as it must, and is sent by itself; but nothing waits for
more than a day without somebody knowing of it. Works in the caller's transaction.
"""

from typing import Final

from sqlalchemy import Connection, bindparam, func, select, update

from broker.vocabulary import ActId
from server.circulation.errands import FINAL, Stage
from server.circulation.retention import DAY
from server.circulation.tasks import Grounds, Task, TaskKind
from server.journal.tables import errand, fact, grant, task
from server.journal.tasks import open_task

_REASON: Final = "behind"
# What was refused is a task of its own.
_NOT_WAITING: Final = [stage.value for stage in (*FINAL, Stage.REFUSED)]
_SINCE: Final = func.coalesce(fact.c.received_at, grant.c.granted_at)
_WAITING: Final = (
    select(func.min(_SINCE), func.count())
    .select_from(errand)
    .outerjoin(fact, fact.c.act == errand.c.act)
    .outerjoin(grant, grant.c.act == errand.c.act)
    .where(
        errand.c.not_before.is_not(None),
        errand.c.stage.not_in(_NOT_WAITING),
        bindparam("day_ago") > _SINCE,
    )
)
_TOLD: Final = (task.c.kind == TaskKind.SYSTEM_BEHIND.value, task.c.settled_at.is_(None))


def notice(connection: Connection, now: float) -> None:
    """Opens the task when something has waited for a day, and ends it when nothing has."""
    since, waiting = connection.execute(_WAITING, {"day_ago": now - DAY}).one()
    if not waiting:
        connection.execute(update(task).where(*_TOLD).values(settled_at=now))
    elif connection.scalar(select(func.count()).select_from(task).where(*_TOLD)) == 0:
        # The name stays while the oldest does: what staff have settled is not told again.
        act = ActId(f"waiting-since/{since:.0f}")
        about = (act, None, _REASON, now, None, None, Grounds(unsent=waiting))
        open_task(connection, Task(TaskKind.SYSTEM_BEHIND, *about))
