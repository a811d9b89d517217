"""Walks along shelves: what each found, from the journal, and the tasks for staff that follow.

Law: works in the caller's transaction and never commits. A walk is its facts, and is never kept a
second time. Its tasks are no fold's: opened once, ended by whatever shows the book again, or by
staff. A walk opens none for what the records explain better than its list, which may be old.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Boolean, Connection, Row, bindparam, literal_column, select, update

from broker.facts import Entry, LoanRenewed, Mark, MarkCount, Marked, ShelfWalked, item_of
from broker.shelves import Whereabouts
from broker.vocabulary import ActId, DeviceId, ItemId
from server import shelving
from server.catalogue import is_elsewhere
from server.circulation.grounds import seen
from server.circulation.tasks import OF_SHELVES, Grounds, Task, TaskKind
from server.circulation.timeline import Happened
from server.histories import EVENTS, OF_ACTS, OF_ITEMS, events_of
from server.journal.journal import chunks
from server.journal.tables import fact, task
from server.journal.tasks import open_task

MOST_TASKS: Final = 50
"""More of one kind in one walk are one task: the walk broke off, or is work for a list."""

# The index's very words.
_WALKED: Final = literal_column("kind = 'shelf-walked'", Boolean)
_WRONG: Final = {
    TaskKind.MISSING_ON_SHELF: frozenset({Mark.MISSING}),
    TaskKind.RELEASED_ON_SHELF: frozenset({Mark.RELEASED_HERE}),
    TaskKind.ON_LOAN_ON_SHELF: frozenset({Mark.SECURED_ON_LOAN, Mark.ON_LOAN_HERE}),
}
_OPEN: Final = select(task).where(
    task.c.settled_at.is_(None), task.c.kind.in_([kind.value for kind in OF_SHELVES])
)
# Built once: asked with every batch of facts.
_OPEN_ABOUT: Final = _OPEN.where(task.c.item.in_(bindparam("names", expanding=True)))


@dataclass(frozen=True, slots=True)
class Walk:
    """One walk as far as its parts have come; `at` is when it was told first (UTC seconds)."""

    walk: ActId
    device: str
    shelf: str
    at: float
    parts: int
    missing_parts: int
    counts: tuple[MarkCount, ...]
    marked: tuple[Marked, ...]

    @property
    def is_whole(self) -> bool:
        return self.missing_parts == 0


def walks(connection: Connection, device: DeviceId | None = None) -> tuple[Walk, ...]:
    """Every walk that the journal has, or one device's, the oldest first."""
    told = EVENTS.where(_WALKED)
    if device is not None:
        told = told.where(fact.c.device == str(device))
    parts: dict[tuple[str, ActId], dict[int, Happened]] = {}
    for event in events_of(connection, told):
        if isinstance(event.fact, ShelfWalked):
            walk = parts.setdefault((str(event.device), event.fact.walk), {})
            walk[event.fact.part] = event
    found = [_walk(device, told) for (device, _), told in parts.items()]
    return tuple(sorted(found, key=lambda one: (one.at, str(one.walk))))


def _walk(device: str, told: dict[int, Happened]) -> Walk:
    facts = [event.fact for _, event in sorted(told.items()) if isinstance(event.fact, ShelfWalked)]
    first = facts[0]
    return Walk(
        first.walk,
        device,
        first.shelf,
        min(event.time for event in told.values()),
        first.parts,
        first.parts - len(facts),
        first.counts,
        tuple(one for fact in facts for one in fact.marked),
    )


def wrong(marks: Iterable[Mark], where: Whereabouts | None) -> TaskKind | None:
    """What staff have to see to, by the walk's marks and by the records of now.

    `where` is None where another system has the records: the list is believed then.

    >>> wrong((Mark.MISSING,), Whereabouts.ON_LOAN), wrong((Mark.FOUND,), None)
    (None, None)
    """
    found = {kind for kind, why in _WRONG.items() if why & {*marks}}
    if where is None:
        return next((kind for kind in _WRONG if kind in found), None)
    if TaskKind.MISSING_ON_SHELF in found:
        return TaskKind.MISSING_ON_SHELF if where is Whereabouts.HERE else None
    if found and where is Whereabouts.ON_LOAN:
        return TaskKind.ON_LOAN_ON_SHELF
    return TaskKind.RELEASED_ON_SHELF if TaskKind.RELEASED_ON_SHELF in found else None


