"""The folder of keys: the authority, made once, and what it hands to the server and the broker.

authority.pem   the authority's key and certificate; 0600, never leaves this folder
ca.pem          its certificate alone, for everybody
server.pem      the server as an MQTT client
host.pem        this machine, for the enrolment page
sealing.pub     the server's public key for patron numbers, when it has one
broker/         what Mosquitto reads: broker.pem, ca.pem, revoked.crl
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from broker.errors import BadSettings
from broker.identity import x509
from broker.identity.certificates import BadCertificate, Holder
from broker.identity.files import PRIVATE, PUBLIC, store, store_once
from broker.identity.lifetimes import renewal_due
from broker.identity.tls import Credentials
from broker.mosquitto.configuration import BROKER_FILES
from broker.topics import server_name
from broker.vocabulary import SiteId

# Mosquitto runs as another user: it gets in through the group of the folder `broker`.
_FOR_GROUP: Final = 0o640


def client_credentials(folder: Path) -> Credentials:
    """How the server proves itself to the broker."""
    return Credentials(folder / "server.pem", folder / "ca.pem")


def host_credentials(folder: Path) -> Credentials:
    """How this machine proves itself to devices."""
    return Credentials(folder / "host.pem", folder / "ca.pem")


@dataclass(frozen=True, slots=True)
class Keys:
    """One library's. `hosts` are the names and addresses by which this machine is reached."""

    folder: Path
    site: SiteId
    hosts: tuple[str, ...]
    authority: x509.Authority

    @property
    def sealing_key(self) -> str:
        """As the file has it; empty without one."""
        file = self.folder / "sealing.pub"
        return file.read_text("ascii").strip() if file.exists() else ""

    def tend(self, now: float) -> bool:
        """Make what is missing and renew what is due; whether anything is new. Raises OSError."""
        broker, revoked = self.folder / "broker", self._revoked_file
        broker.mkdir(mode=0o750, exist_ok=True)
        for place in (self.folder, broker):
            if not (place / "ca.pem").exists():
                store(place / "ca.pem", self.authority.certificate, PUBLIC)
        if not revoked.exists():
            store(revoked, self.authority.revocations({}, now), PUBLIC)
        wanted = (
            (self.folder / "server.pem", server_name(self.site), (), PRIVATE),
            (self.folder / "host.pem", f"{self.site}_host", self.hosts, PRIVATE),
            (broker / BROKER_FILES[0], f"{self.site}_broker", self.hosts, _FOR_GROUP),
        )
        made = [
            self._keep(file, Holder(name, str(self.site), hosts), mode, now)
            for file, name, hosts, mode in wanted
        ]
        return any(made)

    def revoked(self) -> dict[str, float]:
        """Every serial on the list, and since when: what a restored database may not know.

        Raises BadSettings when it cannot be read.
        """
        try:
            return x509.revoked_in(self._revoked_file.read_bytes())
        except BadCertificate as error:
            words = "delete it: it is made anew from the database"
            raise BadSettings(f"{self._revoked_file}: {error}: {words}") from error

    def publish_revoked(self, revoked: Mapping[str, float], now: float) -> None:
        """The list has these, too; Mosquitto is told by whoever runs it. Raises OSError."""
        before = self.revoked()
        if not revoked.keys() <= before.keys():
            wanted = self.authority.revocations({**revoked, **before}, now)
            store(self._revoked_file, wanted, PUBLIC)

    def ends(self) -> dict[str, float]:
        """Until when the server's own certificates hold, by name."""
        files = ("authority.pem", "server.pem", "host.pem", f"broker/{BROKER_FILES[0]}")
        held = (x509.read_certificate((self.folder / file).read_bytes()) for file in files)
        return {one.holder.name: one.valid_until for one in held}

    @property
    def _revoked_file(self) -> Path:
        return self.folder / "broker" / BROKER_FILES[2]

    def _keep(self, file: Path, holder: Holder, mode: int, now: float) -> bool:
        if file.exists() and self._is_good(file.read_bytes(), holder, now):
            return False
        key = x509.new_key()
        issued = self.authority.issue(x509.request_for(key), holder, now)
        store(file, issued.pem + key, mode)
        return True

    def _is_good(self, pem: bytes, holder: Holder, now: float) -> bool:
        """Whether this certificate is ours, the holder's and young; one that is spoilt is not."""
        try:
            held = x509.read_certificate(pem)
            ours = held.holder == holder and self.authority.has_issued(held.pem)
        except BadCertificate:
            return False
        return ours and not renewal_due(held.valid_from, held.valid_until, now)


def open_keys(folder: str, site: SiteId, hosts: tuple[str, ...], now: float) -> Keys:
    """The folder, with an authority made now if it has none. Raises BadSettings."""
    if not folder:
        raise BadSettings('the server\'s settings name no folder for its keys: add keys = "..."')
    place = Path(folder)
    file = place / "authority.pem"
    try:
        # Others pass through to `broker`; nothing else here is readable for them.
        place.mkdir(mode=0o711, parents=True, exist_ok=True)
        if not file.exists():
            store_once(file, x509.new_authority(str(site), now), PRIVATE)
        content = file.read_bytes()
    except OSError as error:
        raise BadSettings(f"keys = {folder!r}: {error}") from error
    if x509.read_certificate(content).holder.site != str(site):
        raise BadSettings(f"keys = {folder!r} is another library's: {file} is not for {site}")
    return Keys(place, site, hosts, x509.Authority(content))
