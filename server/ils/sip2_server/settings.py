"""What the settings file may say of the SIP2 server: `[sip2]` and its accounts.

[sip2]
port = 6001
institution = "BINJAI"
[sip2.accounts.self-check-1]
password_file = "/etc/sirkula/self-check-1"     the line that `sip2-password` prints
"""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec

from broker.errors import BadSettings
from server.ils.sip2.writing import Coding
from server.ils.sip2_server.accounts import EVERY, USUAL, Terminal
from server.ils.sip2_server.asked import Place
from server.ils.sip2_server.listener import Limits
from server.passwords import Password

PortNumber = Annotated[int, msgspec.Meta(ge=1, le=65_535)]
Count = Annotated[int, msgspec.Meta(ge=1, le=4_096)]


class AccountSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One terminal's rights.

    `messages` are the numbers it may send; `branch` is the institution it works for; `networks`
    are IP ranges it must come from, as `10.1.2.0/24`.
    """

    password_file: str
    messages: tuple[str, ...] = USUAL
    branch: str = ""
    networks: tuple[str, ...] = ()
    encoding: str = "utf-8"
    language: Literal["id", "en"] = "id"

    def __post_init__(self) -> None:
        if unknown := set(self.messages) - EVERY:
            raise ValueError(f"no terminal sends the messages {sorted(unknown)}")
        for network in self.networks:
            ip_network(network)
        try:
            fits = "AO|".encode(self.encoding) == b"AO|"
        except LookupError:
            fits = False
        if not fits:
            raise ValueError(f"no terminal writes {self.encoding!r}: try utf-8, cp850 or cp1252")

    def terminal(self, user: str) -> Terminal:
        """Raises BadSettings when its password's file cannot be used."""
        try:
            line = Path(self.password_file).read_text("ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise BadSettings(f"[sip2.accounts.{user}]: {error}") from error
        return Terminal(
            user,
            Password(line),
            frozenset(self.messages),
            self.branch,
            tuple(map(ip_network, self.networks)),
            Coding((self.encoding, "cp1252")),
            self.language,
        )


class Sip2ServerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where terminals find the library, and who may ask it.

    `institution` is its code (AO), `name` for people; `loan_days` is suggested to its system.
    """

    port: PortNumber
    institution: str
    accounts: dict[str, AccountSettings]
    host: str = "127.0.0.1"
    name: str = ""
    loan_days: Annotated[int, msgspec.Meta(ge=1, le=3_650)] = 7
    connections: Count = 256
    connections_per_address: Count = 64
    idle_seconds: Count = 900

    def place(self, zone: ZoneInfo) -> Place:
        return Place(self.institution, zone, self.name, self.loan_days)

    def limits(self) -> Limits:
        per_address = min(self.connections_per_address, self.connections)
        return Limits(self.connections, per_address, idle_for=self.idle_seconds)

    def terminals(self) -> dict[str, Terminal]:
        return {user: account.terminal(user) for user, account in self.accounts.items()}
