"""`sirkula tag write` and `mend`: label the tag on the pad; bring back one that was torn away."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer

from broker.settings import read_settings
from devices.capabilities import PadReader, TagMemory, TagUid
from devices.catalogue import open_reader
from devices.console.hardware import HardwareSettings
from devices.errors import BadTag, DeviceError, Refused
from devices.programming import Programming, complete, plan, program, restore
from devices.reading import read_whole_tag
from devices.security import Security
from devices.tags.content import BookTag, PatronTag, read_tag
from devices.tags.labelling import DSFIDS, Wanted, memory_of, proof_blocks
from devices.tags.layout import Chip
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
    settings: HardwareSettings
    uid: TagUid

    def reads_as(self, memory: bytes, block_size: int) -> object | None:
        """The book or card that some memory would be taken for."""
        content = read_tag(TagMemory(memory, block_size, 0, 0), self.settings.tags.models())
        return content if isinstance(content, BookTag | PatronTag) else None


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
        text = pad.settings.tags.models().text
        wanted = Wanted(model, item, owner, usage, parts, part)
        if text is not None:
            wanted = Wanted(model, item, owner, usage, parts, part, text=text)
        blocks = _write(pad, wanted, Unfinished(folder))
        write_security(pad.reader, pad.uid, Security.SECURED, pad.settings.tags.marks())
        _name_the_model(pad, model)
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
        unfinished.done(pad.uid)
    typer.echo(json.dumps({"uid": str(pad.uid), "mended": "restored" if undo else "completed"}))


def _name_the_model(pad: _Pad, model: Model) -> None:
    """Other programs go by the DSFID, though we do not; not every reader can write it."""
    if model in DSFIDS and pad.reader.describe(pad.uid).dsfid != DSFIDS[model]:
        try:
            pad.reader.write_dsfid(pad.uid, DSFIDS[model])
        except Refused as error:
            typer.echo(f"the tag is labelled, but its DSFID stays as it was: {error}", err=True)


@contextmanager
def _one_tag(station: Path) -> Iterator[_Pad]:
    settings = read_settings(station, HardwareSettings)
    reader = open_reader(settings.reader)
    try:
        lying = reader.inventory()
        if len(lying) != 1:
            raise BadTag(f"{len(lying)} tags lie on the pad: lay down just the one to be written")
        yield _Pad(reader, settings, lying[0])
    finally:
        reader.close()


def _write(pad: _Pad, wanted: Wanted, unfinished: Unfinished) -> int:
    """How many blocks had to change. Raises DeviceError, or BadTag before anything is written."""
    if unfinished.of(pad.uid) is not None:
        raise BadTag(f"tag {pad.uid} was torn away before: type `sirkula tag mend` first")
    whole = read_whole_tag(pad.reader, pad.uid)
    size = whole.block_size
    locked = pad.reader.locked_blocks(pad.uid, 0, len(whole.memory) // size)
    chip = Chip(whole.memory, size, frozenset(at for at, is_it in enumerate(locked) if is_it))
    begun = Programming(
        pad.uid, whole.memory, memory_of(wanted, chip), size, proof_blocks(wanted.model, size)
    )
    writes = plan(begun, locked, lambda memory: pad.reads_as(memory, size))
    unfinished.begin(begun)
    try:
        program(pad.reader, begun, writes)
    except DeviceError as error:
        raise type(error)(f"{error}; {_TORN}") from error
    unfinished.done(pad.uid)
    return len(writes)
