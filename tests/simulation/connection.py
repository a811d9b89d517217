"""A station's end of its line: it comes and goes, and says each time whose it is."""

import json
from collections.abc import Callable
from functools import partial
from typing import Protocol

from kiosk.courier import Courier, Publish
from kiosk.report import Reporter
from kiosk.station import Station
from tests.simulation.disk import Card, FragileLedger
from tests.simulation.line import Broker, Line
from tests.simulation.things import World
from tests.simulation.weather import Weather


class Host(Protocol):
    """The station whose end of the line it is."""

    name: str
    weather: Weather
    world: World
    alive: bool
    life: int
    card: Card
    ledger: FragileLedger
    courier: Courier
    reporter: Reporter
    station: Station

    def later(self, seconds: float, happen: Callable[[], None]) -> None: ...

    def guarded(self, happen: Callable[[], None]) -> None: ...


class Connection:
    """What the broker knows as a client."""

    def __init__(self, host: Host, broker: Broker) -> None:
        self._host = host
        self._weather = host.weather
        self._broker = broker
        self.line = Line(host.weather)
        self.connected = False

    def connect(self) -> None:
        """The connection is made as soon as it can be, and the station says who it is."""
        if not (self.line.up and self._broker.up):
            self._host.later(self._weather.random.uniform(1, 8), self.connect)
            return
        self.connected = True
        self._host.courier.connection(up=True)
        self._host.reporter.connected(self._host.ledger.install, self._host.ledger.extent)
        self._broker.station_came(self._host.name)

    def disconnected(self) -> None:
        """The connection is gone, and the station, if it lives, knows it."""
        if self.connected:
            self.connected = False
            self._broker.station_went(self._host.name)
        if self._host.alive:
            self._host.courier.connection(up=False)
            self._host.later(self._weather.random.uniform(0.5, 5), self.connect)

    def partition(self) -> None:
        """The network breaks without a word; the station notices later."""
        self.line.up = False
        self._host.later(self._weather.random.uniform(0, 25), self._notice)
        self._weather.later(self._weather.random.uniform(5, 120), self.heal)

    def _notice(self) -> None:
        if not self.line.up:
            self.disconnected()

    def heal(self) -> None:
        if self.line.up:
            return
        self.line.up = True
        if self._host.alive and self.connected:
            self.disconnected()

    def receive(self, topic: str, payload: bytes, *, retained: bool) -> None:
        """From the broker, or from its memory."""
        if self._host.alive and self.connected:
            if topic.endswith(("/ack", "/reply")):
                self._host.world.alone_since[self._host.name].clear()
            hear = partial(self._host.station.receive, topic, payload, retained=retained)
            self._host.guarded(hear)

    def publisher(self, life: int) -> Publish:
        """What the station publishes with, in this life."""

        def publish(topic: str, payload: bytes, *, retain: bool) -> None:
            if self._host.alive and self._host.life == life and self.connected:
                begins = topic.endswith(("/status", "/birth"))
                # Of what a disk wrote that was put back nothing is lost alone: a connection keeps
                # its order, and without that only a chain of fingerprints could tell.
                in_order = begins or self._host.card.put_back == self._host.ledger.install
                carry = self.line.carry_in_order if in_order else self.line.carry
                carry(lambda: self._broker.say(topic, payload, retain=retain))
                if topic.endswith("/state"):
                    self._owns_up(payload)

        return publish

    def _owns_up(self, payload: bytes) -> None:
        """What the page is told to be owed is never less than what is, by plain SQL."""
        owed, told = self._host.card.owed(), json.loads(payload)["data"]["unsent"]
        if told < owed:
            self._host.world.accuse("I-39", f"{self._host.name} owes {owed} and says {told}")
