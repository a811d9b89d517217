"""Tasks that follow from no fact: something missing, in conflict, or begun anew on a station.

Law: kept in the caller's transaction, each once for ever under its name; only what the task is
about ends it, or staff.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select, update

from broker.facts import Entry
from broker.telemetry import Birth
from broker.vocabulary import DeviceId
from server.circulation.fold import TaskKind
from server.journal.database import insert_into
from server.journal.high_water import LedgerName
from server.journal.journal import chunks
from server.journal.tables import device as devices
from server.journal.tables import task

KINDS: Final = (TaskKind.GAP, TaskKind.QUARANTINE, TaskKind.NEW_LEDGER)
_RANGES_SHOWN: Final = 20
Ranges = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _Incident:
    """`name` is its own among those of its kind, `evidence` what staff may need to decide."""

    kind: TaskKind
    name: str
    device: DeviceId
    evidence: dict[str, Any]
    item: str | None = None


def gap(connection: Connection, ledger: LedgerName, missing: Ranges, now: float) -> bool:
    """Entries that have not come, as first and last of each run; False when that is known."""
    shown = [list(run) for run in missing[:_RANGES_SHOWN]]
    evidence = {"install": ledger.install, "missing": shown}
    name = _gap_name(ledger, missing[0][0])
    return _open(connection, _Incident(TaskKind.GAP, name, ledger.device, evidence), now)


def filled(connection: Connection, ledger: LedgerName, first: int, now: float) -> None:
    """The gap that began with this number is none any more."""
    _settle(connection, TaskKind.GAP, [_gap_name(ledger, first)], now)


def conflict(connection: Connection, entry: Entry, now: float) -> None:
    """A fact in quarantine because another one has its act or its number."""
    item = getattr(entry.fact, "item", None)
    incident = _Incident(
        TaskKind.QUARANTINE,
        str(entry.act),
        entry.device,
        {"install": entry.install, "seq": entry.seq},
        None if item is None else str(item),
    )
    _open(connection, incident, now)


def recorded(connection: Connection, entries: Sequence[Entry], now: float) -> None:
    """What was in quarantine for nothing but its number has come under another."""
    _settle(connection, TaskKind.QUARANTINE, [str(entry.act) for entry in entries], now)


def born(connection: Connection, birth: Birth, now: float) -> None:
    """Notices a station whose ledger is not the one it had: changed, damaged, or put back."""
    known = select(devices.c.install, devices.c.unsent).where(devices.c.device == str(birth.device))
    before = connection.execute(known).first()
    if before is None or not before.install or before.install == birth.install:
        return
    evidence = {"before": before.install, "after": birth.install, "unsent": before.unsent}
    name = str(LedgerName(birth.device, birth.install))
    _open(connection, _Incident(TaskKind.NEW_LEDGER, name, birth.device, evidence), now)


def _open(connection: Connection, incident: _Incident, now: float) -> bool:
    row = {
        "kind": incident.kind.value,
        "act": incident.name,
        "item": incident.item,
        "device": str(incident.device),
        "reason": "",
        "evidence": incident.evidence,
        "opened_at": now,
    }
    opened = insert_into(connection, task).values(row).on_conflict_do_nothing()
    return connection.scalar(opened.returning(task.c.act)) is not None


def _settle(connection: Connection, kind: TaskKind, names: Sequence[str], now: float) -> None:
    for chunk in chunks(names):
        these = (task.c.kind == kind.value, task.c.act.in_(chunk), task.c.settled_at.is_(None))
        connection.execute(update(task).where(*these).values(settled_at=now))


def _gap_name(ledger: LedgerName, first: int) -> str:
    return f"{ledger}/{first}"
