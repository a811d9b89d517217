"""`sirkula-server subject` and `retention`: what is held on people, told and erased. JSON."""

import time
from getpass import getuser
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from broker.settings import read_settings
from server.configuration import ServerSettings
from server.journal.database import open_engine, transaction
from server.keys import opening_key
from server.retention import erase_what_is_over, overwrite_freed, total
from server.subject import ELSEWHERE, Request, erase_subject, export_subject

app: Final = typer.Typer(help="One person's data, at that person's wish.", no_args_is_help=True)
File = Annotated[Path, typer.Option("--settings", help="the server's TOML file")]
Member = Annotated[str, typer.Option("--member", help="a member number or card")]
Note = Annotated[str, typer.Option("--note", help="the letter's number, for the audit; no names")]


@app.command()
def export(settings: File, member: Member, note: Note = "") -> None:
    """Prints as JSON all that is held on a person (UU 27/2022, article 32)."""
    read = read_settings(settings, ServerSettings)
    with transaction(open_engine(read.database)) as connection:
        opening = opening_key(Path(read.keys), connection)
        told = export_subject(connection, _request(member, note), opening)
    _print({**told, "elsewhere": ELSEWHERE})


@app.command()
def erase(settings: File, member: Member, note: Note = "") -> None:
    """Erases a person who has nothing on loan (UU 27/2022, article 43). Prints JSON."""
    read = read_settings(settings, ServerSettings)
    engine = open_engine(read.database)
    with transaction(engine) as connection:
        opening = opening_key(Path(read.keys), connection)
        outcome = erase_subject(connection, _request(member, note), opening)
    _print({**outcome, "elsewhere": ELSEWHERE})
    overwrite_freed(engine)


def retain(settings: File) -> None:
    """Erases now who had what long ago, and overwrites it; others wait meanwhile. Prints JSON."""
    read = read_settings(settings, ServerSettings)
    engine = open_engine(read.database)
    days, branch = read.retention.days, read.branch()
    _print(total(erase_what_is_over(engine, time.time(), days, branch)))
    overwrite_freed(engine)


def _request(member: str, note: str) -> Request:
    return Request(member, getuser(), note, time.time())


def _print(told: object) -> None:
    typer.echo(msgspec.json.encode(told).decode())
