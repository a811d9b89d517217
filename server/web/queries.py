"""The page's and the summary's questions to the database.

Law: reads only, in a transaction of its own that never waits for a writer; patrons are left behind
here. Raises DatabaseFailed when the database does not answer.
"""

from typing import Any, Final

import msgspec
from sqlalchemy import (
    Connection,
    Engine,
    FromClause,
    Row,
    Select,
    func,
    literal,
    select,
)

from broker import topics
from broker.errors import BadMessage
from broker.facts import ItemReturned
from broker.kinds import FACTS
from broker.telemetry import Component, Kind, Mode, Presence
from broker.topics import Channel
from server.circulation.retention import without_quotations
from server.circulation.tasks import TaskKind
from server.circulation.timeline import Happened
from server.enrolment.register import revoked_devices
from server.histories import OF_ACTS, events_of
from server.incidents import KINDS
from server.journal.database import reading
from server.journal.tables import (
    device,
    fact,
    item,
    loan,
    marker,
    quarantine,
    refused,
    task,
    title,
)
from server.refusals import Cause
from server.web.records import (
    Device,
    DeviceSummary,
    Happening,
    OpenTask,
    Records,
    SetAside,
    Summary,
    without_patron,
)

LATEST_FACTS: Final = 30
LATEST_SET_ASIDE: Final = 10
LATEST_TASKS: Final = 50
SAMPLE: Final = "sample"
SURE_SECONDS: Final = 60.0

_NUMBER: Final = func.count().label("number")
_OPEN: Final = task.c.settled_at.is_(None)
_INCIDENTS: Final = [kind.value for kind in KINDS]


def read_records(engine: Engine) -> Records:
    """All that the page shows."""
    with reading(engine) as connection:
        return Records(
            devices=_devices(connection),
            happenings=_happenings(connection),
            set_aside=tuple(map(_set_aside, connection.execute(_latest_set_aside()))),
            set_aside_total=_count(connection, quarantine),
            tasks=tuple(map(_open_task, connection.execute(_latest_tasks()))),
            tasks_total=connection.scalar(select(func.count()).where(_OPEN)) or 0,
            sample=_is_sample(connection),
            refused_total=sum(_refused(connection).values()),
        )


def read_summary(engine: Engine) -> Summary:
    """All there is, in numbers; it counts whole tables."""
    with reading(engine) as connection:
        facts = _counts(connection, select(fact.c.kind, _NUMBER).group_by(fact.c.kind))
        tasks = _counts(connection, select(task.c.kind, _NUMBER).where(_OPEN).group_by(task.c.kind))
        still_open = select(func.count()).where(loan.c.returned_at.is_(None))
        loans_open = connection.scalar(still_open) or 0
        devices = tuple(map(_device_summary, connection.execute(_devices_by_name())))
        return Summary(
            loans_open=loans_open,
            loans_closed=_count(connection, loan) - loans_open,
            returns=facts.get(_RETURNED, 0),
            facts=sum(facts.values()),
            facts_by_kind=facts,
            unsent=sum(one.unsent or 0 for one in devices),
            quarantined=_count(connection, quarantine),
            refused=_refused(connection),
            tasks=sum(tasks.values()),
            tasks_by_kind=tasks,
            devices=devices,
            sample=_is_sample(connection),
        )


def check(engine: Engine) -> None:
    """Ask the database for the least it can say."""
    with reading(engine) as connection:
        connection.execute(select(literal(1)))


_RETURNED: Final = next(kind for kind, cls in FACTS.items() if cls is ItemReturned)


def _count(connection: Connection, table: FromClause) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _counts(connection: Connection, statement: Select[Any]) -> dict[str, int]:
    return {row.kind: row.number for row in connection.execute(statement.order_by("kind"))}


def _refused(connection: Connection) -> dict[str, int]:
    """How many messages were not listened to, by cause; every cause is there."""
    number = func.sum(refused.c.messages)
    rows = connection.execute(select(refused.c.cause, number).group_by(refused.c.cause))
    # PostgreSQL adds BIGINTs up to a NUMERIC.
    counted = {row[0]: int(row[1]) for row in rows}
    return {cause.value: counted.get(cause.value, 0) for cause in Cause}


