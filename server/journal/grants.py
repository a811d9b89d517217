"""Loans that were granted, each kept before its yes leaves for the station.

Law: works in the caller's transaction and never commits.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Row, Text, bindparam, insert, select

from broker.requests import Lend
from broker.vocabulary import ActId, DeviceId, PatronId
from server.circulation.grants import Standing
from server.journal.journal import chunks, closed_acts
from server.journal.patrons import from_column, to_column
from server.journal.tables import fact, grant

_THIS: Final = select(bindparam("this", type_=Text).label("this")).subquery("asked")
_ACT: Final = select(fact.c.act.label("closed"), grant).select_from(
    _THIS.outerjoin(fact, fact.c.act == _THIS.c.this).outerjoin(grant, grant.c.act == _THIS.c.this)
)
_OF_ACTS: Final = select(grant).where(grant.c.act.in_(bindparam("acts", expanding=True)))
_GRANTED: Final = insert(grant)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an act: whether a fact has closed it, and the grant if there is one."""

    closed: bool
    grant: Row[Any] | None

    def is_same(self, lend: Lend, device: DeviceId) -> bool:
        """Whether the grant that was given is the one that is asked for now."""
        given = self.grant
        asked = (str(lend.item), lend.patron, str(device))
        return given is not None and asked == (given.item, from_column(given.patron), given.device)


def known_of(connection: Connection, act: ActId) -> Known:
    """What is known of one act, in one look."""
    row = connection.execute(_ACT, {"this": str(act)}).one()
    return Known(row.closed is not None, None if row.act is None else row)


def known_of_all(connection: Connection, acts: Iterable[ActId]) -> dict[ActId, Known]:
    """What is known of each act."""
    wanted = sorted(set(map(str, acts)))
    closed = closed_acts(connection, map(ActId, wanted))
    grants: dict[str, Row[Any]] = {}
    for chunk in chunks(wanted):
        grants |= {row.act: row for row in connection.execute(_OF_ACTS, {"acts": chunk})}
    return {ActId(act): Known(ActId(act) in closed, grants.get(act)) for act in wanted}


def keep_grant(
    connection: Connection, lend: Lend, due: date, device: DeviceId, member: PatronId, now: float
) -> None:
    """A new grant, at `now` (seconds since 1970 UTC)."""
    row = {
        "act": str(lend.act),
        "device": str(device),
        "item": str(lend.item),
        "patron": to_column(lend.patron),
        "member": member.reveal(),
        "due": due,
        "granted_at": now,
        "standing": Standing.OPEN.value,
    }
    connection.execute(_GRANTED, row)
