"""Mosquitto as we configure it: who gets in, who may say and hear what, and who must leave."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from random import Random

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from broker.identity.tls import Credentials
from broker.mosquitto.child import Mosquitto
from broker.mqtt import Address, Disconnected, Line, Received, Will
from broker.topics import (
    FROM_DEVICE,
    ROOT,
    TO_DEVICE,
    Channel,
    server_name,
    server_status,
    subscriptions_of_server,
)
from tests.brokers import PATIENCE, Listener, free_port
from tests.identities import SITE, Office

SERVER = server_name(SITE)
PEOPLE = ("kios-01", "kios-02", SERVER)
KINDS = ("identify", "lend")
# paho leaves a socket whose handshake failed to the garbage collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore:.*ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning"
)


@dataclass
class Client:
    """One connection by hand, so that it may lie about its name, its will and its topics."""

    port: int
    credentials: Credentials | None
    name: str
    will: str = ""
    heard: SimpleQueue[paho.MQTTMessage] = field(default_factory=SimpleQueue)
    _said: SimpleQueue[tuple[str, object]] = field(default_factory=SimpleQueue)

    def __post_init__(self) -> None:
        self.paho = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self.name,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
        )
        if self.credentials is not None:
            self.paho.tls_set_context(self.credentials.context())
        if self.will:
            self.paho.will_set(self.will, b"forged", qos=1, retain=True)
        self.paho.on_connect = lambda *told: self._said.put(("connected", told[3]))
        self.paho.on_disconnect = lambda *told: self._said.put(("disconnected", told[3]))
        self.paho.on_publish = lambda *told: self._said.put(("published", told[3]))
        self.paho.on_subscribe = lambda *told: self._said.put(("subscribed", told[3]))
        self.paho.on_message = lambda _, __, message: self.heard.put(message)

    def admitted(self) -> bool:
        """Whether it is let in."""
        try:
            self.paho.connect("127.0.0.1", self.port)
        except OSError:
            return False
        self.paho.loop_start()
        word, reason = self._said.get(timeout=PATIENCE)
        return word == "connected" and not getattr(reason, "is_failure", True)

    def cut_off(self) -> bool:
        """Whether the broker ends the session; waits for it."""
        return self._said.get(timeout=PATIENCE)[0] == "disconnected"

    def says(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        """Whether the broker takes it."""
        self.paho.publish(topic, payload, qos=1, retain=retain)
        word, reason = self._said.get(timeout=PATIENCE)
        assert word == "published", (word, reason)
        assert isinstance(reason, ReasonCode)
        return not reason.is_failure

    def listens(self, *filters: str) -> "Client":
        self.paho.subscribe([(one, SubscribeOptions(qos=1)) for one in filters])
        assert self._said.get(timeout=PATIENCE)[0] == "subscribed"
        return self

    def dies(self) -> None:
        """As in a power cut: nothing more is said."""
        self.paho.loop_stop()
        line = self.paho.socket()
        assert line is not None
        line.close()

    def leaves(self) -> None:
        self.paho.disconnect()
        self.paho.loop_stop()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def mosquitto(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    child = Mosquitto(free_port(), tmp_path_factory.mktemp("broker"), office.secured)
    child.start()
    yield child
    child.stop()


def in_topics(device: str) -> list[str]:
    """Every topic there is under a device's name, and some there are not."""
    own = f"{ROOT}/{SITE}/{device}"
    channels = [channel.value for channel in Channel if channel is not Channel.ASK]
    asks = [f"ask/{kind}" for kind in KINDS]
    return [f"{own}/{end}" for end in (*channels, *asks, "ask", "command/restart", "fact/x")]


EVERYWHERE = (
    *(topic for name in PEOPLE for topic in in_topics(name)),
    server_status(SITE),
    f"{ROOT}/medan/kios-01/fact",
    f"{ROOT}/{SITE}/_server/ack",
    f"{ROOT}/{SITE}/kios-01",
    "status",
    "$SYS/broker/version",
    "$CONTROL/dynamic-security/v1",
    "$share/all/x",
)


