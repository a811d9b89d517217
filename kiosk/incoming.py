"""What the line brings a station: acknowledgements, replies, settings and the server's presence.

Law: only what is on the station's own topics counts, and nothing that answers or acknowledges is
taken from the broker's memory: it was said in another life.
"""

from broker.errors import BadMessage
from broker.facts import Acknowledgement
from broker.telemetry import SettingsDesired, SettingsReported
from broker.topics import RETAINED, Channel, parse
from broker.wire import decode_presence, decode_reply, decode_snapshot, encode_snapshot
from kiosk.courier import Courier, Settled
from kiosk.happenings import Happening, ServiceWanted
from kiosk.offline import problem
from kiosk.orders import Orders


def receive(
    topic: str, payload: bytes, courier: Courier, orders: Orders, *, retained: bool = False
) -> Happening | Settled | None:
    """What the message means for the station's machine, if anything.

    Raises BadMessage for what is not of the contract, stale or another's, LedgerUnusable when the
    disk refuses.
    """
    if topic == courier.servers_topic:
        courier.server(decode_presence(payload), retained=retained)
        return None
    channel = parse(topic).channel
    if topic != courier.topic(channel):
        raise BadMessage("it is another station's")
    if retained and channel not in RETAINED:
        raise BadMessage(f"a {channel.value} from the broker's memory is past")
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
            return ServiceWanted(desired.in_service, desired.house)
        case _:
            raise BadMessage(f"nothing on {channel.value} is for a station")
