"""The loop between line and journal: what time alone makes due, over a real broker."""

import threading
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Connection, Engine

from broker import topics
from broker.facts import Acknowledgement
from broker.mqtt import Address, Event, Line, Received
from broker.topics import Channel, Topic, subscriptions_of_device, subscriptions_of_server
from broker.vocabulary import DeviceId
from broker.wire import decode_snapshot
from server.ingest import Ingest, server_will
from server.journal.database import transaction
from server.journal.high_water import gaps
from server.receipts import GAP_SECONDS
from tests.brokers import Listener, started_mosquitto
from tests.server.stories import INSTALL, KIOSK, NOON, SITE, entry, heard, intake, returned


class Evening:
    """A running loop whose time is set by hand, and a kiosk at the other end of the broker."""

    def __init__(self, engine: Engine, port: int) -> None:
        self.now = NOON
        self._stopping = threading.Event()
        self._ingest = Ingest(engine, intake(), no_wishes, self._stopping)
        self._line = Line(
            Address("127.0.0.1", port),
            f"{SITE}{topics.SERVER}",
            server_will(SITE),
            self._ingest.tell,
            Random(1),
            acknowledge_by_hand=True,
        )
        self._line.open(*subscriptions_of_server(SITE))
        self._thread = threading.Thread(
            target=self._ingest.run, args=(self._line, lambda: self.now)
        )
        self.kiosk = Listener(port, str(KIOSK), *subscriptions_of_device(SITE, KIOSK)).connected()
        self._thread.start()

    def word(self) -> Acknowledgement:
        ack = str(Topic(SITE, KIOSK, Channel.ACK))

        def told(event: Event) -> Acknowledgement | None:
            if isinstance(event, Received) and event.topic == ack:
                return decode_snapshot(event.payload, Acknowledgement)
            return None

        return self.kiosk.until(told)

    def close(self) -> None:
        self._stopping.set()
        self._thread.join()
        self._line.close()
        self.kiosk.line.close()


def no_wishes(connection: Connection, device: DeviceId) -> bytes:
    raise AssertionError(f"{device} was not born")


@pytest.fixture
def evening(engine: Engine, tmp_path: Path) -> Iterator[Evening]:
    mosquitto = started_mosquitto(tmp_path / "broker")
    evening = Evening(engine, mosquitto.port)
    evening.kiosk.until(lambda event: event if isinstance(event, Received) else None)
    yield evening
    evening.close()
    mosquitto.stop()


def test_a_gap_is_asked_for_though_the_station_says_nothing_more(
    evening: Evening, engine: Engine
) -> None:
    for seq in (1, 3):
        message = heard(entry(seq, returned()))
        evening.kiosk.line.publish(message.topic, message.payload, retain=False)
    while not evening.word().through or not gap_is_known(engine):
        pass
    evening.now += GAP_SECONDS + 60
    while not (said := evening.word()).resend:
        pass
    assert (said.install, said.through) == (INSTALL, 1)


def gap_is_known(engine: Engine) -> bool:
    with transaction(engine) as connection:
        return bool(gaps(connection, NOON + 1))
