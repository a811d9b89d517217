"""The line to the broker: the only file that knows paho.

Facts of the library used here: a v3.1.1 PUBACK hides a refused publish, so stations speak MQTT 5;
TCP_NODELAY is not set by default (20 ms per acknowledgement); message ids start again with each
connection, so a manual acknowledgement carries the epoch of its connection; whoever publishes
writes to the socket at once, with no lock against the thread that reads it, unless somebody is
registered to be told of writing: TLS does not survive two threads.
"""

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from random import Random
from typing import Any, Final

import paho.mqtt.client as paho
import structlog
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from broker.errors import BadSettings
from broker.fault_points import fault_point
from broker.identity.tls import Credentials, NotEnrolled
from broker.wire import MAX_BYTES

KEEP_ALIVE_SECONDS: Final = 20
WILL_DELAY_SECONDS: Final = 15
IN_FLIGHT: Final = 50
# As many as the server commits at once; fewer would make many small commits of a backlog.
IN_FLIGHT_BY_HAND: Final = 500
_LONGEST_WAIT_SECONDS: Final = 30.0

log: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Address:
    """Where the broker listens, and how to prove to it who we are (and it to us).

    Raises BadSettings for a line without TLS to another machine.
    """

    host: str
    port: int
    credentials: Credentials | None = None

    def __post_init__(self) -> None:
        if self.credentials is None and not _is_loopback(self.host):
            raise BadSettings(
                f"broker {self.host!r} is another machine, and without TLS anybody on the way could"
                " read and forge what is said: enrol this one, and set `tls = true` in [broker]"
            )


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker says, retained, for a client that cannot any more."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Connected:
    """The line is up and the subscriptions are granted."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The line is down; it is tried again by itself."""

    reason: str


@dataclass(frozen=True, slots=True)
class Received:
    """A message; `receipt` is for `Line.acknowledge`. `retained`: from the broker's memory."""

    topic: str
    payload: bytes
    retained: bool
    receipt: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class PublishRefused:
    """The broker did not take a message; the reason is its own word, e.g. `Not authorized`."""

    reason: str


Event = Connected | Disconnected | Received | PublishRefused


class Line:
    """One client's connection, kept up by a thread of its own until `close`.

    `tell` is called from that thread and must not block. Raises NotEnrolled at once when the
    address has credentials that cannot be read. With `acknowledge_by_hand` a message stays
    the broker's until `acknowledge` is called: for the server, after COMMIT.
    """

    def __init__(
        self,
        address: Address,
        client_id: str,
        will: Will,
        tell: Callable[[Event], None],
        random: Random,
        *,
        acknowledge_by_hand: bool = False,
    ) -> None:
        self._address = address
        self._tell = tell
        self._random = random
        self._subscriptions: tuple[str, ...] = ()
        self._in_flight = IN_FLIGHT_BY_HAND if acknowledge_by_hand else IN_FLIGHT
        self._epoch = 0
        self._failures = 0
        self._closing = threading.Event()
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            manual_ack=acknowledge_by_hand,
            reconnect_on_failure=False,
        )
        self._client.username = client_id
        self._show_certificate: Callable[[], None] = lambda: None
        if address.credentials is not None:
            context = address.credentials.context()
            self._client.tls_set_context(context)
            self._show_certificate = partial(address.credentials.show, context)
        self._client.max_inflight_messages_set(IN_FLIGHT)
        self._client.will_set(will.topic, will.payload, qos=1, retain=True, properties=_delayed())
        self._client.on_socket_open = _without_delay
        self._client.on_socket_register_write = _by_our_thread_alone
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.on_publish = self._on_publish
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)

    def open(self, *subscriptions: str) -> None:
        """Starts connecting and, on every connection, subscribes first."""
        self._subscriptions = subscriptions
        self._thread.start()

    def publish(self, topic: str, payload: bytes, *, retain: bool) -> None:
        """Hands a QoS 1 message to the connection; without one it is dropped at once.

        What must arrive is sent again by its owner until the other end has confirmed it.
        """
        if self._client.is_connected():
            self._client.publish(topic, payload, qos=1, retain=retain)

    def acknowledge(self, receipt: tuple[int, int, int]) -> None:
        """Tells the broker that the message is safe; one of an earlier connection is past."""
        epoch, message_id, quality = receipt
        if epoch == self._epoch:
            self._client.ack(message_id, quality)

    def close(self, last_word: Will | None = None) -> None:
        """Publishes an orderly last word, disconnects and ends the thread."""
        self._closing.set()
        if last_word is not None and self._client.is_connected():
            sent = self._client.publish(last_word.topic, last_word.payload, qos=1, retain=True)
            sent.wait_for_publish(timeout=2)
        self._client.disconnect()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self._show_certificate()  # it may have been renewed meanwhile
                self._client.connect(
                    self._address.host,
                    self._address.port,
                    keepalive=KEEP_ALIVE_SECONDS,
                    clean_start=True,
                    properties=_limits(self._in_flight),
                )
                while self._client.loop() is MQTTErrorCode.MQTT_ERR_SUCCESS:
                    pass
            except (OSError, NotEnrolled) as error:
                self._tell(Disconnected(str(error)))
            self._failures += 1
            # Full jitter, so that a hundred stations do not come back in the same second.
            longest = min(_LONGEST_WAIT_SECONDS, 0.5 * 2.0**self._failures)
            self._closing.wait(self._random.uniform(0.1, longest))

    def _on_connect(
        self, client: paho.Client, _: object, __: object, reason: ReasonCode, ___: object
    ) -> None:
        self._epoch += 1
        if reason.is_failure:
            self._tell(Disconnected(f"the broker refused the connection: {reason}"))
            return
        self._failures = 0
        client.subscribe([(topic, SubscribeOptions(qos=1)) for topic in self._subscriptions])

    def _on_subscribe(
        self, client: paho.Client, _: object, __: int, reasons: list[ReasonCode], ___: object
    ) -> None:
        refused = [str(reason) for reason in reasons if reason.is_failure]
        if refused:
            log.error("subscription refused", reasons=refused)
            client.disconnect()
        else:
            self._tell(Connected())

    def _on_disconnect(
        self, _: paho.Client, __: object, ___: object, reason: ReasonCode, ____: object
    ) -> None:
        self._epoch += 1
        self._tell(Disconnected(str(reason)))

    def _on_message(self, _: paho.Client, __: object, message: paho.MQTTMessage) -> None:
        receipt = (self._epoch, message.mid, message.qos)
        payload = bytes(message.payload)
        self._tell(Received(message.topic, payload, message.retain, receipt))

    def _on_publish(
        self, _: paho.Client, __: object, ___: int, reason: ReasonCode, ____: object
    ) -> None:
        if reason.is_failure:
            self._tell(PublishRefused(str(reason)))
        else:
            fault_point("K12", "R7")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _without_delay(_: paho.Client, __: object, connection: Any) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _by_our_thread_alone(_: paho.Client, __: object, ___: object) -> None:
    """The loop is woken by paho itself, and writes."""


def _delayed() -> Properties:
    properties = Properties(PacketTypes.WILLMESSAGE)  # type: ignore[no-untyped-call]
    properties.WillDelayInterval = WILL_DELAY_SECONDS
    return properties


def _limits(in_flight: int) -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.ReceiveMaximum = in_flight
    properties.MaximumPacketSize = 2 * MAX_BYTES
    return properties
