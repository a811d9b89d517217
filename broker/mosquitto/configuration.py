"""The generated configurations. Pure.

Debian's defaults lose messages while answering "success" (1,000 queued, then dropped; nothing on
disk for 30 minutes), so each limit is named here. A station forgets nothing before the server's own
word, so persistence is a courtesy that shortens resending.
"""

from pathlib import Path
from typing import Final

from broker.mosquitto.settings import SecuredSettings
from broker.topics import (
    FROM_DEVICE,
    ROOT,
    TO_DEVICE,
    Channel,
    server_name,
    server_status,
    subscriptions_of_server,
)
from broker.vocabulary import SiteId
from broker.wire import MAX_BYTES

# What is made for the broker in its `keys` folder: certificate and key, authority, revoked ones.
BROKER_FILES: Final = ("broker.pem", "ca.pem", "revoked.crl")
_LIMITS: Final = f"""\
max_inflight_messages 100
max_packet_size {2 * MAX_BYTES}
memory_limit 268435456
max_keepalive 120
persistent_client_expiration 14d
use_username_as_clientid true
allow_zero_length_clientid false
set_tcp_nodelay true
log_dest stderr
log_type error
log_type warning
log_type notice
connection_messages false
"""


def configuration(port: int, folder: Path, user: str) -> str:
    """mosquitto.conf for loopback `port`; `folder` keeps the store, `user` runs it."""
    return f"""\
listener {port} 127.0.0.1
allow_anonymous true
max_queued_messages 0
max_queued_bytes 0
{_store(folder, user)}{_LIMITS}"""


def secured_configuration(port: int, folder: Path, secured: SecuredSettings, rules: Path) -> str:
    """mosquitto.conf for stations in a network: nobody without a certificate of our authority.

    The certificate's common name is user, client id and topic at once; `rules` is where
    `access_rules` are kept. What overflows a queue is sent again by the station that owes it.
    """
    own, authority, revoked = (Path(secured.keys) / name for name in BROKER_FILES)
    return f"""\
listener {port} {secured.host}
certfile {own}
keyfile {own}
cafile {authority}
crlfile {revoked}
tls_version tlsv1.2
require_certificate true
use_identity_as_username true
allow_anonymous false
acl_file {rules}
max_queued_messages 10000
max_queued_bytes 67108864
{_store(folder, secured.user)}{_LIMITS}"""


def access_rules(site: SiteId) -> str:
    """The access list: a device uses only its own topics, the server everybody's, nobody `$`.

    What is not named is refused. Mosquitto warns of the one pattern without `%u`: every device may
    read it, and rules that stand before the first user would be for nameless clients only.
    """
    own = f"{ROOT}/{site}/%u"
    patterns = [
        *(f"pattern write {own}/{_levels(channel)}" for channel in FROM_DEVICE),
        *(f"pattern read {own}/{_levels(channel)}" for channel in TO_DEVICE),
        f"pattern read {server_status(site)}",
    ]
    servers = [
        f"user {server_name(site)}",
        *(f"topic read {topic}" for topic in subscriptions_of_server(site)),
        *(f"topic write {ROOT}/{site}/+/{_levels(channel)}" for channel in TO_DEVICE),
        f"topic write {server_status(site)}",
    ]
    return "\n".join([*patterns, *servers]) + "\n"


def _levels(channel: Channel) -> str:
    return f"{channel.value}/+" if channel is Channel.ASK else channel.value


def _store(folder: Path, user: str) -> str:
    return f"""\
user {user}
persistence true
persistence_location {folder}/
autosave_interval 5
autosave_on_changes false
"""
