"""The one-time code that staff carry from the server to a new device. Pure.

270 bits, written as 9 groups of 6 signs of Crockford's base 32 (crockford.com/base32.html), which
has no I, L, O or U:

    secret (128) | first 128 bits of the authority's fingerprint | first 14 bits of their SHA-256

By the fingerprint the device knows its server before it says anything; by the last 14 bits a
mistyped code is told from a wrong server.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from broker.errors import SirkulaError

SECRET_BYTES: Final = 16
FINGERPRINT_BYTES: Final = 16
_CHECK_BITS: Final = 14
_SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS: Final = str.maketrans("OIL", "011", "- ")
_LENGTH: Final = 54
_GROUP: Final = 6


class BadCode(SirkulaError):
    """A code that was mistyped or cut off; the text says what to do."""


@dataclass(frozen=True, slots=True, repr=False)
class Code:
    """An invitation's secret, and the fingerprint of the authority that will honour it."""

    secret: bytes
    fingerprint: bytes

    def __repr__(self) -> str:
        return "Code(...)"

    def reveal(self) -> str:
        """As it is typed.

        >>> Code(bytes(16), bytes(16)).reveal()[:13]
        '000000-000000'
        """
        words = self.secret + self.fingerprint
        number = int.from_bytes(words, "big") << _CHECK_BITS | _check(words)
        signs = [_SIGNS[number >> 5 * place & 31] for place in reversed(range(_LENGTH))]
        groups = ["".join(signs[at : at + _GROUP]) for at in range(0, _LENGTH, _GROUP)]
        return "-".join(groups)


def read_code(typed: str) -> Code:
    """The code somebody typed, whatever its case, spaces and dashes. Raises BadCode."""
    signs = typed.upper().translate(_READ_AS)
    if len(signs) != _LENGTH or not set(signs) <= set(_SIGNS):
        raise BadCode(f"the code has {_LENGTH} letters and digits; copy it whole from the server")
    number = 0
    for sign in signs:
        number = number << 5 | _SIGNS.index(sign)
    words = (number >> _CHECK_BITS).to_bytes(SECRET_BYTES + FINGERPRINT_BYTES, "big")
    if number & (1 << _CHECK_BITS) - 1 != _check(words):
        raise BadCode("the code is mistyped: compare it sign by sign")
    return Code(words[:SECRET_BYTES], words[SECRET_BYTES:])


def hashed(secret: bytes) -> str:
    """What the server keeps of a secret: SHA-256 in hex (128 random bits need no salt)."""
    return sha256(secret).hexdigest()


def _check(words: bytes) -> int:
    return int.from_bytes(sha256(words).digest()[:2], "big") >> 16 - _CHECK_BITS
