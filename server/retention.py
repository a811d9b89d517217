"""Takes persons out of the records on schedule: erased within the hour, overwritten within the day.

Law: what goes when is `circulation.retention`'s; this carries it out, a few acts to a transaction.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection, Engine, Table, delete, select, update

from server.circulation.retention import (
    AUDIT_DAYS,
    DAY,
    SET_ASIDE_DAYS,
    Hold,
    hold,
    without_quotations,
)
from server.journal.database import DatabaseFailed, insert_into, overwrite, transaction
from server.journal.journal import chunks
from server.journal.tables import audit, fact, grant, loan, marker, member, quarantine
from server.links import acts_named_before, erase, links_of

HOUR: Final = 3600.0
_NAMING: Final[Sequence[Table]] = (fact, grant, loan, quarantine, member)
_FREED: Final = "freed"  # the mark that deleted rows may still be readable in the files, and since

log: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run came to: links between person and item, and messages that were set aside."""

    links_erased: int
    links_held_for_tasks: int
    messages_erased: int


def erase_what_is_over(engine: Engine, now: float, days: int) -> Outcome:
    """Erases every link that is over since `days`. Raises DatabaseFailed; running again is safe.

    `now` is seconds since 1970 UTC.
    """
    with transaction(engine) as connection:
        messages = _erase_set_aside(connection, now)
        connection.execute(delete(audit).where(audit.c.at < now - AUDIT_DAYS * DAY))
        acts = acts_named_before(connection, now - days * DAY)
    erased = held = 0
    for chunk in chunks(acts):
        with transaction(engine) as connection:
            holds = [(hold(link, now, days), link.act) for link in links_of(connection, chunk)]
            over = [act for why, act in holds if why is None]
            erase(connection, over)
            if over:
                mark_freed(connection, now)
        erased += len(over)
        held += sum(why is Hold.TASK for why, _ in holds)
    return Outcome(erased, held, messages)


def overwrite_freed(engine: Engine) -> None:
    """Writes anew whatever may still hold what was deleted. Raises DatabaseFailed."""
    with transaction(engine) as connection:
        since = _freed(connection)
    overwrite(engine, _NAMING)
    with transaction(engine) as connection:
        this = marker.c.name == _FREED, marker.c.content == since
        connection.execute(delete(marker).where(*this))


def mark_freed(connection: Connection, now: float) -> None:
    """From now on the files may hold what the tables do not."""
    row = {"name": _FREED, "content": repr(now)}
    statement = insert_into(connection, marker).values(row)
    changed = {"content": statement.excluded.content}
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=changed))


class Retention:
    """Erases once an hour; overwrites on the first occasion of the branch's next day."""

    def __init__(self, engine: Engine, days: int, zone: ZoneInfo) -> None:
        self._engine = engine
        self._days = days
        self._zone = zone
        self._last: float | None = None

    def tick(self, now: float) -> None:
        """Called as often as one likes. A database that refuses is asked again in an hour."""
        if self._last is not None and 0 <= now - self._last < HOUR:
            return
        self._last = now
        try:
            if self._freed_on_an_earlier_day(now):
                overwrite_freed(self._engine)
            outcome = erase_what_is_over(self._engine, now, self._days)
        except DatabaseFailed as error:
            log.warning("retention waits an hour", problem=str(error))
        else:
            log.info("retention", **asdict(outcome))

    def _freed_on_an_earlier_day(self, now: float) -> bool:
        with transaction(self._engine) as connection:
            since = _freed(connection)
        return since is not None and self._day(float(since)) != self._day(now)

    def _day(self, time: float) -> str:
        return datetime.fromtimestamp(time, self._zone).date().isoformat()


def _freed(connection: Connection) -> str | None:
    return connection.scalar(select(marker.c.content).where(marker.c.name == _FREED))


def _erase_set_aside(connection: Connection, now: float) -> int:
    """Messages that nobody could use may name anybody: their bytes go, their reason stays."""
    before = now - SET_ASIDE_DAYS * DAY
    old = quarantine.c.received_at <= before, quarantine.c.payload != b""
    rows = connection.execute(select(quarantine.c.id, quarantine.c.reason).where(*old)).all()
    for row in rows:
        nameless = {"payload": b"", "reason": without_quotations(row.reason)}
        connection.execute(update(quarantine).where(quarantine.c.id == row.id).values(nameless))
    if rows:
        mark_freed(connection, now)
    return len(rows)
