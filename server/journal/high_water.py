"""How far each ledger is kept without a gap: a mark that is never lowered and never pruned.

Law: an entry's place is taken by the fact itself, by what was set aside in its place, by a fact
that was known and is told again under a later install, or by staff who gave it up. Functions work
in the caller's transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, Subquery, select, union_all, update

from broker.facts import Kept
from broker.vocabulary import DeviceId
from server.journal.database import insert_into
from server.journal.tables import fact, high_water, lost, quarantine, retold

_ROWS_AT_ONCE: Final = 500


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
    missing, None while nothing is. `contested`: a number for which its station sent another fact
    than the one that is kept, None when it never did.
    """

    through: int = 0
    backed_up: int = 0
    gap_since: float | None = None
    contested: int | None = None


def advance(
    connection: Connection, ledger: LedgerName, now: float, least: int = 0
) -> tuple[Mark, Mark]:
    """Moves the mark on to the next gap and keeps it; as it was, and as it is.

    It is at `least` so far, whatever is missing. Remembering it, only what is new is looked at.
    """
    row = connection.execute(select(high_water).where(*_is(high_water, ledger))).first()
    known = Mark() if row is None else _mark(row)
    through = max(known.through, least)
    further, gap = _unbroken(connection, ledger, through)
    while further > through:
        through = further
        further, gap = _unbroken(connection, ledger, through)
    since = known.gap_since if through == known.through and known.gap_since is not None else now
    mark = replace(known, through=through, gap_since=since if gap else None)
    if mark != known:
        _keep(connection, ledger, {"through": mark.through, "gap_since": mark.gap_since})
    return known, mark


def contest(connection: Connection, ledger: LedgerName, seq: int) -> None:
    """The station sent something else under this number than is kept, if anything is kept there."""
    if kept_at(connection, ledger, seq) is not None:
        _keep(connection, ledger, {"contested": seq})


def newest(connection: Connection, ledger: LedgerName) -> Kept | None:
    """The highest fact that is kept of this ledger."""
    return _kept(connection, _facts(ledger).order_by(fact.c.seq.desc()).limit(1))


def kept_at(connection: Connection, ledger: LedgerName, seq: int) -> Kept | None:
    """The fact at this very place."""
    return _kept(connection, _facts(ledger).where(fact.c.seq == seq))


def gaps(connection: Connection, before: float) -> list[tuple[LedgerName, Mark]]:
    """Ledgers in which something has been missing since before then."""
    statement = select(high_water).where(high_water.c.gap_since < before)
    return [(_name(row), _mark(row)) for row in connection.execute(statement)]


def missing(connection: Connection, ledger: LedgerName, through: int) -> list[tuple[int, int]]:
    """The first and the last number of each gap after `through`."""
    seqs = _places(ledger, through)
    found, expected = [], through + 1
    for seq in connection.scalars(select(seqs.c.seq).distinct().order_by(seqs.c.seq)):
        if seq > expected:
            found.append((expected, seq - 1))
        expected = seq + 1
    return found


def marks(connection: Connection) -> list[tuple[LedgerName, int]]:
    """How far every ledger is kept."""
    return [(_name(row), row.through) for row in connection.execute(select(high_water))]


def backed_up(connection: Connection, held: Iterable[tuple[LedgerName, int]]) -> None:
    """A finished backup holds these ledgers so far."""
    for ledger, through in held:
        further = high_water.c.backed_up < through
        connection.execute(
            update(high_water).where(*_is(high_water, ledger), further).values(backed_up=through)
        )


def _keep(connection: Connection, ledger: LedgerName, kept: dict[str, Any]) -> None:
    place = {"device": str(ledger.device), "install": ledger.install, "through": 0}
    statement = insert_into(connection, high_water).values(place | kept)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["device", "install"], set_=kept)
    )


def _unbroken(connection: Connection, ledger: LedgerName, through: int) -> tuple[int, bool]:
    """The end of the unbroken run after `through`, as far as one look reaches; whether more is."""
    seqs = _places(ledger, through)
    statement = select(seqs.c.seq).distinct().order_by(seqs.c.seq).limit(_ROWS_AT_ONCE)
    for seq in connection.scalars(statement):
        if seq != through + 1:
            return through, True
        through = seq
    return through, False


def _places(ledger: LedgerName, through: int) -> Subquery:
    """The numbers after `through` that are taken, perhaps more than once each."""
    wanted = [
        select(table.c.seq).where(*_is(table, ledger), table.c.seq > through)
        for table in (fact, quarantine, retold, lost)
    ]
    return union_all(*wanted).subquery()


def _facts(ledger: LedgerName) -> Select[Any]:
    return select(fact.c.seq, fact.c.payload_hash).where(*_is(fact, ledger))


def _kept(connection: Connection, statement: Select[Any]) -> Kept | None:
    row = connection.execute(statement).first()
    return None if row is None else Kept(row.seq, row.payload_hash)


def _is(table: Any, ledger: LedgerName) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.c.device == str(ledger.device), table.c.install == ledger.install


def _name(row: Row[Any]) -> LedgerName:
    return LedgerName(DeviceId(row.device), row.install)


def _mark(row: Row[Any]) -> Mark:
    return Mark(row.through, row.backed_up, row.gap_since, row.contested)
