"""A real Mosquitto for tests, and clients of it that can wait for what they hear."""

import socket
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from random import Random
from typing import TypeVar

from broker.identity.tls import Credentials
from broker.mosquitto.child import Mosquitto
from broker.mqtt import Address, Connected, Event, Line, Received, Will

PATIENCE = 30.0
_Wanted = TypeVar("_Wanted")


def free_port() -> int:
    """A loopback port nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def started_mosquitto(folder: Path, port: int | None = None) -> Mosquitto:
    mosquitto = Mosquitto(port or free_port(), folder)
    mosquitto.start()
    return mosquitto


class Listener:
    """One client and everything it heard."""

    def __init__(
        self,
        port: int,
        name: str,
        *topics: str,
        by_hand: bool = False,
        by: Credentials | None = None,
    ) -> None:
        self._events: SimpleQueue[Event] = SimpleQueue()
        will = Will(f"status/{name}", b"offline")
        address = Address("127.0.0.1", port, by)
        self.line = Line(
            address, name, will, self._events.put, Random(1), acknowledge_by_hand=by_hand
        )
        self.line.open(*(topics or (f"nothing/{name}",)))

    def until(
        self, wanted: Callable[[Event], _Wanted | None], patience: float = PATIENCE
    ) -> _Wanted:
        """The first event that `wanted` makes something of; fails after `patience` seconds."""
        while True:
            try:
                event = self._events.get(timeout=patience)
            except Empty:
                raise AssertionError("nothing more was heard") from None
            found = wanted(event)
            if found is not None:
                return found

    def connected(self) -> "Listener":
        self.until(lambda event: event if isinstance(event, Connected) else None)
        return self

    def message(self) -> Received:
        return self.until(lambda event: event if isinstance(event, Received) else None)
