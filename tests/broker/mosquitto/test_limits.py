"""A broker's configuration has our limits, or each that differs is named."""

from pathlib import Path

import pytest

from broker.doctor.checks import Outcome
from broker.doctor.report import lines, read_words
from broker.mosquitto.configuration import configuration
from broker.mosquitto.limits import limits

OURS = configuration(18831, Path("/var/lib/sirkula/broker"), "sirkula")


def named(text: str) -> list[str]:
    checks = limits(text)
    assert lines(checks, read_words())
    if [check.code for check in checks] == ["set"]:
        return []
    assert all(check.outcome is Outcome.ERROR for check in checks)
    return [check.places["name"] for check in checks]


def test_the_generated_configuration_has_them() -> None:
    assert named(OURS) == []


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("persistence true", "persistence false", "persistence"),
        ("max_queued_messages 0", "max_queued_messages 1000", "max_queued_messages"),
        ("max_queued_bytes 0\n", "", "max_queued_bytes"),
        ("max_packet_size 131072", "max_packet_size 1024", "max_packet_size"),
        ("memory_limit 268435456", "memory_limit much", "memory_limit"),
        ("autosave_interval 5", "autosave_interval 1800", "autosave_interval"),
        ("max_keepalive 120\n", "", "max_keepalive"),
        (
            "use_username_as_clientid true",
            "use_username_as_clientid false",
            "use_username_as_clientid",
        ),
    ],
)
def test_a_limit_that_differs_is_named(old: str, new: str, name: str) -> None:
    assert old in OURS
    assert named(OURS.replace(old, new)) == [name]


def test_debians_own_configuration_is_not_enough() -> None:
    debian = "pid_file /run/mosquitto/mosquitto.pid\npersistence true\n"
    assert {"max_queued_messages", "max_packet_size"} <= set(named(debian))
