"""What the line brings a station: acknowledgements, replies, settings and the server's presence."""

from broker.errors import BadMessage
from broker.facts import Acknowledgement
from broker.telemetry import SettingsDesired, SettingsReported
from broker.topics import SERVER, Channel, parse
from broker.wire import decode_presence, decode_reply, decode_snapshot, encode_snapshot
from kiosk.courier import Courier, Settled
from kiosk.happenings import Happening, ServiceWanted
from kiosk.offline import problem
from kiosk.orders import Orders


def receive(
    topic: str, payload: bytes, courier: Courier, orders: Orders
) -> Happening | Settled | None:
    """What the message means for the station's machine, if anything.

    Raises BadMessage for what is not of the contract, LedgerUnusable when the disk refuses.
    """
    if topic.endswith(f"/{SERVER}/status"):
        courier.server(decode_presence(payload))
        return None
    channel = parse(topic).channel
    match channel:
        case Channel.ACK:
            courier.acknowledged(decode_snapshot(payload, Acknowledgement))
            return None
        case Channel.REPLY:
            return courier.replied(decode_reply(payload))
        case Channel.SETTINGS_DESIRED:
            desired = decode_snapshot(payload, SettingsDesired)
            found = problem(desired.offline)
            if not found:
                orders.take(desired)
            reported = encode_snapshot(SettingsReported(desired.version, found))
            courier.send(Channel.SETTINGS_REPORTED, reported, retain=True)
            return ServiceWanted(desired.in_service)
        case _:
            raise BadMessage(f"nothing on {channel.value} is for a station")
