"""Who may ask what: the accounts of terminals, and their passwords. Pure.

A password is kept as `scrypt$SALT$HASH` in hexadecimal (RFC 7914, N 16384, r 8, p 1).
"""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from functools import partial
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final

from broker.errors import BadSettings
from server.ils.sip2.messages import ANSWERS
from server.ils.sip2.writing import MODERN, Coding

SALT_BYTES: Final = 16
# Enough for a self-check and a return box; what changes more has to be named.
USUAL: Final = ("09", "11", "17", "23", "29", "35", "63")
EVERY: Final = frozenset(ANSWERS)
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


@dataclass(frozen=True, slots=True)
class Terminal:
    """An account: the messages it may send, and from where (anywhere when `networks` is empty).

    `branch` is the institution (AO) it works for; when empty, AO is not looked at. `language` is
    that of its screen messages.
    """

    user: str
    password: Password
    messages: frozenset[str] = frozenset(USUAL)
    branch: str = ""
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    coding: Coding = MODERN
    language: str = "id"

    def comes_from(self, address: str) -> bool:
        """Whether it may come from this IP address."""
        there = ip_address(address.partition("%")[0])
        return not self.networks or any(there in network for network in self.networks)


NOBODY: Final = Terminal("", Password(f"scrypt${'0' * 32}${'0' * 64}"), EVERY)
