"""Tasks that follow from no fact: something missing, in conflict, or begun anew on a station.

Law: kept in the caller's transaction, each once for ever under its name; only what the task is
about ends it, or staff.
"""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import chain, islice
from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from broker.facts import Entry
from broker.telemetry import Birth
from broker.vocabulary import ActId
from server.circulation.tasks import Grounds, Task, TaskKind
from server.journal.high_water import LedgerName
from server.journal.journal import Recorded, chunks
from server.journal.tables import device as devices
from server.journal.tables import task
from server.journal.tasks import open_task

KINDS: Final = (TaskKind.GAP, TaskKind.QUARANTINE, TaskKind.NEW_LEDGER)
_MOST_SEQS: Final = 1000
_KNOWN: Final = select(devices.c.install, devices.c.unsent).where(
    devices.c.device == bindparam("of_device")
)
Ranges = Sequence[tuple[int, int]]


def gap(connection: Connection, ledger: LedgerName, missing: Ranges, now: float) -> bool:
    """Entries that have not come, as first and last of each run; False when that is known."""
    runs = (range(first, last + 1) for first, last in missing)
    seqs = tuple(islice(chain.from_iterable(runs), _MOST_SEQS))
    grounds = Grounds(install=ledger.install, seqs=seqs)
    act = _gap_act(ledger, missing[0][0])
    return open_task(
        connection, Task(TaskKind.GAP, act, None, "", now, ledger.device, None, grounds)
    )


def filled(connection: Connection, ledger: LedgerName, first: int, now: float) -> None:
    """The gap that began with this number is none any more."""
    _settle(connection, TaskKind.GAP, [_gap_act(ledger, first)], now)


def recorded(connection: Connection, batch: Recorded, now: float) -> None:
    """What was in quarantine for nothing but its number has come under another."""
    kept = {_without_place(entry) for entry in batch.new}
    told_twice = {entry.act for entry in batch.conflicts if _without_place(entry) not in kept}
    acts = [entry.act for entry in batch.new if entry.act not in told_twice]
    _settle(connection, TaskKind.QUARANTINE, acts, now)


def born(connection: Connection, birth: Birth, now: float) -> None:
    """Notices a station whose ledger is not the one it had: changed, damaged, or put back."""
    before = connection.execute(_KNOWN, {"of_device": str(birth.device)}).first()
    if before is None or not before.install or before.install == birth.install:
        return
    kind, act = TaskKind.NEW_LEDGER, _named(LedgerName(birth.device, birth.install))
    grounds = Grounds(install=before.install, unsent=before.unsent)
    open_task(connection, Task(kind, act, None, "", now, birth.device, None, grounds))


def _settle(connection: Connection, kind: TaskKind, acts: Sequence[ActId], now: float) -> None:
    for chunk in chunks([str(act) for act in acts]):
        these = (task.c.kind == kind.value, task.c.act.in_(chunk), task.c.settled_at.is_(None))
        connection.execute(update(task).where(*these).values(settled_at=now))


def _without_place(entry: Entry) -> Entry:
    return replace(entry, install="", seq=0)


def _gap_act(ledger: LedgerName, first: int) -> ActId:
    return _named(ledger, str(first))


def _named(ledger: LedgerName, *more: str) -> ActId:
    # Of the form an act's id has, however long the ledger's name is.
    digest = sha256("/".join((ledger.install, *more)).encode()).hexdigest()
    return ActId(f"{ledger.device}/{digest[:16]}")