def own(name: str, channels: tuple[Channel, ...]) -> set[str]:
    base = f"{ROOT}/{SITE}/{name}"
    ends = {channel.value for channel in channels if channel is not Channel.ASK}
    asks = {f"ask/{kind}" for kind in KINDS} if Channel.ASK in channels else set()
    return {f"{base}/{end}" for end in ends | asks}


def may_say(name: str) -> set[str]:
    if name != SERVER:
        return own(name, FROM_DEVICE)
    everybodys = {topic for one in PEOPLE for topic in own(one, TO_DEVICE)}
    # By the pattern for devices it may also be one; the server itself believes no such name.
    return everybodys | {server_status(SITE), f"{ROOT}/{SITE}/_server/ack"} | own(name, FROM_DEVICE)


def may_hear(name: str) -> set[str]:
    if name != SERVER:
        return own(name, TO_DEVICE) | {server_status(SITE)}
    everybodys = {topic for one in PEOPLE for topic in own(one, FROM_DEVICE)}
    return everybodys | own(name, TO_DEVICE) | {server_status(SITE)}


def test_every_identity_says_and_hears_exactly_what_is_its_own(
    mosquitto: Mosquitto, office: Office
) -> None:
    """Everybody subscribes to everything and says something everywhere, retained and not."""
    clients = {name: Client(mosquitto.port, office.device(name), name) for name in PEOPLE}
    for client in clients.values():
        assert client.admitted()
        client.listens("#", "$SYS/#", "$CONTROL/#", *EVERYWHERE[:-1])
    taken = {
        (name, topic)
        for name, client in clients.items()
        for topic in EVERYWHERE
        if client.says(topic, name.encode())
    }
    assert taken == {(name, topic) for name in PEOPLE for topic in may_say(name)}
    clients[SERVER].says(server_status(SITE), b"last")
    for name, client in clients.items():
        assert delivered(client, b"last") == {
            (topic, speaker.encode())
            for topic in may_hear(name)
            for speaker in PEOPLE
            if topic in may_say(speaker)
        }
        client.leaves()


def delivered(client: Client, last: bytes) -> set[tuple[str, bytes]]:
    """What came before the last word; nothing that was retained is new."""
    found: set[tuple[str, bytes]] = set()
    while (message := client.heard.get(timeout=PATIENCE)).payload != last:
        found.add((message.topic, bytes(message.payload)))
    return found


def test_a_wildcard_brings_nothing_of_others_out_of_the_brokers_memory(
    mosquitto: Mosquitto, office: Office
) -> None:
    kiosk = Client(mosquitto.port, office.device("kios-07"), "kios-07")
    server = Client(mosquitto.port, office.server(), SERVER)
    assert kiosk.admitted()
    assert server.admitted()
    assert kiosk.says(f"{ROOT}/{SITE}/kios-07/state", b"mine", retain=True)
    assert server.says(f"{ROOT}/{SITE}/kios-07/settings/desired", b"for 07", retain=True)
    curious = Client(mosquitto.port, office.device("kios-08"), "kios-08")
    assert curious.admitted()
    curious.listens("#", "+/+/+/+/+/+", f"{ROOT}/{SITE}/kios-07/#")
    server.says(f"{ROOT}/{SITE}/kios-08/ack", b"last")
    assert delivered(curious, b"last") <= {(server_status(SITE), b"last")}
    for client in (kiosk, server, curious):
        client.leaves()


STRANGERS = ("anonymous", "wrong authority", "expired", "revoked", "not yet valid", "a host's")


def stranger(office: Office, folder: Path, kind: str) -> Credentials | None:
    match kind:
        case "wrong authority":
            other = Office(folder / "other").device("kios-01")
            return Credentials(other.own, office.broker / "ca.pem")
        case "expired":
            return office.expired("kios-04")
        case "not yet valid":
            return office.device("kios-05", age=-3 * 86_400)
        case "a host's":
            return office.host("kios-06")
        case "revoked":
            revoked = office.device("kios-03")
            office.revoke(revoked)
            return revoked
        case _:
            return None


