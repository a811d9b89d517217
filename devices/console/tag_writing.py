"""`sirkula tag write` and `mend`: label the tag on the pad; bring back one that was torn away."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer

from broker.settings import read_settings
from devices.capabilities import PadReader, TagUid
from devices.catalogue import open_reader
from devices.console.hardware import HardwareSettings
from devices.errors import BadTag, DeviceError
from devices.labelling import carry_out, only_tag, prepare
from devices.programming import complete, restore
from devices.security import Security
from devices.settings import TagSettings
from devices.tags.labelling import Wanted
from devices.tags.models import Model
from devices.tags.usage import Usage
from devices.unfinished import Unfinished
from devices.writing import write_security

_TORN: Final = "the tag may be torn: lay it down again and type `sirkula tag mend`"
_Station = Annotated[Path, typer.Option(help="a station's settings file")]
_Folder = Annotated[Path, typer.Option(help="keeps what was begun and not finished")]
_KEPT: Final = Path("var/tags")


@dataclass(frozen=True, slots=True)
class _Pad:
    """The reader of a station, with the one tag that is to be written."""

    reader: PadReader
    tags: TagSettings
    uid: TagUid


def write(  # noqa: PLR0913 - each is one option of the command line
    *,
    station: _Station,
    model: Annotated[Model, typer.Option(help="data model to write")],
    item: Annotated[str, typer.Option(help="item identifier")],
    owner: Annotated[str | None, typer.Option(help="owner's ISIL, as ID-1275014")] = None,
    usage: Annotated[Usage | None, typer.Option(help="type of usage")] = None,
    parts: Annotated[int | None, typer.Option(min=1, help="parts of the item")] = None,
    part: Annotated[int | None, typer.Option(min=1, help="which of them this is")] = None,
    folder: _Folder = _KEPT,
) -> None:
    """Label the one tag on the pad for an item, secure it, and prove both by reading back."""
    with _one_tag(station) as pad:
        text = pad.tags.models().text
        wanted = Wanted(model, item, owner, usage, parts, part)
        if text is not None:
            wanted = Wanted(model, item, owner, usage, parts, part, text=text)
        blocks, left = _write(pad, wanted, Unfinished(folder))
    if left:
        typer.echo(f"the tag is labelled, but {left}", err=True)
    typer.echo(json.dumps({"uid": str(pad.uid), "item": item, "blocks_written": blocks}))


def mend(
    *,
    station: _Station,
    undo: Annotated[bool, typer.Option("--restore", help="to what it held before")] = False,
    folder: _Folder = _KEPT,
) -> None:
    """Complete, or restore, the tag on the pad that was taken away while it was written."""
    unfinished = Unfinished(folder)
    with _one_tag(station) as pad:
        begun = unfinished.of(pad.uid)
        if begun is None:
            raise BadTag(f"nothing was begun on tag {pad.uid} here")
        (restore if undo else complete)(pad.reader, begun)
        if not undo:
            write_security(pad.reader, pad.uid, Security.SECURED, pad.tags.marks())
        unfinished.done(pad.uid)
    typer.echo(json.dumps({"uid": str(pad.uid), "mended": "restored" if undo else "completed"}))


@contextmanager
def _one_tag(station: Path) -> Iterator[_Pad]:
    settings = read_settings(station, HardwareSettings)
    reader = open_reader(settings.reader)
    try:
        yield _Pad(reader, settings.tags, only_tag(reader))
    finally:
        reader.close()


def _write(pad: _Pad, wanted: Wanted, unfinished: Unfinished) -> tuple[int, str]:
    """How many blocks had to change, and what could not be done besides.

    Raises DeviceError, or BadTag before anything is written.
    """
    if unfinished.of(pad.uid) is not None:
        raise BadTag(f"tag {pad.uid} was torn away before: type `sirkula tag mend` first")
    labelling = prepare(pad.reader, pad.uid, wanted, pad.tags)
    try:
        left = carry_out(pad.reader, labelling, pad.tags, unfinished)
    except DeviceError as error:
        raise type(error)(f"{error}; {_TORN}") from error
    return len(labelling.writes), left
