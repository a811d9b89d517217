"""A device's own identity, in a folder that only it reads.

identity.pem   certificate and private key; replaced whole, so never one without the other
next.key       a key that waits for its certificate, so that asking again is asking once
ca.pem         the authority we believe
server.pub     the server's public key for patron numbers, when it has one
enrolment.json where the certificate comes from
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from broker.identity import x509
from broker.identity.certificates import BadCertificate, Certificate
from broker.identity.exchange import Enrolled
from broker.identity.files import PRIVATE, PUBLIC, store, store_once
from broker.identity.tls import Credentials, NotEnrolled
from broker.vocabulary import DeviceId, SiteId

ENROL: Final = "sirkula enrol --server https://HOST:PORT --code CODE --folder"


class _Source(msgspec.Struct, frozen=True):
    """The server that enrolled us, as `https://host:port`."""

    server: str


@dataclass(frozen=True, slots=True)
class IdentityFolder:
    """One device's. Methods raise OSError when the disk refuses."""

    path: Path

    @property
    def credentials(self) -> Credentials:
        return Credentials(self.path / "identity.pem", self.path / "ca.pem")

    def certificate(self) -> Certificate:
        """The present one. Raises NotEnrolled when there is none that can be read."""
        try:
            return x509.read_certificate(self.credentials.own.read_bytes())
        except (OSError, BadCertificate) as error:
            raise NotEnrolled(f"{error}: run `{ENROL} {self.path}`") from error

    def require(self, site: SiteId, device: DeviceId) -> None:
        """Raises NotEnrolled unless the certificate is this device's."""
        holder = self.certificate().holder
        if (holder.site, holder.name) != (str(site), str(device)):
            raise NotEnrolled(
                f"{self.path} holds the certificate of {holder.name} ({holder.site}), the settings"
                f" say {device} ({site}): correct them, or run `{ENROL} {self.path}`"
            )

    def server(self) -> str:
        """Where the certificate is renewed. Raises NotEnrolled."""
        file = self.path / "enrolment.json"
        try:
            return msgspec.json.decode(file.read_bytes(), type=_Source).server
        except (OSError, msgspec.MsgspecError) as error:
            raise NotEnrolled(f"{file}: {error}: run `{ENROL} {self.path}`") from error

    def next_key(self, *, anew: bool = False) -> bytes:
        """The key of the next certificate: kept until that is there, or made `anew`."""
        self.path.mkdir(parents=True, exist_ok=True)
        file = self.path / "next.key"
        if anew:
            file.unlink(missing_ok=True)
        return file.read_bytes() if file.exists() else store_once(file, x509.new_key(), PRIVATE)

    def settle(self, enrolled: Enrolled, server: str) -> None:
        """From now on this is who we are. Raises BadCertificate for one that is not for our key."""
        key = self.next_key()
        own = enrolled.certificate.encode()
        if x509.read_certificate(own).key != x509.key_of_private(key):
            raise BadCertificate("the server's certificate is for another key; ask again")
        store(self.path / "ca.pem", enrolled.authority.encode(), PUBLIC)
        if enrolled.sealing_key:
            store(self.path / "server.pub", enrolled.sealing_key.encode(), PUBLIC)
        store(self.path / "enrolment.json", msgspec.json.encode(_Source(server)), PUBLIC)
        store(self.credentials.own, own + key, PRIVATE)
        (self.path / "next.key").unlink()
