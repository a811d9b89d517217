"""The sockets of the SIP2 server: one thread for each connection, and so many connections.

A terminal that is slow, silent, or floods us costs its own connection only: it waits on its own
thread, what it does not read in time ends it, and one address never has all the connections.
"""

import socket
import struct
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog

from broker.errors import BadSettings
from server.ils.sip2_server.dialogue import Dialogue

log: Final = structlog.get_logger()
_CHUNK: Final = 4_096
_WAITING: Final = 128
_BUFFER: Final = 16_384  # bytes, each way: a machine waits for its answer
_APART_S: Final = 0.02
_DROP: Final = struct.pack("ii", 1, 0)
_REST_S: Final = 0.2
_END_WITHIN_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Connections at once, in all and from one address; the rest in seconds.

    Who has not signed in after `sign_in_within`, or says no whole message for `idle_for`, or does
    not read an answer within `read_within`, is hung up on.
    """

    connections: int = 256
    per_address: int = 64
    sign_in_within: float = 60.0
    idle_for: float = 900.0
    read_within: float = 10.0


class Listener:
    """Serves dialogues that `begin` makes for an address. Raises BadSettings if it cannot listen.

    Port 0 takes a free one.
    """

    def __init__(
        self, host: str, port: int, limits: Limits, begin: Callable[[str], Dialogue]
    ) -> None:
        self._limits, self._begin = limits, begin
        try:
            family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
            self._socket = socket.create_server((host, port), family=family, backlog=_WAITING)
            for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):  # connections inherit them
                self._socket.setsockopt(socket.SOL_SOCKET, buffer, _BUFFER)
        except OSError as error:
            raise BadSettings(f"cannot listen on {host}:{port}: {error}") from error
        self.port: int = self._socket.getsockname()[1]
        self._turn = threading.Lock()
        self._open: dict[socket.socket, tuple[str, threading.Thread]] = {}
        self._stopping = threading.Event()

    def run(self) -> None:
        """Until `stop`; then answers what is being asked, for 30 s at most."""
        while not self._stopping.is_set():
            try:
                connection, peer = self._socket.accept()
            except OSError as error:
                if not self._stopping.is_set():  # too many open files, or a peer that is gone
                    log.warning("a connection could not be taken", why=str(error))
                    self._stopping.wait(_REST_S)
                continue
            self._take(connection, peer[0])
        self._socket.close()
        self._end()

    def stop(self) -> None:
        """Asks `run` to end; may be called from any thread."""
        self._stopping.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def _take(self, connection: socket.socket, address: str) -> None:
        thread = threading.Thread(target=self._serve, args=(connection, address), daemon=True)
        with self._turn:
            count = Counter(taken for taken, _ in self._open.values())
            full = len(self._open) >= self._limits.connections
            if not full and count[address] < self._limits.per_address:
                self._open[connection] = (address, thread)
                with suppress(RuntimeError):  # no thread is to be had
                    thread.start()
                    return
                del self._open[connection]
        log.warning("too many connections: one is refused", address=address, all=full)
        connection.close()

    def _end(self) -> None:
        with self._turn:
            serving = list(self._open.items())
        deadline = time.monotonic() + _END_WITHIN_S
        for connection, _ in serving:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        for _, (_, thread) in serving:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _serve(self, connection: socket.socket, address: str) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            self._converse(connection, self._begin(address))
        except OSError as error:
            log.info("a terminal's connection has ended", address=address, why=str(error))
        finally:
            with self._turn:
                self._open.pop(connection, None)
            connection.close()

    def _converse(self, connection: socket.socket, dialogue: Dialogue) -> None:
        limits, opened = self._limits, time.monotonic()
        heard_at = opened
        while not self._stopping.is_set():
            signed_in = dialogue.terminal is not None
            until = heard_at + limits.idle_for if signed_in else opened + limits.sign_in_within
            if (left := until - time.monotonic()) <= 0:
                return
            if (answer := _answered(dialogue)) is not None:
                _send(connection, answer, limits.read_within)
                # Nobody scans faster; who does asks at everybody's cost.
                self._stopping.wait(max(0.0, heard_at + _APART_S - time.monotonic()))
                heard_at = time.monotonic()
                continue
            connection.settimeout(left)
            if not (data := connection.recv(_CHUNK)):
                return
            dialogue.hear(data)


def _send(connection: socket.socket, answer: bytes, within: float) -> None:
    """All of it, or nothing is kept for who does not read it."""
    connection.settimeout(within)
    try:
        connection.sendall(answer)
    except OSError:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _DROP)
        raise


def _answered(dialogue: Dialogue) -> bytes | None:
    """The supervising call: whatever broke, the terminal gets its answer, and the next one too."""
    try:
        return dialogue.next_answer()
    except Exception as error:  # noqa: BLE001 a defect in any part must not stop the terminals
        places = [f"{at.filename}:{at.lineno}" for at in traceback.extract_tb(error.__traceback__)]
        # Not its text, nor its variables: they may hold a patron's number.
        log.error("a question broke", error=type(error).__name__, places=places)  # noqa: TRY400
        return dialogue.apology()
