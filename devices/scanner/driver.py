"""Our end of a scanner: bytes from a serial port or an input device, and scans out of them.

A scanner that types is taken for us alone, so that what it reads reaches no other program.
"""

import fcntl
import os
import select
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from devices.capabilities import Scan
from devices.errors import Refused, Unplugged
from devices.scanner.protocol import Keys, Lines

_CHUNK: Final = 4096
# Scanners send a line in one go; a longer pause inside one means that its rest is lost.
_PAUSE_S: Final = 0.5
_EVIOCGRAB: Final = 0x40044590  # _IOW('E', 0x90, int) of linux/input.h


class Source(Protocol):
    """Where bytes come from: a serial link or an input device."""

    def receive(self, timeout: float) -> bytes:
        """What has come; empty after `timeout` seconds of silence. Raises Unplugged."""

    def close(self) -> None: ...


class BarcodeScanner:
    """A scanner for one thread."""

    def __init__(
        self,
        source: Source,
        receiver: Lines | Keys,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._receiver = receiver
        self._clock = clock
        self._last_heard = clock()

    def next_scan(self, timeout: float) -> Scan | None:
        """The next one, in order; None after `timeout` seconds without. Raises Unplugged."""
        deadline = self._clock() + timeout
        while (scan := self._receiver.next_scan()) is None:
            heard = self._source.receive(max(0.0, deadline - self._clock()))
            now = self._clock()
            if heard:
                if now - self._last_heard > _PAUSE_S:
                    self._receiver.silence()
                self._last_heard = now
                self._receiver.hear(heard)
            elif now >= deadline:
                return None
        return scan

    def close(self) -> None:
        self._source.close()


class InputDevice:
    """An input device at `path`, e.g. `/dev/input/by-id/...-event-kbd`, or a pipe in its place.

    Opening raises Unplugged; Refused when it cannot be had alone, e.g. because another program
    has it, or because it is no input device.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        with _translated(path):
            # It stays open: the caller closes it.
            self._file = open(path, "rb", buffering=0, opener=_without_waiting)  # noqa: SIM115 - as above
        try:
            # Nobody else can read from a pipe what we read from it; there is nothing to take.
            if not stat.S_ISFIFO(os.fstat(self._file.fileno()).st_mode):
                fcntl.ioctl(self._file, _EVIOCGRAB, 1)
        except OSError as error:
            self._file.close()
            raise Refused(f"{path} cannot be had alone: {error}") from error

    def receive(self, timeout: float) -> bytes:
        """What has come; empty after `timeout` seconds of silence. Raises Unplugged."""
        with _translated(self._path):
            if not select.select([self._file], [], [], timeout)[0]:
                return b""
            heard = self._file.read(_CHUNK)
        if heard == b"":
            raise Unplugged(f"{self._path}: nobody types there any more")
        return heard or b""

    def close(self) -> None:
        self._file.close()


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


@contextmanager
def _translated(path: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:  # a closed file raises ValueError
        raise Unplugged(f"{path}: {error}") from error
