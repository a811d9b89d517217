"""What a fact says, and its place in a ledger (`install`, `seq`), apart from each other.

Neither is understood here, so that a fact of another version of the contract stays as it is, byte
for byte. Every function raises BadMessage for what is not one JSON object.
"""

from hashlib import sha256
from typing import Final

import msgspec

from broker.errors import BadMessage

_PLACE: Final = ("install", "seq")


def fingerprint(payload: bytes) -> str:
    """SHA-256 in hex of all that a fact says but its place: the same wherever it is numbered.

    Of one line `name:value`, as the value stands in the message, for each field in order of names.
    """
    digest = sha256()
    for name, value in sorted(_fields(payload).items()):
        if name not in _PLACE:
            digest.update(b"%b:%b\n" % (name.encode(), value))
    return digest.hexdigest()


def placed(payload: bytes, install: str, seq: int) -> bytes:
    """The same fact at another place."""
    place = {"install": msgspec.json.encode(install), "seq": msgspec.json.encode(seq)}
    new = {name: msgspec.Raw(raw) for name, raw in place.items()}
    return msgspec.json.encode(_fields(payload) | new)


def _fields(payload: bytes) -> dict[str, msgspec.Raw]:
    try:
        return msgspec.json.decode(payload, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadMessage(f"not a fact: {error}") from error
