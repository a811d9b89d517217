"""Which column of a file is which field, and what its words mean: data, ours or the library's own.

`mappings/` holds one file for each system and kind of file: `slims-members.toml` and so on. A
library's own file has the same form.
"""

from importlib import resources
from pathlib import Path
from typing import Any, Final

import msgspec

from broker.errors import BadSettings
from server.transfer.fields import FIELDS, Unusable, What

OWN: Final = "sirkula"


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`columns` is field to column; `order` names the columns of a file without a heading.

    `values` translates a field's words; `defaults` are for what is new and does not tell. `dates`
    are forms as in `strptime`. A cell of the field `several` holds many, as `<a><b>`, each a line
    of its own; one of a field that is `joined` holds them for one line. `escape` stands before a
    quotation mark within a cell. A file may lack the columns of `optional` fields.
    """

    columns: dict[str, str]
    order: tuple[str, ...] = ()
    values: dict[str, dict[str, str]] = {}
    defaults: dict[str, str] = {}
    dates: tuple[str, ...] = ("%Y-%m-%d",)
    several: str = ""
    joined: tuple[str, ...] = ()
    escape: str = ""
    optional: tuple[str, ...] = ()


def known_formats(what: What) -> list[str]:
    """The systems whose files of this kind we know."""
    ending = f"-{what.value}.toml"
    names = [one.name for one in resources.files(__package__).joinpath("mappings").iterdir()]
    return [OWN, *sorted(name.removesuffix(ending) for name in names if name.endswith(ending))]


def mapping_for(what: What, format_: str, own: Path | None) -> Mapping:
    """The library's own mapping, else the known one. Raises BadSettings."""
    if own is not None:
        return _read(what, str(own), _text_of(own))
    if format_ == OWN:
        # A file from before there were addresses is as good.
        optional = ("mail",) if what is What.MEMBERS else ()
        return Mapping({field: field for field in FIELDS[what]}, optional=optional)
    if format_ not in known_formats(what):
        words = ", ".join(known_formats(what))
        raise BadSettings(f"{format_} has no {what.value} that we know; known are: {words}")
    name = f"{format_}-{what.value}.toml"
    text = resources.files(__package__).joinpath("mappings", name).read_text("utf-8")
    return _read(what, name, text)


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"{file} cannot be read: {error}") from error


def _read(what: What, name: str, text: str) -> Mapping:
    try:
        mapping = msgspec.toml.decode(text, type=Mapping)
    except msgspec.MsgspecError as error:
        raise BadSettings(f"{name}: {error}") from error
    for field in {*mapping.columns, *mapping.values, *mapping.defaults, *mapping.optional}:
        if field not in FIELDS[what]:
            words = ", ".join(FIELDS[what])
            raise BadSettings(f"{name}: {what.value} have no {field}; they have: {words}")
    defaults_of(what, mapping)
    return mapping


def defaults_of(what: What, mapping: Mapping) -> dict[str, Any]:
    """The mapping's defaults as values. Raises BadSettings for one that is none."""
    found = {}
    for field, text in mapping.defaults.items():
        try:
            found[field] = FIELDS[what][field](text, mapping.dates)
        except Unusable as unusable:
            raise BadSettings(f"default {field} = {text!r}: {unusable.why.value}") from unusable
    return found
