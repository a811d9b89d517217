"""Lines of CSV files, whatever a spreadsheet made of them: commas, semicolons or tabs.

Source: RFC 4180, and the ways of Excel in Indonesian (semicolons, a byte order mark, Windows-1252,
which must be named: what is no UTF-8 is not guessed).
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, Final

from broker.errors import SirkulaError
from server.transfer.fields import Line, Refused, Why
from server.transfer.mappings import Mapping

UTF8: Final = "utf-8-sig"  # with or without a byte order mark
_DELIMITERS: Final = ",;\t"
_MANY: Final = re.compile(r"<([^<>]*)>")


class FileUnusable(SirkulaError):
    """Nothing of the file can be used; the text says why and what to do."""


def lines(file: Path, mapping: Mapping, encoding: str = UTF8) -> Iterator[Line | Refused]:
    """Every line that is not empty, by field. Raises FileUnusable."""
    text = _text_of(file, encoding)
    heading: Sequence[str] = ()
    for number, cells in _rows(text, mapping):
        if cells is None:
            yield Refused(number, "", Why.QUOTES)
            continue
        filled = _without_empty_end(cells)
        if not filled:
            continue
        if not heading:
            heading = _heading(file, filled, mapping)
            if heading == filled:
                continue
        if len(filled) > len(heading) or len(cells) < len(heading):
            yield Refused(number, "", Why.CELLS)
        else:
            yield from _several(Line(number, _by_field(heading, cells, mapping)), mapping)


def write(opened: BinaryIO, mapping: Mapping, rows: Iterable[dict[str, Any]]) -> None:
    """The rows by the mapping's columns, in UTF-8; words are ours, not translated back."""
    text = TextIOWrapper(opened, encoding="utf-8", newline="")
    writer = csv.writer(text)
    writer.writerow(mapping.columns.values())
    for row in rows:
        writer.writerow(["" if row[field] is None else row[field] for field in mapping.columns])
    text.detach()


def _rows(text: str, mapping: Mapping) -> Iterator[tuple[int, list[str] | None]]:
    """The cells of each line, and the number of its first; None where quotation marks fail."""
    escape = mapping.escape or None
    lines = StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=_delimiter(text), escapechar=escape, strict=True)
    begun = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield begun, None
        else:
            if cells:
                yield begun, cells
        begun = reader.line_num + 1


def _without_empty_end(cells: Sequence[str]) -> list[str]:
    filled = [cell.strip() for cell in cells]
    while filled and not filled[-1]:
        filled.pop()
    return filled


def _text_of(file: Path, encoding: str) -> str:
    try:
        return file.read_bytes().decode(encoding)
    except (OSError, LookupError) as error:
        raise FileUnusable(f"{file} cannot be read: {error}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise FileUnusable(
            f"{file}:{line}: not {encoding}: save it as CSV UTF-8, or say --encoding cp1252"
        ) from None


def _delimiter(text: str) -> str:
    """Whichever the first line has most of."""
    first = text.partition("\n")[0]
    return max(_DELIMITERS, key=first.count)


def _heading(file: Path, names: list[str], mapping: Mapping) -> Sequence[str]:
    """The first line's own, or the mapping's when the first line is none."""
    wanted = {column for field, column in mapping.columns.items() if field not in mapping.optional}
    if wanted <= set(names):
        return names
    if mapping.order and not wanted & set(names):
        return mapping.order
    missing = ", ".join(sorted(wanted - set(names)))
    raise FileUnusable(f"{file} has no column {missing}: is it another file, or of another system?")


def _by_field(heading: Sequence[str], cells: Sequence[str], mapping: Mapping) -> dict[str, str]:
    """What the line tells; an empty cell tells nothing where the mapping has a default."""
    by_column = dict(zip(heading, cells, strict=False))
    found = {}
    for field, column in mapping.columns.items():
        if column not in by_column:
            continue
        text = by_column[column].strip()
        if field in mapping.joined:
            text = "; ".join(_MANY.findall(text))
        text = mapping.values.get(field, {}).get(text, text)
        if text or field not in mapping.defaults:
            found[field] = text
    return found


def _several(line: Line, mapping: Mapping) -> Iterator[Line]:
    if not mapping.several:
        yield line
        return
    for one in _MANY.findall(line.cells[mapping.several]):
        yield Line(line.number, {**line.cells, mapping.several: one})
