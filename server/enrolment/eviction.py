"""Cuts the sessions of revoked devices, and of those whose place another machine has taken.

A broker that has read the list of revoked certificates turns new sessions away, but lets the ones
it has live (measured with Mosquitto 2.0). Two clients of one name cannot be: so we come as the
device, with a certificate for a few minutes, and leave.
"""

import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

import structlog
from sqlalchemy import Connection, Engine, select, union

from broker.identity import x509
from broker.identity.certificates import Holder
from broker.identity.files import PRIVATE, store
from broker.identity.tls import Credentials
from broker.mqtt import Address, Connected, Event, Line, Will
from broker.telemetry import Presence
from broker.topics import Channel, Topic
from broker.vocabulary import DeviceId
from server.enrolment.keys import Keys
from server.enrolment.register import revoked_devices
from server.journal.database import reading
from server.journal.tables import certificate, refused, revocation
from server.journal.tables import device as table
from server.refusals import Cause

_PATIENCE_SECONDS: Final = 5.0
_LIFE_SECONDS: Final = 300.0
_LATELY_SECONDS: Final = 60.0
_JUST_SECONDS: Final = 20.0  # longer than from one look to the next

log: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Eviction:
    """At one broker, reached by TLS."""

    engine: Engine
    keys: Keys
    broker: Address

    def turn(self, now: float) -> None:
        """Cuts the session of everybody unwelcome who may have one.

        The successor of a replaced device may be there already: it comes back within a second.
        """
        with reading(self.engine) as connection:
            unwelcome = revoked_devices(connection) & _perhaps_there(connection, now)
            unwelcome |= _just_replaced(connection, now)
        for device in unwelcome:
            if self._take_over(device, now):
                log.warning("a session was cut: its certificate is revoked", device=str(device))

    def _take_over(self, device: DeviceId, now: float) -> bool:
        with tempfile.TemporaryDirectory(dir=self.keys.folder) as folder:
            own = Path(folder) / "identity.pem"
            key = x509.new_key()
            holder = Holder(str(device), str(self.keys.site))
            request = x509.request_for(key)
            issued = self.keys.authority.issue(request, holder, now, _LIFE_SECONDS)
            store(own, issued.pem + key, PRIVATE)
            credentials = Credentials(own, self.keys.folder / "ca.pem")
            return self._visit(Address(self.broker.host, self.broker.port, credentials), device)

    def _visit(self, address: Address, device: DeviceId) -> bool:
        """Whether we were there in the device's place."""
        there = threading.Event()

        def tell(event: Event) -> None:
            if isinstance(event, Connected):
                there.set()

        status = Topic(self.keys.site, device, Channel.STATUS)
        gone = Will(str(status), Presence.OFFLINE.value.encode())
        line = Line(address, str(device), gone, tell, Random(0))  # noqa: S311 nothing is spread
        line.open(str(Topic(self.keys.site, device, Channel.ACK)))
        found = there.wait(_PATIENCE_SECONDS)
        line.close(gone)
        return found


def _perhaps_there(connection: Connection, now: float) -> frozenset[DeviceId]:
    """Who says so, who was refused lately, and who was revoked lately and may listen in silence."""
    online = select(table.c.device).where(table.c.status == Presence.ONLINE.value)
    lately = now - _LATELY_SECONDS
    said = select(refused.c.device).where(
        refused.c.cause == Cause.REVOKED.value, refused.c.latest_at > lately
    )
    silent = select(revocation.c.device).where(revocation.c.revoked_at > lately)
    return frozenset(map(DeviceId, connection.scalars(union(online, said, silent))))


def _just_replaced(connection: Connection, now: float) -> frozenset[DeviceId]:
    """Whose earlier certificate was revoked since the last look or so."""
    since = now - _JUST_SECONDS
    replaced = select(certificate.c.device).where(certificate.c.revoked_at > since)
    return frozenset(map(DeviceId, connection.scalars(replaced)))
