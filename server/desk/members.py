"""`sirkula-server members`: who may not borrow until something is settled, and why."""

from pathlib import Path
from typing import Annotated, Final

import typer
from sqlalchemy import update

from broker.errors import SirkulaError
from broker.settings import read_settings
from broker.vocabulary import PatronId
from server.catalogue import members_of
from server.configuration import ServerSettings
from server.journal.database import open_engine, transaction
from server.journal.tables import member as members

app: Final = typer.Typer(help="Who may not borrow.", no_args_is_help=True)
File = Annotated[Path, typer.Option("--settings", help="the server's TOML file")]
Member = Annotated[str, typer.Option("--member", help="a member number or card")]
Why = Annotated[str, typer.Option("--why", help="what has to be settled; staff read it")]


class NotBlocked(SirkulaError):
    """Nothing has changed; the text says what to do."""


@app.command()
def block(settings: File, member: Member, why: Why) -> None:
    """Lets a member borrow and renew nothing until `unblock`."""
    if not why.strip():
        raise NotBlocked("a block needs its reason: --why")
    _set(settings, member, why.strip())


@app.command()
def unblock(settings: File, member: Member) -> None:
    """Lets a member borrow again."""
    _set(settings, member, None)


def _set(settings: Path, said: str, why: str | None) -> None:
    read = read_settings(settings, ServerSettings)
    try:
        patron = PatronId(said)
    except ValueError as error:
        raise NotBlocked(f"the member's number is {error}") from error
    with transaction(open_engine(read.database)) as connection:
        number = members_of(connection, (patron,)).get(patron)
        if number is None:
            raise NotBlocked("no member has this number or card")
        connection.execute(update(members).where(members.c.number == number).values(blocked=why))
