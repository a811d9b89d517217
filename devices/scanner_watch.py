"""A scanner under watch: one thread that owns it and tells what it reads."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from devices.capabilities import Scan, Scanner
from devices.errors import DeviceError

_RETRY_S: Final = 2.0
# How long a stop may have to wait for the scanner.
_TURN_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Scanned:
    scan: Scan


@dataclass(frozen=True, slots=True)
class ScannerLost:
    """The scanner cannot be heard any more; told once, then it is tried again and again."""

    why: str


@dataclass(frozen=True, slots=True)
class ScannerHealthy:
    """The scanner can be heard: for the first time, or again."""


ScannerEvent = Scanned | ScannerLost | ScannerHealthy


class ScannerWatch:
    """Watches one scanner. `tell` is called on the watch's own thread and must not block."""

    def __init__(
        self,
        open_scanner: Callable[[], Scanner],
        tell: Callable[[ScannerEvent], None],
        retry: float = _RETRY_S,
    ) -> None:
        self._open_scanner = open_scanner
        self._tell = tell
        self._retry = retry
        self._stopping = threading.Event()
        self._was_lost = False
        self._thread = threading.Thread(target=self._run, name="scanner watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Close the scanner; the last event has been told when this returns."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._one_opening()
            except DeviceError as error:
                if not self._was_lost:
                    self._tell(ScannerLost(str(error)))
                self._was_lost = True
                self._stopping.wait(self._retry)

    def _one_opening(self) -> None:
        """From opening the scanner until told to stop. Raises DeviceError when it is lost."""
        scanner = self._open_scanner()
        try:
            self._was_lost = False
            self._tell(ScannerHealthy())
            while not self._stopping.is_set():
                if (scan := scanner.next_scan(_TURN_S)) is not None:
                    self._tell(Scanned(scan))
        finally:
            scanner.close()
