"""Small files that are there whole or not at all, whatever was unplugged meanwhile."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

PRIVATE: Final = 0o600
PUBLIC: Final = 0o644


def store(path: Path, content: bytes, mode: int) -> None:
    """`path` holds `content`, on the disk, when this returns; before that, what it held.

    Raises OSError; then nothing has changed.
    """
    with _written(path, content, mode) as beside:
        beside.replace(path)
    _settle(path.parent)


def store_once(path: Path, content: bytes, mode: int) -> bytes:
    """What `path` holds for ever: `content`, unless somebody was first. Raises OSError."""
    with _written(path, content, mode) as beside, suppress(FileExistsError):
        path.hardlink_to(beside)
    _settle(path.parent)
    return path.read_bytes()


@contextmanager
def _written(path: Path, content: bytes, mode: int) -> Iterator[Path]:
    """A file beside `path`, on the disk, gone afterwards; private until it has its mode."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(handle, mode)
            os.fsync(handle)
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
