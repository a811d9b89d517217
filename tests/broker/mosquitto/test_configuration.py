"""The generated configuration: loopback only, nothing dropped silently, every limit named."""

from pathlib import Path

import pytest

from broker.mosquitto.configuration import access_rules, configuration, secured_configuration
from broker.mosquitto.settings import SecuredSettings
from broker.vocabulary import SiteId
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


def secured() -> dict[str, str]:
    settings = SecuredSettings(SiteId("binjai"), "/var/lib/sirkula/keys/broker")
    rules = Path("/etc/sirkula/mosquitto.acl")
    text = secured_configuration(8883, Path("/var/lib/mosquitto"), settings, rules)
    lines = [line for line in text.splitlines() if not line.startswith("log_type")]
    pairs = [line.partition(" ")[::2] for line in lines]
    assert len({name for name, _ in pairs}) == len(pairs), "no option is given twice"
    return dict(pairs)


DEMANDED = {
    "listener": "8883 0.0.0.0",
    "require_certificate": "true",
    "use_identity_as_username": "true",
    "use_username_as_clientid": "true",
    "allow_anonymous": "false",
    "allow_zero_length_clientid": "false",
    "tls_version": "tlsv1.2",
    "certfile": "/var/lib/sirkula/keys/broker/broker.pem",
    "keyfile": "/var/lib/sirkula/keys/broker/broker.pem",
    "cafile": "/var/lib/sirkula/keys/broker/ca.pem",
    "crlfile": "/var/lib/sirkula/keys/broker/revoked.crl",
    "acl_file": "/etc/sirkula/mosquitto.acl",
    "max_packet_size": str(2 * MAX_BYTES),
    "max_inflight_messages": "100",
    "max_queued_messages": "10000",
    "max_queued_bytes": "67108864",
    "memory_limit": "268435456",
    "max_keepalive": "120",
    "persistence": "true",
    "user": "mosquitto",
}


@pytest.mark.parametrize("option", DEMANDED)
def test_the_service_demands_and_limits(option: str) -> None:
    assert secured()[option] == DEMANDED[option]


def test_nobody_has_a_rule_beyond_the_contracts_topics() -> None:
    rules = access_rules(SiteId("binjai")).splitlines()
    topics = [line.split()[-1] for line in rules if not line.startswith("user")]
    assert all(topic.startswith("sirkula/v1/binjai/") for topic in topics)
    assert not any("#" in topic or "$" in topic or "%c" in topic for topic in topics)
