"""`sirkula-server members`: who may not borrow until something is settled, and members' PINs."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getpass
from pathlib import Path
from typing import Annotated, Final

import typer
from sqlalchemy import Connection, update

from broker.errors import SirkulaError
from broker.settings import read_settings
from broker.vocabulary import PatronId, Secret
from server.catalogue import members_of
from server.configuration import ServerSettings
from server.journal.database import open_engine, transaction
from server.journal.tables import member as members
from server.pins import UnfitPin, remove_pin, set_pin

app: Final = typer.Typer(help="Who may not borrow, and PINs.", no_args_is_help=True)
File = Annotated[Path, typer.Option("--settings", help="the server's TOML file")]
Member = Annotated[str, typer.Option("--member", help="a member number or card")]
Why = Annotated[str, typer.Option("--why", help="what has to be settled; staff read it")]


class NotChanged(SirkulaError):
    """Nothing has changed; the text says what to do."""


@app.command()
def block(settings: File, member: Member, why: Why) -> None:
    """Lets a member borrow and renew nothing until `unblock`."""
    if not why.strip():
        raise NotChanged("a block needs its reason: --why")
    _set(settings, member, why.strip())


@app.command()
def unblock(settings: File, member: Member) -> None:
    """Lets a member borrow again."""
    _set(settings, member, None)


@app.command()
def pin(
    settings: File,
    member: Member,
    *,
    remove: Annotated[bool, typer.Option(help="the member has no PIN any more")] = False,
) -> None:
    """Sets a member's PIN, read from standard input so that no list of processes shows it."""
    secret = None if remove else _read_pin()
    with _member(settings, member) as (connection, number):
        if secret is None:
            remove_pin(connection, number)
        else:
            set_pin(connection, number, secret, time.time())


def _read_pin() -> Secret:
    """Unseen when somebody types it."""
    typed = getpass("PIN: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    try:
        return Secret(typed)
    except ValueError as error:
        raise UnfitPin("no PIN was given: type it, or send it to standard input") from error


def _set(settings: Path, said: str, why: str | None) -> None:
    with _member(settings, said) as (connection, number):
        connection.execute(update(members).where(members.c.number == number).values(blocked=why))


@contextmanager
def _member(settings: Path, said: str) -> Iterator[tuple[Connection, str]]:
    """A transaction, and the member's number. Raises NotChanged."""
    read = read_settings(settings, ServerSettings)
    try:
        patron = PatronId(said)
    except ValueError as error:
        raise NotChanged(f"the member's number is {error}") from error
    with transaction(open_engine(read.database)) as connection:
        number = members_of(connection, (patron,)).get(patron)
        if number is None:
            raise NotChanged("no member has this number or card")
        yield connection, number
