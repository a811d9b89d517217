"""A disk that may lose its power: what was synced stays, of the rest anything may be missing.

Written and not synced: nothing of it survives, all, the first calls only, any subset, or any
subset with one call torn between sectors of 512 bytes. The same holds for names in a folder that
was not synced (POSIX fsync: a file's own sync does not save its name).
"""

from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from tests.crash.recording import Call, Cut, FolderMade, Opened, Removed, Saw, Synced, Wrote

SECTOR = 512
_FOLDER = "folder"
_Kept = TypeVar("_Kept")


@dataclass(slots=True)
class _File:
    """One file's content on the medium, and what was written since it was synced."""

    content: bytearray = field(default_factory=bytearray)
    unsynced: list[Wrote | Cut] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Renamed:
    """A name in a folder now means this, or nothing."""

    path: str
    file: "_File | str | None"


@dataclass(slots=True)
class _Names:
    """One folder's names on the medium, and what changed since it was synced."""

    unsynced: list[_Renamed] = field(default_factory=list)


class Disk:
    """Everything below one folder, which itself is safe."""

    def __init__(self) -> None:
        self._named: dict[str, _File | str] = {}  # as programs see it now
        self._safe: dict[str, _File | str] = {}  # as the medium has it for certain
        self._folders: dict[str, _Names] = {}
        self._open: dict[int, _File | str] = {}

    def hear(self, call: Call) -> None:
        match call:
            case Opened(path, descriptor, may_make):
                if path not in self._named and may_make:
                    self._rename(path, _File())
                self._open[descriptor] = self._named.get(path, path)
            case Wrote(descriptor) | Cut(descriptor):
                file = self._open[descriptor]
                assert isinstance(file, _File)
                file.unsynced.append(call)
            case Synced(descriptor):
                self._sync(self._open[descriptor])
            case Removed(path):
                self._rename(path, None)
            case FolderMade(path):
                self._rename(path, path)
            case Saw():
                pass

    def as_seen(self) -> dict[str, bytes]:
        """Every file as programs see it now: nothing is lost."""
        return {
            path: _applied(file, file.unsynced)
            for path, file in self._named.items()
            if isinstance(file, _File)
        }

    def survivors(self, random: Random) -> dict[str, bytes]:
        """Every file as it may be found after the power was cut now."""
        names = dict(self._safe)
        for folder in self._folders.values():
            _renamed(names, _survived(folder.unsynced, random))
        return {
            path: _survived_content(file, random)
            for path, file in names.items()
            if isinstance(file, _File) and _is_reached(path, names)
        }

    def _rename(self, path: str, file: "_File | str | None") -> None:
        change = _Renamed(path, file)
        self._folders.setdefault(_parent(path), _Names()).unsynced.append(change)
        _renamed(self._named, [change])

    def _sync(self, file: "_File | str") -> None:
        if isinstance(file, _File):
            file.content = bytearray(_applied(file, file.unsynced))
            file.unsynced.clear()
        elif (folder := self._folders.get(file)) is not None:
            _renamed(self._safe, folder.unsynced)
            folder.unsynced.clear()


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _is_reached(path: str, names: dict[str, _File | str]) -> bool:
    """Whether every folder above it survived as well."""
    above = _parent(path)
    return not above or (above in names and _is_reached(above, names))


def _renamed(names: dict[str, _File | str], changes: list[_Renamed]) -> None:
    for change in changes:
        if change.file is None:
            names.pop(change.path, None)
        else:
            names[change.path] = change.file


def _survived(unsynced: list[_Kept], random: Random) -> list[_Kept]:
    match random.choice(("none", "all", "prefix", "subset")):
        case "none":
            return []
        case "prefix":
            return unsynced[: random.randint(0, len(unsynced))]
        case "subset":
            return [one for one in unsynced if random.random() < 0.5]
        case _:
            return list(unsynced)


def _survived_content(file: _File, random: Random) -> bytes:
    kept = _survived(file.unsynced, random)
    if kept and random.random() < 0.4:
        at = random.randrange(len(kept))
        kept[at : at + 1] = _torn(kept[at], random)
    return _applied(file, kept)


def _torn(write: Wrote | Cut, random: Random) -> list[Wrote | Cut]:
    """Some of the sectors of one call."""
    if isinstance(write, Cut):
        return [write]
    pieces: list[Wrote | Cut] = []
    start = 0
    while start < len(write.content):
        end = start + SECTOR - (write.at + start) % SECTOR
        if random.random() < 0.5:
            pieces.append(Wrote(write.descriptor, write.at + start, write.content[start:end]))
        start = end
    return pieces


def _applied(file: _File, calls: list[Wrote | Cut]) -> bytes:
    content = bytearray(file.content)
    for call in calls:
        match call:
            case Wrote(_, at, written):
                content.extend(bytes(max(0, at - len(content))))
                content[at : at + len(written)] = written
            case Cut(_, size):
                del content[size:]
                content.extend(bytes(size - len(content)))
    return bytes(content)
