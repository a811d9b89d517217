"""The days on which a library is closed: public holidays to begin with, then what staff decide.

Law: only adds; a day that staff named or struck stays as they left it until they change it. Dates
marked "(perkiraan)" are the calendar's estimate until the government's decree confirms them.
"""

from collections.abc import Iterable
from datetime import date

import holidays
from sqlalchemy import Connection

from server.journal.keeping import insert_into
from server.journal.tables import closed_day


def indonesian_holidays(years: Iterable[int]) -> tuple[tuple[date, str], ...]:
    """Public holidays and cuti bersama of these years with their Indonesian names, in order."""
    calendar = holidays.country_holidays(
        "ID", years=years, categories=("public", "government"), language="id"
    )
    return tuple(sorted(calendar.items()))


def close_on(connection: Connection, days: Iterable[tuple[date, str]]) -> None:
    """Close the library on these days; a day that is closed already keeps its name."""
    rows = [{"day": day, "name": name} for day, name in days]
    if rows:
        connection.execute(insert_into(connection, closed_day).on_conflict_do_nothing(), rows)
