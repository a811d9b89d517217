"""The switchable cable, with an echo at the far end."""

import select
import socket
import threading
from collections.abc import Iterator

import pytest

from devices.station.relay import SwitchableRelay

PATIENCE = 10.0


class Echo:
    """Sends back what it hears, on every connection."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._stopping, self._stop = socket.socketpair()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def close(self) -> None:
        self._stop.send(b"!")
        self._thread.join()

    def _run(self) -> None:
        open_now = [self._listener, self._stopping]
        while True:
            ready, _, _ = select.select(open_now, [], [])
            if self._stopping in ready:
                break
            for each in ready:
                if each is self._listener:
                    open_now.append(each.accept()[0])
                elif heard := each.recv(65536):
                    each.sendall(heard)
                else:
                    open_now.remove(each)
                    each.close()
        for each in (*open_now, self._stop):
            each.close()


@pytest.fixture
def echo() -> Iterator[Echo]:
    echo = Echo()
    yield echo
    echo.close()


@pytest.fixture
def relay(echo: Echo) -> Iterator[SwitchableRelay]:
    relay = SwitchableRelay(0, "127.0.0.1", echo.port)
    relay.start()
    yield relay
    relay.close()


def connected(relay: SwitchableRelay) -> socket.socket:
    return socket.create_connection(("127.0.0.1", relay.port), PATIENCE)


def is_carried(connection: socket.socket) -> bool:
    connection.sendall(b"halo")
    return connection.recv(4) == b"halo"


def test_bytes_go_there_and_back(relay: SwitchableRelay) -> None:
    with connected(relay) as one, connected(relay) as other:
        assert is_carried(one)
        assert is_carried(other)
        assert is_carried(one)


def test_a_large_message_arrives_whole(relay: SwitchableRelay) -> None:
    message = bytes(range(256)) * 2000
    with connected(relay) as connection:
        sender = threading.Thread(target=connection.sendall, args=(message,))
        sender.start()
        heard = b""
        while len(heard) < len(message):
            heard += connection.recv(65536)
        sender.join()
    assert heard == message


def test_a_cut_ends_every_connection(relay: SwitchableRelay) -> None:
    with connected(relay) as connection:
        assert is_carried(connection)
        relay.cut()
        assert connection.recv(1) == b""


def test_a_connection_made_while_cut_hears_nothing_and_ends_at_the_restore(
    relay: SwitchableRelay,
) -> None:
    relay.cut()
    with connected(relay) as connection:
        connection.settimeout(0.1)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        relay.restore()
        connection.settimeout(PATIENCE)
        assert connection.recv(1) == b""


def test_after_the_restore_new_connections_get_through(relay: SwitchableRelay) -> None:
    relay.cut()
    relay.restore()
    with connected(relay) as connection:
        assert is_carried(connection)


def test_a_target_that_is_not_there_ends_the_connection() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        relay = SwitchableRelay(0, "127.0.0.1", taken.getsockname()[1])
        relay.start()
        with connected(relay) as connection:
            assert connection.recv(1) == b""
        relay.close()
