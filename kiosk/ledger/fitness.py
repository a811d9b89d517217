"""Whether a station's folder can keep a ledger: tried, not believed."""

import tempfile
from pathlib import Path

from broker.doctor.checks import Check, Outcome
from broker.doctor.machine import existing
from kiosk.ledger.disk import LedgerDamaged, LedgerUnusable, on_disk
from kiosk.ledger.sqlite import open_database


def look_at_ledger(path: Path) -> Check:
    """Opens the ledger, or where there is none yet one beside it that is thrown away.

    A damaged one keeps no station from starting: it is put aside and a new one begun.
    """
    try:
        if path.exists():
            _open(path)
        else:
            with tempfile.TemporaryDirectory(dir=existing(path.parent)) as trial:
                _open(Path(trial) / path.name)
    except LedgerDamaged as error:
        return Check("ledger", Outcome.ERROR, "damaged", {"problem": str(error)})
    except (LedgerUnusable, OSError, ValueError) as error:
        return Check("ledger", Outcome.UNSAFE, "unfit", {"problem": str(error)})
    return Check("ledger", Outcome.WELL, "durable")


def _open(path: Path) -> None:
    with on_disk():
        open_database(path).dispose()