def turned_away(mosquitto: Mosquitto, credentials: Credentials | None) -> bool:
    """Whether new sessions are refused; Mosquitto reads its files a moment after it was told."""
    for _ in range(20):
        client = Client(mosquitto.port, credentials, "stranger")
        refused = not client.admitted()
        client.leaves()
        if refused:
            return True
    return False


@pytest.mark.parametrize("kind", STRANGERS)
def test_a_stranger_is_not_let_in(
    mosquitto: Mosquitto, office: Office, tmp_path: Path, kind: str
) -> None:
    credentials = stranger(office, tmp_path, kind)
    mosquitto.reload()
    assert turned_away(mosquitto, credentials)
    seen = Client(mosquitto.port, office.device("kios-09"), "kios-09")
    assert seen.admitted(), "the broker still serves who belongs there"
    seen.leaves()


def test_a_forged_client_id_is_only_ever_the_certificates_name(
    mosquitto: Mosquitto, office: Office
) -> None:
    """Two clients of one name cannot be: a taken-over session proves who the forger really was."""
    victim = Client(mosquitto.port, office.device("kios-02"), "kios-02")
    thief = Client(mosquitto.port, office.device("kios-01"), "kios-01")
    assert victim.admitted()
    assert thief.admitted()
    forger = Client(mosquitto.port, thief.credentials, "kios-02")
    assert forger.admitted()
    assert thief.cut_off()
    assert victim.says(f"{ROOT}/{SITE}/kios-02/state", b"still here")
    assert not forger.says(f"{ROOT}/{SITE}/kios-02/fact", b"forged")
    for client in (victim, thief, forger):
        client.leaves()


def test_of_ten_thousand_forged_messages_none_is_delivered(
    mosquitto: Mosquitto, office: Office
) -> None:
    server = Client(mosquitto.port, office.server(), SERVER)
    forger = Client(mosquitto.port, office.device("kios-15"), "kios-15")
    assert server.admitted()
    assert forger.admitted()
    server.listens(*subscriptions_of_server(SITE))
    others = [topic for name in ("kios-01", "kotak-01", SERVER) for topic in in_topics(name)]
    taken = [topic for number in range(10_000) if forger.says(topic := others[number % 36], b"x")]
    assert taken == []
    assert forger.says(f"{ROOT}/{SITE}/kios-15/fact", b"last")
    assert b"x" not in {payload for _, payload in delivered(server, b"last")}
    for client in (server, forger):
        client.leaves()


def test_a_will_on_anothers_topic_is_never_published(mosquitto: Mosquitto, office: Office) -> None:
    server = Client(mosquitto.port, office.server(), SERVER)
    assert server.admitted()
    server.listens(f"{ROOT}/{SITE}/+/status")
    liar = Client(mosquitto.port, office.device("kios-01"), "kios-01", in_topics("kios-02")[0])
    honest = Client(mosquitto.port, office.device("kios-10"), "kios-10", in_topics("kios-10")[0])
    for client in (liar, honest):
        if client.admitted():
            client.dies()
    heard = set()
    while (f"{ROOT}/{SITE}/kios-10/status", b"forged") not in heard:
        message = server.heard.get(timeout=PATIENCE)
        heard.add((message.topic, bytes(message.payload)))
    assert (in_topics("kios-02")[0], b"forged") not in heard
    server.leaves()


def test_a_live_session_outlives_its_revocation_at_the_broker(
    mosquitto: Mosquitto, office: Office
) -> None:
    """Why the server itself refuses a revoked device, and cuts its session."""
    kiosk = Client(mosquitto.port, office.device("kios-11"), "kios-11")
    assert kiosk.admitted()
    assert kiosk.credentials is not None
    office.revoke(kiosk.credentials)
    mosquitto.reload()
    again = office.device("kios-11 again")
    office.revoke(again)
    mosquitto.reload()
    assert turned_away(mosquitto, again)
    assert kiosk.says(f"{ROOT}/{SITE}/kios-11/fact", b"still taken by the broker")
    kiosk.leaves()


