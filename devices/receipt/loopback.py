"""A simulated device on a loopback TCP port: one computer at a time, as network printers do."""

import select
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from devices.pseudo_terminal import Peer

_LOOPBACK: Final = "127.0.0.1"
_CHUNK: Final = 4096
_SEND_WITHIN_S: Final = 2.0


class LoopbackPort:
    """Plugs and unplugs a device at one port, which the first plugging chooses."""

    def __init__(self, power_on: Callable[[], Peer]) -> None:
        self._power_on = power_on
        self._port = 0
        self._thread: threading.Thread | None = None
        self._wake_reader, self._wake_writer = socket.socketpair()

    @property
    def place(self) -> str:
        """What follows `tcp:` in the driver's address."""
        return f"{_LOOPBACK}:{self._port}"

    def plug(self) -> None:
        """The port can be connected to when this returns."""
        if self._thread is None:
            listener = socket.create_server((_LOOPBACK, self._port))
            self._port = listener.getsockname()[1]
            self._thread = threading.Thread(target=self._run, args=(listener,), daemon=True)
            self._thread.start()

    def unplug(self) -> None:
        """Nobody listens, and whoever was connected finds out, when this returns."""
        if self._thread is not None:
            self._wake_writer.send(b"!")
            self._thread.join()
            self._wake_reader.recv(1)
            self._thread = None

    def close(self) -> None:
        self.unplug()
        self._wake_reader.close()
        self._wake_writer.close()

    def _run(self, listener: socket.socket) -> None:
        peer = self._power_on()
        with listener:
            while self._has_come(listener):
                connected, _ = listener.accept()
                with connected, suppress(OSError):
                    self._serve(connected, peer)

    def _serve(self, connected: socket.socket, peer: Peer) -> None:
        connected.settimeout(_SEND_WITHIN_S)
        while self._has_come(connected) and (heard := connected.recv(_CHUNK)):
            connected.sendall(peer.hear(heard))

    def _has_come(self, awaited: socket.socket) -> bool:
        """Waits; False once it is to be unplugged."""
        ready, _, _ = select.select([awaited, self._wake_reader], [], [])
        return self._wake_reader not in ready
