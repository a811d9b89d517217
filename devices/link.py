"""The byte pipe to a serial port: the only import of pyserial.

Law: modem lines are never touched, so that a pseudo-terminal will do; every error of the operating
system leaves here as Unplugged or NoAnswer.
"""

import os
import select
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from typing import Final, Protocol

import serial

from devices.errors import NoAnswer, Unplugged

_CHUNK: Final = 4096
_WRITE_WITHIN_S: Final = 2.0
_PSEUDO_TERMINALS: Final = "/dev/pts/"


class Parity(Enum):
    NONE = "none"
    EVEN = "even"
    ODD = "odd"


_PYSERIAL_PARITY: Final = {
    Parity.NONE: serial.PARITY_NONE,
    Parity.EVEN: serial.PARITY_EVEN,
    Parity.ODD: serial.PARITY_ODD,
}


class Link(Protocol):
    """Bytes there and back, for one thread. Every method but `close` raises Unplugged."""

    def send(self, data: bytes) -> None:
        """All of `data`. Raises NoAnswer when the device takes nothing more."""

    def receive(self, timeout: float) -> bytes:
        """What has come, at once if anything has; empty after `timeout` seconds of silence."""

    def drain(self) -> None:
        """Forget what has come and was not received."""

    def close(self) -> None: ...


def open_serial(port: str, baud: int, parity: Parity) -> Link:
    """A port with 8 data bits and 1 stop bit, for us alone. Raises Unplugged, also when in use."""
    with _translated(port):
        if os.path.realpath(port).startswith(_PSEUDO_TERMINALS):
            _start_afresh(port)
        return _SerialLink(
            serial.Serial(
                port,
                baud,
                parity=_PYSERIAL_PARITY[parity],
                timeout=0,
                write_timeout=_WRITE_WITHIN_S,
                exclusive=True,
            )
        )


def _start_afresh(port: str) -> None:
    """Sets a speed nobody uses, so that the real settings change something.

    A pseudo-terminal cannot keep parity, and the C library refuses settings that then change
    nothing: a program could not open a simulator again that it had open when it crashed.
    """
    terminal = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        settings = termios.tcgetattr(terminal)
        settings[4:6] = (termios.B50, termios.B50)
        termios.tcsetattr(terminal, termios.TCSANOW, settings)
    finally:
        os.close(terminal)


class _SerialLink:
    def __init__(self, port: serial.Serial) -> None:
        self._port = port

    def send(self, data: bytes) -> None:
        with _translated(self._port.name):
            self._port.write(data)

    def receive(self, timeout: float) -> bytes:
        with _translated(self._port.name):
            ready, _, _ = select.select([self._port.fileno()], [], [], max(timeout, 0))
            return self._port.read(_CHUNK) if ready else b""

    def drain(self) -> None:
        with _translated(self._port.name):
            self._port.reset_input_buffer()

    def close(self) -> None:
        with suppress(OSError, termios.error):
            self._port.close()


@contextmanager
def _translated(name: str | None) -> Iterator[None]:
    try:
        yield
    except serial.SerialTimeoutException as error:
        raise NoAnswer(f"{name} takes no more bytes") from error
    except (OSError, termios.error) as error:  # SerialException is an OSError
        raise Unplugged(f"{name}: {error}") from error
