"""Topic names under `sirkula/v1/{site}/{device}/`. Pure.

A device writes and reads only below its own name; the server's name is `_server`, which no device
can have.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from broker.errors import BadMessage
from broker.vocabulary import DeviceId, SiteId

ROOT: Final = "sirkula/v1"
SERVER: Final = "_server"


class Channel(Enum):
    """The last part of a topic: what kind of message travels there."""

    STATUS = "status"
    BIRTH = "birth"
    STATE = "state"
    FACT = "fact"
    ACK = "ack"
    ASK = "ask"
    REPLY = "reply"
    SETTINGS_DESIRED = "settings/desired"
    SETTINGS_REPORTED = "settings/reported"


FROM_DEVICE: Final = (
    Channel.STATUS,
    Channel.BIRTH,
    Channel.STATE,
    Channel.FACT,
    Channel.ASK,
    Channel.SETTINGS_REPORTED,
)
TO_DEVICE: Final = (Channel.ACK, Channel.REPLY, Channel.SETTINGS_DESIRED)
RETAINED: Final = (
    Channel.STATUS,
    Channel.BIRTH,
    Channel.STATE,
    Channel.SETTINGS_DESIRED,
    Channel.SETTINGS_REPORTED,
)


@dataclass(frozen=True, slots=True)
class Topic:
    """One device's channel; an ask's topic carries its kind too: `.../ask/lend`.

    >>> str(Topic(SiteId("binjai"), DeviceId("kios-01"), Channel.ASK, "lend"))
    'sirkula/v1/binjai/kios-01/ask/lend'
    """

    site: SiteId
    device: DeviceId
    channel: Channel
    kind: str = ""

    def __str__(self) -> str:
        path = f"{ROOT}/{self.site}/{self.device}/{self.channel.value}"
        return f"{path}/{self.kind}" if self.kind else path


def parse(text: str) -> Topic:
    """The topic of a device. Raises BadMessage naming what is wrong with it."""
    prefix, _, rest = text.partition(f"{ROOT}/")
    site, _, rest = rest.partition("/")
    device, _, channel = rest.partition("/")
    kind = ""
    if channel.startswith("ask/"):
        channel, _, kind = channel.partition("/")
    if prefix:
        raise BadMessage(f"topic {text!r} is not below {ROOT}/")
    try:
        return Topic(SiteId(site), DeviceId(device), Channel(channel), kind)
    except ValueError as error:
        raise BadMessage(f"topic {text!r}: {error}") from error


def server_name(site: SiteId) -> str:
    """The server as an MQTT client; no device can have this name."""
    return f"{site}{SERVER}"


def server_status(site: SiteId) -> str:
    """Where the server says, retained, whether it is there."""
    return f"{ROOT}/{site}/{SERVER}/status"


def subscriptions_of_device(site: SiteId, device: DeviceId) -> tuple[str, ...]:
    own = (str(Topic(site, device, channel)) for channel in TO_DEVICE)
    return (*own, server_status(site))


def subscriptions_of_server(site: SiteId) -> tuple[str, ...]:
    """One filter per channel, so that the server never hears its own replies."""
    return tuple(
        f"{ROOT}/{site}/+/{channel.value}{'/+' if channel is Channel.ASK else ''}"
        for channel in FROM_DEVICE
    )
