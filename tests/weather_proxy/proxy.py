"""A TCP proxy that makes weather: one asyncio loop in a thread of its own, any number of routes.

Half-open: the connections open now carry nothing any more, in either direction, until one end
gives up or `last` seconds later, when both ends get a reset, as from a firewall that forgot them.
Reset: both ends of every open connection get an RST instead of an orderly end.
"""

import asyncio
import socket
import struct
import threading
from collections import Counter
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

from tests.weather_proxy.forecast import CLEAR, Kind, Spell, Weather

_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST
_BUFFER = 65_536
_Result = TypeVar("_Result")


class Route:
    """One way from a port of ours to a target. Made and used by a WeatherProxy only."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.weather = CLEAR
        self._target = target
        self._changed = asyncio.Event()
        self._connections: set[_Connection] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> int:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def become(self, weather: Weather) -> None:
        self.weather = weather
        self._changed.set()
        self._changed = asyncio.Event()

    def reset(self) -> None:
        for connection in tuple(self._connections):
            connection.reset()

    def half_open(self, last: float) -> None:
        for connection in tuple(self._connections):
            connection.is_dead = True
            asyncio.get_running_loop().call_later(last, connection.reset)

    async def passable(self) -> None:
        while self.weather.silent:
            await self._changed.wait()

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self.become(CLEAR)
        self.reset()

    async def _connected(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        connection = _Connection(self)
        connection.writers.append(back)
        self._connections.add(connection)
        with suppress(OSError):
            await self.passable()
            far, forth = await asyncio.open_connection(*self._target)
            connection.writers.append(forth)
            if connection.is_over:
                connection.reset()
            await asyncio.gather(connection.carry(near, forth), connection.carry(far, back))
        self._connections.discard(connection)
        connection.close()


class _Connection:
    """Both halves of one connection."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self.writers: list[asyncio.StreamWriter] = []
        self.is_dead = False
        self.is_over = False

    async def carry(self, source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        """Until the source ends; then the other side is told, unless nobody can be."""
        while data := await source.read(_BUFFER):
            for start in range(0, len(data), self._route.weather.slice):
                await self._piece(data[start : start + self._route.weather.slice], to)
        if not self.is_dead and to.can_write_eof():
            to.write_eof()

    async def _piece(self, piece: bytes, to: asyncio.StreamWriter) -> None:
        weather = self._route.weather
        wait = weather.delay + len(piece) / weather.bandwidth
        if wait:
            await asyncio.sleep(wait)
        await self._route.passable()
        if not self.is_dead:
            to.write(piece)
            await to.drain()

    def reset(self) -> None:
        self.is_over = True
        for writer in self.writers:
            end: socket.socket = writer.get_extra_info("socket")
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            writer.transport.abort()

    def close(self) -> None:
        for writer in self.writers:
            writer.close()


class WeatherProxy:
    """Routes by number, in the order they were added; any thread may call."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._routes: list[Route] = []
        self.spells: Counter[str] = Counter()
        self._thread = threading.Thread(target=self._loop.run_forever, name="weather", daemon=True)
        self._thread.start()

    @property
    def count(self) -> int:
        """How many routes there are."""
        return len(self._routes)

    def route(self, host: str, port: int) -> int:
        """A new loopback port that leads to the target."""

        async def opened() -> int:
            route = Route((host, port))
            self._routes.append(route)
            return await route.open()

        return self._wait(opened())

    def become(self, route: int, weather: Weather) -> None:
        self._call(lambda: self._routes[route].become(weather))

    def strike(self, spell: Spell) -> None:
        """Begins a spell; `become(route, CLEAR)` ends it."""
        route = self._routes[spell.route]
        self.spells[spell.kind.value] += 1
        match spell.kind:
            case Kind.RESET:
                self._call(route.reset)
            case Kind.HALF_OPEN:
                self._call(lambda: route.half_open(spell.seconds))
            case _:
                self._call(lambda: route.become(spell.weather))

    def close(self) -> None:
        for route in self._routes:
            self._call(route.close)
        self._wait(_ended())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, work: Any) -> None:
        async def worked() -> None:
            work()

        self._wait(worked())

    def _wait(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        future: Future[_Result] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result(10)


async def _ended() -> None:
    """Every connection has noticed that it is over."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
