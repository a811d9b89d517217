"""Programmings that were begun, each in a file of its own until it is done.

Law: the file is on the disk before the first byte is written to the tag, so that a tag torn away,
or a station that lost its power, can be mended by whoever sees the tag next.
"""

import os
from pathlib import Path
from typing import Final

import msgspec

from devices.capabilities import TagUid
from devices.errors import BadTag
from devices.programming import Programming

_SUFFIX: Final = ".json"


class Unfinished:
    """The programmings below one folder, which is made when missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def begin(self, programming: Programming) -> None:
        """Keeps it, instead of any older one of the same tag."""
        path = self._path(programming.uid)
        fresh = path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(msgspec.json.encode(programming))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def done(self, uid: TagUid) -> None:
        self._path(uid).unlink(missing_ok=True)

    def of(self, uid: TagUid) -> Programming | None:
        """What was begun on this tag. Raises BadTag when the file is damaged."""
        path = self._path(uid)
        try:
            return msgspec.json.decode(path.read_bytes(), type=Programming)
        except FileNotFoundError:
            return None
        except msgspec.DecodeError as error:
            raise BadTag(f"{path}: {error}; remove it, and use another tag") from error

    def _path(self, uid: TagUid) -> Path:
        return self._folder / f"{uid}{_SUFFIX}"
