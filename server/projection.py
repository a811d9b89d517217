"""The derived tables: loans, grants' standing, and tasks about items and clocks, always a fold.

Law: only this file writes them (and only staff settle a task). Whatever the order in which facts
became known, and whether refolded a little or rebuilt whole, the rows come out the same.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha256
from typing import Any, Final

import msgspec
from sqlalchemy import (
    BindParameter,
    Connection,
    Delete,
    Insert,
    Row,
    Select,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    true,
    tuple_,
    union,
    update,
)

from broker.facts import Entry, item_of
from broker.fault_points import fault_point
from broker.vocabulary import ActId, DeviceId, ItemId
from server import clocks, incidents
from server.circulation.fold import Evidence, ItemCirculation, Loan, stray
from server.circulation.tasks import OF_SHELVES, OF_SYSTEM, Grounds, Task, TaskKind
from server.histories import OF_ACTS, events_of, folded
from server.journal.journal import chunks
from server.journal.patrons import to_column
from server.journal.tables import boot, decision, fact, grant, loan, task
from server.journal.tasks import task_row

_DERIVED: Final = (loan, task, grant, boot)
# Tasks that other parts open, and that no fold would bring back.
_OTHERS: Final = (*incidents.KINDS, *OF_SYSTEM, *OF_SHELVES)
_FOLDED: Final = task.c.kind.not_in([kind.value for kind in _OTHERS])
# The very words of the index; timeline.CLOCK_TOLERANCE_SECONDS.
_AHEAD: Final = text("wall > received_at + 300")
# Each statement is built once: that costs more than to carry it out.
_NAMES: Final[BindParameter[Sequence[str]]] = bindparam("names", expanding=True)
_LOANS: Final = select(loan).where(loan.c.item.in_(_NAMES))
_GRANTED_ITEMS: Final = select(grant.c.act, grant.c.item).where(grant.c.act.in_(_NAMES))
_IDENTIFIED: Final = select(decision.c.item).where(
    decision.c.act.in_(_NAMES), decision.c.item.is_not(None)
)
_TASKS_OF_ITEMS: Final = select(task).where(task.c.item.in_(_NAMES), _FOLDED)
_TASKS_OF_ACTS: Final = select(task).where(task.c.act.in_(_NAMES))
_STRAYS: Final = _TASKS_OF_ACTS.where(
    task.c.kind.in_([TaskKind.UNKNOWN_ITEM_DROPPED.value, TaskKind.STAFF_CALLED.value])
)
_CLOCK_TASKS: Final = _TASKS_OF_ACTS.where(task.c.kind == TaskKind.CLOCK_AHEAD.value)
_CLOCKS_AHEAD: Final = (
    select(
        fact.c.device,
        fact.c.boot,
        func.min(fact.c.received_at).label("since"),
        func.max(fact.c.wall - fact.c.received_at).label("seconds"),
    )
    .where(_AHEAD, tuple_(fact.c.device, fact.c.boot).in_(_NAMES))
    .group_by(fact.c.device, fact.c.boot)
)
_STANDING: Final = (
    update(grant)
    .where(grant.c.act == bindparam("this"), grant.c.standing != bindparam("now"))
    .values(standing=bindparam("now"))
)


def apply(connection: Connection, new: Sequence[Entry]) -> None:
    """Refold every item whose history the new entries touch."""
    if not new:
        return
    moved = clocks.synchronised(connection, new)
    touched = [(str(entry.act), _item(entry)) for entry in new]
    granted = _granted_items(connection, [act for act, _ in touched])
    _refold_moved(connection, [*moved, *touched, *granted])
    fault_point("S6")
    _refold_clocks(connection, {(str(entry.device), entry.at.boot) for entry in new})


def learn(connection: Connection, report: clocks.Report, received_at: float) -> None:
    """Keep what a station says of its clocks, and refold every item whose history that moves."""
    _refold_moved(connection, clocks.hear(connection, report, received_at))


def refold(connection: Connection, items: Iterable[ItemId]) -> None:
    """Derive the rows of these items again and write what differs."""
    for chunk in chunks(sorted(map(str, items))):
        circulations = folded(connection, chunk)
        loans = [_loan_row(one) for item in circulations for one in item.loans]
        _replace(connection, loan, connection.execute(_LOANS, {"names": chunk}), loans)
        tasks = [task_row(one) for item in circulations for one in item.tasks]
        _replace_tasks(connection, _TASKS_OF_ITEMS, chunk, tasks)
        _write_standings(connection, circulations)


def rebuild(connection: Connection) -> None:
    """Throw every derived row away and derive it again from the journal.

    What staff settled stays settled.
    """
    connection.execute(delete(loan))
    connection.execute(delete(task).where(task.c.settled_at.is_(None), _FOLDED))
    tables = (fact, grant, decision)
    every = union(*(select(table.c.item) for table in tables)).subquery()
    items = connection.scalars(select(every.c.item).where(every.c.item.is_not(None))).all()
    refold(connection, map(ItemId, items))
    strays = connection.scalars(select(fact.c.act).where(fact.c.item.is_(None))).all()
    _refold_strays(connection, strays)
    ahead = select(fact.c.device, fact.c.boot).where(_AHEAD).distinct()
    _refold_clocks(connection, {(device, name) for device, name in connection.execute(ahead)})


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


def _item(entry: Entry) -> str | None:
    item = item_of(entry.fact)
    return None if item is None else str(item)


def items_of(entries: Iterable[Entry]) -> set[ItemId]:
    """The items that these entries are about."""
    return {ItemId(item) for entry in entries if (item := _item(entry)) is not None}


def _granted_items(connection: Connection, acts: Sequence[str]) -> clocks.Moved:
    found: clocks.Moved = []
    for chunk in chunks(acts):
        rows = connection.execute(_GRANTED_ITEMS, {"names": chunk})
        found += [(act, item) for act, item in rows]
    return found


def _refold_moved(connection: Connection, moved: clocks.Moved) -> None:
    strays = {act for act, item in moved if item is None}
    items = {ItemId(item) for _, item in moved if item is not None}
    for chunk in chunks(sorted(strays)):
        items.update(map(ItemId, connection.scalars(_IDENTIFIED, {"names": chunk})))
    refold(connection, items)
    _refold_strays(connection, strays)


def _refold_strays(connection: Connection, acts: Iterable[str]) -> None:
    for chunk in chunks(sorted(acts)):
        tasks = [
            task_row(one)
            for event in events_of(connection, OF_ACTS, chunk)
            if (one := stray(event)) is not None
        ]
        _replace_tasks(connection, _STRAYS, chunk, tasks)


def _refold_clocks(connection: Connection, boots: Iterable[tuple[str, str]]) -> None:
    """One task for each boot in which a station's clock was further ahead than is usual."""
    for chunk in chunks(sorted(boots)):
        tasks = [_clock_task(row) for row in connection.execute(_CLOCKS_AHEAD, {"names": chunk})]
        if tasks:
            _replace_tasks(connection, _CLOCK_TASKS, [row["act"] for row in tasks], tasks)


