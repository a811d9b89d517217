"""What is held on one person, handed over or erased at that person's wish.

Law: works in the caller's transaction and never commits. Both are due within 3 x 24 hours (UU
27/2022, articles 32 and 43), and both leave a line in `audit` that names nobody.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, delete, insert, select, update

from broker.errors import SirkulaError
from broker.sealing import NotOpened, OpeningKey, sealed_in
from broker.vocabulary import ActId, PatronId
from server.catalogue import members_of
from server.circulation.retention import hold, without_quotations
from server.journal.journal import chunks
from server.journal.tables import (
    audit,
    errand,
    fact,
    grant,
    item,
    loan,
    member,
    payment,
    penalty,
    pin,
    pin_guess,
    quarantine,
    task,
    title,
)
from server.journal.tables import hold as holds
from server.links import acts_naming, erase, links_of
from server.retention import mark_freed

ELSEWHERE: Final = (
    "Each station's archive keeps for a while what it reported, sealed, so that only this server "
    "can read it; a backup keeps what there was when it was made."
)
_OF_HOLDS: Final = ("item", "placed_at", "state", "copy", "pick_up_by")
_ACCOUNT: Final = {"penalties": penalty, "payments": payment}
# What is told of each act that names the person; times become ISO 8601 in UTC.
_ABOUT_ACTS: Final[dict[str, tuple[ColumnElement[Any], Select[Any]]]] = {
    "loans": (
        loan.c.act,
        select(
            loan.c.item,
            title.c.title,
            loan.c.lent_at,
            loan.c.due,
            loan.c.renewals,
            loan.c.returned_at,
            loan.c.provisional,
            loan.c.confirmed,
        )
        .outerjoin_from(loan, item, item.c.barcode == loan.c.item)
        .outerjoin(title, title.c.id == item.c.title),
    ),
    "grants": (
        grant.c.act,
        select(grant.c.item, grant.c.device, grant.c.granted_at, grant.c.due, grant.c.standing),
    ),
    "errands": (
        errand.c.act,
        select(errand.c.item, errand.c.change, errand.c.stage, errand.c.due, errand.c.said),
    ),
    "facts": (
        fact.c.act,
        select(
            fact.c.kind, fact.c.item, fact.c.device, fact.c.wall.label("at"), fact.c.received_at
        ),
    ),
    "tasks": (
        task.c.act,
        select(task.c.kind, task.c.item, task.c.opened_at, task.c.settled_at),
    ),
}


class SubjectUnknown(SirkulaError):
    """Nothing is held under this number."""


class ErasureRefused(SirkulaError):
    """The person cannot be erased now; the text says what has to be settled first."""


class NoteNamesSomebody(SirkulaError):
    """What goes into the audit must not name the person; a letter's number does."""


@dataclass(frozen=True, slots=True)
class Request:
    """One wish: whose (a member number or card, in any case), carried out by whom, why and when.

    `now` is seconds since 1970 UTC.
    """

    member: str
    by: str
    note: str
    now: float


@dataclass(frozen=True, slots=True)
class _Subject:
    """A person's numbers, in capitals, and everything that names one of them."""

    numbers: frozenset[str]
    row: ColumnElement[bool]
    acts: tuple[ActId, ...]
    messages: tuple[int, ...]


def export_subject(
    connection: Connection, request: Request, key: OpeningKey
) -> dict[str, list[dict[str, Any]]]:
    """All that is held on the person, by what it is. Raises SubjectUnknown, NoteNamesSomebody."""
    subject = _found(connection, request, key)
    told = {"member": _told(connection, select(member).where(subject.row))}
    for name, (act, statement) in _ABOUT_ACTS.items():
        acts = list(map(str, subject.acts))
        told[name] = [
            row
            for chunk in chunks(acts)
            for row in _told(connection, statement.where(act.in_(chunk)).order_by(act))
        ]
    waited = select(title.c.title, *(holds.c[name] for name in _OF_HOLDS)).join_from(holds, title)
    told["holds"] = _told(connection, waited.where(holds.c.member.in_(subject.numbers)))
    for name, table in _ACCOUNT.items():
        told[name] = _told(connection, select(table).where(table.c.member.in_(subject.numbers)))
    told["pin"] = _told(connection, select(pin.c.set_at).where(pin.c.member.in_(subject.numbers)))
    told["messages"] = [
        row | {"reason": without_quotations(row["reason"])}
        for row in _told(connection, _messages(subject))
    ]
    _note(connection, request, "exported", {name: len(rows) for name, rows in told.items()})
    return told


