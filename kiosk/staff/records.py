"""What staff mode keeps on the disk: its door and service, and every write to a tag.

Law: what is kept is on the disk when the method returns, whole or not at all; a line that a power
cut tore is dropped, and what was begun and never ended is said to be so.
"""

import csv
import io
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import structlog

from broker.errors import SirkulaError
from broker.vocabulary import ItemId
from devices.capabilities import TagUid
from kiosk.staff.words import Closing

log: Final = structlog.get_logger()


class NotKept(SirkulaError):
    """The disk did not take it; the text names the file."""


class Kept(msgspec.Struct, frozen=True):
    """What a restart must not forget."""

    wrong_codes: int = 0
    closing: Closing | None = None


class Memory:
    """The door and the service, in one small file of `folder`, which is made when missing."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "staff.json"
        folder.mkdir(parents=True, exist_ok=True)
        self.kept = self._read()

    def keep(self, kept: Kept) -> None:
        """Raises NotKept."""
        replace_file(self._file, msgspec.json.encode(kept))
        self.kept = kept

    def _read(self) -> Kept:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=Kept)
        except FileNotFoundError:
            return Kept()
        except msgspec.DecodeError as error:
            log.warning("staff mode forgot what it kept", file=str(self._file), why=str(error))
            return Kept()


@dataclass(frozen=True, slots=True)
class TagWrite:
    """One line of the report: what happened to a tag, and what it was and is for."""

    uid: TagUid
    outcome: str
    item: ItemId | None = None
    before: str = ""
    model: str = ""
    blocks: int = 0
    detail: str = ""


BEGUN: Final = "begun"
INTERRUPTED: Final = "interrupted"
VERIFIED: Final = "verified"
_COLUMNS: Final = ("at", "tag", "outcome", "item", "held_before", "model", "blocks", "detail")
_LOST: Final = "stopped between writing and verifying: lay the tag down, it is mended then"


class TagReport:
    """The report of every write, `tags.csv`; `stamp` gives the time as it is written there.

    A write is `begun` before the first byte leaves, and has a second line for its end; whoever
    opens the report after a crash adds `interrupted` to what has none, as soon as the disk lets it.
    """

    def __init__(self, folder: Path, stamp: Callable[[], str]) -> None:
        self.file = folder / "tags.csv"
        self._stamp = stamp
        try:
            for line in self._open_ends():
                self.add(TagWrite(TagUid(bytes.fromhex(line["tag"])), INTERRUPTED, detail=_LOST))
        except (NotKept, OSError, KeyError, ValueError) as error:
            log.warning("the report of tags cannot be gone on with", why=str(error))

    def add(self, write: TagWrite) -> None:
        """Raises NotKept."""
        item = "" if write.item is None else str(write.item)
        told = (write.outcome, item, write.before, write.model, write.blocks, write.detail)
        append_line(self.file, csv_line((self._stamp(), str(write.uid), *told)), _HEAD)

    def lines(self) -> list[dict[str, str]]:
        """Every whole line, by column."""
        cut_torn_line(self.file)
        if not self.file.exists():
            return []
        with self.file.open(encoding="utf-8", newline="") as opened:
            return list(csv.DictReader(opened))

    def _open_ends(self) -> list[dict[str, str]]:
        last = {line["tag"]: line for line in self.lines()}
        return [line for line in last.values() if line["outcome"] == BEGUN]


def csv_line(cells: Iterable[object]) -> str:
    """One line as RFC 4180 wants it; a cell that a spreadsheet would reckon with is disarmed."""
    text = io.StringIO()
    csv.writer(text).writerow([_disarmed(str(cell)) for cell in cells])
    return text.getvalue()


def _disarmed(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "@", "\t", "\r")) else cell


_HEAD: Final = csv_line(_COLUMNS)


def append_line(file: Path, line: str, head: str) -> None:
    """Adds a line, after `head` where the file is new. Raises NotKept."""
    try:
        cut_torn_line(file)
        is_new = not file.exists() or file.stat().st_size == 0
        with file.open("a", encoding="utf-8", newline="") as opened:
            opened.write((head if is_new else "") + line)
            opened.flush()
            os.fsync(opened.fileno())
        if is_new:
            _sync_folder(file.parent)
    except OSError as error:
        raise NotKept(f"{file}: {error}") from error


def cut_torn_line(file: Path) -> None:
    """Drops what a power cut left of a line at the end: it was never said to be kept."""
    try:
        with file.open("rb") as opened:
            if opened.seek(0, os.SEEK_END) == 0:
                return
            opened.seek(-1, os.SEEK_END)
            if opened.read() == b"\n":
                return
        os.truncate(file, file.read_bytes().rfind(b"\n") + 1)
    except FileNotFoundError:
        return


def replace_file(file: Path, content: bytes) -> None:
    """The new content or the old one, whatever happens. Raises NotKept."""
    fresh = file.with_name(f"{file.name}.new")
    try:
        with fresh.open("wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        fresh.replace(file)
        _sync_folder(file.parent)
    except OSError as error:
        raise NotKept(f"{file}: {error}") from error


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
