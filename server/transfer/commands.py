"""`sirkula-server import` and `export`: members, items and loan rules from and to files."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, Final

import msgspec
import typer

from broker.errors import BadSettings, SirkulaError
from broker.settings import read_settings
from server.configuration import ServerSettings
from server.journal.database import open_engine, reading, transaction
from server.transfer import marc, sheets
from server.transfer.fields import What
from server.transfer.loading import Report, load, stored
from server.transfer.mappings import OWN, mapping_for
from server.web.languages import LANGUAGES, read_texts

MARC: Final = "marc"
File = Annotated[Path, typer.Option("--settings", help="the server's TOML file")]
Kind = Annotated[What, typer.Argument(help="what the file is of")]
Format = Annotated[
    str, typer.Option("--format", help="sirkula, slims, slims-biblio, inlislite or marc")
]
Own = Annotated[Path | None, typer.Option("--mapping", help="your own columns, in TOML")]


class NotImported(SirkulaError):
    """Nothing of the file was brought in; the report above says which lines are in the way."""


def import_file(  # noqa: PLR0913 typer takes one parameter per option
    settings: File,
    what: Kind,
    file: Annotated[Path, typer.Argument()],
    format_: Format = OWN,
    mapping: Own = None,
    encoding: Annotated[str, typer.Option(help="cp1252 for what an older Excel saves")] = (
        sheets.UTF8
    ),
    *,
    dry_run: Annotated[bool, typer.Option(help="say what would be, and change nothing")] = False,
    without_refused: Annotated[
        bool, typer.Option(help="bring in the other lines all the same")
    ] = False,
) -> None:
    """Brings members, items or rules in from a file: all of it, or nothing."""
    read = read_settings(settings, ServerSettings)
    columns = mapping_for(what, OWN if format_ == MARC else format_, mapping)
    if format_ == MARC and what is not What.ITEMS:
        raise BadSettings("MARC records are of items: import items --format marc")
    told = marc.lines(file) if format_ == MARC else sheets.lines(file, columns, encoding)
    with transaction(open_engine(read.database)) as connection:
        report = load(connection, what, told, columns)
        written = not dry_run and (without_refused or not report.refused)
        if not written:
            connection.rollback()
    _tell(file, report, written=written)
    if not (written or dry_run):
        raise NotImported(f"{len(report.refused)} lines refused, nothing imported: see above")


def export_file(
    settings: File,
    what: Kind,
    to: Annotated[Path, typer.Option(help="a file that is not there yet")],
    format_: Format = OWN,
    mapping: Own = None,
) -> None:
    """Writes members, items or rules into a file that only you may read."""
    read = read_settings(settings, ServerSettings)
    with reading(open_engine(read.database)) as connection:
        rows = list(stored(connection, what))
    if format_ == MARC and what is not What.ITEMS:
        raise BadSettings("MARC records are of items: export items --format marc")
    columns = mapping_for(what, OWN if format_ == MARC else format_, mapping)
    with new_file(to) as opened:
        if format_ == MARC:
            marc.write(opened, rows)
        else:
            sheets.write(opened, columns, rows)
    typer.echo(msgspec.json.encode({"file": str(to), "written": len(rows)}).decode())


def _tell(file: Path, report: Report, *, written: bool) -> None:
    """Each refused line in every language, then all in numbers, as JSON."""
    catalogues = read_texts()
    for one in sorted(report.refused, key=lambda refused: refused.number):
        words = " / ".join(catalogues[name](f"line.{one.why.value}") for name in LANGUAGES)
        typer.echo(f"{file}:{one.number}: {one.field or '-'}: {words}")
    numbers = {name: getattr(report, name) for name in ("new", "changed", "same")}
    told = {"file": str(file), **numbers, "refused": len(report.refused), "written": written}
    typer.echo(msgspec.json.encode(told).decode())


@contextmanager
def new_file(file: Path) -> Iterator[BinaryIO]:
    """A file that only its owner may read; it is whole, or not there. Raises FileUnusable."""
    part = file.with_name(f"{file.name}.part")
    try:
        if file.exists():
            raise sheets.FileUnusable(f"{file} is there: name another, or move it away")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
            yield opened
        part.rename(file)
    except OSError as error:
        raise sheets.FileUnusable(f"{file} cannot be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)
