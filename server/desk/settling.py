"""Reads the tasks of staff, and carries out what staff decide about them.

Law: works in the caller's transaction, one writer at a time, and never commits. A decision is a row
of its own, never changed; loans and grants follow from it by the fold.
"""

from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, insert, select, update

from broker.errors import SirkulaError
from broker.fault_points import fault_point
from broker.places import fingerprint
from broker.vocabulary import ActId, ItemId
from server import projection
from server.circulation.tasks import OF_SYSTEM, Choice, Decision, Grounds, TaskKind
from server.desk.task import DeskTask, Verdict, objection
from server.heard import Heard
from server.intake import Intake
from server.journal.keeping import insert_into
from server.journal.tables import decision, errand, fact, item, lost, quarantine, task, title


class NotSettled(SirkulaError):
    """The task is as it was; the text says what to do."""


def open_tasks(connection: Connection) -> tuple[DeskTask, ...]:
    """The oldest first."""
    statement = _tasks().where(task.c.settled_at.is_(None))
    statement = statement.order_by(task.c.opened_at, task.c.kind, task.c.act)
    return tuple(map(_desk_task, connection.execute(statement)))


def found(connection: Connection, key: str) -> DeskTask:
    """The task `KIND/ACT`, open or settled. Raises NotSettled when there is none."""
    kind, _, act = key.partition("/")
    row = connection.execute(_tasks().where(task.c.kind == kind, task.c.act == act)).first()
    if row is None:
        raise NotSettled(f"there is no task {key}: `sirkula-server tasks list` shows all")
    return replace(_desk_task(row), said=_said(connection, row))


def _said(connection: Connection, row: Row[Any]) -> tuple[str, ...]:
    """What the library's own system said to the changes that the task is about."""
    if TaskKind(row.kind) not in OF_SYSTEM:
        return ()
    words = connection.scalars(select(errand.c.said).where(errand.c.act == row.act))
    return tuple(line for said in words for line in said.splitlines())


def settle(
    connection: Connection, intake: Intake, key: str, verdict: Verdict, now: float
) -> DeskTask:
    """Carry out what was decided; the task afterwards. Raises NotSettled, changing nothing."""
    one = found(connection, key)
    if (why_not := objection(one, verdict)) is not None:
        raise NotSettled(why_not)
    about = one.item if verdict.item is None else str(verdict.item)
    row = {
        "kind": one.kind.value,
        "act": one.act,
        "item": about,
        "choice": verdict.choice.value,
        "who": verdict.who,
        "note": verdict.why,
        "decided_at": now,
    }
    connection.execute(insert(decision), row)
    if verdict.choice is Choice.WAIT:
        return one
    connection.execute(
        update(task)
        .where(task.c.kind == one.kind.value, task.c.act == one.act)
        .values(
            settled_at=now,
            settled_by=verdict.who,
            settlement=verdict.choice.value,
            note=verdict.why,
        )
    )
    fault_point("S10")
    _carry_out(connection, intake, one, verdict.choice, now)
    if about is not None:
        projection.refold(connection, (ItemId(about),))
        decided = Decision(one.kind, ActId(one.act), verdict.choice)
        intake.library.decided(connection, decided, ItemId(about), now)
    return found(connection, key)


def _carry_out(
    connection: Connection, intake: Intake, one: DeskTask, choice: Choice, now: float
) -> None:
    match choice:
        case Choice.CLOSE_AS_LOST:
            _give_up(connection, one)
        case Choice.RE_DRIVE:
            for number in one.evidence.messages:
                _drive(connection, intake, number, now)
        case _:
            pass


def _give_up(connection: Connection, one: DeskTask) -> None:
    """The missing entries hold nothing up any more; should one come after all, it counts."""
    place = {"device": one.device, "install": one.evidence.install}
    for seq in one.evidence.seqs:
        statement = insert_into(connection, lost).on_conflict_do_nothing()
        connection.execute(statement, {**place, "seq": seq})


def _drive(connection: Connection, intake: Intake, number: int, now: float) -> None:
    """Take the message in again, as if it had just come."""
    row = connection.execute(select(quarantine).where(quarantine.c.id == number)).one()
    intake.digest(connection, (Heard(row.topic, row.payload),), now)
    place = (fact.c.device == row.device, fact.c.install == row.install, fact.c.seq == row.seq)
    kept = connection.scalar(select(fact.c.payload_hash).where(*place))
    if kept is None or kept != fingerprint(row.payload):
        raise NotSettled(f"message {number} still cannot be used; update the server, or discard it")


def _tasks() -> Select[Any]:
    return (
        select(task, title.c.title)
        .outerjoin_from(task, item, item.c.barcode == task.c.item)
        .outerjoin(title, title.c.id == item.c.title)
    )


def _desk_task(row: Row[Any]) -> DeskTask:
    return DeskTask(
        kind=TaskKind(row.kind),
        act=row.act,
        item=row.item,
        title=row.title,
        device=row.device,
        patron=row.patron,
        reason=row.reason,
        evidence=msgspec.convert(row.evidence, Grounds, dec_hook=lambda cls, text: cls(text)),
        opened_at=row.opened_at,
        settled_at=row.settled_at,
        settled_by=row.settled_by,
        settlement=None if row.settlement is None else Choice(row.settlement),
        note=row.note,
    )
