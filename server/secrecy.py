"""What of a message that cannot be used may be written down. Pure."""

import re
from typing import Final

from broker.sealing import SECRET_PREFIX
from broker.topics import Channel

# As it stands in a message: a PIN's name, or how every sealed secret begins.
_SECRET: Final = re.compile(rb'"pin"\s*:|' + SECRET_PREFIX.encode() + rb"[A-Za-z0-9_-]{8}")


def without_secrets(topic: str, payload: bytes) -> bytes:
    """Nothing of an ask, whatever it says, and nothing of what may hold a PIN; all of the rest.

    A PIN is not kept even sealed, nor by a hash of the message that had it.
    """
    is_ask = f"/{Channel.ASK.value}/" in f"{topic}/"
    return b"" if is_ask or _SECRET.search(payload) else payload
