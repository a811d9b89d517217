"""What stations have let us know of the time in their boots, kept; and which facts that moves.

Law: works in the caller's transaction and never commits. A boot's row only gets more exact.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    or_,
    select,
    text,
    tuple_,
)

from broker.facts import Entry
from broker.vocabulary import Anchor, BootClock, ClockState, DeviceId, TimeSource
from server.circulation.boots import Boot, Mark, Placed, joined, placed, told
from server.journal.database import insert_new
from server.journal.journal import chunks
from server.journal.keeping import keep
from server.journal.tables import boot as table
from server.journal.tables import boot_number, fact

_UNSURE: Final = text("clock <> 'synchronised'")  # the very words of the index
_LOOSE: Final = and_(
    table.c.ntp_monotonic.is_(None),
    or_(table.c.after_monotonic.is_(None), table.c.before_monotonic.is_(None)),
)
_THESE: Final = select(table).where(
    tuple_(table.c.device, table.c.boot).in_(bindparam("keys", expanding=True))
)
_LATER: Final = boot_number.alias("later")
_FOLLOWED: Final = (
    select(_LATER.c.boot)
    .join_from(
        boot_number,
        _LATER,
        and_(
            _LATER.c.device == boot_number.c.device,
            _LATER.c.install == boot_number.c.install,
            _LATER.c.number > boot_number.c.number,
        ),
    )
    .where(
        boot_number.c.device == bindparam("of_device"), boot_number.c.boot == bindparam("of_boot")
    )
    .limit(1)
)
_IN_ORDER: Final = (
    select(boot_number.c.number, table)
    .join_from(
        boot_number,
        table,
        and_(table.c.device == boot_number.c.device, table.c.boot == boot_number.c.boot),
    )
    .where(
        boot_number.c.device == bindparam("of_device"),
        boot_number.c.install == bindparam("of_install"),
    )
    .order_by(boot_number.c.number, table.c.boot)
)
Key = tuple[str, str]  # device and boot
Moved = list[tuple[str, str | None]]  # act and item of facts


@dataclass(frozen=True, slots=True)
class Report:
    """What a device's birth (with `install`) or state said of its boots."""

    device: DeviceId
    install: str | None
    boots: tuple[BootClock, ...]


def hear(connection: Connection, report: Report, received_at: float) -> Moved:
    """Keep what was said; act and item of each fact whose time that may move."""
    device = str(report.device)
    said = {(device, one.boot): told(one, received_at) for one in report.boots}
    changed = _learn(connection, said).get(device, set()) | _number(connection, report)
    return _moved(connection, device, changed)


def synchronised(connection: Connection, entries: Sequence[Entry]) -> Moved:
    """A fact with a good clock sets its whole boot; act and item of each fact that moves."""
    said: dict[Key, Boot] = {}
    for entry in entries:
        at = entry.at
        if at.clock is ClockState.SYNCHRONISED:
            key = (str(entry.device), at.boot)
            ntp = Anchor(at.monotonic, at.wall, TimeSource.NTP, at.bound)
            said[key] = joined(said.get(key, Boot(0.0)), Boot(0.0, ntp=ntp))
    return [
        fact_moved
        for device, boots in _learn(connection, said).items()
        for fact_moved in _moved(connection, device, boots)
    ]


def placed_boots(connection: Connection, wanted: Collection[Key]) -> dict[Key, Placed]:
    """These boots, each between its neighbours in the same ledgers as far as it needs them."""
    found: dict[Key, Placed] = {}
    for chunk in chunks(sorted(wanted)):
        for row in connection.execute(_THESE, {"keys": chunk}):
            found[row.device, row.boot] = Placed(_boot(row))
    loose = [key for key, one in found.items() if one.boot.loose]
    for device, install in _ledgers(connection, loose):
        rows = connection.execute(_IN_ORDER, {"of_device": device, "of_install": install}).all()
        steps = [list(same) for _, same in groupby(rows, key=lambda row: row.number)]
        between = placed([[_boot(row) for row in step] for step in steps])
        for row, one in zip(rows, between, strict=True):
            if (device, row.boot) in found:
                found[device, row.boot] = found[device, row.boot].narrowed(one)
    return found


