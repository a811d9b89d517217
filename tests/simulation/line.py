"""The lines between stations and server, and the broker they meet at.

Like ours: clean sessions, so that it keeps nothing for who is away; retained messages and wills.
Like others: it may keep messages for an absent server, and forget them when it is restarted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from broker.telemetry import Presence
from broker.topics import TO_DEVICE, Channel, Topic, parse, server_status
from broker.vocabulary import DeviceId, SiteId
from server.heard import Heard
from tests.simulation.weather import Weather

SITE: Final = SiteId("sim")
STATUS: Final = server_status(SITE)
_WILL_SECONDS: Final = (15.0, 45.0)


class Line:
    """One station's line to the broker: loses, doubles, delays, reorders, and breaks."""

    def __init__(self, weather: Weather) -> None:
        self._weather = weather
        self.up = True

    def carry(self, deliver: Callable[[], None], *, answer: bool = False) -> None:
        weather = self._weather
        if not self.up or weather.strikes("message lost"):
            return
        copies = 2 if weather.strikes("message doubled") else 1
        for _ in range(copies):
            weather.later(self._delay(answer=answer), deliver)

    def carry_in_order(self, deliver: Callable[[], None]) -> None:
        """What a connection begins with: nothing of it is lost while the connection lives."""
        if self.up:
            self._weather.later(0.05, deliver)

    def _delay(self, *, answer: bool) -> float:
        weather = self._weather
        if answer and weather.strikes("answer too late"):
            return weather.random.uniform(3, 8)
        if weather.strikes("message delayed"):
            return weather.random.uniform(2, 20)
        if weather.strikes("message very late"):
            return weather.random.uniform(30, 150)
        return weather.random.uniform(0.01, 0.1)


class Client(Protocol):
    """A station as its broker knows it."""

    line: Line

    @property
    def connected(self) -> bool: ...

    def receive(self, topic: str, payload: bytes, *, retained: bool) -> None: ...

    def disconnected(self) -> None: ...


class Subscriber(Protocol):
    """The server as its broker knows it."""

    @property
    def up(self) -> bool: ...

    def hear(self, message: Heard) -> None: ...

    def connected(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Said:
    topic: str
    payload: bytes


class Broker:
    """Takes every message, says "received", and promises nothing."""

    def __init__(self, weather: Weather) -> None:
        self._weather = weather
        self._keeps_for_server = weather.random.random() < 0.5
        self._waiting: list[_Said] = []
        self._sessions: dict[str, int] = {}
        self.kept: dict[str, bytes] = {}
        self.up = True
        self.server: Subscriber | None = None
        self.stations: dict[str, Client] = {}

    def say(self, topic: str, payload: bytes, *, retain: bool) -> None:
        """A message has reached the broker."""
        if not self.up:
            return
        if retain:
            self.kept[topic] = payload
        if topic == STATUS:
            for name in self.stations:
                self._to_station(name, topic, payload)
        elif (to := parse(topic)).channel in TO_DEVICE:
            self._to_station(str(to.device), topic, payload)
        elif self.server is not None and self.server.up:
            self.server.hear(Heard(topic, payload))
        elif self._keeps_for_server:
            self._waiting.append(_Said(topic, payload))

    def station_came(self, name: str) -> None:
        """A station has connected and subscribed."""
        self._sessions[name] = self._sessions.get(name, 0) + 1
        own = [str(Topic(SITE, DeviceId(name), channel)) for channel in TO_DEVICE]
        for topic in (STATUS, *own):
            if topic in self.kept:
                self._to_station(name, topic, self.kept[topic], retained=True)

    def station_went(self, name: str) -> None:
        """Its connection broke without a word: its will, if it does not come back."""
        session = self._sessions.get(name)
        topic = str(Topic(SITE, DeviceId(name), Channel.STATUS))

        def will() -> None:
            if self._sessions.get(name) == session:
                self.say(topic, Presence.OFFLINE.value.encode(), retain=True)

        self._weather.later(self._weather.random.uniform(*_WILL_SECONDS), will)

    def server_came(self) -> None:
        """The server has subscribed: what is retained, and what was kept for it."""
        assert self.server is not None
        self.say(STATUS, Presence.ONLINE.value.encode(), retain=True)
        for topic, payload in sorted(self.kept.items()):
            if topic != STATUS and parse(topic).channel not in TO_DEVICE:
                self.server.hear(Heard(topic, payload, retained=True))
        waiting, self._waiting = self._waiting, []
        for said in waiting:
            self._weather.reached("kept by the broker for the server")
            self.server.hear(Heard(said.topic, said.payload))

    def server_went(self) -> None:
        def will() -> None:
            if self.server is not None and not self.server.up:
                self.say(STATUS, Presence.OFFLINE.value.encode(), retain=True)

        self._weather.later(self._weather.random.uniform(*_WILL_SECONDS), will)

    def restart(self, *, forgetting: bool) -> None:
        """Everybody is thrown out for a few seconds; what waited is gone, perhaps all it kept."""
        self.up = False
        self._waiting = []
        if forgetting:
            self.kept = {}
        for station in self.stations.values():
            station.disconnected()
        self._weather.later(self._weather.random.uniform(0.5, 5), self._back)

    def _back(self) -> None:
        self.up = True
        if self.server is not None and self.server.up:
            self.server.connected()

    def _to_station(self, name: str, topic: str, payload: bytes, *, retained: bool = False) -> None:
        station = self.stations[name]
        if not station.connected:
            return
        channel = None if topic == STATUS else parse(topic).channel
        deliver = partial(station.receive, topic, payload, retained=retained)
        if channel in {None, Channel.SETTINGS_DESIRED}:
            station.line.carry_in_order(deliver)
        else:
            station.line.carry(deliver, answer=channel is Channel.REPLY)
