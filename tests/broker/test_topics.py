"""A topic names one device's channel, and nothing can pretend to be another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.errors import BadMessage
from broker.topics import (
    FROM_DEVICE,
    RETAINED,
    SERVER,
    TO_DEVICE,
    Channel,
    Topic,
    parse,
    server_status,
    subscriptions_of_device,
    subscriptions_of_server,
)
from broker.vocabulary import DeviceId, SiteId
from tests.broker import messages

SITE, KIOSK = SiteId("binjai"), DeviceId("kios-01")
TOPICS = st.builds(
    lambda site, device, channel: Topic(
        site, device, channel, "lend" if channel is Channel.ASK else ""
    ),
    messages.sites,
    messages.devices,
    st.sampled_from(Channel),
)


def covers(subscription: str, topic: str) -> bool:
    """Whether an MQTT filter without `#` covers a topic (MQTT 5.0, 4.7.1)."""
    levels, parts = subscription.split("/"), topic.split("/")
    return len(levels) == len(parts) and all(
        level in ("+", part) for level, part in zip(levels, parts, strict=True)
    )


@given(TOPICS)
def test_any_topic_is_read_as_it_was_written(topic: Topic) -> None:
    assert parse(str(topic)) == topic


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "sirkula/v1",
        "sirkula/v1/",
        "sirkula/v1/binjai",
        "sirkula/v1/binjai/kios-01",
        "sirkula/v1/binjai/kios-01/",
        "sirkula/v1/binjai/kios-01/nothing",
        "sirkula/v1/binjai/kios-01/status/",
        "sirkula/v1/binjai/kios-01/status/more",
        "sirkula/v1/binjai/kios-01//status",
        "sirkula/v1//kios-01/status",
        "sirkula/v1/binjai//status",
        "sirkula/v1/binjai/+/status",
        "sirkula/v1/binjai/#",
        "sirkula/v1/binjai/_server/status",
        "sirkula/v1/Binjai/kios-01/status",
        "sirkula/v1/binjai/kios 01/status",
        "sirkula/v1/binjai/kios-01\x00/status",
        "sirkula/v1/binjai/../status",
        "sirkula/v2/binjai/kios-01/status",
        "/sirkula/v1/binjai/kios-01/status",
        "other/sirkula/v1/binjai/kios-01/status",
        "$SYS/broker/uptime",
    ],
)
def test_a_hostile_topic_is_refused_by_name(text: str) -> None:
    with pytest.raises(BadMessage) as refused:
        parse(text)
    assert repr(text) in str(refused.value)


@given(st.text(max_size=60) | st.text("sirkula/v1binjos-0ak+#_ ", max_size=60))
def test_any_text_is_a_topic_or_refused(text: str) -> None:
    for candidate in (text, f"sirkula/v1/{text}", f"sirkula/v1/binjai/kios-01/{text}"):
        try:
            parse(candidate)
        except BadMessage:
            continue


def test_an_asks_topic_carries_its_kind() -> None:
    topic = parse("sirkula/v1/binjai/kios-01/ask/lend")
    assert topic == Topic(SITE, KIOSK, Channel.ASK, "lend")


def test_no_device_can_have_the_servers_name() -> None:
    with pytest.raises(ValueError, match="DeviceId"):
        DeviceId(SERVER)


def test_every_channel_has_one_direction() -> None:
    assert {*FROM_DEVICE} | {*TO_DEVICE} == set(Channel)
    assert not {*FROM_DEVICE} & {*TO_DEVICE}
    assert {*RETAINED} < set(Channel)


@pytest.mark.parametrize("channel", Channel)
def test_server_and_device_each_hear_what_the_other_says(channel: Channel) -> None:
    topic = str(Topic(SITE, KIOSK, channel, "lend" if channel is Channel.ASK else ""))
    to_server = any(covers(one, topic) for one in subscriptions_of_server(SITE))
    to_device = any(covers(one, topic) for one in subscriptions_of_device(SITE, KIOSK))
    assert (to_server, to_device) == (channel in FROM_DEVICE, channel in TO_DEVICE)


def test_a_device_hears_nothing_of_another_and_the_servers_presence() -> None:
    own = subscriptions_of_device(SITE, KIOSK)
    assert server_status(SITE) in own
    assert not any("+" in one or "#" in one for one in own)
    assert all("/kios-01/" in one for one in own if one != server_status(SITE))
