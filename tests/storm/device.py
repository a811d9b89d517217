"""A simulated device: a ledger of facts in memory, sent in windows until the server has them all.

It follows the contract as a station's courier does, at the courier's own pace: online, birth, then
facts while the server is there, again on every connection and when the oldest stands still; only
the server's own word moves it on.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from time import monotonic, time

from broker.facts import Acknowledgement, Entry, Fact
from broker.telemetry import Birth, Kind, Presence
from broker.topics import Channel, Topic, server_status, subscriptions_of_device
from broker.vocabulary import ActId, ClockState, DeviceId, Moment, SiteId
from broker.wire import decode_presence, decode_snapshot, encode_entry, encode_snapshot
from kiosk.courier import Pace
from tests.storm.client import Client, Gone

SITE = SiteId("binjai")
INSTALL = "life"


@dataclass
class Device:
    """One device; `new_fact` makes its facts."""

    name: DeviceId
    port: int
    random: Random
    new_fact: Callable[[], Fact]
    queued: int = 0
    acknowledged: int = 0
    delays: list[float] = field(default_factory=list)
    connections: int = 0
    _began: dict[int, float] = field(default_factory=dict)
    _facts: dict[int, bytes] = field(default_factory=dict)
    _client: Client | None = None
    _server: Presence = Presence.OFFLINE
    _sent: int = 0
    _pace: Pace = field(default_factory=Pace)
    _progress: float = 0.0

    @property
    def owes(self) -> bool:
        return self.acknowledged < self.queued

    def queue(self, count: int) -> None:
        """Facts of an outage: there, but nobody waits for them."""
        self.queued += count

    def happen(self) -> None:
        """A fact of this very moment; how long its acknowledgement takes is kept in `delays`."""
        if not self.owes:
            self._progress = monotonic()
        self.queued += 1
        self._began[self.queued] = monotonic()
        self._deliver()

    async def live(self, begin: float) -> None:
        """Connects `begin` seconds from now, and again whenever it is cut off."""
        await asyncio.sleep(begin)
        while True:
            with suppress(Gone):
                await self._connection()
            self._client = None
            await asyncio.sleep(self.random.uniform(0.1, 2.0))

    async def _connection(self) -> None:
        topics = subscriptions_of_device(SITE, self.name)
        client = await Client.connected(self.port, str(self.name), topics)
        self.connections += 1
        self._client, self._sent, self._server = client, self.acknowledged, Presence.OFFLINE
        self._say(Channel.STATUS, Presence.ONLINE.value.encode(), retain=True)
        birth = Birth(SITE, self.name, Kind.KIOSK, "0.1.0", "boot", INSTALL, time())
        self._say(Channel.BIRTH, encode_snapshot(birth), retain=True)
        helpers = [asyncio.create_task(client.keep_alive()), asyncio.create_task(self._insist())]
        try:
            async for message in client.messages():
                self._hear(message.topic, message.payload)
        finally:
            for helper in helpers:
                helper.cancel()
            client.close()

    def _hear(self, topic: str, payload: bytes) -> None:
        if topic == server_status(SITE):
            self._server = decode_presence(payload)
            self._sent = self.acknowledged
        elif topic == str(Topic(SITE, self.name, Channel.ACK)):
            word = decode_snapshot(payload, Acknowledgement)
            self._acknowledge(word.through if word.install == INSTALL else 0)
        self._deliver()

    def _acknowledge(self, through: int) -> None:
        if through > self.acknowledged:
            self._pace, self._progress = self._pace.moved(), monotonic()
        for seq in range(self.acknowledged + 1, min(through, self.queued) + 1):
            self._facts.pop(seq, None)
            if seq in self._began:
                self.delays.append(monotonic() - self._began.pop(seq))
            self.acknowledged = seq

    async def _insist(self) -> None:
        """Sends the oldest again when it does not move."""
        self._progress = monotonic()
        while True:
            await asyncio.sleep(1.0)
            if self.owes and monotonic() - self._progress > self._pace.patience:
                self._pace, self._progress = self._pace.silent(), monotonic()
                self._sent = self.acknowledged
                self._deliver()

    def _deliver(self) -> None:
        if self._client is None or self._server is not Presence.ONLINE:
            return
        last = min(self.queued, self.acknowledged + self._pace.window)
        for seq in range(max(self._sent, self.acknowledged) + 1, last + 1):
            self._say(Channel.FACT, self._entry(seq), retain=False)
            self._sent = seq

    def _entry(self, seq: int) -> bytes:
        """The same bytes however often it is sent."""
        if seq not in self._facts:
            at = Moment("boot", float(seq), time(), ClockState.SYNCHRONISED)
            act = ActId(f"{self.name}-{seq}")
            entry = Entry(act, SITE, self.name, INSTALL, seq, at, self.new_fact())
            self._facts[seq] = encode_entry(entry)
        return self._facts[seq]

    def _say(self, channel: Channel, payload: bytes, *, retain: bool) -> None:
        if self._client is not None:
            self._client.publish(str(Topic(SITE, self.name, channel)), payload, retain=retain)
