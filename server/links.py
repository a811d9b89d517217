"""What in the records ties persons to items, and how that is taken out of them.

Law: works in the caller's transaction and never commits. What is erased from the journal is erased
from everything derived of it in the same transaction, so that a rebuild comes out the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, or_, select, update

from broker import wire
from broker.facts import ItemLent, LoanUnconfirmed, with_patron
from broker.kinds import FACTS
from broker.vocabulary import ERASED, ActId, ItemId
from server.circulation.grants import Standing
from server.circulation.retention import IMPERSONAL, Link
from server.journal.journal import chunks
from server.journal.tables import errand, fact, grant, loan, task
from server.projection import refold

_LENDING = frozenset(kind for kind, cls in FACTS.items() if cls in {ItemLent, LoanUnconfirmed})


def acts_named_before(connection: Connection, before: float) -> list[ActId]:
    """Every act that names a person and was known before then (seconds since 1970 UTC).

    Loans that are open are left out: they are many, and stay.
    """
    facts = (
        select(fact.c.act)
        .outerjoin_from(fact, loan, loan.c.act == fact.c.act)
        .where(fact.c.patron.is_not(None), fact.c.received_at <= before)
        .where(or_(loan.c.act.is_(None), loan.c.returned_at.is_not(None)))
    )
    grants = select(grant.c.act).where(grant.c.patron.is_not(None), grant.c.granted_at <= before)
    return [ActId(act) for act in connection.scalars(facts.union(grants))]


def acts_naming(connection: Connection, numbers: Iterable[str]) -> list[ActId]:
    """Every act of whoever has one of these numbers and cards, given in capitals.

    A loan by a card they had before is known by its member.
    """
    known = tuple(numbers)
    facts = select(fact.c.act).where(func.upper(fact.c.patron).in_(known))
    grants = select(grant.c.act).where(
        or_(func.upper(grant.c.patron).in_(known), grant.c.member.in_(known))
    )
    loans = select(loan.c.act).where(loan.c.member.in_(known))
    return [ActId(act) for act in connection.scalars(facts.union(grants, loans))]


def links_of(connection: Connection, acts: Sequence[ActId]) -> list[Link]:
    """The link each of these acts makes, in the order of their names."""
    found: list[Link] = []
    for chunk in chunks(sorted(map(str, acts))):
        needed = _needed_by_tasks(connection, chunk)
        ended = {row.act: (row.item, _ended_at(row)) for row in _facts(connection, chunk)}
        for row in connection.execute(select(grant).where(grant.c.act.in_(chunk))):
            stands = row.standing == Standing.OPEN.value
            ended.setdefault(row.act, (row.item, None if stands else row.granted_at))
        found += [
            Link(ActId(act), ItemId(item), ended_at, act in needed)
            for act, (item, ended_at) in sorted(ended.items())
        ]
    return found


def erase(connection: Connection, acts: Sequence[ActId]) -> None:
    """Take the persons out of these acts: out of journal, grants and loans."""
    items: set[str] = set()
    nameless = update(fact).where(fact.c.act == bindparam("this"))
    nameless = nameless.values(payload=bindparam("without"), patron=None)
    for chunk in chunks(sorted(map(str, acts))):
        naming = fact.c.act.in_(chunk), fact.c.patron.is_not(None)
        rows = connection.execute(
            select(fact.c.act, fact.c.item, fact.c.payload).where(*naming)
        ).all()
        if rows:
            changes = [{"this": row.act, "without": _without_patron(row.payload)} for row in rows]
            connection.execute(nameless, changes)
        connection.execute(update(errand).where(errand.c.act.in_(chunk)).values(said=""))
        promised = update(grant).where(grant.c.act.in_(chunk)).values(patron=None, member=None)
        items.update(connection.scalars(promised.returning(grant.c.item)))
        items.update(row.item for row in rows)
    refold(connection, map(ItemId, items))


def _without_patron(payload: bytes) -> bytes:
    entry = wire.decode_entry(payload)
    return wire.encode_entry(replace(entry, fact=with_patron(entry.fact, ERASED)))


def _needed_by_tasks(connection: Connection, acts: Sequence[str]) -> frozenset[str]:
    """Those acts that open tasks about somebody's loan are about, or compare with."""
    about = or_(task.c.act.in_(acts), task.c.reason.in_(acts))
    personal = task.c.kind.not_in([kind.value for kind in IMPERSONAL])
    rows = connection.execute(
        select(task.c.act, task.c.reason).where(task.c.settled_at.is_(None), personal, about)
    )
    return frozenset(word for row in rows for word in row)


def _facts(connection: Connection, acts: Sequence[str]) -> Iterable[Row[Any]]:
    closing = fact.alias("closing")
    statement = (
        select(
            fact.c.act,
            fact.c.item,
            fact.c.kind,
            fact.c.received_at,
            loan.c.returned_at,
            closing.c.received_at.label("closed_at"),
        )
        .outerjoin_from(fact, loan, loan.c.act == fact.c.act)
        .outerjoin(closing, closing.c.act == loan.c.closed_by)
        .where(fact.c.act.in_(acts), fact.c.item.is_not(None))
    )
    return connection.execute(statement)


def _ended_at(row: Row[Any]) -> float | None:
    """A loan ends when its return is known; an attempt, or anything else, with its fact."""
    if row.kind not in _LENDING:
        return float(row.received_at)
    return None if row.returned_at is None else max(row.returned_at, row.closed_at or 0.0)
