"""A TCP cable with a switch, between stations and what they talk to.

Cut, it does what a dead network does: connections end, and new ones are taken and never answered.
"""

import select
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

_LOOPBACK: Final = "127.0.0.1"
_CONNECT_WITHIN_S: Final = 2.0
_CHUNK: Final = 65536


class SwitchableRelay:
    """Carries every connection to `port` on the loopback to the target, unless it is cut.

    `listen_port` 0 takes any free port. Raises OSError when the port is in use.
    """

    def __init__(self, listen_port: int, target_host: str, target_port: int) -> None:
        self._target = (target_host, target_port)
        self._listener = socket.create_server((_LOOPBACK, listen_port))
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._lock = threading.Lock()
        self._is_cut = False
        self._cables: set[_Cable] = set()
        self._swallowed: list[socket.socket] = []
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def start(self) -> None:
        self._thread.start()

    def cut(self) -> None:
        """Every connection has ended when this returns, and no new one will get through."""
        with self._lock:
            self._is_cut = True
            cables = tuple(self._cables)
        for cable in cables:
            cable.end()

    def restore(self) -> None:
        """New connections get through; those that waited are ended, so that they try again."""
        with self._lock:
            self._is_cut = False
            swallowed, self._swallowed = self._swallowed, []
        for connection in swallowed:
            connection.close()

    def close(self) -> None:
        """Cut for good."""
        self._wake_writer.send(b"!")
        self._thread.join()
        self._listener.close()
        self._wake_reader.close()
        self._wake_writer.close()
        self.cut()
        self.restore()

    def _run(self) -> None:
        while True:
            ready, _, _ = select.select([self._listener, self._wake_reader], [], [])
            if self._wake_reader in ready:
                return
            connection, _ = self._listener.accept()
            self._take(connection)

    def _take(self, connection: socket.socket) -> None:
        if self._swallows(connection):
            return
        try:
            far = socket.create_connection(self._target, _CONNECT_WITHIN_S)
        except OSError:
            connection.close()
            return
        far.settimeout(None)
        for end in (connection, far):
            # A cable keeps nothing back.
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            if not self._is_cut:
                cable = _Cable(connection, far, self._forget)
                self._cables.add(cable)
                cable.start()
                return
            self._swallowed.append(connection)
        far.close()

    def _swallows(self, connection: socket.socket) -> bool:
        with self._lock:
            if self._is_cut:
                self._swallowed.append(connection)
            return self._is_cut

    def _forget(self, cable: "_Cable") -> None:
        with self._lock:
            self._cables.discard(cable)


class _Cable:
    """One connection, carried both ways by one thread that closes both ends."""

    def __init__(
        self, near: socket.socket, far: socket.socket, ended: Callable[["_Cable"], None]
    ) -> None:
        self._across = {near: far, far: near}
        self._ended = ended
        self._thread = threading.Thread(target=self._run, name="relay cable", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Both sides are closed when this returns."""
        for end in self._across:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._thread.join()

    def _run(self) -> None:
        with suppress(OSError):
            while self._carry():
                pass
        for end in self._across:
            end.close()
        self._ended(self)

    def _carry(self) -> bool:
        """What has come, to the other end; False when one end has closed."""
        ready, _, _ = select.select(list(self._across), [], [])
        for source in ready:
            data = source.recv(_CHUNK)
            if not data:
                return False
            self._across[source].sendall(data)
        return True
