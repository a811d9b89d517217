"""A station's end of the line: its will, its subscriptions, its events on the station's queue."""

from collections.abc import Callable
from random import Random

from broker.mqtt import Address, Event, Line, Will
from broker.telemetry import Presence
from broker.topics import Channel, Topic, subscriptions_of_device
from broker.vocabulary import DeviceId, SiteId


def last_word(site: SiteId, device: DeviceId) -> Will:
    """What the broker, or the station on its way out, says of it."""
    topic = str(Topic(site, device, Channel.STATUS))
    return Will(topic, Presence.OFFLINE.value.encode())


def open_line(
    address: Address,
    site: SiteId,
    device: DeviceId,
    tell: Callable[[Event], None],
    random: Random,
) -> Line:
    """Starts connecting; whatever happens is told from the line's own thread."""
    line = Line(address, str(device), last_word(site, device), tell, random)
    line.open(*subscriptions_of_device(site, device))
    return line
