"""`sirkula-server tasks`: what staff must look at, and what they decide."""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from broker.settings import read_settings
from broker.vocabulary import ItemId
from server.circulation.tasks import Choice
from server.configuration import ServerSettings
from server.desk.settling import NotSettled, found, open_tasks
from server.desk.settling import settle as settle_task
from server.desk.task import DeskTask, Verdict
from server.desk.telling import account, summary, whole
from server.intake import Intake
from server.journal.database import open_engine, reading, transaction
from server.keys import opening_key
from server.library import Library
from server.web.languages import LANGUAGES, read_texts
from server.web.times import Wall

app: Final = typer.Typer(help="What staff must look at.", no_args_is_help=True)
File = Annotated[Path, typer.Option("--settings", help="the server's TOML file")]
AsJson = Annotated[bool, typer.Option("--json", help="for programs")]
Key = Annotated[str, typer.Argument(help="KIND/ACT, as `list` prints it")]


@app.command("list")
def list_tasks(settings: File, *, as_json: AsJson = False) -> None:
    """Every open task, the oldest first."""
    read = read_settings(settings, ServerSettings)
    with reading(open_engine(read.database)) as connection:
        tasks = open_tasks(connection)
    if as_json:
        _echo_json(tasks)
    elif tasks:
        _echo(line for one in tasks for line in summary(one, _walls(read)))
    else:
        _echo(wall.texts("tasks.empty") for wall in _walls(read))


@app.command()
def show(settings: File, key: Key, *, as_json: AsJson = False) -> None:
    """One task, what it rests on, and what may be decided."""
    read = read_settings(settings, ServerSettings)
    with reading(open_engine(read.database)) as connection:
        _tell(found(connection, key), read, as_json=as_json)


@app.command()
def settle(  # noqa: PLR0913 typer takes one parameter per option
    settings: File,
    key: Key,
    choice: Annotated[Choice, typer.Argument(help="as `show` prints it")],
    by: Annotated[str, typer.Option(help="who decides")],
    why: Annotated[str, typer.Option(help="what was found, without a patron's name or number")],
    item: Annotated[str | None, typer.Option(help="the number of the book identified")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Decide about a task: kept for ever, with who and why."""
    read = read_settings(settings, ServerSettings)
    try:
        verdict = Verdict(choice, by, why, None if item is None else ItemId(item))
    except ValueError as error:
        raise NotSettled(f"--item: {error}") from error
    with transaction(open_engine(read.database)) as connection:
        key_pair = opening_key(Path(read.keys), connection)
        intake = Intake(Library(read.branch(), read.site), read.site, key_pair)
        settled = settle_task(connection, intake, key, verdict, time.time())
    _tell(settled, read, as_json=as_json)


def _tell(one: DeskTask, read: ServerSettings, *, as_json: bool) -> None:
    if as_json:
        _echo_json((one,))
    else:
        _echo(whole(one, _walls(read)))


def _echo_json(tasks: Iterable[DeskTask]) -> None:
    texts = read_texts()
    typer.echo(msgspec.json.encode([account(one, texts) for one in tasks]).decode())


def _echo(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)


def _walls(read: ServerSettings) -> tuple[Wall, ...]:
    texts, zone, now = read_texts(), read.branch().zone, time.time()
    return tuple(Wall(zone, now, texts[language]) for language in LANGUAGES)
