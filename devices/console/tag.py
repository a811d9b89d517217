"""`sirkula tag`: what the bytes of a tag say, and the bytes to write for an item."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
import typer

from devices.errors import BadTag
from devices.tags import iso28560_2, iso28560_3, layout, rfid501
from devices.tags.account import UNKNOWN, Account, account
from devices.tags.iso15962 import walk
from devices.tags.layout import Chip
from devices.tags.models import Model, SiteModels
from devices.tags.plain_text import TextField
from devices.tags.usage import Usage, nibble_of

app: Final = typer.Typer(help="Decode and encode library tags.", no_args_is_help=True)

_AMPLE: Final = 8192  # the largest chips have 8 kilobytes
_TYPES: Final = {None: 1, Usage.CIRCULATION: 1, Usage.PATRON: 0}
_WITHOUT_OWNER: Final = (Model.RFID501, Model.TEXT)

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
    order = _Order(
        item,
        owner,
        usage,
        parts,
        part,
        size,
        block_size,
        tuple(element or ()),
        frozenset(lock or ()),
        TextField(text_start or 0, text_length),
    )
    if model not in _WRITERS:
        raise typer.BadParameter(f"{model.value} is not written here: choose another --model")
    try:
        memory = _WRITERS[model](order)
    except BadTag as error:
        raise typer.BadParameter(str(error)) from error
    if owner is not None and model in _WITHOUT_OWNER:
        typer.echo(f"{model.value} has no room for an owner: it is left out", err=True)
    typer.echo(memory.hex().upper())


@dataclass(frozen=True, slots=True)
class _Order:
    """What is to be written, whatever the model; None is left to the model."""

    item: str
    owner: str | None
    usage: Usage | None
    parts: int | None
    part: int | None
    size: int | None
    block_size: int
    others: tuple[str, ...]
    to_lock: frozenset[int]
    text: TextField

    def __post_init__(self) -> None:
        if (self.part or 1) > (self.parts or 1):
            raise typer.BadParameter(f"no part {self.part} of {self.parts or 1}: raise --parts")


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


def _fixed(order: _Order) -> bytes:
    owner = order.owner or ""
    country, library = owner.split("-", 1) if "-" in owner else ("", owner)
    usage = nibble_of(order.usage or Usage.CIRCULATION)
    parts, part = order.parts or 1, order.part or 1
    label = iso28560_3.Label(order.item, usage, parts, part, country, library)
    return label.encode(order.size or iso28560_3.BASIC_BYTES)


def _sets(order: _Order) -> bytes:
    said = {iso28560_2.ITEM: order.item}
    if order.owner is not None:
        said[iso28560_2.OWNER] = order.owner
    if order.parts is not None:
        said[iso28560_2.SET_INFORMATION] = iso28560_2.set_information(order.parts, order.part or 1)
    if order.usage is not None:
        said[iso28560_2.TYPE_OF_USAGE] = f"{nibble_of(order.usage):X}0"
    for other in order.others:
        identifier, _, value = other.partition("=")
        if not identifier.isdecimal():
            raise typer.BadParameter(f"{other!r} is no element: write it as 6=QA268.L55")
        said[int(identifier)] = value
    wanted = [iso28560_2.element(identifier, value) for identifier, value in said.items()]
    if order.size is not None:
        return layout.encode(wanted, Chip(bytes(order.size), order.block_size), order.to_lock)
    memory = layout.encode(wanted, Chip(bytes(_AMPLE), order.block_size), order.to_lock)
    *_, (_, end, _) = walk(memory)
    return memory[: -(-end // order.block_size) * order.block_size]


def _rfid501(order: _Order) -> bytes:
    if order.usage not in _TYPES:
        raise BadTag("rfid501 tells circulation from patron only: give another --usage")
    label = rfid501.Label(order.item, _TYPES[order.usage], order.parts or 1, order.part or 1)
    return label.encode(order.size or rfid501.MEMORY_BYTES)


def _text(order: _Order) -> bytes:
    return order.text.encode(order.item, order.size or 0)


_WRITERS: Final[dict[Model, Callable[[_Order], bytes]]] = {
    Model.ISO28560_3: _fixed,
    Model.ISO28560_2: _sets,
    Model.RFID501: _rfid501,
    Model.TEXT: _text,
}
