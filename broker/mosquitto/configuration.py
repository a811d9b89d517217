"""The generated configuration. Pure.

Debian's defaults lose messages while answering "success" (1,000 queued, then dropped; nothing on
disk for 30 minutes), so each limit is named here. A station forgets nothing before the server's own
word, so persistence is a courtesy that shortens resending.
"""

from pathlib import Path

from broker.wire import MAX_BYTES


def configuration(port: int, folder: Path, user: str) -> str:
    """mosquitto.conf for loopback `port`; `folder` keeps the store, `user` runs it."""
    return f"""\
listener {port} 127.0.0.1
allow_anonymous true
user {user}
persistence true
persistence_location {folder}/
autosave_interval 5
autosave_on_changes false
max_queued_messages 0
max_queued_bytes 0
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
