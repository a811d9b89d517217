"""Many ledgers' marks moved on, and what is told of them, in a few statements together.

Law: as `high_water`, of which each is what it would be alone; works in the caller's transaction.
"""

from collections.abc import Collection, Sequence
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
)

from broker.facts import Kept
from broker.vocabulary import DeviceId
from server.journal.high_water import (
    PLACES,
    ROWS_AT_ONCE,
    LedgerName,
    Mark,
    advance,
    mark_of,
    moved,
    name_of,
    row_of,
    run,
)
from server.journal.journal import chunks
from server.journal.keeping import keep_all
from server.journal.tables import fact, high_water, quarantine

_SHOWN_AT_MOST: Final = 10


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
        for table in PLACES
    ),
).where(_LEDGERS)
_AFTER_MARKS: Final = union_all(
    *(
        select(table.c.device, table.c.install, table.c.seq)
        .join(high_water, _same(table))
        .where(_LEDGERS, table.c.seq > high_water.c.through)
        for table in PLACES
    )
)
_LATER: Final = fact.alias("later")
_TENTH_NEWEST: Final = (
    select(_LATER.c.seq)
    .where(*(_LATER.c[name] == high_water.c[name] for name in ("device", "install")))
    .order_by(_LATER.c.seq.desc())
    .limit(1)
    .offset(_SHOWN_AT_MOST - 1)
    .scalar_subquery()
)
_FACTS: Final = select(fact.c.device, fact.c.install, fact.c.seq, fact.c.payload_hash)
_NEWEST: Final = (
    _FACTS.join(high_water, _same(fact))
    .where(_LEDGERS, fact.c.seq >= func.coalesce(_TENTH_NEWEST, 0))
    .order_by(fact.c.seq.desc())
)
_DENIED: Final = (
    _FACTS.join(high_water, _same(fact))
    .join(
        quarantine,
        and_(*(quarantine.c[name] == fact.c[name] for name in ("device", "install", "seq"))),
    )
    .where(_LEDGERS)
    .order_by(quarantine.c.id.desc())
)


def advance_all(
    connection: Connection, ledgers: Collection[LedgerName], now: float
) -> dict[LedgerName, tuple[Mark, Mark]]:
    """As `advance` for each; those that are only a little behind in a few statements together."""
    found: dict[LedgerName, tuple[Mark, Mark]] = {}
    names = [(str(one.device), one.install) for one in ledgers]
    for chunk in chunks(names):
        known = {name_of(row): row for row in connection.execute(_MARKS, {"ledgers": chunk})}
        near = {name: mark_of(row) for name, row in known.items() if _is_near(row)}
        for name, seqs in _after_marks(connection, near).items():
            through, gap = run(near[name].through, seqs)
            found[name] = near[name], moved(near[name], through, gap=gap, now=now)
    changed = [row_of(name, mark) for name, (before, mark) in found.items() if mark != before]
    keep_all(connection, high_water, changed)
    return {one: found.get(one) or advance(connection, one, now) for one in ledgers}


def _is_near(row: Row[Any]) -> bool:
    newest = max(getattr(row, table.name) or 0 for table in PLACES)
    return bool(newest <= row.through + ROWS_AT_ONCE)


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


def telling(
    connection: Connection, ledgers: Collection[LedgerName]
) -> dict[LedgerName, tuple[Kept, ...]]:
    """The facts that tell whether a station still has the ledger that this was.

    The newest few, for what an earlier disk had left open may be written again as it was, and those
    in whose place the station has sent something else. All these ledgers have their marks.
    """
    found: dict[LedgerName, dict[Kept, None]] = {one: {} for one in ledgers}
    for chunk in chunks([(str(one.device), one.install) for one in ledgers]):
        newest = _kept(connection, _NEWEST, chunk)
        denied = _kept(connection, _DENIED, chunk)
        for name, kept in (*newest.items(), *denied.items()):
            found[name].update(dict.fromkeys(kept[:_SHOWN_AT_MOST]))
    return {name: tuple(kept) for name, kept in found.items()}


def _kept(
    connection: Connection, statement: Select[Any], names: Sequence[tuple[str, str]]
) -> dict[LedgerName, list[Kept]]:
    found: dict[tuple[str, str], list[Kept]] = {}
    for device, life, seq, fingerprint in connection.execute(statement, {"ledgers": names}):
        found.setdefault((device, life), []).append(Kept(seq, fingerprint))
    return {
        LedgerName(DeviceId(device), install): kept for (device, install), kept in found.items()
    }
