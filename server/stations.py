"""What stations last said about themselves, one row per device.

Law: telemetry, not history: the latest word replaces the one before. Works in the caller's
transaction and never commits.
"""

from collections.abc import Iterable
from functools import cache
from typing import Final

import msgspec
from sqlalchemy import Connection, bindparam, case, exists, func, or_, select

from broker.telemetry import Birth, Presence, SettingsReported, State
from broker.vocabulary import DeviceId
from server.journal.keeping import Insert, insert_into, keep
from server.journal.tables import boot
from server.journal.tables import device as table

# In that boot it has said something later; or it has begun another since it told of that one.
_SAID_LATER: Final = select(boot.c.boot).where(
    boot.c.device == bindparam("of_device"),
    boot.c.boot == bindparam("of_boot"),
    or_(
        boot.c.monotonic > bindparam("at"),
        exists().where(table.c.device == boot.c.device, table.c.boot != boot.c.boot),
    ),
)


def heard(connection: Connection, devices: Iterable[DeviceId], now: float) -> None:
    """These devices are alive: they said something just now (seconds since 1970 UTC)."""
    rows = [{"device": str(device), "last_heard": now} for device in devices]
    if not rows:
        return
    connection.execute(_heard(insert_into(connection, table)), rows)


def present(connection: Connection, device: DeviceId, presence: Presence, now: float) -> None:
    """Online or offline, and since when; saying it again changes nothing."""
    row = {"device": str(device), "status": presence.value, "status_since": now}
    connection.execute(_present(insert_into(connection, table)), row)


def born(connection: Connection, birth: Birth) -> None:
    """Which program of which version runs there, in which boot, with which ledger."""
    keep(
        connection,
        table,
        {
            "device": str(birth.device),
            "kind": birth.kind.value,
            "version": birth.version,
            "boot": birth.boot,
            "install": birth.install,
            "birth_at": birth.at,
        },
    )


def told(connection: Connection, device: DeviceId, state: State) -> None:
    """How it is, whole; what it said earlier and comes later is no news."""
    said = {"of_device": str(device), "of_boot": state.boot, "at": state.monotonic}
    if connection.scalar(_SAID_LATER, said) is not None:
        return
    keep(
        connection,
        table,
        {
            "device": str(device),
            "boot": state.boot,
            "state_at": state.at,
            "mode": state.mode.value,
            "mode_since": state.mode_since,
            "reason": state.reason,
            "components": msgspec.to_builtins(state.components),
            "unsent": state.unsent,
            "oldest_unsent": state.oldest_unsent,
            "ignored": state.ignored,
        },
    )


def applied(connection: Connection, device: DeviceId, reported: SettingsReported) -> None:
    """Which settings it runs by, and what kept it from others."""
    keep(
        connection,
        table,
        {
            "device": str(device),
            "settings_reported_version": reported.version,
            "settings_reported_problem": reported.problem,
        },
    )


@cache
def _heard(statement: Insert) -> Insert:
    latest = statement.excluded.last_heard
    return statement.on_conflict_do_update(
        index_elements=[table.c.device],
        set_={"last_heard": latest},
        where=func.coalesce(table.c.last_heard, 0.0) < latest,
    )


@cache
def _present(statement: Insert) -> Insert:
    told = statement.excluded
    unchanged = table.c.status == told.status
    since = case((unchanged, table.c.status_since), else_=told.status_since)
    return statement.on_conflict_do_update(
        index_elements=[table.c.device], set_={"status": told.status, "status_since": since}
    )
