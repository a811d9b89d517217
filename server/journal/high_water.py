"""How far each ledger is kept without a gap: a mark that is never lowered and never pruned.

Law: an entry's place is taken by the fact itself, by what was set aside in its place, by a fact
that was known and is told again under a later install, or by staff who gave it up. Functions work
in the caller's transaction.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    func,
    select,
    tuple_,
    union_all,
    update,
)

from broker.facts import Kept
from broker.vocabulary import DeviceId
from server.journal.journal import chunks
from server.journal.keeping import keep, keep_all
from server.journal.tables import fact, high_water, lost, quarantine, retold

_ROWS_AT_ONCE: Final = 500
_SHOWN_AT_MOST: Final = 10


def _is(table: Table) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Rows of the ledger that `_of` names."""
    return table.c.device == bindparam("of_device"), table.c.install == bindparam("of_install")


_PLACES: Final = (fact, quarantine, retold, lost)


def _taken() -> Select[Any]:
    """The numbers after `through` that are taken, in order."""
    wanted = [
        select(table.c.seq).where(*_is(table), table.c.seq > bindparam("through"))
        for table in _PLACES
    ]
    seqs = union_all(*wanted).subquery()
    return select(seqs.c.seq).distinct().order_by(seqs.c.seq)


def _same(table: Table) -> ColumnElement[bool]:
    """A row of the ledger whose mark it is."""
    return and_(*(table.c[name] == high_water.c[name] for name in ("device", "install")))


