"""`sirkula-server closed-days`: when the library is closed, and what staff say of it."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from sqlalchemy import Connection

from broker.settings import read_settings
from server.closed_days import (
    ClosedDay,
    Standing,
    confirm,
    days_of,
    decide,
    indonesian_holidays,
    propose,
)
from server.configuration import ServerSettings
from server.journal.database import open_engine, reading, transaction
from server.web.languages import LANGUAGES, read_texts

app: Final = typer.Typer(help="When the library is closed.", no_args_is_help=True)
File = Annotated[Path, typer.Option("--settings", help="the server's TOML file")]
Year = Annotated[int, typer.Argument(min=2000, max=2100)]
Day = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"])]


@app.command("propose")
def propose_days(settings: File, year: Year) -> None:
    """Closes on the public holidays and joint leave of YEAR, to be looked at by staff."""
    with transaction(open_engine(_database(settings))) as connection:
        propose(connection, year, indonesian_holidays((year,)))
        _tell(connection, year)


@app.command("confirm")
def confirm_days(settings: File, year: Year) -> None:
    """Lets every proposal for YEAR stand."""
    with transaction(open_engine(_database(settings))) as connection:
        confirm(connection, year)
        _tell(connection, year)


@app.command("list")
def list_days(settings: File, year: Year) -> None:
    """The closed days of YEAR, with those that staff struck."""
    with reading(open_engine(_database(settings))) as connection:
        _tell(connection, year)


@app.command("add")
def add_day(settings: File, day: Day, name: Annotated[str, typer.Argument()]) -> None:
    """Closes on DAY, as 2027-05-31, because of NAME."""
    _decide(settings, day.date(), name, Standing.CONFIRMED)


@app.command("strike")
def strike_day(settings: File, day: Day) -> None:
    """Opens on DAY after all; no later proposal closes it again."""
    _decide(settings, day.date(), "", Standing.STRUCK)


def _decide(settings: Path, day: date, name: str, standing: Standing) -> None:
    with transaction(open_engine(_database(settings))) as connection:
        known = {one.day: one.name for one in days_of(connection, day.year)}
        decide(connection, ClosedDay(day, name or known.get(day, ""), standing))
        _tell(connection, day.year)


def _tell(connection: Connection, year: int) -> None:
    texts = [read_texts()[language] for language in LANGUAGES]
    days = days_of(connection, year)
    for one in days:
        words = " / ".join(text(f"closed-day.{one.standing.value}") for text in texts)
        typer.echo(f"{one.day}  {one.name}  {words}")
    if any(one.standing is Standing.PROPOSED for one in days):
        for text in texts:
            typer.echo(text("closed-day.advice", year=str(year)))


def _database(settings: Path) -> str:
    return read_settings(settings, ServerSettings).database
