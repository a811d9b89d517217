"""A ledger that cannot be trusted is put aside, whole and never deleted, until a person took it.

Its log may hold what was committed, so all its files go together: into a folder whose name says
that it is not complete yet, so that a power cut in between is carried on from at the next start.
"""

import os
from pathlib import Path
from typing import Final

from kiosk.ledger.disk import LedgerUnusable

_PARTS: Final = ("-wal", "-shm", "")
_MOVING: Final = ".moving"


def kept_aside(path: Path) -> bool:
    """Whether a damaged ledger still lies beside `path`: nobody has looked at it."""
    return any(path.parent.glob("damaged-*"))


def set_aside(path: Path) -> None:
    """Moves the ledger at `path` into `damaged-1` (2, 3...). Raises LedgerUnusable."""
    number = 1
    while (folder := path.parent / f"damaged-{number}").exists():
        number += 1
    try:
        moving = folder.with_name(f"{folder.name}{_MOVING}")
        moving.mkdir(exist_ok=True)
        _sync(path.parent)
        _move(path, moving)
    except OSError as error:
        raise LedgerUnusable(f"the damaged ledger was not put aside: {error}") from error


def finish(path: Path) -> None:
    """Carries on what a power cut interrupted. Raises LedgerUnusable."""
    try:
        for moving in sorted(path.parent.glob(f"damaged-*{_MOVING}")):
            _move(path, moving)
    except OSError as error:
        raise LedgerUnusable(f"the damaged ledger was not put aside: {error}") from error


def _move(path: Path, moving: Path) -> None:
    for part in _PARTS:
        file = path.with_name(f"{path.name}{part}")
        if file.exists():
            file.rename(moving / file.name)
    _sync(moving)
    _sync(path.parent)
    moving.rename(moving.with_suffix(""))
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """A name in a folder survives a power cut only once the folder itself was synced."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
