"""`sirkula-server holds`: who waits for what, and which copies are set aside."""

import secrets
import time
from pathlib import Path
from typing import Annotated, Final

import typer

from broker.errors import SirkulaError
from broker.settings import read_settings
from broker.vocabulary import ActId, ItemId, PatronId, Refusal
from server.catalogue import rulebook
from server.circulation.holds import Hold
from server.circulation.tasks import masked
from server.configuration import ServerSettings
from server.holds import Wish, cancel, place, queue
from server.journal.database import open_engine, reading, transaction

app: Final = typer.Typer(help="Who waits for what.", no_args_is_help=True)
File = Annotated[Path, typer.Option("--settings", help="the server's TOML file")]


class NotHeld(SirkulaError):
    """Nothing has changed; the text says why."""


@app.command("list")
def list_holds(settings: File) -> None:
    """Every hold in the order of its queue; one that is ready names the copy to set aside."""
    with reading(open_engine(read_settings(settings, ServerSettings).database)) as connection:
        found = queue(connection)
    for one in found:
        typer.echo(_line(one))


@app.command("place")
def place_hold(
    settings: File,
    member: Annotated[str, typer.Option(help="a member number or card")],
    item: Annotated[str, typer.Option(help="a copy of the title waited for")],
    *,
    only_this: Annotated[bool, typer.Option(help="this copy and no other")] = False,
) -> None:
    """Lets a member wait for a title; sets a copy aside at once when one is there."""
    read = read_settings(settings, ServerSettings)
    try:
        wish = Wish(_new_act(), ItemId(item), time.time(), only_this)
        patron = PatronId(member)
    except ValueError as error:
        raise NotHeld(str(error)) from error
    with transaction(open_engine(read.database)) as connection:
        placed = place(connection, patron, wish, rulebook(connection, read.branch()))
    if isinstance(placed, Refusal):
        raise NotHeld(f"no hold: {placed.reason.value}")
    typer.echo(_line(placed))


@app.command("cancel")
def cancel_hold(
    settings: File, hold: Annotated[str, typer.Argument(help="as `list` prints it")]
) -> None:
    """Takes a hold out of its queue; a copy set aside for it goes to the next."""
    read = read_settings(settings, ServerSettings)
    with transaction(open_engine(read.database)) as connection:
        rules = rulebook(connection, read.branch())
        known = {str(one.act): one.act for one in queue(connection)}
        if hold not in known:
            raise NotHeld(f"there is no hold {hold}: `sirkula-server holds list` shows all")
        cancel(connection, known[hold], rules, time.time())


def _new_act() -> ActId:
    return ActId(f"hold-{secrets.token_hex(8)}")


def _line(one: Hold) -> str:
    """Columns apart by two spaces."""
    wanted = f"title {one.title}" if one.item is None else f"item {one.item}"
    until = "" if one.copy is None else f"  {one.copy} until {one.pick_up_by}"
    return f"{one.act}  {one.state.value:8}  {wanted}  {masked(one.member)}{until}"
