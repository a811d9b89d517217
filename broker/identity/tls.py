"""How both ends prove who they are: TLS 1.2 or later, and nobody but our own authority is believed.

`Credentials` name files, because a certificate is replaced while its holder runs.
"""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from broker.errors import SirkulaError

OLDEST_TLS: Final = "1.2"
_OLDEST: Final = ssl.TLSVersion.TLSv1_2
_HOW: Final = "a device gets it by `sirkula enrol`, the server's are made by `sirkula-server keys`"


class NotEnrolled(SirkulaError):
    """There is no usable certificate where one is needed; the text says how to get one."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """`own` holds a certificate and its private key, `authority` whom we believe; both PEM."""

    own: Path
    authority: Path

    def context(self) -> ssl.SSLContext:
        """For a client that shows its certificate. Raises NotEnrolled."""
        try:
            context = believing(self.authority.read_text("ascii"))
        except (OSError, ValueError) as error:
            raise NotEnrolled(f"{self.authority}: {error}: {_HOW}") from error
        self.show(context)
        return context

    def server_context(self) -> ssl.SSLContext:
        """For a server that asks for no certificate. Raises NotEnrolled."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = _OLDEST
        self.show(context)
        return context

    def show(self, context: ssl.SSLContext) -> None:
        """New connections show the certificate that is on the disk now. Raises NotEnrolled."""
        try:
            context.load_cert_chain(self.own)
        except OSError as error:
            raise NotEnrolled(f"{self.own}: {error}: {_HOW}") from error


def believing(authority: str) -> ssl.SSLContext:
    """For a client that believes this authority (PEM) alone, and only in the host it asked for.

    Raises ValueError when it is no certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = _OLDEST
    context.load_verify_locations(cadata=authority)
    return context


def believing_anybody() -> ssl.SSLContext:
    """Only to fetch an authority's certificate, which is then held against a code's fingerprint."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = _OLDEST
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
