"""Patron numbers that only the server can read: libsodium's sealed boxes.

Law: the one file that knows nacl. libsodium draws the randomness of a seal by itself, so the same
number never looks the same twice and nothing may depend on how a seal looks.

A sealed patron is `sealed:` and, in base64url without padding, `crypto_box_seal` (X25519,
XSalsa20-Poly1305) of the number filled up with zero bytes to 64, so that its length tells nothing.
Source: https://doc.libsodium.org/public-key_cryptography/sealed_boxes
"""

import re
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from typing import Final, Self

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from broker.errors import BadMessage, BadSettings
from broker.vocabulary import Patron, PatronId, SealedPatron

KEY_BYTES: Final = 32
PREFIX: Final = "sealed:"
_NUMBER_BYTES: Final = 64
_SEALED: Final = re.compile(rb"sealed:[A-Za-z0-9_-]{150}")


class NotOpened(BadMessage):
    """A patron that cannot be read here; the text says why and names nobody."""


class SealingKey:
    """The server's public key: closes what only the server can open. Prints as base64."""

    def __init__(self, raw: bytes) -> None:
        """Raises BadSettings for what is no key (wrong length, or a point that hides nothing)."""
        _require_length(raw)
        self._raw = raw
        self._box = SealedBox(PublicKey(raw))
        try:
            self._box.encrypt(b"")
        except CryptoError as error:
            raise BadSettings("a key that would hide nothing") from error

    @classmethod
    def read(cls, text: str) -> Self:
        """The key in base64, as `server.pub` holds it. Raises BadSettings."""
        return cls(_bytes(text))

    def __str__(self) -> str:
        return b64encode(self._raw).decode()

    def seal(self, patron: PatronId) -> SealedPatron:
        number = patron.reveal().encode().ljust(_NUMBER_BYTES, b"\0")
        sealed = urlsafe_b64encode(self._box.encrypt(number)).decode().rstrip("=")
        return SealedPatron(f"{PREFIX}{sealed}")


class OpeningKey:
    """The server's private key. Prints redacted; only `reveal()` gives it, for its file."""

    def __init__(self, raw: bytes) -> None:
        """Raises BadSettings for another length."""
        _require_length(raw)
        key = PrivateKey(raw)
        self._raw = raw
        self._box = SealedBox(key)
        self.sealing = SealingKey(bytes(key.public_key))

    @classmethod
    def read(cls, text: str) -> Self:
        """The key in base64, as the server's file holds it. Raises BadSettings."""
        return cls(_bytes(text))

    @classmethod
    def new(cls) -> Self:
        return cls(bytes(PrivateKey.generate()))

    def reveal(self) -> str:
        return b64encode(self._raw).decode()

    def __repr__(self) -> str:
        return "OpeningKey(...)"

    def open(self, patron: Patron) -> PatronId:
        """The number. Raises NotOpened, also for a patron that is not sealed."""
        if not isinstance(patron, SealedPatron):
            raise NotOpened("a patron that is not sealed")
        sealed = str(patron).removeprefix(PREFIX) + "=="
        try:
            number = self._box.decrypt(urlsafe_b64decode(sealed))
        except CryptoError:
            raise NotOpened(
                "a patron sealed to another key than this server's: bring its keys folder back, "
                "or enrol the station again"
            ) from None
        try:
            return PatronId(number.rstrip(b"\0").decode("ascii"))
        except ValueError:
            raise NotOpened("what is sealed is no patron's number") from None


def sealed_in(payload: bytes) -> Iterator[SealedPatron]:
    """Every sealed patron among any bytes, whatever they are."""
    for found in _SEALED.finditer(payload):
        yield SealedPatron(found[0].decode("ascii"))


def _require_length(raw: bytes) -> None:
    if len(raw) != KEY_BYTES:
        raise BadSettings(f"a key of {KEY_BYTES} bytes in base64 is wanted, not of {len(raw)}")


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text.strip(), validate=True)
    except ValueError as error:
        raise BadSettings(f"not a key in base64: {error}") from error
