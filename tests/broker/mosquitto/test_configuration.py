"""The generated configuration: loopback only, nothing dropped silently, every limit named."""

from pathlib import Path

from broker.mosquitto.configuration import configuration
from broker.wire import MAX_BYTES


def options(port: int = 18831, folder: Path = Path("/var/lib/sirkula/broker")) -> dict[str, str]:
    lines = configuration(port, folder, "sirkula").splitlines()
    pairs = [line.partition(" ")[::2] for line in lines]
    assert all(name and value for name, value in pairs)
    return dict(pairs)


def test_it_listens_on_the_loopback_interface_only() -> None:
    text = configuration(18831, Path("/x"), "sirkula")
    listeners = [line for line in text.splitlines() if line.startswith(("listener", "port"))]
    assert listeners == ["listener 18831 127.0.0.1"]


def test_its_store_is_below_the_given_folder_and_kept() -> None:
    assert options()["persistence"] == "true"
    assert options()["persistence_location"] == "/var/lib/sirkula/broker/"


def test_no_queue_drops_silently() -> None:
    assert options()["max_queued_messages"] == "0"
    assert options()["max_queued_bytes"] == "0"


def test_the_contracts_largest_message_passes_and_memory_is_bounded() -> None:
    assert int(options()["max_packet_size"]) > MAX_BYTES
    assert int(options()["memory_limit"]) > 0


def test_a_client_is_who_it_says_it_is() -> None:
    assert options()["use_username_as_clientid"] == "true"
    assert options()["allow_zero_length_clientid"] == "false"


def test_no_option_is_given_twice_except_what_is_logged() -> None:
    lines = configuration(1, Path("/x"), "sirkula").splitlines()
    names = [line.split()[0] for line in lines if not line.startswith("log_type")]
    assert len(names) == len(set(names))
