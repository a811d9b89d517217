"""Looks at the machine itself: clock, disk, folders, ports, watchdog, time zones."""

import os
import shutil
import stat
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from broker.doctor import checks
from broker.doctor.checks import Check, Outcome
from broker.kernel_clock import discipline

_MOUNTS: Final = Path("/proc/self/mounts")
_WATCHDOG: Final = Path("/dev/watchdog")


def look_at_clock() -> Check:
    return checks.clock(discipline(), time.time())


def look_at_folder(folder: Path) -> tuple[Check, ...]:
    """Whether what is written there stays there, and only we can write it.

    A program makes its own folder, so one that is not there yet is judged by what it will be in.
    """
    name, place = str(folder), existing(folder)
    if not (place.is_dir() and os.access(place, os.W_OK | os.X_OK)):
        return (Check("folder", Outcome.UNSAFE, "not-writable", {"folder": name}),)
    others = place == folder and stat.S_IMODE(folder.stat().st_mode) & stat.S_IWOTH
    outcome, code = (Outcome.ERROR, "open-to-all") if others else (Outcome.WELL, "ours")
    return (
        Check("folder", outcome, code, {"folder": name}),
        checks.file_system(name, _file_system(place)),
        look_at_disk(place),
    )


def look_at_disk(folder: Path) -> Check:
    usage = shutil.disk_usage(folder)
    return checks.disk(str(folder), usage.used, usage.free)


def look_at_watchdog(environment: Mapping[str, str], *, told: bool = True) -> Check:
    """Whether anything starts the program again when it hangs.

    A program from which systemd is not `told` that it lives must not be watched by it.
    """
    if "WATCHDOG_USEC" in environment:
        outcome, code = (Outcome.WELL, "systemd") if told else (Outcome.ERROR, "untold")
        return Check("watchdog", outcome, code)
    if _WATCHDOG.exists():
        return Check("watchdog", Outcome.WELL, "hardware")
    return Check("watchdog", Outcome.ADVICE, "none" if told else "no-hardware")


def look_at_port(name: str, path: str) -> Check:
    """Whether a device file is there; `name` says what is plugged in."""
    places = {"device": name, "port": path}
    if Path(path).exists():
        return Check("port", Outcome.WELL, "there", places)
    return Check("port", Outcome.ERROR, "missing", places)


def look_at_zone(name: str, outcome: Outcome = Outcome.ERROR) -> Check:
    """Whether the machine knows a time zone; `outcome` is how bad it is if not."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return Check("zone", outcome, "unknown", {"zone": name})
    return Check("zone", Outcome.WELL, "known", {"zone": name})


def existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next(one for one in (folder, *folder.parents) if one.exists())


def _file_system(folder: Path) -> str:
    """The kind of the nearest mount above, as the kernel calls it."""
    kind, nearest = "", -1
    place = folder.resolve()
    for line in _MOUNTS.read_text(encoding="utf-8").splitlines():
        _, mounted, name, *_ = line.split(" ")
        # The kernel writes a space in a path as its octal number.
        above = Path(mounted.encode().decode("unicode_escape"))
        depth = len(above.parts)
        if depth >= nearest and place.is_relative_to(above):
            kind, nearest = name, depth
    return kind
