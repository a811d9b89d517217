"""What is looked at again and again: own certificates, revoked ones, guests who must leave."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from broker.errors import SirkulaError
from server.enrolment.eviction import Eviction
from server.enrolment.registrar import Registrar

EVERY_SECONDS: Final = 15.0

log: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tending:
    """One server's. `renewed` is told when there is a new certificate for the enrolment page."""

    registrar: Registrar
    eviction: Eviction | None
    renewed: Callable[[], None]

    def turn(self, now: float) -> None:
        """Raises SirkulaError or OSError; nothing is half done then."""
        if self.registrar.keys.tend(now):
            self.renewed()
        self.registrar.publish_revoked(now)
        if self.eviction is not None:
            self.eviction.turn(now)

    def run(self, stop: threading.Event, clock: Callable[[], float]) -> None:
        """Until `stop`; `clock` gives seconds since 1970 UTC."""
        while not stop.wait(EVERY_SECONDS):
            try:
                self.turn(clock())
            except (SirkulaError, OSError) as error:
                log.warning("certificates could not be tended; trying again", problem=str(error))
