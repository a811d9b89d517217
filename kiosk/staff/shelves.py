"""Shelf lists, walks along them and their reports, as files that a librarian can read.

Below one folder: `lists/NAME.csv` with the columns item, call_number, title and, if known, status
(`on-loan`, `on-hold-shelf` or `here`), in shelf order, which somebody copied there; `fetched/`, the
lists that the server told, which a file of the same name in `lists/` hides; `walks/NAME.csv`, one
line for every read, until the walk is finished; `reports/NAME-TIME.csv`.
"""

import csv
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from broker.errors import SirkulaError
from broker.facts import Mark
from broker.shelves import Whereabouts
from broker.vocabulary import ItemId
from kiosk.staff.heard import KeptList
from kiosk.staff.inventory import Entry, Read, Result, Shelf
from kiosk.staff.records import append_line, csv_line, cut_torn_line, replace_file

_DELIMITERS: Final = ",;\t"
_NEEDED: Final = ("item", "call_number", "title")
_STATUS: Final = {"": Whereabouts.HERE} | {one.value: one for one in Whereabouts}
_WALK_HEAD: Final = csv_line(("item", "group", "secured"))
_REPORT_HEAD: Final = csv_line(("item", "call_number", "title", "result", "found_after"))
_SECURED: Final = {"yes": True, "no": False, "": None}


class BadList(SirkulaError):
    """A shelf list that cannot be used; `line` is where, 0 for the whole file."""

    def __init__(self, file: Path, line: int, why: str) -> None:
        super().__init__(f"{file}, line {line}: {why}" if line else f"{file}: {why}")
        self.line = line


class _Fetched(msgspec.Struct, frozen=True):
    """A list as the server told it `at` seconds since 1970 UTC, if anybody knew."""

    at: float | None
    lines: tuple[tuple[str, str, str, Whereabouts], ...]

    def age(self, now: float | None) -> float | None:
        return None if self.at is None or now is None else max(0.0, now - self.at)


class Shelves:
    """Everything below `folder`; `stamp` gives the time as it stands in a report's name."""

    def __init__(self, folder: Path, stamp: Callable[[], str]) -> None:
        self._lists, self._fetched, self._walks, self._reports = (
            folder / name for name in ("lists", "fetched", "walks", "reports")
        )
        self._stamp = stamp
        for each in (self._lists, self._fetched, self._walks, self._reports):
            each.mkdir(parents=True, exist_ok=True)

    def lists(self, now: float | None) -> tuple[KeptList, ...]:
        """Every list, at `now` (seconds since 1970 UTC) if that is known."""
        found = {}
        for file in self._fetched.glob("*.json"):
            with suppress(BadList):  # the server tells it again
                reads, age = self._reads_kept(file.stem), _fetched(file).age(now)
                found[file.stem] = KeptList(file.stem, reads, from_server=True, age=age)
        for file in self._lists.glob("*.csv"):
            found[file.stem] = KeptList(file.stem, self._reads_kept(file.stem))
        return tuple(one for _, one in sorted(found.items()))

    def _reads_kept(self, name: str) -> int:
        return sum(1 for _ in self._lines(name))

    def keep_list(self, shelf: Shelf, now: float | None) -> None:
        """What the server told, in place of what it told before. Raises NotKept."""
        lines = tuple(
            (str(one.item), one.call_number, one.title, one.where) for one in shelf.entries
        )
        kept = msgspec.json.encode(_Fetched(now, lines))
        replace_file(self._fetched / f"{shelf.name}.json", kept)

    def shelf(self, name: str, now: float | None = None) -> Shelf:
        """The list of this name. Raises BadList."""
        file = self._lists / f"{name}.csv"
        fetched = self._fetched / f"{name}.json"
        if fetched.exists() and not file.exists():
            told = _fetched(fetched)
            entries = tuple(
                Entry(ItemId(item), call_number, title, where)
                for item, call_number, title, where in told.lines
            )
            return Shelf(name, entries, told.age(now))
        try:
            text = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise BadList(file, 0, f"cannot be read as UTF-8: {error}") from error
        return Shelf(name, tuple(_entries(file, text)))

    def reads(self, name: str) -> tuple[Read, ...]:
        """What an earlier walk along it kept."""
        return tuple(
            Read(ItemId(line["item"]), int(line["group"]), _SECURED[line["secured"]])
            for line in self._lines(name)
        )

    def keep(self, name: str, read: Read) -> None:
        """On the disk when it returns. Raises NotKept."""
        secured = "" if read.secured is None else "yes" if read.secured else "no"
        line = csv_line((str(read.item), read.group, secured))
        append_line(self._walks / f"{name}.csv", line, _WALK_HEAD)

    def report(self, shelf: Shelf, results: tuple[Result, ...]) -> str:
        """Writes the report and forgets the walk; the report's name. Raises NotKept."""
        file = self._reports / f"{shelf.name}-{self._stamp()}.csv"
        lines = (_REPORT_HEAD, *map(_line_of, results))
        replace_file(file, "".join(lines).encode())
        (self._walks / f"{shelf.name}.csv").unlink(missing_ok=True)
        return file.name

    def _lines(self, name: str) -> Iterator[dict[str, str]]:
        file = self._walks / f"{name}.csv"
        cut_torn_line(file)
        if file.exists():
            with file.open(encoding="utf-8", newline="") as opened:
                yield from csv.DictReader(opened)


def _fetched(file: Path) -> _Fetched:
    """Raises BadList."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Fetched)
    except (OSError, msgspec.DecodeError) as error:
        raise BadList(file, 0, f"cannot be read: {error}") from error


def _line_of(result: Result) -> str:
    entry = result.entry
    told = ("", "") if entry is None else (entry.call_number, entry.title)
    marks = " ".join(mark.value for mark in result.marks)
    place = str(result.after or "start") if Mark.MISPLACED in result.marks else ""
    return csv_line((str(result.item), *told, marks, place))


def _entries(file: Path, text: str) -> Iterator[Entry]:
    head = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=head.count)
    lines = csv.DictReader(text.splitlines(), delimiter=delimiter)
    missing = [column for column in _NEEDED if column not in (lines.fieldnames or ())]
    if missing:
        raise BadList(file, 1, f"no column {', '.join(missing)}")
    seen: dict[ItemId, int] = {}
    for line in lines:
        entry = _entry(file, lines.line_num, line)
        if entry.item in seen:
            raise BadList(file, lines.line_num, f"item as in line {seen[entry.item]}")
        seen[entry.item] = lines.line_num
        yield entry


def _entry(file: Path, number: int, line: dict[str, str]) -> Entry:
    status = (line.get("status") or "").strip().lower()
    if status not in _STATUS:
        raise BadList(file, number, "status is on-loan, on-hold-shelf, here or empty")
    try:
        item = ItemId((line["item"] or "").strip())
    except ValueError as error:
        raise BadList(file, number, "no item number") from error
    call_number, title = ((line[name] or "").strip() for name in ("call_number", "title"))
    return Entry(item, call_number, title, _STATUS[status])
