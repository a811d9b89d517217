"""What a task about an item rests on, gathered from the item's history. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from broker.kinds import kind_of
from broker.vocabulary import Patron, PatronId
from server.circulation.grants import Granted
from server.circulation.tasks import FactSeen, GrantSeen, Grounds, Task, masked
from server.circulation.timeline import Happened


def seen(event: Happened) -> FactSeen:
    """The fact as grounds for a task."""
    when = event.span
    place = (event.act, event.device, event.install, event.seq)
    kind = kind_of(event.fact)
    return FactSeen(*place, kind, when.earliest, when.latest, event.received_at)


def grounded(
    task: Task, history: Sequence[Happened], granted: Sequence[Granted], holder: Patron | None
) -> Task:
    """The task with its grounds: what its act, and the act in its reason, came to.

    `holder` is who had the item until the task's act, where the fact itself names nobody.
    """
    facts = [event for event in history if str(event.act) in {str(task.act), task.reason}]
    own = [event for event in facts if event.act == task.act]
    grants = [grant for grant in granted if grant.act == task.act]
    named = [getattr(event.fact, "patron", None) for event in own] + [one.patron for one in grants]
    patron = next((one for one in named if one is not None), holder)
    devices = [one.device for one in own] + [one.device for one in grants]
    shown = tuple(GrantSeen(one.act, one.device, one.granted_at, one.due) for one in grants)
    return replace(
        task,
        device=devices[0] if devices else None,
        patron=masked(patron) if isinstance(patron, PatronId) else None,
        grounds=Grounds(tuple(map(seen, facts)), shown),
    )
