"""A library's authority in a folder, and every identity a test may want of it, good or bad."""

import time
from pathlib import Path

from broker.identity import x509
from broker.identity.certificates import Holder
from broker.identity.files import PRIVATE, PUBLIC, store
from broker.identity.lifetimes import DAY, LIFE
from broker.identity.tls import Credentials
from broker.mosquitto.settings import SecuredSettings
from broker.topics import server_name
from broker.vocabulary import SiteId

SITE = SiteId("binjai")
HOSTS = ("127.0.0.1", "localhost")


class Office:
    """Hands out certificates; `broker` is the folder that Mosquitto reads."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.broker = folder / "broker"
        self.broker.mkdir()
        self.authority = x509.Authority(x509.new_authority(str(SITE), time.time()))
        self._revoked: dict[str, float] = {}
        store(self.broker / "ca.pem", self.authority.certificate, PUBLIC)
        self.renew_broker()
        self._publish_revoked()

    @property
    def secured(self) -> SecuredSettings:
        return SecuredSettings(SITE, str(self.broker), "127.0.0.1")

    def renew_broker(self) -> None:
        """Another key and certificate in the broker's place."""
        store(self.broker / "broker.pem", self._made("binjai_broker", HOSTS, LIFE, 0), PRIVATE)

    def device(self, name: str, *, life: float = LIFE, age: float = 0) -> Credentials:
        """A client's certificate; one that is `age` seconds old may be expired."""
        return self._kept(name, self._made(name, (), life, age))

    def server(self) -> Credentials:
        return self.device(server_name(SITE))

    def expired(self, name: str) -> Credentials:
        return self.device(name, life=DAY, age=2 * DAY)

    def host(self, name: str) -> Credentials:
        """A certificate that may answer as `name`."""
        return self._kept(f"host-{name}", self._made("host", (name,), LIFE, 0))

    def revoke(self, credentials: Credentials) -> None:
        certificate = x509.read_certificate(credentials.own.read_bytes())
        self._revoked[certificate.serial] = time.time()
        self._publish_revoked()

    def _publish_revoked(self) -> None:
        revocations = self.authority.revocations(self._revoked, time.time())
        store(self.broker / "revoked.crl", revocations, PUBLIC)

    def _kept(self, name: str, content: bytes) -> Credentials:
        own = self.folder / f"{name}.pem"
        store(own, content, PRIVATE)
        return Credentials(own, self.broker / "ca.pem")

    def _made(self, name: str, hosts: tuple[str, ...], life: float, age: float) -> bytes:
        key = x509.new_key()
        holder = Holder(name, str(SITE), hosts)
        issued = self.authority.issue(x509.request_for(key), holder, time.time() - age, life)
        return issued.pem + key