_LEDGERS: Final = tuple_(high_water.c.device, high_water.c.install).in_(
    bindparam("ledgers", expanding=True)
)
# Each ledger's mark, and the highest number that is taken in each place.
_MARKS: Final = select(
    high_water,
    *(
        select(func.max(table.c.seq)).where(_same(table)).scalar_subquery().label(table.name)
        for table in _PLACES
    ),
).where(_LEDGERS)
_AFTER_MARKS: Final = union_all(
    *(
        select(table.c.device, table.c.install, table.c.seq)
        .join(high_water, _same(table))
        .where(_LEDGERS, table.c.seq > high_water.c.through)
        for table in _PLACES
    )
)
_MARK: Final = select(high_water).where(*_is(high_water))
_TAKEN: Final = _taken()
_NEXT_TAKEN: Final = _TAKEN.limit(_ROWS_AT_ONCE)
_FACTS: Final = select(fact.c.seq, fact.c.payload_hash).where(*_is(fact))
_NEWEST: Final = _FACTS.order_by(fact.c.seq.desc()).limit(_SHOWN_AT_MOST).subquery()
_DENIED: Final = (
    _FACTS.join(
        quarantine,
        and_(*(quarantine.c[name] == fact.c[name] for name in ("device", "install", "seq"))),
    )
    .order_by(quarantine.c.id.desc())
    .limit(_SHOWN_AT_MOST)
    .subquery()
)
_TELLING: Final = union_all(select(_NEWEST), select(_DENIED))
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
    missing, None while nothing is.
    """

    through: int = 0
    backed_up: int = 0
    gap_since: float | None = None


def advance(
    connection: Connection, ledger: LedgerName, now: float, least: int = 0
) -> tuple[Mark, Mark]:
    """Moves the mark on to the next gap and keeps it; as it was, and as it is.

    It is at `least` so far, whatever is missing. Remembering it, only what is new is looked at.
    """
    row = connection.execute(_MARK, _of(ledger)).first()
    known = Mark() if row is None else _mark(row)
    through, gap, more = _unbroken(connection, ledger, max(known.through, least))
    while more:
        through, gap, more = _unbroken(connection, ledger, through)
    mark = _moved(known, through, gap=gap, now=now)
    if mark != known:
        keep(connection, high_water, _row(ledger, mark))
    return known, mark


def advance_all(
    connection: Connection, ledgers: Collection[LedgerName], now: float
) -> dict[LedgerName, tuple[Mark, Mark]]:
    """As `advance` for each; those that are only a little behind in a few statements together."""
    found: dict[LedgerName, tuple[Mark, Mark]] = {}
    names = [(str(one.device), one.install) for one in ledgers]
    for chunk in chunks(names):
        known = {_name(row): row for row in connection.execute(_MARKS, {"ledgers": chunk})}
        near = {name: _mark(row) for name, row in known.items() if _is_near(row)}
        for name, seqs in _after_marks(connection, near).items():
            through, gap = _run(near[name].through, seqs)
            found[name] = near[name], _moved(near[name], through, gap=gap, now=now)
    changed = [_row(name, mark) for name, (before, mark) in found.items() if mark != before]
    keep_all(connection, high_water, changed)
    return {one: found.get(one) or advance(connection, one, now) for one in ledgers}


def _is_near(row: Row[Any]) -> bool:
    newest = max(getattr(row, table.name) or 0 for table in _PLACES)
    return bool(newest <= row.through + _ROWS_AT_ONCE)


def _after_marks(
    connection: Connection, ledgers: Collection[LedgerName]
) -> dict[LedgerName, list[int]]:
    """What is taken after the mark of each, in order."""
    found: dict[LedgerName, list[int]] = {one: [] for one in ledgers}
    if found:
        names = [(str(one.device), one.install) for one in found]
        for device, install, seq in connection.execute(_AFTER_MARKS, {"ledgers": names}):
            found[LedgerName(DeviceId(device), install)].append(seq)
    return {name: sorted(set(seqs)) for name, seqs in found.items()}


def _run(through: int, seqs: Sequence[int]) -> tuple[int, bool]:
    """The end of the unbroken run after `through`, and whether something is missing after it."""
    for seq in seqs:
        if seq != through + 1:
            return through, True
        through = seq
    return through, False


def _moved(known: Mark, through: int, *, gap: bool, now: float) -> Mark:
    same_gap = through == known.through and known.gap_since is not None
    since = known.gap_since if same_gap else now
    return replace(known, through=through, gap_since=since if gap else None)


def telling(connection: Connection, ledger: LedgerName) -> tuple[Kept, ...]:
    """The facts that tell whether a station still has the ledger that this was.

    The newest few, for what an earlier disk had left open may be written again as it was, and those
    in whose place the station has sent something else.
    """
    facts = connection.execute(_TELLING, _of(ledger))
    return tuple(dict.fromkeys(Kept(row.seq, row.payload_hash) for row in facts))


def gaps(connection: Connection, before: float) -> list[tuple[LedgerName, Mark]]:
    """Ledgers in which something has been missing since before then."""
    statement = select(high_water).where(high_water.c.gap_since < before)
    return [(_name(row), _mark(row)) for row in connection.execute(statement)]


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
    return [(_name(row), row.through) for row in connection.execute(select(high_water))]


def backed_up(connection: Connection, held: Iterable[tuple[LedgerName, int]]) -> None:
    """A finished backup holds these ledgers so far."""
    for ledger, through in held:
        connection.execute(_BACKED_UP, {**_of(ledger), "held": through})


def _unbroken(connection: Connection, ledger: LedgerName, through: int) -> tuple[int, bool, bool]:
    """As `_run`, as far as one look reaches; whether the run may go on beyond it."""
    seqs = connection.scalars(_NEXT_TAKEN, {**_of(ledger), "through": through}).all()
    end, gap = _run(through, seqs)
    return end, gap, not gap and len(seqs) == _ROWS_AT_ONCE


def _of(ledger: LedgerName) -> dict[str, Any]:
    return {"of_device": str(ledger.device), "of_install": ledger.install}


def _row(ledger: LedgerName, mark: Mark) -> dict[str, Any]:
    moved = {"through": mark.through, "gap_since": mark.gap_since}
    return {"device": str(ledger.device), "install": ledger.install, **moved}


def _name(row: Row[Any]) -> LedgerName:
    return LedgerName(DeviceId(row.device), row.install)


def _mark(row: Row[Any]) -> Mark:
    return Mark(row.through, row.backed_up, row.gap_since)
