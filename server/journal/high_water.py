"""How far each ledger is kept without a gap: a mark that is never lowered and never pruned.

Law: an entry's place is taken by the fact itself, by what was set aside in its place, by a fact
that was known and is told again under a later install, or by staff who gave it up. Functions work
in the caller's transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    bindparam,
    select,
    union_all,
    update,
)

from broker.vocabulary import DeviceId
from server.journal.keeping import keep
from server.journal.tables import fact, high_water, lost, quarantine, retold

ROWS_AT_ONCE: Final = 500


def _is(table: Table) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Rows of the ledger that `_of` names."""
    return table.c.device == bindparam("of_device"), table.c.install == bindparam("of_install")


PLACES: Final = (fact, quarantine, retold, lost)


def _taken() -> Select[Any]:
    """The numbers after `through` that are taken, in order."""
    wanted = [
        select(table.c.seq).where(*_is(table), table.c.seq > bindparam("through"))
        for table in PLACES
    ]
    seqs = union_all(*wanted).subquery()
    return select(seqs.c.seq).distinct().order_by(seqs.c.seq)


_MARK: Final = select(high_water).where(*_is(high_water))
_TAKEN: Final = _taken()
_NEXT_TAKEN: Final = _TAKEN.limit(ROWS_AT_ONCE)
_CLAIMED: Final = select(high_water).where(
    high_water.c.claimed > high_water.c.through, high_water.c.asked_at < bindparam("before")
)
_FORGOTTEN: Final = (
    update(high_water)
    .where(
        high_water.c.device == bindparam("of_device"),
        high_water.c.install != bindparam("of_install"),
        high_water.c.claimed.is_not(None),
    )
    .values(claimed=None)
)
_BACKED_UP: Final = (
    update(high_water)
    .where(*_is(high_water), high_water.c.backed_up < bindparam("held"))
    .values(backed_up=bindparam("held"))
)


@dataclass(frozen=True, slots=True)
class LedgerName:
    """One life of one station's ledger."""

    device: DeviceId
    install: str

    def __str__(self) -> str:
        return f"{self.device}/{self.install}"


@dataclass(frozen=True, slots=True)
class Mark:
    """`through` is kept without a gap, `backed_up` in a finished backup as well.

    `gap_since`: when (seconds since 1970 UTC) something after `through` was first seen to be
    missing, None while nothing is. `claimed`: how far its station was told that it is kept, when
    that is more than is.
    """

    through: int = 0
    backed_up: int = 0
    gap_since: float | None = None
    claimed: int = 0


def advance(
    connection: Connection, ledger: LedgerName, now: float, least: int = 0
) -> tuple[Mark, Mark]:
    """Moves the mark on to the next gap and keeps it; as it was, and as it is.

    It is at `least` so far, whatever is missing. Remembering it, only what is new is looked at.
    """
    row = connection.execute(_MARK, _of(ledger)).first()
    known = Mark() if row is None else mark_of(row)
    through, gap, more = _unbroken(connection, ledger, max(known.through, least))
    while more:
        through, gap, more = _unbroken(connection, ledger, through)
    mark = moved(known, through, gap=gap, now=now)
    if mark != known:
        keep(connection, high_water, row_of(ledger, mark))
    return known, mark


def run(through: int, seqs: Sequence[int]) -> tuple[int, bool]:
    """The end of the unbroken run after `through`, and whether something is missing after it."""
    for seq in seqs:
        if seq != through + 1:
            return through, True
        through = seq
    return through, False


def moved(known: Mark, through: int, *, gap: bool, now: float) -> Mark:
    same_gap = through == known.through and known.gap_since is not None
    since = known.gap_since if same_gap else now
    return replace(known, through=through, gap_since=since if gap else None)


def gaps(connection: Connection, before: float) -> list[tuple[LedgerName, Mark]]:
    """Ledgers in which something has been missing since before then."""
    statement = select(high_water).where(high_water.c.gap_since < before)
    return [(name_of(row), mark_of(row)) for row in connection.execute(statement)]


def claim(connection: Connection, ledger: LedgerName, acknowledged: int, now: float) -> None:
    """The station was told that so much is kept, by this server before it was restored."""
    place = {"device": str(ledger.device), "install": ledger.install}
    told = {"claimed": acknowledged, "asked_at": now}
    keep(connection, high_water, {**place, **told}, through=0)


def forget_claims(connection: Connection, ledger: LedgerName) -> None:
    """The station has this ledger now: what an earlier one was told, nobody can send any more."""
    connection.execute(_FORGOTTEN, _of(ledger))


def claims(connection: Connection, before: float) -> list[tuple[LedgerName, Mark]]:
    """Ledgers whose stations were told of more than is kept, and last asked for it before then."""
    rows = connection.execute(_CLAIMED, {"before": before})
    return [(name_of(row), mark_of(row)) for row in rows]


def missing(connection: Connection, ledger: LedgerName, through: int) -> list[tuple[int, int]]:
    """The first and the last number of each gap after `through`."""
    found, expected = [], through + 1
    for seq in connection.scalars(_TAKEN, {**_of(ledger), "through": through}):
        if seq > expected:
            found.append((expected, seq - 1))
        expected = seq + 1
    return found


def marks(connection: Connection) -> list[tuple[LedgerName, int]]:
    """How far every ledger is kept."""
    return [(name_of(row), row.through) for row in connection.execute(select(high_water))]


def backed_up(connection: Connection, held: Iterable[tuple[LedgerName, int]]) -> None:
    """A finished backup holds these ledgers so far."""
    for ledger, through in held:
        connection.execute(_BACKED_UP, {**_of(ledger), "held": through})


def _unbroken(connection: Connection, ledger: LedgerName, through: int) -> tuple[int, bool, bool]:
    """As `_run`, as far as one look reaches; whether the run may go on beyond it."""
    seqs = connection.scalars(_NEXT_TAKEN, {**_of(ledger), "through": through}).all()
    end, gap = run(through, seqs)
    return end, gap, not gap and len(seqs) == ROWS_AT_ONCE


def _of(ledger: LedgerName) -> dict[str, Any]:
    return {"of_device": str(ledger.device), "of_install": ledger.install}


def row_of(ledger: LedgerName, mark: Mark) -> dict[str, Any]:
    moved = {"through": mark.through, "gap_since": mark.gap_since}
    return {"device": str(ledger.device), "install": ledger.install, **moved}


def name_of(row: Row[Any]) -> LedgerName:
    return LedgerName(DeviceId(row.device), row.install)


def mark_of(row: Row[Any]) -> Mark:
    return Mark(row.through, row.backed_up, row.gap_since, row.claimed or 0)
