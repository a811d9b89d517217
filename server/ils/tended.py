"""What the library's own system needs now and then: connections kept alive, both sides compared."""

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Final

import structlog
from sqlalchemy import Engine

from server.ils.reconciliation import Nightly, reconcile
from server.ils.status import Examinable
from server.journal.database import DatabaseFailed

_EVERY_SECONDS: Final = 5.0

log: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tended:
    """A system with whom its journal is compared every night."""

    engine: Engine
    system: Examinable
    nightly: Nightly

    def run(self, stopping: threading.Event, now: Callable[[], float]) -> None:
        """Until it is stopped; `now` is seconds since 1970 UTC."""
        while not stopping.wait(_EVERY_SECONDS):
            self.system.tend()
            try:
                if self.nightly.is_due(self.engine, now()):
                    tally = reconcile(self.engine, self.system, now, stopping.is_set)
                    self.nightly.done(self.engine, now())
                    log.info("reconciled", **asdict(tally))
            except DatabaseFailed as error:
                log.warning("reconciliation waits", problem=str(error))
