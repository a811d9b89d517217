"""The days on which a library is closed: proposed from the calendar, confirmed or struck by staff.

Law: a proposal only adds; a day that staff named or struck stays as they left it. What is proposed
counts at once: loans may be due later for it, never earlier. Dates marked "(perkiraan)" are an
estimate until the government's decree (SKB 3 Menteri) confirms them; they are proposed anew each
year, and a proposal that the calendar has dropped since goes, unless staff confirmed it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Final

import holidays
from sqlalchemy import ColumnElement, Connection, and_, delete, select, update

from server.journal.keeping import insert_into, keep
from server.journal.tables import closed_day

Days = tuple[tuple[date, str], ...]


class Standing(Enum):
    """What staff said of a closed day."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    STRUCK = "struck"  # open after all


CLOSED: Final = closed_day.c.standing != Standing.STRUCK.value


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A day of the calendar with what staff said of it."""

    day: date
    name: str
    standing: Standing


def indonesian_holidays(years: Iterable[int]) -> Days:
    """Public holidays and cuti bersama of these years with their Indonesian names, in order."""
    calendar = holidays.country_holidays(
        "ID", years=years, categories=("public", "government"), language="id"
    )
    return tuple(sorted(calendar.items()))


def close_on(
    connection: Connection, days: Iterable[tuple[date, str]], as_: Standing = Standing.CONFIRMED
) -> None:
    """Close the library on these days; a day that is known already stays as it is."""
    rows = [{"day": day, "name": name, "standing": as_.value} for day, name in days]
    if rows:
        connection.execute(insert_into(connection, closed_day).on_conflict_do_nothing(), rows)


def propose(connection: Connection, year: int, days: Days) -> None:
    """Close on these days of that year until staff say otherwise; earlier proposals go."""
    proposed = closed_day.c.standing == Standing.PROPOSED.value
    connection.execute(delete(closed_day).where(_in(year), proposed))
    close_on(connection, days, Standing.PROPOSED)


def confirm(connection: Connection, year: int) -> int:
    """Let every proposal of that year stand; how many there were."""
    proposed = closed_day.c.standing == Standing.PROPOSED.value
    statement = update(closed_day).where(_in(year), proposed)
    return connection.execute(statement.values(standing=Standing.CONFIRMED.value)).rowcount


def decide(connection: Connection, one: ClosedDay) -> None:
    """What staff say of one day, whatever was known of it."""
    row: dict[str, Any] = {"day": one.day, "name": one.name, "standing": one.standing.value}
    keep(connection, closed_day, row)


def days_of(connection: Connection, year: int) -> list[ClosedDay]:
    """Every day of that year that was ever proposed or named, in order."""
    rows = connection.execute(select(closed_day).where(_in(year)).order_by(closed_day.c.day))
    return [ClosedDay(row.day, row.name, Standing(row.standing)) for row in rows]


def _in(year: int) -> ColumnElement[bool]:
    return and_(closed_day.c.day >= date(year, 1, 1), closed_day.c.day <= date(year, 12, 31))