def refusal(address: Address, name: str) -> str:
    """Why our own line does not speak to who answers there."""
    heard: SimpleQueue[object] = SimpleQueue()
    line = Line(address, name, Will("s", b""), heard.put, Random(1))
    line.open("x")
    event = heard.get(timeout=PATIENCE)
    line.close()
    assert isinstance(event, Disconnected)
    return event.reason


ROGUES = {
    "another authority's": "self-signed certificate in certificate chain",
    "for another host": "IP address mismatch",
    "a stolen kiosk's": "unsuitable certificate purpose",
}


@pytest.mark.parametrize("kind", ROGUES)
def test_our_line_says_nothing_to_a_rogue_broker_whatever_certificate_it_has(
    office: Office, tmp_path: Path, kind: str
) -> None:
    rogue = Office(tmp_path / "rogue")
    if kind == "for another host":
        (rogue.broker / "broker.pem").write_bytes(office.host("other.example").own.read_bytes())
    elif kind == "a stolen kiosk's":
        (rogue.broker / "broker.pem").write_bytes(office.device("kios-13").own.read_bytes())
    broker = Mosquitto(free_port(), tmp_path / "rogue broker", rogue.secured)
    broker.start()
    reason = refusal(Address("127.0.0.1", broker.port, office.device("kios-12")), "kios-12")
    broker.stop()
    assert ROGUES[kind] in reason


def test_a_line_that_speaks_and_hears_at_once_is_not_torn(
    mosquitto: Mosquitto, office: Office
) -> None:
    """TLS lets no two threads at one socket: who publishes must leave the writing to the line's."""
    up, down = f"{ROOT}/{SITE}/kios-16/fact", f"{ROOT}/{SITE}/kios-16/ack"
    kiosk = Listener(mosquitto.port, "kios-16", down, by=office.device("kios-16")).connected()
    server = Listener(mosquitto.port, SERVER, up, by=office.server()).connected()
    payload = b"x" * 20_000
    for _ in range(1500):
        kiosk.line.publish(up, payload, retain=False)
        server.line.publish(down, payload, retain=False)
    for end in (kiosk, server):
        heard = [end.until(lambda event: event) for _ in range(1500)]
        assert {type(event) for event in heard} == {Received}
    for end in (kiosk, server):
        end.line.close()


def test_a_line_shows_its_renewed_certificate_at_the_next_connection(
    office: Office, tmp_path: Path
) -> None:
    broker = Mosquitto(free_port(), tmp_path, office.secured)
    broker.start()
    credentials = office.device("kios-14")
    listener = Listener(broker.port, "kios-14", f"{ROOT}/{SITE}/kios-14/ack", by=credentials)
    listener.connected()
    office.revoke(credentials)
    office.device("kios-14")  # in the same place
    broker.kill()
    broker.start()
    listener.connected()
    listener.line.close()
    broker.stop()


def test_the_brokers_own_certificate_is_renewed_without_cutting_anybody(
    office: Office, tmp_path: Path
) -> None:
    renewed = Office(tmp_path / "office")
    broker = Mosquitto(free_port(), tmp_path / "broker", renewed.secured)
    broker.start()
    topic = f"{ROOT}/{SITE}/kios-01/ack"
    before = Listener(broker.port, "kios-01", topic, by=renewed.device("kios-01")).connected()
    renewed.renew_broker()
    broker.reload()
    after = Listener(broker.port, SERVER, topic, by=renewed.server()).connected()
    after.line.publish(topic, b"heard", retain=False)
    assert before.message().payload == b"heard"
    for listener in (before, after):
        listener.line.close()
    broker.stop()
