"""The derived tables: loans, tasks, grants' standing and anchors, always a fold of the journal.

Law: only this file writes them (and only staff settle a task). Whatever the order in which facts
became known, and whether refolded a little or rebuilt whole, the rows come out the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    select,
    text,
    true,
    tuple_,
    update,
)

from broker.facts import Entry, UnknownItemDropped
from broker.fault_points import fault_point
from broker.vocabulary import ActId, ClockState, DeviceId, ItemId, Moment
from server import incidents
from server.circulation.fold import Evidence, ItemCirculation, Loan, Task, TaskKind, stray
from server.circulation.timeline import Anchor, anchors
from server.histories import events_of, folded
from server.journal.database import insert_into
from server.journal.journal import chunks
from server.journal.patrons import to_column
from server.journal.tables import anchor, fact, grant, loan, task

_DERIVED: Final = (loan, task, grant, anchor)
_FOLDED: Final = task.c.kind.not_in([kind.value for kind in incidents.KINDS])
_UNSURE: Final = text("clock <> 'synchronised'")  # the very words of the index
Boot = tuple[DeviceId, str]


def apply(connection: Connection, new: Sequence[Entry]) -> None:
    """Refold every item whose history the new entries touch."""
    if not new:
        return
    items = {entry.fact.item for entry in new if not isinstance(entry.fact, UnknownItemDropped)}
    strays = {entry.act for entry in new if isinstance(entry.fact, UnknownItemDropped)}
    items |= _granted_items(connection, [str(entry.act) for entry in new])
    boots = _learn(connection, anchors((entry.device, entry.at) for entry in new))
    for act, item in _unsure(connection, boots):
        items |= {ItemId(item)} if item is not None else set()
        strays |= {ActId(act)} if item is None else set()
    refold(connection, items)
    fault_point("S6")
    _refold_strays(connection, strays)


def refold(connection: Connection, items: Iterable[ItemId]) -> None:
    """Derive the rows of these items again and write what differs."""
    for chunk in chunks(sorted(map(str, items))):
        circulations = folded(connection, chunk)
        loans = [_loan_row(one) for item in circulations for one in item.loans]
        _replace(connection, loan, loan.c.item.in_(chunk), loans)
        tasks = [_task_row(one) for item in circulations for one in item.tasks]
        _replace_tasks(connection, and_(task.c.item.in_(chunk), _FOLDED), tasks)
        _write_standings(connection, circulations)


def rebuild(connection: Connection) -> None:
    """Throw every derived row away and derive it again from the journal.

    What staff settled stays settled.
    """
    connection.execute(delete(loan))
    connection.execute(delete(task).where(task.c.settled_at.is_(None), _FOLDED))
    connection.execute(delete(anchor))
    _learn(connection, anchors(_synchronised(connection)))
    both = select(fact.c.item).union(select(grant.c.item)).subquery()
    items = connection.scalars(select(both.c.item).where(both.c.item.is_not(None))).all()
    refold(connection, map(ItemId, items))
    strays = connection.scalars(select(fact.c.act).where(fact.c.item.is_(None))).all()
    _refold_strays(connection, map(ActId, strays))


def dump(connection: Connection) -> bytes:
    """All derived rows in one canonical form, so that two states can be compared byte by byte."""
    tables = {}
    for table in _DERIVED:
        rows = connection.execute(
            select(table)
            .where(_FOLDED if table is task else true())
            .order_by(*table.primary_key.columns)
        )
        tables[table.name] = [dict(row) for row in rows.mappings()]
    return msgspec.json.encode(tables, order="deterministic")


def _granted_items(connection: Connection, acts: Sequence[str]) -> set[ItemId]:
    found: set[ItemId] = set()
    for chunk in chunks(acts):
        statement = select(grant.c.item).where(grant.c.act.in_(chunk))
        found.update(map(ItemId, connection.scalars(statement)))
    return found


def _synchronised(connection: Connection) -> Iterable[tuple[DeviceId, Moment]]:
    state = ClockState.SYNCHRONISED
    columns = (fact.c.device, fact.c.boot, fact.c.monotonic, fact.c.wall)
    statement = select(*columns).where(fact.c.clock == state.value)
    for device, boot, monotonic, wall in connection.execute(
        statement.execution_options(yield_per=1000)
    ):
        yield DeviceId(device), Moment(boot, monotonic, wall, state)


def _learn(connection: Connection, found: Mapping[Boot, Anchor]) -> list[tuple[str, str]]:
    """Keep each boot's earliest anchor; the boots for which that changed something."""
    if not found:
        return []
    statement = insert_into(connection, anchor)
    better = statement.excluded
    earlier = or_(
        better.monotonic < anchor.c.monotonic,
        and_(better.monotonic == anchor.c.monotonic, better.wall < anchor.c.wall),
    )
    upsert = statement.on_conflict_do_update(
        index_elements=[anchor.c.device, anchor.c.boot],
        set_={"monotonic": better.monotonic, "wall": better.wall},
        where=earlier,
    ).returning(anchor.c.device, anchor.c.boot)
    rows = [
        {"device": str(device), "boot": boot, "monotonic": one.monotonic, "wall": one.wall}
        for (device, boot), one in found.items()
    ]
    return [(device, boot) for device, boot in connection.execute(upsert, rows)]