def erase_subject(connection: Connection, request: Request, key: OpeningKey) -> dict[str, int]:
    """Erase the person; what was erased, in numbers.

    Raises SubjectUnknown, NoteNamesSomebody, and ErasureRefused while an item is out.
    """
    subject = _found(connection, request, key)
    links = links_of(connection, subject.acts)
    held = [(link.item, why) for link in links if (why := hold(link, request.now, 0)) is not None]
    if held:
        reasons = "; ".join(f"{which}: {why.value}" for which, why in held)
        raise ErasureRefused(
            f"not erased: {reasons}; take the items back, settle the tasks, repeat"
        )
    erase(connection, subject.acts)
    for table in (holds, *_ACCOUNT.values()):
        connection.execute(delete(table).where(table.c.member.in_(subject.numbers)))
    connection.execute(delete(pin).where(pin.c.member.in_(subject.numbers)))
    connection.execute(delete(pin_guess).where(pin_guess.c.number.in_(subject.numbers)))
    members = connection.execute(delete(member).where(subject.row)).rowcount
    aside = quarantine.c.id.in_(subject.messages)
    connection.execute(update(quarantine).where(aside).values(payload=b""))
    mark_freed(connection, request.now)
    outcome = {"member": members, "links": len(links), "messages": len(subject.messages)}
    _note(connection, request, "erased", outcome)
    return outcome


def _found(connection: Connection, request: Request, key: OpeningKey) -> _Subject:
    try:
        patron = PatronId(request.member)
    except ValueError as error:
        raise SubjectUnknown(f"the member's number is {error}") from error
    number = members_of(connection, (patron,)).get(patron, patron.reveal().upper())
    row = member.c.number == number
    card = connection.scalar(select(member.c.card).where(row))
    numbers = frozenset({number, patron.reveal().upper(), card or number})
    if _name(f"{request.by} {request.note}", numbers):
        raise NoteNamesSomebody("the note names the person: give the letter's number instead")
    acts = tuple(acts_naming(connection, numbers))
    messages = tuple(_messages_naming(connection, numbers, key))
    known = connection.scalar(select(member.c.number).where(row)) is not None
    if not (known or acts or messages):
        raise SubjectUnknown("no member has this number or card, and nothing is held under it")
    return _Subject(numbers, row, acts, messages)


def _messages_naming(connection: Connection, numbers: frozenset[str], key: OpeningKey) -> list[int]:
    """Messages that were set aside, sealed or not."""
    rows = connection.execute(select(quarantine.c.id, quarantine.c.payload)).all()
    return [
        row.id
        for row in rows
        if _name(row.payload.decode("latin-1"), numbers) or _sealed(row.payload, numbers, key)
    ]


def _sealed(payload: bytes, numbers: frozenset[str], key: OpeningKey) -> bool:
    for patron in sealed_in(payload):
        try:
            if key.open(patron).reveal().upper() in numbers:
                return True
        except NotOpened:
            continue
    return False


def _name(text: str, numbers: frozenset[str]) -> bool:
    """Whether one of the numbers stands in the text as a word of its own."""
    words = "|".join(map(re.escape, sorted(numbers)))
    return re.search(rf"(?<![A-Z0-9])(?:{words})(?![A-Z0-9])", text.upper()) is not None


def _messages(subject: _Subject) -> Select[Any]:
    columns = (quarantine.c.device, quarantine.c.received_at, quarantine.c.reason)
    return select(*columns).where(quarantine.c.id.in_(subject.messages))


def _told(connection: Connection, statement: Select[Any]) -> list[dict[str, Any]]:
    return [
        {name: _when(value) if isinstance(value, float) else value for name, value in row.items()}
        for row in connection.execute(statement).mappings()
    ]


def _when(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).isoformat()


def _note(connection: Connection, request: Request, action: str, outcome: dict[str, int]) -> None:
    row = {"at": request.now, "action": action, "by": request.by, "note": request.note}
    connection.execute(insert(audit), row | {"outcome": outcome})
