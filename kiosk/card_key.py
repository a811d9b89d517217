"""The key of the cards' pseudonyms: outlives a crash of the program, and no loss of power.

Kept in a folder that lives in RAM (tmpfs; switch swap off), and for one life of the program where
there is none. Without its key the ledger's pseudonyms tell nobody apart any more, and it forgets
them.
"""

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog

from broker.vocabulary import DeviceId, SiteId
from kiosk.ledger import Ledger

KEY_BYTES: Final = 32
_MOUNTS: Final = Path("/proc/self/mounts")
_IN_MEMORY: Final = frozenset({"tmpfs", "ramfs"})

log: Final = structlog.get_logger()


def card_key(folder: Path, site: SiteId, device: DeviceId, ledger: Ledger) -> bytes:
    """The key this station used before, or a new one. Raises LedgerUnusable."""
    file = folder / f"sirkula-{site}-{device}.key"
    lasting = is_in_memory(folder.resolve(), _MOUNTS.read_text(encoding="utf-8"))
    known = _read(file, ledger.install) if lasting else None
    if known is not None:
        return known
    # Forgotten first: a crash in between only forgets again.
    ledger.forget_cards()
    key = secrets.token_bytes(KEY_BYTES)
    if not (lasting and _write(file, key + ledger.install.encode())):
        log.warning("not in memory: a restart forgets whose loans were whose", folder=str(folder))
    return key


def is_in_memory(folder: Path, mounts: str) -> bool:
    """Whether the mount that holds `folder` is in RAM. `mounts` as proc(5) tells. Pure."""
    holding = ("", "")
    for line in mounts.splitlines():
        _, place, kind, *_ = line.split(" ")
        within = folder == Path(place) or Path(place) in folder.parents
        if within and len(place) >= len(holding[0]):
            holding = (place, kind)
    return holding[1] in _IN_MEMORY


def _read(file: Path, install: str) -> bytes | None:
    """The key of this ledger, unless anybody else could have put it there or read it."""
    try:
        opened = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(opened, "rb") as held:
        status = os.fstat(held.fileno())
        private = stat.S_ISREG(status.st_mode) and stat.S_IMODE(status.st_mode) & 0o077 == 0
        key, owner = held.read(KEY_BYTES), held.read()
    ours = private and status.st_uid == os.geteuid() and owner == install.encode()
    return key if ours else None


def _write(file: Path, content: bytes) -> bool:
    """Whether the key is kept, whole or not at all."""
    new = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(made, "wb") as held:
            held.write(content)
        new.replace(file)
    except OSError:
        with suppress(OSError):
            new.unlink()
        return False
    return True
