"""What the settings file may say of the library's mail server.

[mail]
host = "smtp.binjaikota.example"
from = "struk@perpustakaan.binjaikota.example"
user = "struk"
secrets = "/etc/sirkula/mail-secrets.toml"    # password = "..."
"""

from enum import Enum
from ipaddress import ip_address
from typing import Annotated

import msgspec

from broker.vocabulary import MailAddress


class Security(Enum):
    """How the way to the mail server is kept from others (RFC 8314; starttls: RFC 3207)."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class MailSettings(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"sender": "from"}
):
    """Receipts go by mail where this is given. `from` is the address they come from.

    `user` logs in with the `password` of the file `secrets`, which only the server's user can read.
    `ca` names the authority of the mail server's certificate; without it, those that this machine
    believes. `titles`: mails name titles as well, as the library's own rule allows; otherwise
    items' numbers and due dates alone.
    """

    host: Annotated[str, msgspec.Meta(min_length=1)]
    sender: MailAddress
    port: Annotated[int, msgspec.Meta(ge=1, le=65_535)] = 587
    tls: Security = Security.STARTTLS
    user: str = ""
    secrets: str = ""
    ca: str = ""
    titles: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError for what would tell others who reads what."""
        if self.tls is Security.NONE and not _is_here(self.host):
            raise ValueError('tls = "none" is for a mail server on this very machine')
        if bool(self.user) is not bool(self.secrets):
            raise ValueError("`user` needs `secrets`, the file of its password, and the other way")


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