def _unsure(
    connection: Connection, boots: Sequence[tuple[str, str]]
) -> list[tuple[str, str | None]]:
    """Act and item of each fact in these boots whose time an anchor corrects."""
    found: list[tuple[str, str | None]] = []
    for chunk in chunks(boots):
        statement = select(fact.c.act, fact.c.item).where(
            tuple_(fact.c.device, fact.c.boot).in_(chunk), _UNSURE
        )
        for act, item in connection.execute(statement):
            found.append((act, item))
    return found


def _refold_strays(connection: Connection, acts: Iterable[ActId]) -> None:
    for chunk in chunks(sorted(map(str, acts))):
        tasks = [
            _task_row(stray(event, event.fact))
            for event in events_of(connection, fact.c.act.in_(chunk))
            if isinstance(event.fact, UnknownItemDropped)
        ]
        kind = TaskKind.UNKNOWN_ITEM_DROPPED.value
        _replace_tasks(connection, and_(task.c.kind == kind, task.c.act.in_(chunk)), tasks)


def _loan_row(one: Loan) -> dict[str, Any]:
    return {
        "act": str(one.act),
        "item": str(one.item),
        "member": one.member,
        "patron": to_column(one.patron),
        "lent_at": one.lent_at,
        "due": one.due,
        "provisional": one.evidence is Evidence.PROVISIONAL,
        "confirmed": one.evidence is not Evidence.UNCONFIRMED,
        "returned_at": one.returned_at,
        "closed_by": None if one.closed_by is None else str(one.closed_by),
        "closing": None if one.closing is None else one.closing.value,
    }


def _task_row(one: Task) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "act": str(one.act),
        "item": None if one.item is None else str(one.item),
        "device": None,
        "reason": one.reason,
        "evidence": None,
        "opened_at": one.opened_at,
        "settled_at": None,
    }


def _replace_tasks(
    connection: Connection, scope: ColumnElement[bool], wanted: Sequence[dict[str, Any]]
) -> None:
    """As `_replace`, but what staff settled stays as they left it."""
    settled = select(task.c.kind, task.c.act).where(scope, task.c.settled_at.is_not(None))
    done = {(kind, act) for kind, act in connection.execute(settled)}
    undone = [row for row in wanted if (row["kind"], row["act"]) not in done]
    _replace(connection, task, and_(scope, task.c.settled_at.is_(None)), undone)


def _replace(
    connection: Connection,
    table: Table,
    scope: ColumnElement[bool],
    wanted: Sequence[dict[str, Any]],
) -> None:
    """Make the rows in `scope` those wanted, touching only the ones that differ."""
    rows = connection.execute(select(table).where(scope)).mappings()
    keys = table.primary_key.columns.keys()
    existing = {tuple(row[key] for key in keys): dict(row) for row in rows}
    target = {tuple(row[key] for key in keys): row for row in wanted}
    stale = [key for key, row in existing.items() if target.get(key) != row]
    fresh = [row for key, row in target.items() if existing.get(key) != row]
    if stale:
        this = and_(*(column == bindparam(f"old_{column.name}") for column in table.primary_key))
        names = [f"old_{key}" for key in keys]
        connection.execute(
            delete(table).where(this), [dict(zip(names, key, strict=True)) for key in stale]
        )
    if fresh:
        connection.execute(insert(table), fresh)


def _write_standings(connection: Connection, circulations: Sequence[ItemCirculation]) -> None:
    changes = [
        {"this": str(act), "now": standing.value}
        for one in circulations
        for act, standing in one.grants
    ]
    if changes:
        statement = update(grant).where(
            grant.c.act == bindparam("this"), grant.c.standing != bindparam("now")
        )
        connection.execute(statement.values(standing=bindparam("now")), changes)
