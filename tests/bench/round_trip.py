"""A question to a server and its answer over MQTT, with nothing of a station about them."""

from time import monotonic

from broker.kinds import kind_of
from broker.mqtt import Event, Received
from broker.requests import Ask, Question
from broker.sealing import SealingKey
from broker.topics import Channel, Topic
from broker.vocabulary import DeviceId, SiteId
from broker.wire import encode_ask
from devices.console.settings_files import KIOSK, SITE
from devices.console.stage import Stage
from devices.station.station import SimulatedStation
from tests.brokers import Listener

SOON = 4e9  # no ask of ours expires


class Bare:
    """A client that asks the same server through the same network, and does nothing else."""

    def __init__(self, stage: Stage, station: SimulatedStation) -> None:
        name = DeviceId("pembanding")
        self._reply = str(Topic(SiteId(SITE), name, Channel.REPLY))
        self._name, self._asked = name, 0
        self._listener = Listener(station.network.port, str(name), self._reply).connected()
        public = (stage.folder / KIOSK / "server.pub").read_text("ascii")
        self.key = SealingKey.read(public)

    def seconds(self, question: Question) -> float:
        self._asked += 1
        topic = str(Topic(SiteId(SITE), self._name, Channel.ASK, kind_of(question)))
        payload = encode_ask(Ask(str(self._asked), SOON, question))
        begun = monotonic()
        self._listener.line.publish(topic, payload, retain=False)
        return self._listener.until(self._heard) - begun

    def _heard(self, event: Event) -> float | None:
        there = isinstance(event, Received) and event.topic == self._reply
        return monotonic() if there else None

    def close(self) -> None:
        self._listener.line.close()