def _ledgers(connection: Connection, boots: Sequence[Key]) -> list[tuple[str, str]]:
    """Device and install of every ledger that knows any of these boots."""
    found: set[tuple[str, str]] = set()
    columns = (boot_number.c.device, boot_number.c.install)
    for chunk in chunks(sorted(boots)):
        key = tuple_(boot_number.c.device, boot_number.c.boot)
        rows = connection.execute(select(*columns).where(key.in_(chunk)).distinct())
        found.update((device, install) for device, install in rows)
    return sorted(found)


def _number(connection: Connection, report: Report) -> set[str]:
    """Keep which boots a ledger knows; those it was not known to know."""
    if report.install is None:
        return set()
    place = {"device": str(report.device), "install": report.install}
    rows = [place | {"boot": one.boot, "number": one.number} for one in report.boots]
    return insert_new(connection, boot_number, rows, "boot")


def _learn(connection: Connection, said: Mapping[Key, Boot]) -> dict[str, set[str]]:
    """Join what was said to what is known; by device, the boots for which that matters."""
    before: dict[Key, Boot] = {}
    for chunk in chunks(sorted(said)):
        for row in connection.execute(_THESE, {"keys": chunk}):
            before[row.device, row.boot] = _boot(row)
    changed: dict[str, set[str]] = {}
    for (device, name), more in said.items():
        known = before.get((device, name))
        now = more if known is None else joined(known, more)
        if now == known:
            continue
        _write(connection, device, name, now)
        merely_longer = known is not None and now == replace(known, monotonic=now.monotonic)
        # The newest boot of a ledger that has lasted longer moves nothing.
        if not merely_longer or _is_followed(connection, device, name):
            changed.setdefault(device, set()).add(name)
    return changed


def _is_followed(connection: Connection, device: str, name: str) -> bool:
    return connection.scalar(_FOLLOWED, {"of_device": device, "of_boot": name}) is not None


def _moved(connection: Connection, device: str, changed: set[str]) -> Moved:
    """Unsure facts of the changed boots, and of those that lean on their neighbours."""
    if not changed:
        return []
    either: ColumnElement[bool] = or_(table.c.boot.in_(sorted(changed)), _LOOSE)
    statement = (
        select(fact.c.act, fact.c.item)
        .join(table, and_(table.c.device == fact.c.device, table.c.boot == fact.c.boot))
        .where(fact.c.device == device, _UNSURE, either)
    )
    return [(act, item) for act, item in connection.execute(statement)]


def _boot(row: Row[Any]) -> Boot:
    ntp = None
    if row.ntp_monotonic is not None:
        ntp = Anchor(row.ntp_monotonic, row.ntp_wall, TimeSource.NTP, row.ntp_bound)
    after = _mark(row.after_monotonic, row.after_wall)
    before = _mark(row.before_monotonic, row.before_wall)
    return Boot(row.monotonic, after, before, ntp)


def _mark(monotonic: float | None, wall: float | None) -> Mark | None:
    return None if monotonic is None or wall is None else Mark(monotonic, wall)


def _write(connection: Connection, device: str, name: str, boot: Boot) -> None:
    columns = {
        "device": device,
        "boot": name,
        "monotonic": boot.monotonic,
        "after_monotonic": None if boot.after is None else boot.after.monotonic,
        "after_wall": None if boot.after is None else boot.after.wall,
        "before_monotonic": None if boot.before is None else boot.before.monotonic,
        "before_wall": None if boot.before is None else boot.before.wall,
        "ntp_monotonic": None if boot.ntp is None else boot.ntp.monotonic,
        "ntp_wall": None if boot.ntp is None else boot.ntp.wall,
        "ntp_bound": None if boot.ntp is None else boot.ntp.bound,
    }
    keep(connection, table, columns)
