"""What a device and its server say to each other over HTTPS, as JSON. Pure.

    GET  /authority                the authority's certificate, PEM; it is no secret
    POST /enrol    Enrol           a first certificate, for a one-time code
    POST /renew    Renew           the next one, for the present one and its key

Both are answered by `Enrolled` with status 200, or `Refused` with 400, 403, 429 or 503.
"""

from typing import Final, TypeVar

import msgspec

from broker.errors import BadMessage
from broker.vocabulary import DeviceId, SiteId

AUTHORITY: Final = "/authority"
ENROL: Final = "/enrol"
RENEW: Final = "/renew"
MAX_BYTES: Final = 16_384
_Said = TypeVar("_Said", bound=msgspec.Struct)


class Enrol(msgspec.Struct, frozen=True):
    """`secret` is the code's, in hex; `request` a PKCS #10 certificate request, PEM."""

    secret: str
    request: str

    def __repr__(self) -> str:
        return "Enrol(...)"


class Renew(msgspec.Struct, frozen=True):
    """`proof` is the present key's signature (ECDSA, SHA-256), in hex, of these words: the line
    `sirkula renewal 1`, a line feed, and `request`.
    """

    certificate: str
    request: str
    proof: str


class Enrolled(msgspec.Struct, frozen=True):
    """The new certificate and its authority's, PEM, and to whom they belong.

    `sealing_key` is the server's public key for patron numbers, base64, empty when it has none.
    """

    site: SiteId
    device: DeviceId
    certificate: str
    authority: str
    sealing_key: str = ""


class Refused(msgspec.Struct, frozen=True):
    """Why not, in words for whoever stands at the device."""

    reason: str


def statement(request: str) -> bytes:
    """What the present key signs, so that it cannot be mistaken for anything else it signs."""
    return b"sirkula renewal 1\n" + request.encode()


def encode(said: msgspec.Struct) -> bytes:
    return msgspec.json.encode(said, enc_hook=str)


def decode(body: bytes, cls: type[_Said]) -> _Said:
    """Raises BadMessage with the reason."""
    try:
        return msgspec.json.decode(body, type=cls, dec_hook=_word)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadMessage(f"{cls.__name__}: {error}") from error


def _word(cls: type, value: object) -> object:
    return cls(value)
