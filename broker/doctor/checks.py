"""What one look at a machine found. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from broker.errors import SirkulaError
from broker.kernel_clock import Discipline
from broker.vocabulary import BEGINNING

# Percent used.
DISK_FULL: Final = 95.0
DISK_FILLING: Final = 80.0
# A certificate of 90 days is renewed after 60: who has less than 30 left was not.
RENEWED_BEFORE_DAYS: Final = 30
_NETWORK: Final = frozenset({"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "fuse.rclone"})


class Outcome(Enum):
    """How bad it is, up to a program that would lose facts and must not start."""

    WELL = "well"
    ADVICE = "advice"
    ERROR = "error"
    UNSAFE = "unsafe"


class Unsafe(SirkulaError):
    """The program would lose facts on this machine; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `code` and `places` make its sentence in any language."""

    name: str
    outcome: Outcome
    code: str
    places: Mapping[str, str] = field(default_factory=dict)


def failed(checks: Sequence[Check]) -> bool:
    """Whether anything has to be put right."""
    return any(check.outcome in {Outcome.ERROR, Outcome.UNSAFE} for check in checks)


def clock(kept: Discipline, wall: float) -> Check:
    """Whether the wall clock (seconds since 1970 UTC) can be believed."""
    if wall < BEGINNING:
        return Check("clock", Outcome.ERROR, "in-the-past")
    if not kept.synchronised:
        return Check("clock", Outcome.ADVICE, "nobody-keeps-it")
    return Check("clock", Outcome.WELL, "kept", {"seconds": f"{kept.bound:.3f}"})


def disk(folder: str, used: int, free: int) -> Check:
    """How full the disk of `folder` is, in bytes; what is kept for root is neither."""
    percent = 100.0 * used / (used + free) if free else 100.0
    places = {"folder": folder, "percent": f"{percent:.0f}", "megabytes": str(free // 2**20)}
    if percent >= DISK_FULL:
        return Check("disk", Outcome.ERROR, "full", places)
    if percent >= DISK_FILLING:
        return Check("disk", Outcome.ADVICE, "filling", places)
    return Check("disk", Outcome.WELL, "room", places)


def file_system(folder: str, kind: str) -> Check:
    """Whether a file system, by its name in /proc/mounts, keeps what it is told to."""
    places = {"folder": folder, "kind": kind}
    if kind in _NETWORK:
        return Check("file-system", Outcome.UNSAFE, "network", places)
    if kind in {"tmpfs", "ramfs"}:
        return Check("file-system", Outcome.ADVICE, "memory", places)
    return Check("file-system", Outcome.WELL, "local", places)


def certificate(not_after: float, now: float) -> Check:
    """How long a certificate lasts yet; both are seconds since 1970 UTC."""
    days = int((not_after - now) // 86_400)
    places = {"days": str(abs(days))}
    if days < 0:
        return Check("certificate", Outcome.ERROR, "expired", places)
    if days < RENEWED_BEFORE_DAYS:
        return Check("certificate", Outcome.ADVICE, "expires-soon", places)
    return Check("certificate", Outcome.WELL, "valid", places)
