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
    func,
    or_,
    select,
    text,
    tuple_,
)

from broker.facts import Entry
from broker.vocabulary import Anchor, BootClock, ClockState, DeviceId, TimeSource
from server.circulation.boots import Boot, Mark, Placed, joined, placed, told
from server.journal.journal import chunks
from server.journal.keeping import keep
from server.journal.tables import boot as table
from server.journal.tables import fact

_UNSURE: Final = text("clock <> 'synchronised'")  # the very words of the index
_LOOSE: Final = and_(
    table.c.ntp_monotonic.is_(None),
    or_(table.c.after_monotonic.is_(None), table.c.before_monotonic.is_(None)),
)
_OF_DEVICE: Final = table.c.device == bindparam("of_device")
_THESE: Final = select(table).where(
    _OF_DEVICE, table.c.boot.in_(bindparam("boots", expanding=True))
)
_NEWEST: Final = select(func.max(table.c.number)).where(
    _OF_DEVICE, table.c.install == bindparam("of_install")
)
Key = tuple[str, str]  # device and boot
Moved = list[tuple[str, str | None]]  # act and item of facts


@dataclass(frozen=True, slots=True)
class Known:
    """A boot and its place in a ledger; without `install` that is not known yet."""

    boot: Boot
    install: str | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What a device's birth (with `install`) or state said of its boots."""

    device: DeviceId
    install: str | None
    boots: tuple[BootClock, ...]


def hear(connection: Connection, report: Report, received_at: float) -> Moved:
    """Keep what was said; act and item of each fact whose time that may move."""
    said = {
        one.boot: Known(
            told(one, received_at), report.install, one.number if report.install else None
        )
        for one in report.boots
    }
    return _moved(connection, str(report.device), _learn(connection, str(report.device), said))


def synchronised(connection: Connection, entries: Sequence[Entry]) -> Moved:
    """A fact with a good clock sets its whole boot; act and item of each fact that moves."""
    said: dict[str, dict[str, Known]] = {}
    for entry in entries:
        at = entry.at
        if at.clock is ClockState.SYNCHRONISED:
            mine = said.setdefault(str(entry.device), {})
            ntp = Anchor(at.monotonic, at.wall, TimeSource.NTP, at.bound)
            before = mine.get(at.boot, Known(Boot(0.0)))
            mine[at.boot] = Known(joined(before.boot, Boot(0.0, ntp=ntp)))
    return [
        fact_moved
        for device, boots in said.items()
        for fact_moved in _moved(connection, device, _learn(connection, device, boots))
    ]


def placed_boots(connection: Connection, wanted: Collection[Key]) -> dict[Key, Placed]:
    """These boots, each between its neighbours in the same ledger as far as it needs them."""
    found: dict[Key, Placed] = {}
    ledgers = set()
    for chunk in chunks(sorted(wanted)):
        key = tuple_(table.c.device, table.c.boot)
        for row in connection.execute(select(table).where(key.in_(chunk))):
            known = _known(row)
            found[row.device, row.boot] = Placed(known.boot)
            if known.boot.loose and known.install is not None:
                ledgers.add((row.device, known.install))
    for device, install in sorted(ledgers):
        ledger = and_(table.c.device == device, table.c.install == install)
        order = select(table).where(ledger).order_by(table.c.number, table.c.boot)
        rows = connection.execute(order).all()
        steps = [list(same) for _, same in groupby(rows, key=lambda row: row.number)]
        between = placed([[_known(row).boot for row in step] for step in steps])
        for row, one in zip(rows, between, strict=True):
            if (device, row.boot) in found:
                found[device, row.boot] = one
    return found


def _learn(connection: Connection, device: str, said: Mapping[str, Known]) -> set[str]:
    """Join what was said to what is known; the boots for which that matters."""
    if not said:
        return set()
    rows = connection.execute(_THESE, {"of_device": device, "boots": list(said)})
    before = {row.boot: _known(row) for row in rows}
    changed = set()
    for name, more in said.items():
        known = before.get(name)
        now = more if known is None else _both(known, more)
        if now == known:
            continue
        _write(connection, device, name, now)
        if known is None or not _only_went_on(connection, device, known, now):
            changed.add(name)
    return changed


def _both(known: Known, more: Known) -> Known:
    place = (known.install, known.number) if more.install is None else (more.install, more.number)
    return Known(joined(known.boot, more.boot), *place)


def _only_went_on(connection: Connection, device: str, known: Known, now: Known) -> bool:
    """Whether the newest boot of a ledger has merely lasted longer: that moves nothing."""
    if now != replace(known, boot=replace(known.boot, monotonic=now.boot.monotonic)):
        return False
    ledger = {"of_device": device, "of_install": now.install}
    return now.number is None or connection.scalar(_NEWEST, ledger) == now.number


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


def _known(row: Row[Any]) -> Known:
    ntp = None
    if row.ntp_monotonic is not None:
        ntp = Anchor(row.ntp_monotonic, row.ntp_wall, TimeSource.NTP, row.ntp_bound)
    after = _mark(row.after_monotonic, row.after_wall)
    before = _mark(row.before_monotonic, row.before_wall)
    return Known(Boot(row.monotonic, after, before, ntp), row.install, row.number)


def _mark(monotonic: float | None, wall: float | None) -> Mark | None:
    return None if monotonic is None or wall is None else Mark(monotonic, wall)


def _write(connection: Connection, device: str, name: str, known: Known) -> None:
    boot = known.boot
    columns = {
        "device": device,
        "boot": name,
        "install": known.install,
        "number": known.number,
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
