"""What the journal says of items, gathered for the fold.

Law: reads only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import BindParameter, Connection, Row, Select, bindparam, select

from broker import wire
from broker.facts import Entry, ItemReturned, item_of, with_patron
from broker.vocabulary import ActId, ClockState, DeviceId, ItemId, PatronId
from server.catalogue import known_items, members_of
from server.circulation.fold import ItemCirculation, Register, fold
from server.circulation.grants import Granted
from server.circulation.tasks import Choice, Decision, TaskKind
from server.circulation.timeline import Happened, happened, judged
from server.circulation.wanted import History
from server.clocks import placed_boots
from server.journal.journal import chunks
from server.journal.patrons import from_column
from server.journal.tables import decision, fact, grant

# Each statement is built once: that costs more than to carry it out.
_NAMES: Final[BindParameter[Sequence[str]]] = bindparam("names", expanding=True)
EVENTS: Final = select(fact.c.payload, fact.c.patron, fact.c.received_at)
OF_ITEMS: Final = EVENTS.where(fact.c.item.in_(_NAMES))
OF_ACTS: Final = EVENTS.where(fact.c.act.in_(_NAMES))
_GRANTS: Final = (
    select(grant, fact.c.act.label("closed"))
    .outerjoin_from(grant, fact, fact.c.act == grant.c.act)
    .where(grant.c.item.in_(_NAMES))
)
_DECISIONS: Final = select(decision).where(decision.c.item.in_(_NAMES)).order_by(decision.c.id)


@dataclass(slots=True)
class _History:
    """What is known of one item, being gathered."""

    events: list[Happened] = field(default_factory=list)
    granted: list[Granted] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)


def events_of(
    connection: Connection, which: Select[bytes, str | None, float], names: Sequence[str] = ()
) -> list[Happened]:
    """Facts at their corrected times: of these items (`OF_ITEMS`) or acts (`OF_ACTS`), or others.

    `which` are some or all of EVENTS.
    """
    rows = connection.execute(which, {"names": names})
    entries = [(_entry(payload, patron), received_at) for payload, patron, received_at in rows]
    boots = {
        (str(entry.device), entry.at.boot)
        for entry, received_at in entries
        if judged(entry.at, received_at).clock is not ClockState.SYNCHRONISED
    }
    known = placed_boots(connection, boots)
    return [
        happened(entry, received_at, known.get((str(entry.device), entry.at.boot)))
        for entry, received_at in entries
    ]


def _entry(payload: bytes, patron: str | None) -> Entry:
    """As it was received, with the patron as intake read it."""
    entry = wire.decode_entry(payload)
    return replace(entry, fact=with_patron(entry.fact, from_column(patron)))


def folded(connection: Connection, items: Sequence[str]) -> list[ItemCirculation]:
    """These items' circulation, as all their facts, grants and staff decisions have it."""
    histories = _gathered(connection, items)
    known = known_items(connection, items)
    members = members_of(connection, _patrons(histories.values()))
    return [
        fold(
            ItemId(item),
            one.events,
            one.granted,
            Register(item in known, members),
            one.decisions,
        )
        for item, one in histories.items()
    ]


def history_of(connection: Connection, item: str) -> History:
    """One item's facts, grants and staff decisions."""
    one = _gathered(connection, (item,))[item]
    return History(ItemId(item), one.events, one.granted, one.decisions)


def _gathered(connection: Connection, items: Sequence[str]) -> dict[str, _History]:
    histories = {item: _History() for item in items}
    for event in events_of(connection, OF_ITEMS, items):
        if (item := item_of(event.fact)) is not None:
            histories[str(item)].events.append(event)
    for row in connection.execute(_GRANTS, {"names": items}):
        histories[row.item].granted.append(_granted(row))
    _gather_decisions(connection, histories)
    return histories


def _granted(row: Row[Any]) -> Granted:
    return Granted(
        ActId(row.act),
        from_column(row.patron),
        row.granted_at,
        row.due,
        DeviceId(row.device),
        row.closed is not None,
        row.missed_at,
    )


def _gather_decisions(connection: Connection, histories: dict[str, _History]) -> None:
    """What staff decided; what they took out of the bin was returned when it was dropped."""
    dropped: dict[str, str] = {}
    for row in connection.execute(_DECISIONS, {"names": list(histories)}):
        one = Decision(TaskKind(row.kind), ActId(row.act), Choice(row.choice))
        histories[row.item].decisions.append(one)
        if one.choice is Choice.IDENTIFIED:
            dropped[row.act] = row.item
    for chunk in chunks(sorted(dropped)):
        for event in events_of(connection, OF_ACTS, chunk):
            item = dropped[str(event.act)]
            returned = replace(event, fact=ItemReturned(ItemId(item), secured=True))
            histories[item].events.append(returned)


def _patrons(histories: Iterable[_History]) -> set[PatronId]:
    facts = (event.fact for history in histories for event in history.events)
    granted = (one.patron for history in histories for one in history.granted)
    patrons = {getattr(one, "patron", None) for one in facts} | set(granted)
    return {patron for patron in patrons if isinstance(patron, PatronId)}
