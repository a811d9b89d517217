"""Whether a station's folder can keep a ledger: tried, not believed."""

import tempfile
from pathlib import Path

from broker.doctor.checks import Check, Outcome
from broker.doctor.machine import existing
from kiosk.ledger.disk import LedgerUnusable, on_disk
from kiosk.ledger.sqlite import open_database


def look_at_ledger(path: Path) -> Check:
    """Opens the ledger, or where there is none yet one beside it that is thrown away."""
    try:
        if path.exists():
            _open(path)
        else:
            with tempfile.TemporaryDirectory(dir=existing(path.parent)) as trial:
                _open(Path(trial) / path.name)
    except (LedgerUnusable, OSError, ValueError) as error:
        return Check("ledger", Outcome.UNSAFE, "unfit", {"problem": str(error)})
    return Check("ledger", Outcome.WELL, "durable")


def _open(path: Path) -> None:
    with on_disk():
        open_database(path).dispose()