def follow(connection: Connection, new: Sequence[Entry], now: float) -> None:
    """Open tasks for what walks among `new` found, and end those about what was seen since."""
    walked = [entry for entry in new if isinstance(entry.fact, ShelfWalked)]
    for event in _happened(connection, walked):
        if isinstance(event.fact, ShelfWalked):
            _end_seen(connection, event, event.fact, now)
            _open(connection, event, event.fact)
    handled = {str(item) for entry in new if (item := _handled(entry)) is not None}
    for chunk in chunks(sorted(handled)):
        rows = connection.execute(_OPEN_ABOUT, {"names": chunk}).all()
        if rows:
            latest = _latest(connection, [row.item for row in rows])
            over = [row for row in rows if latest.get(row.item, 0.0) >= row.opened_at]
            _settle(connection, over, now)


def _handled(entry: Entry) -> ItemId | None:
    """The item that somebody had in their hands."""
    return None if isinstance(entry.fact, LoanRenewed) else item_of(entry.fact)


def _happened(connection: Connection, entries: Sequence[Entry]) -> list[Happened]:
    acts = [str(entry.act) for entry in entries]
    return [event for chunk in chunks(acts) for event in events_of(connection, OF_ACTS, chunk)]


def _latest(connection: Connection, items: Sequence[str]) -> dict[str, float]:
    """When each item was, perhaps, in somebody's hands last."""
    latest: dict[str, float] = {}
    for chunk in chunks(sorted({*items})):
        for event in events_of(connection, OF_ITEMS, chunk):
            item = str(item_of(event.fact))
            if not isinstance(event.fact, LoanRenewed):
                latest[item] = max(latest.get(item, 0.0), event.span.latest)
    return latest


def _open(connection: Connection, event: Happened, walked: ShelfWalked) -> None:
    """A task for each item that something is the matter with, or one for all of too many."""
    names = [str(one.item) for one in walked.marked]
    where: dict[str, Whereabouts] = {}
    if not is_elsewhere(connection):
        where = shelving.whereabouts(connection, names)
    by_kind: dict[TaskKind, list[str]] = {}
    for one in walked.marked:
        kind = wrong(one.marks, where.get(str(one.item)))
        if kind is not None:
            by_kind.setdefault(kind, []).append(str(one.item))
    counts = {one.mark: one.items for one in walked.counts}
    for kind, items in by_kind.items():
        if max(len(items), sum(counts.get(mark, 0) for mark in _WRONG[kind])) > MOST_TASKS:
            open_task(connection, _task(TaskKind.SHELF_NEEDS_WORK, event, walked, None))
            continue
        known = _known(connection, kind, items)
        latest = _latest(connection, items)
        for item in items:
            if item not in known and latest.get(item, 0.0) < event.time:
                open_task(connection, _task(kind, event, walked, ItemId(item)))


def _task(kind: TaskKind, event: Happened, walked: ShelfWalked, item: ItemId | None) -> Task:
    # Of the form an act's id has, however long the item's number is.
    name = sha256(f"{walked.walk}/{item or ''}".encode()).hexdigest()[:16]
    act = ActId(f"{event.device}/{name}")
    grounds = Grounds((seen(event),))
    return Task(kind, act, item, walked.shelf, event.time, event.device, None, grounds)


def _known(connection: Connection, kind: TaskKind, items: Sequence[str]) -> set[str]:
    """Those that staff have been asked to see to already."""
    rows = connection.execute(_OPEN_ABOUT, {"names": items})
    return {row.item for row in rows if row.kind == kind.value}


def _end_seen(connection: Connection, event: Happened, walked: ShelfWalked, now: float) -> None:
    """End what this walk shows to be over: books it read, and the rest of a whole shelf."""
    read = [str(one.item) for one in walked.marked if Mark.MISSING not in one.marks]
    missing = _OPEN.where(
        task.c.kind == TaskKind.MISSING_ON_SHELF.value,
        task.c.item.in_(read),
        task.c.opened_at < event.time,
    )
    _settle(connection, connection.execute(missing).all(), now)
    told = walks(connection, event.device)
    walk = next(one for one in told if one.walk == walked.walk)
    if not walk.is_whole:
        return
    still = {
        (kind.value, str(one.item))
        for one in walk.marked
        for kind, why in _WRONG.items()
        if why & {*one.marks}
    }
    before = _OPEN.where(task.c.reason == walk.shelf, task.c.opened_at < walk.at)
    rows = [row for row in connection.execute(before) if (row.kind, row.item) not in still]
    _settle(connection, rows, now)


def _settle(connection: Connection, rows: Sequence[Row[Any]], now: float) -> None:
    for row in rows:
        this = task.c.kind == row.kind, task.c.act == row.act
        connection.execute(update(task).where(*this).values(settled_at=now))
