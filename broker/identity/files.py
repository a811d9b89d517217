"""Small files that are there whole or not at all, whatever was unplugged meanwhile."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

PRIVATE: Final = 0o600
PUBLIC: Final = 0o644


def store(path: Path, content: bytes, mode: int) -> None:
    """`path` holds `content`, on the disk, when this returns; before that, what it held.

    Raises OSError; then nothing has changed.
    """
    _written(path, content, mode).replace(path)
    _settle(path.parent)


def store_once(path: Path, content: bytes, mode: int) -> bytes:
    """What `path` holds for ever: `content`, unless somebody was first. Raises OSError."""
    beside = _written(path, content, mode)
    with suppress(FileExistsError):
        path.hardlink_to(beside)
    beside.unlink()
    _settle(path.parent)
    return path.read_bytes()


def _written(path: Path, content: bytes, mode: int) -> Path:
    """A new file beside `path`, on the disk; nobody else could read it before it had its mode."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fchmod(handle, mode)
        os.fsync(handle)
    return Path(name)


def _settle(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
