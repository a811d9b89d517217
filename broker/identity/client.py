"""A device's side of the enrolment exchange: HTTPS to one server, believed by our authority alone.

No redirect is followed and no proxy asked.
"""

import http.client
import ssl
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from broker.errors import BadMessage, BadSettings, SirkulaError, Unreachable
from broker.identity import exchange, x509
from broker.identity.certificates import BadCertificate
from broker.identity.codes import FINGERPRINT_BYTES, Code
from broker.identity.exchange import Enrol, Enrolled, Refused, Renew
from broker.identity.folder import IdentityFolder
from broker.identity.tls import believing, believing_anybody

_PATIENCE_SECONDS: Final = 20.0
_MOST_BYTES: Final = 65_536


class EnrolmentRefused(SirkulaError):
    """The server gives no certificate; the text is its reason."""


class WrongServer(SirkulaError):
    """Who answers is not the server that made the code."""


@dataclass(frozen=True, slots=True)
class EnrolmentServer:
    """One server by its address. Every method raises Unreachable when it does not answer."""

    host: str
    port: int

    @property
    def url(self) -> str:
        return f"https://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    def authority(self, code: Code) -> str:
        """The certificate whose fingerprint is in the code, PEM. Raises WrongServer."""
        answer = self._ask("GET", exchange.AUTHORITY, b"", believing_anybody())
        try:
            found = x509.fingerprint(answer)[:FINGERPRINT_BYTES]
        except BadCertificate as error:
            raise WrongServer(f"{self.url} is no Sirkula server: {error}") from error
        if found != code.fingerprint:
            raise WrongServer(
                f"{self.url} is not the server that made this code; nothing was told to it."
                " Compare the address, and whether the code is from this library's server"
            )
        return answer.decode("ascii")

    def enrol(self, ask: Enrol, tls: ssl.SSLContext) -> Enrolled:
        """Raises EnrolmentRefused. `tls` believes the library's own authority alone."""
        return self._certificate(exchange.ENROL, exchange.encode(ask), tls)

    def renew(self, ask: Renew, tls: ssl.SSLContext) -> Enrolled:
        """Raises EnrolmentRefused. `tls` believes the library's own authority alone."""
        return self._certificate(exchange.RENEW, exchange.encode(ask), tls)

    def _certificate(self, path: str, body: bytes, tls: ssl.SSLContext) -> Enrolled:
        answer = self._ask("POST", path, body, tls)
        try:
            return exchange.decode(answer, Enrolled)
        except BadMessage as error:
            raise Unreachable(f"{self.url} answers with something else: {error}") from error

    def _ask(self, method: str, path: str, body: bytes, tls: ssl.SSLContext) -> bytes:
        line = http.client.HTTPSConnection(
            self.host, self.port, timeout=_PATIENCE_SECONDS, context=tls
        )
        try:
            line.request(method, path, body, {"Content-Type": "application/json"})
            response = line.getresponse()
            answer = response.read(_MOST_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"{self.url}: {error}") from error
        finally:
            line.close()
        if response.status != http.client.OK:
            raise EnrolmentRefused(_reason(answer, response.status))
        return answer


def read_address(url: str) -> EnrolmentServer:
    """`https://HOST:PORT`. Raises BadSettings for anything else."""
    try:
        parts = urlsplit(url.rstrip("/"))
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise BadSettings(f"{url!r} is no server's address: {error}") from error
    if parts.scheme != "https":
        raise BadSettings(f"{url!r} is not https: nothing is told to a server without it")
    server = EnrolmentServer(host or "", port or 0)
    if not (host and port) or parts.geturl().lower() != server.url:
        raise BadSettings(f"{url!r} is no server's address: write it as https://HOST:PORT")
    return server


def enrol(folder: IdentityFolder, server: EnrolmentServer, code: Code) -> Enrolled:
    """The folder holds the identity that the code was made for.

    Raises Unreachable, WrongServer, EnrolmentRefused, BadCertificate or OSError; the code may then
    still be good, unless the server says otherwise.
    """
    tls = believing(server.authority(code))
    request = x509.request_for(folder.next_key(anew=True)).decode()
    enrolled = server.enrol(Enrol(code.secret.hex(), request), tls)
    folder.settle(enrolled, server.url)
    return enrolled


def renewal(folder: IdentityFolder) -> Renew:
    """What a device says to be renewed: always the same until it was. Raises NotEnrolled."""
    request = x509.request_for(folder.next_key()).decode()
    held = folder.credentials.own.read_bytes()
    proof = x509.signed(held, exchange.statement(request))
    return Renew(folder.certificate().pem.decode(), request, proof.hex())


def _reason(answer: bytes, status: int) -> str:
    try:
        return exchange.decode(answer, Refused).reason
    except BadMessage:
        return f"the server answers with status {status}"
