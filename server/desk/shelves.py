"""`sirkula-server shelves`: walks along shelves, what each found, and that as a file."""

import csv
import io
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer
from sqlalchemy import Connection, select

from broker.errors import SirkulaError
from broker.facts import Mark
from broker.settings import read_settings
from server.configuration import ServerSettings
from server.journal.database import open_engine, reading
from server.journal.journal import chunks
from server.journal.tables import item, title
from server.transfer.commands import new_file
from server.walks import Walk, walks
from server.web.languages import LANGUAGES, Texts, read_texts
from server.web.times import Wall

app: Final = typer.Typer(help="What walks along shelves found.", no_args_is_help=True)
File = Annotated[Path, typer.Option("--settings", help="the server's TOML file")]
AsJson = Annotated[bool, typer.Option("--json", help="for programs")]
Name = Annotated[str, typer.Argument(help="as `list` prints it")]
_HEAD: Final = ("item", "call_number", "title", "result", "found_after")


class NoWalk(SirkulaError):
    """There is no such walk; the text says where all are listed."""


@app.command("list")
def list_walks(settings: File, *, as_json: AsJson = False) -> None:
    """Every walk, the newest first."""
    read = read_settings(settings, ServerSettings)
    with reading(open_engine(read.database)) as connection:
        found = tuple(reversed(walks(connection)))
    if as_json:
        typer.echo(msgspec.json.encode([_heading(one) for one in found], enc_hook=str).decode())
        return
    walls = _walls(read)
    for one in found:
        for wall in walls:
            typer.echo(_summary(one, wall))
    if not found:
        for wall in walls:
            typer.echo(wall.texts("shelf.none"))


@app.command()
def show(settings: File, walk: Name, *, as_json: AsJson = False) -> None:
    """One walk: how many books were found, and every book that something is the matter with."""
    read = read_settings(settings, ServerSettings)
    with reading(open_engine(read.database)) as connection:
        found = _found(connection, walk)
        lines = list(_lines(connection, found))
    if as_json:
        rows = [dict(zip(_HEAD, line, strict=True)) for line in lines]
        told = {**_heading(found), "items": rows}
        typer.echo(msgspec.json.encode(told, enc_hook=str).decode())
        return
    for wall in _walls(read):
        typer.echo(_summary(found, wall))
        for name, call_number, words, marks, after in lines:
            about = " · ".join(part for part in (name, call_number, words) if part)
            typer.echo(f"  {about}: {_marks(marks, after, wall.texts)}")


@app.command()
def export(
    settings: File,
    walk: Name,
    to: Annotated[Path, typer.Option(help="a file that is not there yet")],
) -> None:
    """Writes every book that something is the matter with into a CSV file."""
    read = read_settings(settings, ServerSettings)
    with reading(open_engine(read.database)) as connection:
        lines = list(_lines(connection, _found(connection, walk)))
    text = io.StringIO()
    csv.writer(text).writerows((_HEAD, *(map(_disarmed, line) for line in lines)))
    with new_file(to) as opened:
        opened.write(text.getvalue().encode("utf-8-sig"))
    typer.echo(msgspec.json.encode({"file": str(to), "written": len(lines)}).decode())


def _disarmed(cell: str) -> str:
    """No cell is one that a spreadsheet would reckon with."""
    return f"'{cell}" if cell.startswith(("=", "+", "@", "-", "\t", "\r")) else cell


def _found(connection: Connection, name: str) -> Walk:
    for one in walks(connection):
        if str(one.walk) == name:
            return one
    raise NoWalk(f"there is no walk {name}: `sirkula-server shelves list` shows all")


def _heading(one: Walk) -> dict[str, object]:
    told = {"walk": one.walk, "shelf": one.shelf, "device": one.device, "at": one.at}
    counts = {count.mark.value: count.items for count in one.counts}
    return {**told, "missing_parts": one.missing_parts, "counts": counts}


def _summary(one: Walk, wall: Wall) -> str:
    texts = wall.texts
    parts = [str(one.walk), one.shelf, one.device, wall.moment(one.at)]
    parts += [
        f"{texts(f'mark.{told.mark.value}')} {texts.number(told.items)}" for told in one.counts
    ]
    if not one.is_whole:
        parts.append(texts("shelf.parts-missing", count=texts.number(one.missing_parts)))
    return " · ".join(parts)


def _lines(connection: Connection, walk: Walk) -> Iterable[tuple[str, ...]]:
    """By the columns of the head; what the catalogue does not know has no words."""
    words: dict[str, tuple[str, str]] = {}
    for chunk in chunks([str(one.item) for one in walk.marked]):
        columns = select(item.c.barcode, title.c.call_number, title.c.title).join_from(item, title)
        for barcode, call_number, name in connection.execute(
            columns.where(item.c.barcode.in_(chunk))
        ):
            words[barcode] = (call_number, name)
    for one in walk.marked:
        marks = " ".join(mark.value for mark in one.marks)
        after = str(one.after or "start") if Mark.MISPLACED in one.marks else ""
        yield (str(one.item), *words.get(str(one.item), ("", "")), marks, after)


def _marks(marks: str, after: str, texts: Texts) -> str:
    told = ", ".join(texts(f"mark.{mark}") for mark in marks.split())
    if not after:
        return told
    place = texts("shelf.at-start") if after == "start" else texts("shelf.after", item=after)
    return f"{told}, {place}"


def _walls(read: ServerSettings) -> tuple[Wall, ...]:
    texts, zone, now = read_texts(), read.branch().zone, time.time()
    return tuple(Wall(zone, now, texts[language]) for language in LANGUAGES)
