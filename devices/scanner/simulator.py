"""A scanner's end: lines over a pseudo-terminal, or a keyboard's events into a pipe."""

import os
from pathlib import Path
from typing import Final

from devices.pseudo_terminal import PseudoTerminal
from devices.scanner.protocol import keystrokes

_OWNER_ONLY: Final = 0o600


class SerialScannerSimulator:
    """A serial scanner one can plug and unplug at `path`; it is not plugged yet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._terminal = PseudoTerminal(path, _Deaf)

    def scan(self, text: str) -> None:
        self.send(text.encode("ascii") + b"\r\n")

    def send(self, data: bytes) -> None:
        self._terminal.say(data)

    def plug(self) -> None:
        self._terminal.plug()

    def unplug(self) -> None:
        self._terminal.unplug()

    def close(self) -> None:
        self._terminal.close()


class KeyboardScannerSimulator:
    """A scanner that types, one can plug and unplug at `path`; it is not plugged yet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._pipe: int | None = None

    def scan(self, text: str) -> None:
        self.send(keystrokes(text))

    def send(self, data: bytes) -> None:
        if self._pipe is not None:
            os.write(self._pipe, data)

    def plug(self) -> None:
        if self._pipe is None:
            os.mkfifo(self.path, _OWNER_ONLY)
            # For both ways, so that opening waits for nobody.
            self._pipe = os.open(self.path, os.O_RDWR | os.O_NONBLOCK)

    def unplug(self) -> None:
        if self._pipe is not None:
            self.path.unlink()
            os.close(self._pipe)
            self._pipe = None

    def close(self) -> None:
        self.unplug()


class _Deaf:
    """Nothing that is sent to it changes a scanner."""

    def hear(self, data: bytes) -> bytes:  # noqa: ARG002 - as it says
        return b""

    def silence(self) -> None: ...
