"""Takes persons out of the records on schedule: erased within the hour, overwritten within the day.

Law: what goes when is `circulation.retention`'s; this carries it out, a few acts to a transaction.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import Connection, Engine, Table, delete, insert, select, update

from server.accounts import keep_penalties
from server.catalogue import rulebook
from server.circulation.retention import (
    AUDIT_DAYS,
    DAY,
    SET_ASIDE_DAYS,
    Hold,
    hold,
    without_quotations,
)
from server.journal.database import DatabaseFailed, overwrite, transaction
from server.journal.tables import (
    audit,
    errand,
    fact,
    grant,
    loan,
    marker,
    member,
    payment,
    penalty,
    pin,
    pin_guess,
    quarantine,
)
from server.journal.tables import hold as holds
from server.links import acts_named_before, erase, links_of
from server.settings import Branch

HOUR: Final = 3600.0
_AT_ONCE: Final = 100  # so that stations' questions wait for no more than that
_NAMING: Final[Sequence[Table]] = (
    errand,
    fact,
    grant,
    holds,
    loan,
    quarantine,
    member,
    payment,
    penalty,
    pin,
    pin_guess,
)
_FREED: Final = "freed"  # the mark that deleted rows may still be readable in the files

log: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: links between person and item, and messages that were set aside."""

    links_erased: int = 0
    links_held_for_tasks: int = 0
    messages_erased: int = 0


def erase_what_is_over(engine: Engine, now: float, days: int, branch: Branch) -> Iterator[Outcome]:
    """Erases every link that is over since `days`, a few with each step; what each came to.

    What the branch's rules still make of a late return stays, without the item.

    `now` is seconds since 1970 UTC. Raises DatabaseFailed; beginning anew is safe.
    """
    with transaction(engine) as connection:
        messages = _erase_set_aside(connection, now)
        connection.execute(delete(audit).where(audit.c.at < now - AUDIT_DAYS * DAY))
        acts = acts_named_before(connection, now - days * DAY)
    yield Outcome(messages_erased=messages)
    for start in range(0, len(acts), _AT_ONCE):
        with transaction(engine) as connection:
            links = links_of(connection, acts[start : start + _AT_ONCE])
            holds = [(hold(link, now, days), link.act) for link in links]
            over = [act for why, act in holds if why is None]
            if over:
                keep_penalties(connection, over, rulebook(connection, branch), now)
                erase(connection, over)
                mark_freed(connection, now)
        yield Outcome(len(over), sum(why is Hold.TASK for why, _ in holds))


def total(outcomes: Iterable[Outcome]) -> Outcome:
    """All of them together."""
    found = Outcome()
    for one in outcomes:
        found = Outcome(
            found.links_erased + one.links_erased,
            found.links_held_for_tasks + one.links_held_for_tasks,
            found.messages_erased + one.messages_erased,
        )
    return found


def overwrite_freed(engine: Engine) -> None:
    """Writes anew whatever may still hold what was deleted. Raises DatabaseFailed."""
    with transaction(engine) as connection:
        since = _freed(connection)
    overwrite(engine, _NAMING)
    with transaction(engine) as connection:
        this = marker.c.name == _FREED, marker.c.content == since
        connection.execute(delete(marker).where(*this))


def mark_freed(connection: Connection, now: float) -> None:
    """From now on the files may hold what the tables do not: since when first, and since when."""
    since = _freed(connection)
    first = repr(now) if since is None else since.split()[0]
    connection.execute(delete(marker).where(marker.c.name == _FREED))
    connection.execute(insert(marker), {"name": _FREED, "content": f"{first} {now!r}"})


class Retention:
    """Erases once an hour; overwrites on the first occasion of the branch's next day."""

    def __init__(self, engine: Engine, days: int, branch: Branch) -> None:
        self._engine = engine
        self._days = days
        self._branch = branch
        self._last: float | None = None
        self._erasing: Iterator[Outcome] | None = None
        self._outcome = Outcome()

    def tick(self, now: float) -> bool:
        """Takes one short step, if there is one; whether there is another to take at once.

        Called as often as one likes. A database that refuses is asked again in an hour.
        """
        try:
            return self._step(now)
        except DatabaseFailed as error:
            log.warning("retention waits an hour", problem=str(error))
            self._erasing = None
            return False

    def _step(self, now: float) -> bool:
        if self._erasing is None:
            if self._last is not None and 0 <= now - self._last < HOUR:
                return False
            self._last, self._outcome = now, Outcome()
            self._erasing = erase_what_is_over(self._engine, now, self._days, self._branch)
        step = next(self._erasing, None)
        if step is not None:
            self._outcome = total((self._outcome, step))
            return True
        self._erasing = None
        log.info("retention", **asdict(self._outcome))
        if self._freed_on_an_earlier_day(now):
            overwrite_freed(self._engine)
        return False

    def _freed_on_an_earlier_day(self, now: float) -> bool:
        with transaction(self._engine) as connection:
            since = _freed(connection)
        return since is not None and self._day(float(since.split()[0])) != self._day(now)

    def _day(self, time: float) -> str:
        return datetime.fromtimestamp(time, self._branch.zone).date().isoformat()


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
