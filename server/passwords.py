"""Passwords and PINs that can only be compared with. Pure.

One is kept as `scrypt$SALT$HASH` in hexadecimal (RFC 7914, N 16384, r 8, p 1).
"""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from broker.errors import BadSettings

SALT_BYTES: Final = 16
_HASH: Final = re.compile(r"scrypt\$([0-9a-f]{32})\$([0-9a-f]{64})")
_derived: Final = partial(hashlib.scrypt, n=16_384, r=8, p=1, dklen=32)


@dataclass(frozen=True, slots=True)
class Password:
    """A password that can only be compared with. Raises BadSettings for a line that is no hash."""

    line: str = field(repr=False)

    def __post_init__(self) -> None:
        if _HASH.fullmatch(self.line) is None:
            raise BadSettings("not a password's hash: make one with `sirkula-server sip2-password`")

    @classmethod
    def hashed(cls, password: str, salt: bytes) -> "Password":
        """`salt` is SALT_BYTES of chance."""
        return cls(f"scrypt${salt.hex()}${_derived(password.encode(), salt=salt).hex()}")

    def is_(self, password: str) -> bool:
        """Takes some 50 ms and 16 MB, on purpose."""
        _, salt, known = self.line.split("$")
        heard = _derived(password.encode("utf-8", "replace"), salt=bytes.fromhex(salt))
        return hmac.compare_digest(heard, bytes.fromhex(known))


NONE: Final = Password(f"scrypt${'0' * 32}${'0' * 64}")
"""Nobody's: comparing with it takes as long as with any other."""
