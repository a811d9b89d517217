"""Who may ask what: the accounts of terminals. Pure."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final

from server.ils.sip2.messages import ANSWERS
from server.ils.sip2.writing import MODERN, Coding
from server.passwords import NONE, Password

# Enough for a self-check and a return box; what changes more has to be named.
USUAL: Final = ("09", "11", "17", "23", "29", "35", "63")
EVERY: Final = frozenset(ANSWERS)


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


NOBODY: Final = Terminal("", NONE, EVERY)
