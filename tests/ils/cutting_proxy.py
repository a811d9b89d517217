"""A TCP proxy that breaks a connection at one message of a client that waits for each answer."""

import socket
import struct
import threading
from contextlib import suppress
from enum import Enum

_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST
_BUFFER = 1 << 20


class Cut(Enum):
    """Whether the server had got the message when the line broke."""

    BEFORE = "before"
    AFTER = "after"


class CuttingProxy:
    """Carries until it is armed; then the nth message from now is the last on its connection.

    `heard` counts messages since it was armed, of all connections.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._cut, self._nth, self.heard = Cut.BEFORE, 0, 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._carrying: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def arm(self, cut: Cut, nth: int) -> None:
        self._cut, self._nth, self.heard = cut, nth, 0

    def disarm(self) -> None:
        self._nth = 0

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listener.close()
        for one in self._open:
            _reset(one)
        for carrying in self._carrying:
            carrying.join()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._target))
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open += [near, far]
            carrying = threading.Thread(target=self._carry, args=(near, far))
            self._carrying.append(carrying)
            carrying.start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        with near, far:
            back = threading.Thread(target=self._back, args=(near, far))
            back.start()
            self._forth(near, far)
            back.join()

    def _forth(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while data := near.recv(_BUFFER):
                self.heard += 1
                if self.heard == self._nth and self._cut is Cut.BEFORE:
                    break
                far.sendall(data)
        _reset(near)
        _reset(far)

    def _back(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while data := far.recv(_BUFFER):
                if self.heard == self._nth and self._cut is Cut.AFTER:
                    break
                near.sendall(data)
        _reset(near)
        _reset(far)


def _reset(end: socket.socket) -> None:
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        end.shutdown(socket.SHUT_RDWR)
