"""The fault proxy over real sockets: each kind of weather does what it is called."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from time import monotonic

import pytest

from tests.weather_proxy.forecast import CLEAR, Kind, Spell, Weather, forecast
from tests.weather_proxy.proxy import WeatherProxy

PATIENCE = 10.0


@dataclass
class Road:
    """A client and a server with the proxy between them."""

    proxy: WeatherProxy
    client: socket.socket
    server: socket.socket
    port: int

    def is_silent(self, end: socket.socket) -> bool:
        end.settimeout(0.3)
        try:
            return not end.recv(100) and False
        except TimeoutError:
            return True
        finally:
            end.settimeout(PATIENCE)

    def strike(self, kind: Kind, weather: Weather = CLEAR, seconds: float = 1.0) -> None:
        self.proxy.strike(Spell(0.0, 0, kind, seconds, weather))


@contextmanager
def travelled() -> Iterator[Road]:
    proxy = WeatherProxy()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = proxy.route("127.0.0.1", listener.getsockname()[1])
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
            server, _ = listener.accept()
            server.settimeout(PATIENCE)
            with server:
                yield Road(proxy, client, server, port)
    proxy.close()


@pytest.fixture
def road() -> Iterator[Road]:
    with travelled() as road:
        yield road


def received(end: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        piece = end.recv(65_536)
        assert piece, "closed too early"
        found += piece
    return found


def test_in_clear_weather_everything_gets_through_both_ways(road: Road) -> None:
    sent = Random(1).randbytes(300_000)
    threading.Thread(target=road.client.sendall, args=(sent,)).start()
    assert received(road.server, len(sent)) == sent
    road.server.sendall(b"yes")
    assert received(road.client, 3) == b"yes"


def test_the_end_of_one_side_reaches_the_other(road: Road) -> None:
    road.client.shutdown(socket.SHUT_WR)
    assert road.server.recv(1) == b""


def test_latency_makes_a_piece_wait(road: Road) -> None:
    road.strike(Kind.LATENCY, Weather(delay=0.4))
    begun = monotonic()
    road.client.sendall(b"slow")
    assert received(road.server, 4) == b"slow"
    assert monotonic() - begun >= 0.4


def test_bandwidth_makes_much_wait_longer_than_little(road: Road) -> None:
    road.strike(Kind.BANDWIDTH, Weather(bandwidth=10_000))
    begun = monotonic()
    road.client.sendall(bytes(5_000))
    received(road.server, 5_000)
    assert monotonic() - begun >= 0.5


def test_slicing_brings_everything_in_small_pieces(road: Road) -> None:
    road.strike(Kind.SLICING, Weather(slice=3, delay=0.02))
    road.client.sendall(b"loan and return")
    pieces: list[bytes] = []
    while len(b"".join(pieces)) < 15:
        pieces.append(road.server.recv(100))
    assert b"".join(pieces) == b"loan and return"
    assert len(pieces) > 1


def test_what_was_sent_in_a_partition_arrives_after_it(road: Road) -> None:
    road.strike(Kind.PARTITION, Weather(silent=True))
    road.client.sendall(b"kept")
    assert road.is_silent(road.server)
    road.proxy.become(0, CLEAR)
    assert received(road.server, 4) == b"kept"


def test_a_new_connection_in_a_partition_is_taken_and_not_answered(road: Road) -> None:
    road.strike(Kind.PARTITION, Weather(silent=True))
    with socket.create_connection(("127.0.0.1", road.port), PATIENCE) as second:
        second.sendall(b"hello")
        assert road.is_silent(second)


def test_a_half_open_connection_is_silent_and_nobody_is_told(road: Road) -> None:
    road.strike(Kind.HALF_OPEN, seconds=2.0)
    road.client.sendall(b"into the void")
    assert road.is_silent(road.server)
    assert road.is_silent(road.client)
    road.client.close()
    assert road.is_silent(road.server)


def test_a_half_open_connection_is_reset_in_the_end(road: Road) -> None:
    road.strike(Kind.HALF_OPEN, seconds=0.2)
    with pytest.raises(ConnectionResetError):
        road.client.recv(1)


def test_a_reset_is_felt_at_both_ends(road: Road) -> None:
    road.strike(Kind.RESET)
    for end in (road.client, road.server):
        with pytest.raises(ConnectionResetError):
            end.recv(1)


def test_a_target_that_is_not_there_is_an_ended_connection() -> None:
    proxy = WeatherProxy()
    with socket.create_server(("127.0.0.1", 0)) as gone:
        nobody = gone.getsockname()[1]
    port = proxy.route("127.0.0.1", nobody)
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
        assert client.recv(1) == b""
    proxy.close()


def test_the_same_seed_is_the_same_forecast_and_every_kind_comes() -> None:
    def month(seed: int) -> list[Spell]:
        random = Random(seed)
        return [forecast(random, 3, 5.0) for _ in range(200)]

    assert month(1) == month(1)
    assert {spell.kind for spell in month(1)} == set(Kind)
    assert {spell.route for spell in month(1)} == {0, 1, 2}
