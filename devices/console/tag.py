"""`sirkula tag`: what the bytes of a tag say, and the bytes to write for an item."""

import sys
from typing import Annotated, Final

import msgspec
import typer

from devices.console.tag_writing import mend, write
from devices.errors import BadTag
from devices.tags import iso28560_3, rfid501
from devices.tags.account import UNKNOWN, Account, account
from devices.tags.iso15962 import walk
from devices.tags.labelling import Wanted, memory_of
from devices.tags.layout import Chip
from devices.tags.models import Model, SiteModels
from devices.tags.plain_text import TextField
from devices.tags.usage import Usage

app: Final = typer.Typer(help="Decode, encode and write library tags.", no_args_is_help=True)
app.command()(write)
app.command()(mend)

_AMPLE: Final = 8192  # the largest chips have 8 kilobytes

_BlockSize = Annotated[int, typer.Option(min=1, max=64, help="bytes of a block")]
_TextStart = Annotated[int | None, typer.Option(min=0, help="first byte of plain text")]
_TextLength = Annotated[int, typer.Option(min=1, help="characters of plain text")]


@app.command()
def decode(
    memory: Annotated[
        str | None, typer.Argument(help="user memory from block 0, hexadecimal")
    ] = None,
    *,
    lines: Annotated[bool, typer.Option(help="one tag a line from standard input")] = False,
    block_size: _BlockSize = 4,
    only: Annotated[Model | None, typer.Option(help="the one model there is")] = None,
    text_start: _TextStart = None,
    text_length: _TextLength = 16,
) -> None:
    """What a tag says, as one JSON object; with --lines one for each line, in order."""
    if (memory is not None) == lines:
        raise typer.BadParameter("give either one hexadecimal MEMORY or --lines")
    site = _site(only, text_start, text_length)
    read = (line.decode("ascii", "replace") for line in sys.stdin.buffer)
    given = read if memory is None else (memory,)
    encoder = msgspec.json.Encoder()
    for text in given:
        sys.stdout.buffer.write(encoder.encode(_decoded(text, block_size, site)) + b"\n")
        sys.stdout.buffer.flush()


@app.command()
def encode(  # noqa: PLR0913 - each is one option of the command line
    *,
    model: Annotated[Model, typer.Option(help="data model to write")],
    item: Annotated[str, typer.Option(help="item identifier")],
    owner: Annotated[str | None, typer.Option(help="owner's ISIL, as ID-1275014")] = None,
    usage: Annotated[Usage | None, typer.Option(help="type of usage")] = None,
    parts: Annotated[int | None, typer.Option(min=1, help="parts of the item")] = None,
    part: Annotated[int | None, typer.Option(min=1, help="which of them this is")] = None,
    size: Annotated[int | None, typer.Option(min=1, help="bytes of memory")] = None,
    block_size: _BlockSize = 4,
    element: Annotated[
        list[str] | None, typer.Option(help="another element of iso28560-2, as 6=QA268.L55")
    ] = None,
    lock: Annotated[
        list[int] | None, typer.Option(help="element of iso28560-2 laid out to be locked")
    ] = None,
    text_start: _TextStart = None,
    text_length: _TextLength = 16,
) -> None:
    """The memory to write for an item, hexadecimal."""
    try:
        wanted = Wanted(
            model,
            item,
            owner,
            usage,
            parts,
            part,
            tuple(map(_element, element or ())),
            frozenset(lock or ()),
            TextField(text_start or 0, text_length),
        )
        memory = _memory(wanted, size, block_size)
    except BadTag as error:
        raise typer.BadParameter(str(error)) from error
    if wanted.leaves_out_owner:
        typer.echo(f"{model.value} has no room for an owner: it is left out", err=True)
    typer.echo(memory.hex().upper())


def _memory(wanted: Wanted, size: int | None, block_size: int) -> bytes:
    """Without a size, as little as the model needs."""
    if size is not None:
        return memory_of(wanted, Chip(bytes(size), block_size))
    if wanted.model is not Model.ISO28560_2:
        least = {
            Model.ISO28560_3: iso28560_3.BASIC_BYTES,
            Model.RFID501: rfid501.MEMORY_BYTES,
            Model.TEXT: wanted.text.end,
        }
        return memory_of(wanted, Chip(bytes(least.get(wanted.model, 0)), block_size))
    memory = memory_of(wanted, Chip(bytes(_AMPLE), block_size))
    *_, (_, end, _) = walk(memory)
    return memory[: -(-end // block_size) * block_size]


def _element(words: str) -> tuple[int, str]:
    identifier, _, value = words.partition("=")
    if not identifier.isdecimal():
        raise typer.BadParameter(f"{words!r} is no element: write it as 6=QA268.L55")
    return int(identifier), value


def _decoded(text: str, block_size: int, site: SiteModels) -> Account:
    try:
        memory = bytes.fromhex(text)
    except ValueError:
        return Account(UNKNOWN, problems=("not an even number of hexadecimal digits",))
    return account(memory, block_size, site)


def _site(only: Model | None, text_start: int | None, text_length: int) -> SiteModels:
    text = None if text_start is None else TextField(text_start, text_length)
    try:
        return SiteModels(only, text)
    except ValueError as error:
        raise typer.BadParameter(f"{error}: give --text-start, too, or another --only") from error
