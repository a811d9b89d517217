"""What the journal says of items, gathered for the fold.

Law: reads only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import ColumnElement, Connection, select, tuple_

from broker import wire
from broker.facts import Entry, UnknownItemDropped, with_patron
from broker.vocabulary import ActId, ClockState, ItemId, PatronId
from server.catalogue import known_items, members_of
from server.circulation.fold import Granted, ItemCirculation, Register, fold
from server.circulation.timeline import Anchor, Happened, happened
from server.journal.journal import chunks, closed_acts
from server.journal.patrons import from_column
from server.journal.tables import anchor, fact, grant


@dataclass(slots=True)
class _History:
    """What is known of one item, being gathered."""

    events: list[Happened] = field(default_factory=list)
    granted: list[Granted] = field(default_factory=list)


def events_of(connection: Connection, scope: ColumnElement[bool]) -> list[Happened]:
    """The facts in this scope of the `fact` table, at their corrected times."""
    statement = select(fact.c.payload, fact.c.patron, fact.c.received_at).where(scope)
    rows = connection.execute(statement)
    entries = [(_entry(payload, patron), received_at) for payload, patron, received_at in rows]
    boots = {
        (str(entry.device), entry.at.boot)
        for entry, _ in entries
        if entry.at.clock is not ClockState.SYNCHRONISED
    }
    known = _anchors_of(connection, sorted(boots))
    return [
        happened(entry, received_at, known.get((str(entry.device), entry.at.boot)))
        for entry, received_at in entries
    ]


def _entry(payload: bytes, patron: str | None) -> Entry:
    """As it was received, with the patron as intake read it."""
    entry = wire.decode_entry(payload)
    return replace(entry, fact=with_patron(entry.fact, from_column(patron)))


def _anchors_of(
    connection: Connection, boots: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], Anchor]:
    found: dict[tuple[str, str], Anchor] = {}
    for chunk in chunks(boots):
        statement = select(anchor).where(tuple_(anchor.c.device, anchor.c.boot).in_(chunk))
        for row in connection.execute(statement):
            found[row.device, row.boot] = Anchor(row.monotonic, row.wall)
    return found


def folded(connection: Connection, items: Sequence[str]) -> list[ItemCirculation]:
    """These items' circulation, as all their facts and grants have it."""
    histories = {item: _History() for item in items}
    for event in events_of(connection, fact.c.item.in_(items)):
        if not isinstance(event.fact, UnknownItemDropped):
            histories[str(event.fact.item)].events.append(event)
    rows = connection.execute(select(grant).where(grant.c.item.in_(items))).all()
    closed = closed_acts(connection, (ActId(row.act) for row in rows))
    for row in rows:
        act = ActId(row.act)
        granted = Granted(act, from_column(row.patron), row.granted_at, act in closed)
        histories[row.item].granted.append(granted)
    known = known_items(connection, items)
    members = members_of(connection, _patrons(histories.values()))
    return [
        fold(ItemId(item), one.events, one.granted, Register(item in known, members))
        for item, one in histories.items()
    ]


def _patrons(histories: Iterable[_History]) -> set[PatronId]:
    facts = (event.fact for history in histories for event in history.events)
    patrons = (getattr(one, "patron", None) for one in facts)
    return {patron for patron in patrons if isinstance(patron, PatronId)}
