"""What a program tells the service manager that watches over it: sd_notify(3).

A unit with `Type=notify` waits for READY=1; one with `WatchdogSec` ends a program that does not say
WATCHDOG=1 in time, and `Restart` starts it again.
"""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import structlog

_MICROSECONDS: Final = 1_000_000

log: Final = structlog.get_logger()


@dataclass(slots=True)
class Supervision:
    """`address` is the manager's socket, empty where there is none; every `seconds` it wants to
    hear of us, None if it does not. Times are monotonic seconds.
    """

    address: str = ""
    seconds: float | None = None
    _told_at: float | None = None

    def alive(self, now: float) -> None:
        """To be called by what would stand still if the program hung, and by nothing else."""
        if self._told_at is None:
            self._tell("READY=1\nWATCHDOG=1")
        elif self.seconds is not None and now - self._told_at >= self.seconds:
            self._tell("WATCHDOG=1")
        else:
            return
        self._told_at = now

    def leaving(self) -> None:
        """The program ends because it was asked to."""
        self._tell("STOPPING=1")

    def _tell(self, words: str) -> None:
        if not self.address:
            return
        # "@" stands for the zero byte of a name that is no file: unix(7).
        address = self.address.replace("@", "\0", 1) if self.address[0] == "@" else self.address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
                line.settimeout(0)  # who waited for a busy manager would seem to hang
                line.sendto(words.encode(), address)
        except OSError as error:
            log.warning("the service manager does not hear us", problem=str(error))


def supervision(environment: Mapping[str, str], process: int) -> Supervision:
    """As the manager says in the `environment` of this `process`: sd_watchdog_enabled(3).

    Told twice as often as it wants to hear of us, as that page advises.
    """
    address, limit = environment.get("NOTIFY_SOCKET", ""), environment.get("WATCHDOG_USEC", "")
    ours = environment.get("WATCHDOG_PID", str(process)) == str(process)
    seconds = int(limit) / _MICROSECONDS / 2 if limit.isdecimal() and ours else None
    return Supervision(address, seconds)
