"""MARC 21 records: titles with their items, in and out. The only file that knows pymarc.

Items are fields 952 as Koha writes them ($p barcode, $8 collection, $o call number; Koha manual,
"Holdings data fields (9xx)") or 876 as MARC 21 for holdings does ($p piece designation). The title
is 245 $a $b $n $p, the author 100, 110 or 111 $a, publisher and year 260 or 264 $b and $c, the call
number 082, 090 or 084 $a where the item has none.
"""

import warnings
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO, Final

from pymarc import Field, Indicators, MARCReader, MARCWriter, Record, Subfield

from server.transfer.fields import Line, Refused, Why
from server.transfer.sheets import FileUnusable

_ITEMS: Final = ("952", "876")
_IN_ITEMS: Final = (("p", "barcode"), ("8", "collection"), ("o", "call_number"))
_ENDINGS: Final = " /:;,=."
_UTF8: Final = "00000nam a2200000 a 4500"


def lines(file: Path) -> Iterator[Line | Refused]:
    """A line for each item, numbered by its record. Raises FileUnusable."""
    try:
        with file.open("rb") as opened, warnings.catch_warnings():
            # What pymarc warns of (a code that is none) is seen in the line, or does not matter.
            warnings.simplefilter("ignore")
            for number, record in enumerate(MARCReader(opened), 1):
                yield from _lines_of(number, record)
    except OSError as error:
        raise FileUnusable(f"{file} cannot be read: {error}") from error


def write(opened: BinaryIO, items: Iterable[Mapping[str, Any]]) -> None:
    """One record for each title, with its items; `items` come title after title."""
    writer = MARCWriter(opened)
    for _, copies in groupby(items, key=lambda item: item["title_id"]):
        of_title = list(copies)
        fields = [*_about(of_title[0]), *map(_item, of_title)]
        writer.write(Record(fields=fields, leader=_UTF8))


def _lines_of(number: int, record: Record | None) -> Iterator[Line | Refused]:
    if record is None:
        yield Refused(number, "", Why.NO_RECORD)
        return
    title = {
        "title": _told(record, ("245",), "abnp"),
        "author": _told(record, ("100", "110", "111"), "a"),
        "publisher": _told(record, ("260", "264"), "b"),
        "year": _told(record, ("260", "264"), "c"),
    }
    items = record.get_fields(*_ITEMS)
    if not items:
        yield Refused(number, "barcode", Why.NO_BARCODE)
    for item in items:
        cells = title | {"barcode": item.get("p") or ""}
        cells["call_number"] = item.get("o") or _told(record, ("082", "090", "084"), "a")
        if collection := item.get("8"):
            cells["collection"] = collection
        yield Line(number, cells)


def _told(record: Record, tags: tuple[str, ...], codes: str) -> str:
    """The first of these fields, without the punctuation that parts it from the next."""
    for field in record.get_fields(*tags):
        return " ".join(field.get_subfields(*codes)).rstrip(_ENDINGS)
    return ""


def _about(item: Mapping[str, Any]) -> Iterator[Field]:
    if item["author"]:
        yield _field("100", ("a", item["author"]))
    yield _field("245", ("a", item["title"]))
    year = "" if item["year"] is None else str(item["year"])
    if item["publisher"] or year:
        yield _field("260", ("b", item["publisher"]), ("c", year))


def _item(item: Mapping[str, Any]) -> Field:
    return _field("952", *((code, item[name]) for code, name in _IN_ITEMS))


def _field(tag: str, *subfields: tuple[str, str]) -> Field:
    filled = [Subfield(code, text) for code, text in subfields if text]
    return Field(tag, Indicators(" ", " "), filled)