def _is_sample(connection: Connection) -> bool:
    return connection.scalar(select(marker.c.name).where(marker.c.name == SAMPLE)) is not None


def _devices_by_name() -> Select[Any]:
    return select(device).order_by(device.c.device)


def _newest_first(columns: Any) -> tuple[Any, ...]:
    return columns.received_at.desc(), columns.wall.desc(), columns.seq.desc(), columns.act


def _latest_facts() -> Select[Any]:
    """By arrival, so that what is new is on top whatever a station's clock says."""
    latest = select(fact).order_by(*_newest_first(fact.c)).limit(LATEST_FACTS).subquery()
    return (
        select(latest, title.c.title)
        .outerjoin_from(latest, item, item.c.barcode == latest.c.item)
        .outerjoin(title, title.c.id == item.c.title)
        .order_by(*_newest_first(latest.c))
    )


def _latest_set_aside() -> Select[Any]:
    return select(quarantine).order_by(quarantine.c.id.desc()).limit(LATEST_SET_ASIDE)


def _latest_tasks() -> Select[Any]:
    return (
        select(task, title.c.title)
        .outerjoin_from(task, item, item.c.barcode == task.c.item)
        .outerjoin(title, title.c.id == item.c.title)
        .where(_OPEN)
        .order_by(task.c.opened_at.desc(), task.c.kind, task.c.act)
        .limit(LATEST_TASKS)
    )


def _devices(connection: Connection) -> tuple[Device, ...]:
    """All of them, each with the kinds of the open tasks that are about the device itself."""
    revoked = {str(name) for name in revoked_devices(connection)}
    about: dict[str, set[str]] = {}
    statement = select(task.c.device, task.c.kind).where(_OPEN, task.c.kind.in_(_INCIDENTS))
    for name, kind in connection.execute(statement.distinct()):
        about.setdefault(name, set()).add(kind)
    return tuple(
        _device(row, about.get(row.device, set()), revoked=row.device in revoked)
        for row in connection.execute(select(device))
    )


def _device(row: Row[Any], incidents: set[str], *, revoked: bool) -> Device:
    return Device(
        name=row.device,
        kind=None if row.kind is None else Kind(row.kind),
        presence=None if row.status is None else Presence(row.status),
        presence_since=row.status_since,
        mode=None if row.mode is None else Mode(row.mode),
        mode_since=row.mode_since,
        reason=row.reason or "",
        components=msgspec.convert(row.components or [], tuple[Component, ...]),
        unsent=row.unsent,
        oldest_unsent=row.oldest_unsent,
        settings_problem=row.settings_reported_problem or "",
        last_heard=row.last_heard,
        ignored=row.ignored or 0,
        revoked=revoked,
        incidents=tuple(map(TaskKind, sorted(incidents))),
    )


def _device_summary(row: Row[Any]) -> DeviceSummary:
    return DeviceSummary(
        row.device, row.kind, row.status, row.mode, row.unsent, row.last_heard, row.ignored or 0
    )


def _happenings(connection: Connection) -> tuple[Happening, ...]:
    rows = connection.execute(_latest_facts()).all()
    events = events_of(connection, OF_ACTS, [row.act for row in rows])
    told = {str(event.act): event for event in events}
    return tuple(_happening(told[row.act], row.title) for row in rows)


def _happening(event: Happened, name: str | None) -> Happening:
    secured, provisional, reason = without_patron(event.fact)
    item_number = getattr(event.fact, "item", None)
    return Happening(
        act=str(event.act),
        device=str(event.device),
        time=event.span.nearest(event.wall),
        sure=event.span.latest - event.span.earliest <= SURE_SECONDS,
        kind=type(event.fact),
        item=None if item_number is None else str(item_number),
        title=name,
        secured=secured,
        provisional=provisional,
        reason=reason,
    )


def _set_aside(row: Row[Any]) -> SetAside:
    reason = without_quotations(row.reason)
    return SetAside(row.id, row.device, _channel(row.topic), reason, row.received_at)


def _channel(topic: str) -> Channel | None:
    try:
        return topics.parse(topic).channel
    except BadMessage:
        return None


def _open_task(row: Row[Any]) -> OpenTask:
    return OpenTask(TaskKind(row.kind), row.act, row.item, row.title, row.opened_at, row.device)
