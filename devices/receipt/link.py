"""The cable to a printer as a Link: serial, the kernel's USB printer device, or TCP.

Law: every error of the operating system leaves here as Unplugged or NoAnswer.
"""

import os
import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from devices.errors import NoAnswer, Unplugged
from devices.link import Link, Parity, open_serial

_CHUNK: Final = 4096
_MOST_CHUNKS: Final = 64
_CONNECT_WITHIN_S: Final = 3.0
_WRITE_WITHIN_S: Final = 2.0
_GONE: Final = select.POLLERR | select.POLLHUP | select.POLLRDHUP | select.POLLNVAL


def open_link(address: str, baud: int, parity: Parity) -> Link:
    """`serial:/dev/ttyUSB0`, `usb:/dev/usb/lp0` or `tcp:192.168.1.50:9100`. Raises Unplugged.

    The serial port alone has a speed and a parity.
    """
    kind, _, place = address.partition(":")
    if kind == "serial":
        return open_serial(place, baud, parity)
    with _translated(address):
        if kind == "usb":
            return _FileLink(address, os.open(place, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK))
        host, _, port = place.rpartition(":")
        connected = socket.create_connection((host, int(port)), _CONNECT_WITHIN_S)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected.settimeout(0)
        return _FileLink(address, connected.detach())


class _FileLink:
    """A character device or a socket: to read, write and poll they are one thing."""

    def __init__(self, name: str, descriptor: int) -> None:
        self._name = name
        self._descriptor = descriptor
        self._is_open = True

    def send(self, data: bytes) -> None:
        deadline = time.monotonic() + _WRITE_WITHIN_S
        while data:
            if not self._wait(select.POLLOUT, deadline - time.monotonic()):
                raise NoAnswer(f"{self._name} takes no more bytes")
            with _translated(self._name), suppress(BlockingIOError):
                data = data[os.write(self._descriptor, data) :]

    def receive(self, timeout: float) -> bytes:
        event = self._wait(select.POLLIN, timeout)
        if not event:
            return b""
        with _translated(self._name), suppress(BlockingIOError):
            heard = os.read(self._descriptor, _CHUNK)
            # A USB printer's answer may be empty; only together with this is it the end.
            if not heard and event & _GONE:
                raise Unplugged(f"{self._name}: the far end is gone")
            return heard
        return b""

    def drain(self) -> None:
        for _ in range(_MOST_CHUNKS):
            if not self.receive(0):
                return

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            os.close(self._descriptor)

    def _wait(self, event: int, timeout: float) -> int:
        if not self._is_open:
            raise Unplugged(f"{self._name} is closed")
        poll = select.poll()
        poll.register(self._descriptor, event | select.POLLRDHUP)
        with _translated(self._name):
            return next((what for _, what in poll.poll(max(timeout, 0) * 1000)), 0)


@contextmanager
def _translated(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unplugged(f"{name}: {error}") from error
