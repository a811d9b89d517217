"""What a device may say within its own topics that it should not: nonsense, lies and old news."""

from dataclasses import replace
from typing import Final

from broker.facts import Entry, ItemReturned
from broker.topics import Channel, Topic
from broker.vocabulary import ActId, DeviceId
from broker.wire import decode_entry, encode_entry
from tests.simulation.library import REVOKED, Server
from tests.simulation.line import SITE
from tests.simulation.things import World
from tests.simulation.weather import Weather

_GARBAGE: Final = (
    b"",
    b"\xff\xfe",
    b"[" * 3000,
    b'{"seq": -1, "install": "x"}',
    b'{"specversion": "1.0", "data": "\\u0000"}',
    b'{"v": 99, "kind": "item-lent", "data": {}}',
)


class Mischief:
    """Says it by way of the broker, as whoever holds a device's key could."""

    def __init__(self, weather: Weather, world: World, server: Server) -> None:
        self._weather = weather
        self._world = world
        self._server = server
        self._count = 0

    def garbage(self) -> None:
        """Bytes that are no fact."""
        self._count += 1
        garbage = self._weather.random.choice(_GARBAGE) + b" " * self._count
        self._say(garbage, self._someone(), readable=False)

    def as_another(self) -> None:
        """A return in the name of another device."""
        entry = self._old()
        if entry is None:
            return
        self._count += 1
        names = sorted(set(self._server.broker.stations) - {str(entry.device)})
        act = ActId(f"forged-{self._count}")
        book = self._weather.random.choice(self._world.books)
        fact = ItemReturned(book.item, secured=True)
        forged = replace(entry, act=act, seq=entry.seq + 1000, fact=fact)
        name = self._weather.random.choice(names)
        self._say(encode_entry(forged), name, readable=False)

    def again(self) -> None:
        """A captured fact, byte for byte."""
        payload = self._captured()
        if payload is not None:
            self._send(payload, str(decode_entry(payload).device))

    def otherwise(self) -> None:
        """The same act in the same place, with other words."""
        entry = self._old()
        if entry is None:
            return
        self._count += 1
        later = replace(entry.at, wall=entry.at.wall + self._count)
        self._say(encode_entry(replace(entry, at=later)), str(entry.device), readable=True)

    def old_acknowledgement(self) -> None:
        """What the server once said to a station, which may have another ledger by now."""
        if self._server.acknowledged:
            said = self._weather.random.choice(self._server.acknowledged)
            self._server.broker.say(said.topic, said.payload, retain=False)

    def revoked(self) -> None:
        """A device that was shut out goes on as if nothing had happened."""
        entry = self._old()
        if entry is not None:
            self._count += 1
            act = ActId(f"revoked-{self._count}")
            self._say(
                encode_entry(replace(entry, act=act, device=REVOKED)), str(REVOKED), readable=False
            )

    def _someone(self) -> str:
        return self._weather.random.choice(sorted(self._server.broker.stations))

    def _old(self) -> Entry | None:
        payload = self._captured()
        return None if payload is None else decode_entry(payload)

    def _captured(self) -> bytes | None:
        """A fact that the server has committed, and it is there to hear it again."""
        if not self._server.up:
            return None
        known = [said for said in self._world.taken if said not in self._world.mischief]
        return self._weather.random.choice(known) if known else None

    def _say(self, payload: bytes, name: str, *, readable: bool) -> None:
        self._world.mischief[payload] = readable
        self._send(payload, name)

    def _send(self, payload: bytes, name: str) -> None:
        topic = str(Topic(SITE, DeviceId(name), Channel.FACT))
        self._server.broker.say(topic, payload, retain=False)
