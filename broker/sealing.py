"""Patron numbers and PINs that only the server can read: libsodium's sealed boxes.

Law: the one file that knows nacl. libsodium draws the randomness of a seal by itself, so the same
number never looks the same twice and nothing may depend on how a seal looks.

A sealed patron is `sealed:` and, in base64url without padding, `crypto_box_seal` (X25519,
XSalsa20-Poly1305) of the number filled up with zero bytes to 64, so that its length tells nothing.
A sealed secret is `secret:` and the same of the PIN in UTF-8, filled up to 256.
Source: https://doc.libsodium.org/public-key_cryptography/sealed_boxes
"""

import re
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from typing import Final, Self

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from broker.errors import BadMessage, BadSettings
from broker.vocabulary import Patron, PatronId, Pin, SealedPatron, SealedSecret, Secret

KEY_BYTES: Final = 32
PREFIX: Final = "sealed:"
SECRET_PREFIX: Final = "secret:"  # noqa: S105 none itself
_NUMBER_BYTES: Final = 64
SECRET_BYTES: Final = 256  # 64 characters of UTF-8
_SEALED: Final = re.compile(rb"sealed:[A-Za-z0-9_-]{150}")


class NotOpened(BadMessage):
    """A patron or a PIN that cannot be read here; the text says why and tells neither."""


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
        return SealedPatron(PREFIX + self._sealed(patron.reveal(), _NUMBER_BYTES))

    def seal_secret(self, secret: Secret) -> SealedSecret:
        return SealedSecret(SECRET_PREFIX + self._sealed(secret.reveal(), SECRET_BYTES))

    def _sealed(self, text: str, length: int) -> str:
        box = self._box.encrypt(text.encode().ljust(length, b"\0"))
        return urlsafe_b64encode(box).decode().rstrip("=")


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
        number = self._opened(str(patron).removeprefix(PREFIX), "a patron")
        try:
            return PatronId(number.decode("ascii"))
        except ValueError:
            raise NotOpened("what is sealed is no patron's number") from None

    def open_secret(self, pin: Pin) -> Secret:
        """The PIN. Raises NotOpened, also for one that is not sealed."""
        if not isinstance(pin, SealedSecret):
            raise NotOpened("a PIN that is not sealed")
        secret = self._opened(pin.reveal().removeprefix(SECRET_PREFIX), "a PIN")
        try:
            return Secret(secret.decode())
        except ValueError:
            raise NotOpened("what is sealed is no PIN") from None

    def _opened(self, sealed: str, what: str) -> bytes:
        try:
            return self._box.decrypt(urlsafe_b64decode(sealed + "==")).rstrip(b"\0")
        except CryptoError:
            raise NotOpened(
                f"{what} sealed to another key than this server's: bring its keys folder back, "
                "or enrol the station again"
            ) from None


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