def _clock_task(row: Row[str, str, float, float]) -> dict[str, Any]:
    # Of the form an act's id has, whatever the boot's name is.
    act = ActId(f"{row.device}/{sha256(row.boot.encode()).hexdigest()[:16]}")
    kind, device, grounds = TaskKind.CLOCK_AHEAD, DeviceId(row.device), Grounds(seconds=row.seconds)
    return task_row(Task(kind, act, None, "", row.since, device, None, grounds))


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
        "renewals": one.renewals,
        "returned_at": one.returned_at,
        "closed_by": None if one.closed_by is None else str(one.closed_by),
        "closing": None if one.closing is None else one.closing.value,
    }


def _replace_tasks(
    connection: Connection,
    scope: Select[Any],
    names: Sequence[str],
    wanted: Sequence[dict[str, Any]],
) -> None:
    """As `_replace`, but what staff settled stays as they left it."""
    rows = connection.execute(scope, {"names": names}).all()
    done = {(row.kind, row.act) for row in rows if row.settled_at is not None}
    undone = [row for row in wanted if (row["kind"], row["act"]) not in done]
    _replace(connection, task, [row for row in rows if row.settled_at is None], undone)


def _replace(
    connection: Connection,
    table: Table,
    rows: Iterable[Row[Any]],
    wanted: Sequence[dict[str, Any]],
) -> None:
    """Make `rows` of the table those wanted, touching only the ones that differ."""
    keys = table.primary_key.columns.keys()
    found = [row._asdict() for row in rows]
    existing = {tuple(row[key] for key in keys): row for row in found}
    target = {tuple(row[key] for key in keys): row for row in wanted}
    stale = [key for key, row in existing.items() if target.get(key) != row]
    fresh = [row for key, row in target.items() if existing.get(key) != row]
    if stale:
        names = [f"old_{key}" for key in keys]
        old = [dict(zip(names, key, strict=True)) for key in stale]
        connection.execute(_deleting(table), old)
    if fresh:
        connection.execute(_inserting(table), fresh)


@cache
def _deleting(table: Table) -> Delete:
    keys = table.primary_key.columns
    return delete(table).where(*(key == bindparam(f"old_{key.name}") for key in keys))


@cache
def _inserting(table: Table) -> Insert:
    return insert(table)


def _write_standings(connection: Connection, circulations: Sequence[ItemCirculation]) -> None:
    changes = [
        {"this": str(act), "now": standing.value}
        for one in circulations
        for act, standing in one.grants
    ]
    if changes:
        connection.execute(_STANDING, changes)
