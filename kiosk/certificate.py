"""Keeps a station's certificate young: renews it by itself, and warns long before it ends.

A thread of its own, because a server that does not answer must hold up nobody.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

import structlog

from broker.errors import SirkulaError
from broker.identity.client import read_address, renewal
from broker.identity.exchange import Enrolled, Renew
from broker.identity.folder import IdentityFolder
from broker.identity.lifetimes import alarm, renewal_due
from broker.telemetry import Health
from kiosk.clock import Clock
from kiosk.condition import Condition, Finding

HOUR: Final = 3600.0
# Staff's approval of an expired certificate is open for half an hour: ask several times in it.
EXPIRED_EVERY_SECONDS: Final = 300.0
_GRAVE: Final = frozenset({"expires-in-7-days", "expired"})
_NAME: Final = "certificate"

log: Final = structlog.get_logger()

Renewing = Callable[[Renew], Enrolled]


@dataclass
class Keeper:
    """One station's. `renewing` asks the server; it raises SirkulaError when there is none new."""

    folder: IdentityFolder
    renewing: Renewing
    clock: Clock
    random: Random
    _valid: tuple[float, float] = field(init=False)

    def __post_init__(self) -> None:
        """Raises NotEnrolled."""
        self._look()

    def finding(self) -> Finding:
        """What technicians are told."""
        code = alarm(self._valid[1], self.clock.wall())
        if not code:
            return Finding(_NAME, Health.OK)
        return Finding(_NAME, Health.ERROR if code in _GRAVE else Health.WARNING, code)

    def turn(self) -> None:
        """Renews the certificate if it is time; what keeps it from that is logged."""
        try:
            self._look()  # somebody may have enrolled the device anew
            if not renewal_due(*self._valid, self.clock.wall()):
                return
            self.folder.settle(self.renewing(renewal(self.folder)), self.folder.server())
            self._look()
        except (SirkulaError, OSError) as error:
            log.warning("the certificate was not renewed", problem=str(error))
        else:
            log.info("the certificate was renewed", days_left=self._days_left())

    def run(self, stop: threading.Event) -> None:
        """Looks about once an hour, until `stop`."""
        while not stop.is_set():
            self.turn()
            expired = self.clock.wall() >= self._valid[1]
            # Spread, so that a hundred stations enrolled on one day do not come in one second.
            pause = EXPIRED_EVERY_SECONDS if expired else HOUR * self.random.uniform(0.5, 1.5)
            stop.wait(pause)

    def _look(self) -> None:
        held = self.folder.certificate()
        self._valid = held.valid_from, held.valid_until

    def _days_left(self) -> int:
        return int((self._valid[1] - self.clock.wall()) / 86_400)


def keeping(identity: IdentityFolder | None, clock: Clock, stop: threading.Event) -> Keeper | None:
    """At work until `stop` for a device that has an identity; it asks whoever enrolled it.

    Raises NotEnrolled.
    """
    if identity is None:
        return None
    server = read_address(identity.server())

    def renew(ask: Renew) -> Enrolled:
        return server.renew(ask, identity.credentials.context())

    keeper = Keeper(identity, renew, clock, Random())  # noqa: S311 spreads, hides nothing
    # A daemon: nobody waits at the end for a server that does not answer.
    threading.Thread(target=keeper.run, args=(stop,), name="certificate", daemon=True).start()
    return keeper


def with_certificate(condition: Condition, keeper: Keeper | None) -> Condition:
    """How the station is, and its certificate: which is no reason to serve less while it holds."""
    if keeper is None:
        return condition
    return replace(condition, findings=(*condition.findings, keeper.finding()))
