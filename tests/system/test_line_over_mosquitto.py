"""Our line over a real Mosquitto: what it promises and what it does not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.errors import Unreachable
from broker.mosquitto.child import Mosquitto
from broker.mqtt import Disconnected, Will
from tests.brokers import Listener, started_mosquitto


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    child = started_mosquitto(tmp_path)
    yield child
    child.stop()


def test_a_message_reaches_its_subscriber_byte_for_byte(mosquitto: Mosquitto) -> None:
    server = Listener(mosquitto.port, "server", "facts/+").connected()
    kiosk = Listener(mosquitto.port, "kios-01").connected()
    kiosk.line.publish("facts/kios-01", b'{"v":1}', retain=False)
    heard = server.message()
    assert (heard.topic, heard.payload) == ("facts/kios-01", b'{"v":1}')
    kiosk.line.close()
    server.line.close()


def test_a_message_not_acknowledged_by_hand_comes_again(mosquitto: Mosquitto) -> None:
    """Without our receipt Mosquitto keeps the message in flight; a new subscriber life gets none,
    which is why a station's own outbox, not the broker, keeps a fact.
    """
    server = Listener(mosquitto.port, "server", "facts/+", by_hand=True).connected()
    kiosk = Listener(mosquitto.port, "kios-01").connected()
    for number in range(3):
        kiosk.line.publish("facts/kios-01", b"%d" % number, retain=False)
    heard = [server.message() for _ in range(3)]
    assert [message.payload for message in heard] == [b"0", b"1", b"2"]
    for message in heard:
        server.line.acknowledge(message.receipt)
    kiosk.line.publish("facts/kios-01", b"after", retain=False)
    assert server.message().payload == b"after"
    kiosk.line.close()
    server.line.close()


def test_a_line_comes_back_by_itself_after_the_broker_was_killed(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    kiosk = Listener(mosquitto.port, "kios-01", "facts/+").connected()
    mosquitto.kill()
    kiosk.until(lambda event: event if isinstance(event, Disconnected) else None)
    again = started_mosquitto(tmp_path, mosquitto.port)
    kiosk.connected()
    kiosk.line.publish("facts/kios-01", b"here", retain=False)
    assert kiosk.message().payload == b"here"
    kiosk.line.close()
    again.stop()


def test_the_orderly_last_word_is_kept_for_whoever_asks_later(mosquitto: Mosquitto) -> None:
    kiosk = Listener(mosquitto.port, "kios-01").connected()
    kiosk.line.close(Will("status/kios-01", b"offline"))
    technician = Listener(mosquitto.port, "technician", "status/+").connected()
    assert technician.message().payload == b"offline"
    technician.line.close()


def test_a_second_broker_says_which_port_is_taken(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match=f"port {mosquitto.port} is taken"):
        Mosquitto(mosquitto.port, tmp_path / "second").start()


def test_a_client_whose_name_is_taken_does_not_stop_the_other(mosquitto: Mosquitto) -> None:
    """The user name is the client id, so a second kiosk of the same name takes the line over."""
    first = Listener(mosquitto.port, "kios-01").connected()
    second = Listener(mosquitto.port, "kios-01").connected()
    first.until(lambda event: event if isinstance(event, Disconnected) else None)
    second.line.close()
    first.line.close()
