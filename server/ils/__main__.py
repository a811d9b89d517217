"""`sirkula ils`: for whoever sets up a library's system. The only reader of arguments and files."""

import time
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

import msgspec
import typer

from broker.program import run_program
from broker.settings import read_settings
from broker.vocabulary import ItemId, PatronId
from server.ils.check import Asked, Check, Clocks
from server.ils.opening import open_library_system
from server.ils.settings import SystemSettings

app = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False)


class SystemFile(msgspec.Struct, frozen=True):
    """The parts of the server's settings file that say which system the library has."""

    library: SystemSettings
    zone: str = "Asia/Jakarta"


@app.callback()
def ils() -> None:
    """The library's own system (ILS)."""


@app.command()
def check(
    settings: Annotated[Path, typer.Option("--settings", help="the server's TOML file")],
    patron: Annotated[str, typer.Option(help="a member's number, to look at")] = "",
    item: Annotated[str, typer.Option(help="an item's number, to look at")] = "",
    *,
    trial: Annotated[bool, typer.Option(help="lends that item to them, and takes it back")] = False,
) -> None:
    """Says what the library's system can do and what to set; last line JSON; status 1 if it fails.

    Reads only, unless a trial is asked for.
    """
    read = read_settings(settings, SystemFile)
    asked = Asked(_word(PatronId, patron, "--patron"), _word(ItemId, item, "--item"), trial)
    zone = ZoneInfo(read.zone)
    system = open_library_system(read.library, zone, time.time, time.monotonic)
    today = datetime.fromtimestamp(time.time(), zone).date()
    kind = str(read.library.__struct_config__.tag)
    done = Check(system, kind, Clocks(time.time, time.monotonic, today), typer.echo)
    fine = done.run(asked)
    system.close()
    typer.echo(msgspec.json.encode(done.report).decode())
    raise typer.Exit(0 if fine else 1)


_Word = TypeVar("_Word", PatronId, ItemId)


def _word(kind: type[_Word], text: str, option: str) -> _Word | None:
    """Raises BadParameter, which does not repeat what was given."""
    try:
        return kind(text) if text else None
    except ValueError:
        raise typer.BadParameter("no number of a member or an item", param_hint=option) from None


def main() -> None:
    run_program(app)


if __name__ == "__main__":
    main()
