"""What the journal says of items, gathered for the fold.

Law: reads only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from broker import wire
from broker.facts import Entry, ItemReturned, item_of, with_patron
from broker.vocabulary import ActId, ClockState, DeviceId, ItemId, PatronId
from server.catalogue import known_items, members_of
from server.circulation.fold import ItemCirculation, Register, fold
from server.circulation.grants import Granted
from server.circulation.tasks import Choice, Decision, TaskKind
from server.circulation.timeline import Happened, happened, judged
from server.clocks import placed_boots
from server.journal.journal import chunks, closed_acts
from server.journal.patrons import from_column
from server.journal.tables import decision, fact, grant


@dataclass(slots=True)
class _History:
    """What is known of one item, being gathered."""

    events: list[Happened] = field(default_factory=list)
    granted: list[Granted] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)


def events_of(connection: Connection, scope: ColumnElement[bool]) -> list[Happened]:
    """The facts in this scope of the `fact` table, at their corrected times."""
    statement = select(fact.c.payload, fact.c.patron, fact.c.received_at).where(scope)
    rows = connection.execute(statement)
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
    histories = {item: _History() for item in items}
    for event in events_of(connection, fact.c.item.in_(items)):
        if (item := item_of(event.fact)) is not None:
            histories[str(item)].events.append(event)
    rows = connection.execute(select(grant).where(grant.c.item.in_(items))).all()
    closed = closed_acts(connection, (ActId(row.act) for row in rows))
    for row in rows:
        histories[row.item].granted.append(_granted(row, closed))
    _gather_decisions(connection, histories)
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


def _granted(row: Row[Any], closed: frozenset[ActId]) -> Granted:
    act = ActId(row.act)
    return Granted(
        act,
        from_column(row.patron),
        row.granted_at,
        row.due,
        DeviceId(row.device),
        act in closed,
        row.missed_at,
    )


def _gather_decisions(connection: Connection, histories: dict[str, _History]) -> None:
    """What staff decided; what they took out of the bin was returned when it was dropped."""
    dropped: dict[str, str] = {}
    statement = select(decision).where(decision.c.item.in_(list(histories)))
    for row in connection.execute(statement.order_by(decision.c.id)):
        one = Decision(TaskKind(row.kind), ActId(row.act), Choice(row.choice))
        histories[row.item].decisions.append(one)
        if one.choice is Choice.IDENTIFIED:
            dropped[row.act] = row.item
    for chunk in chunks(sorted(dropped)):
        for event in events_of(connection, fact.c.act.in_(chunk)):
            item = dropped[str(event.act)]
            returned = replace(event, fact=ItemReturned(ItemId(item), secured=True))
            histories[item].events.append(returned)


def _patrons(histories: Iterable[_History]) -> set[PatronId]:
    facts = (event.fact for history in histories for event in history.events)
    granted = (one.patron for history in histories for one in history.granted)
    patrons = {getattr(one, "patron", None) for one in facts} | set(granted)
    return {patron for patron in patrons if isinstance(patron, PatronId)}
