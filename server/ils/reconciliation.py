"""Compares our loans with the system's records: each difference becomes one task for staff.

Nothing is put right by itself. What the system has yet to be told is left out: it differs for now.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Engine, Row, delete, insert, or_, select

from broker.vocabulary import ActId, ItemId, PatronId
from server.circulation.fold import Closing
from server.circulation.outcomes import Ours, Sight, difference
from server.circulation.retention import DAY
from server.circulation.tasks import Task, TaskKind, masked
from server.ils import differences
from server.ils.carrying import look
from server.ils.port import LibraryError, LibrarySystem
from server.journal import errands
from server.journal.database import reading, transaction
from server.journal.tables import loan, marker

RECENT_DAYS: Final = 7
# So many items in a row that could not be read: the system is away.
_MOST_FAILURES: Final = 3
_LAST_NIGHT: Final = "reconciled"


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of it, in items: compared, of those different, and not compared."""

    compared: int = 0
    different: int = 0
    tasks_opened: int = 0
    under_way: int = 0
    not_read: int = 0


def reconcile(
    engine: Engine,
    system: LibrarySystem,
    now: Callable[[], float],
    stopped: Callable[[], bool] = lambda: False,
) -> Tally:
    """Every item that is on loan, or was returned in the last days. Raises DatabaseFailed."""
    with reading(engine) as connection:
        recent = loan.c.returned_at >= now() - RECENT_DAYS * DAY
        newest = _newest(connection, or_(loan.c.returned_at.is_(None), recent))
    tally, failures = Tally(), 0
    for row in newest.values():
        # What is written off is the desk's to tell the system; who is erased cannot be compared.
        if row.closing == Closing.WRITTEN_OFF.value or row.patron is None:
            continue
        if failures >= _MOST_FAILURES or stopped():
            tally = replace(tally, not_read=tally.not_read + 1)
            continue
        try:
            sight = look(system, ItemId(row.item), (PatronId(row.patron),))
        except LibraryError:
            failures += 1
            tally = replace(tally, not_read=tally.not_read + 1)
            continue
        failures = 0
        with transaction(engine) as connection:
            tally = _compared(connection, row, sight, now(), tally)
    return tally


def _compared(
    connection: Connection, row: Row[Any], sight: Sight, now: float, tally: Tally
) -> Tally:
    """The item, if nothing has happened to it since it was read."""
    again = _newest(connection, loan.c.item == row.item)[row.item]
    unchanged = (again.act, again.returned_at) == (row.act, row.returned_at)
    if not unchanged or errands.has_open(connection, (row.item,)):
        return replace(tally, under_way=tally.under_way + 1)
    patron = PatronId(row.patron)
    found = difference(Ours(patron, row.due, row.returned_at is not None), sight)
    differences.over(connection, ItemId(row.item), found, now)
    opened = False
    if found is not None:
        about = (ActId(row.act), ItemId(row.item), found.value, now)
        one = Task(TaskKind.DIFFERS, *about, patron=masked(patron))
        opened = differences.keep(connection, one, again=True)
    return replace(
        tally,
        compared=tally.compared + 1,
        different=tally.different + (found is not None),
        tasks_opened=tally.tasks_opened + opened,
    )


def _newest(connection: Connection, scope: ColumnElement[bool]) -> dict[str, Row[Any]]:
    """The newest of the loans in this scope for each item, the one that is open first of all."""
    newest: dict[str, Row[Any]] = {}
    for row in connection.execute(select(loan).where(scope).order_by(loan.c.item, loan.c.lent_at)):
        before = newest.get(row.item)
        if before is None or before.returned_at is not None:
            newest[row.item] = row
    return newest


@dataclass(frozen=True, slots=True)
class Nightly:
    """Once a day, from this hour on (0 to 23, the branch's)."""

    hour: int
    zone: ZoneInfo

    def is_due(self, engine: Engine, now: float) -> bool:
        """Whether it has not been done today. Raises DatabaseFailed."""
        local = datetime.fromtimestamp(now, self.zone)
        if local.hour < self.hour:
            return False
        with reading(engine) as connection:
            done = select(marker.c.content).where(marker.c.name == _LAST_NIGHT)
            return connection.scalar(done) != local.date().isoformat()

    def done(self, engine: Engine, now: float) -> None:
        """It need not be done again today."""
        today = datetime.fromtimestamp(now, self.zone).date().isoformat()
        with transaction(engine) as connection:
            connection.execute(delete(marker).where(marker.c.name == _LAST_NIGHT))
            connection.execute(insert(marker), {"name": _LAST_NIGHT, "content": today})
