"""How far each change in the library's own system has come, kept before a byte of it leaves.

Law: works in the caller's transaction, one writer at a time, and never commits. A row is looked at
again from `not_before` on, or when something more becomes known of its item.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Connection,
    Row,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningInsert

from broker.vocabulary import ActId, ItemId, Reason
from server.circulation.errands import FINAL, Change, Errand, Stage
from server.journal.journal import chunks
from server.journal.keeping import Insert, insert_into
from server.journal.tables import errand, marker

Key = tuple[ActId, Change]
_RESTORED: Final = "restored"
# As long as stations keep what they have sent.
_DOUBTFUL_SECONDS: Final = 30 * 86_400.0
# By then most stations have said again what the restored database lacks.
GRACE_SECONDS: Final = 60.0
_AT_ONCE: Final = 20
_FINAL: Final = [stage.value for stage in FINAL]
_OPEN: Final = errand.c.stage.not_in(_FINAL)
# Each statement is built once: that costs more than to carry it out.
_NOW: Final[BindParameter[float]] = bindparam("now")
_RIPE: Final = (
    select(errand.c.item)
    .where(
        errand.c.not_before <= _NOW,
        errand.c.item.not_in(bindparam("busy", expanding=True)),
    )
    .group_by(errand.c.item)
    .order_by(
        func.min(case((errand.c.wanted_until > _NOW, 0), else_=1)),
        func.min(errand.c.not_before),
        errand.c.item,
    )
    .limit(_AT_ONCE)
)
_OF_ITEM: Final = select(errand).where(errand.c.item == bindparam("of_item"))
_WAKE: Final = (
    update(errand)
    .where(
        errand.c.item.in_(bindparam("items", expanding=True)),
        errand.c.stage.in_(bindparam("stages", expanding=True)),
    )
    .values(not_before=_NOW)
)
_RIPE_OF_ITEM: Final = update(errand).where(
    errand.c.item == bindparam("of_item"), errand.c.not_before <= _NOW
)
_REST: Final = _RIPE_OF_ITEM.where(~_OPEN).values(not_before=None)
_PUT_OFF: Final = _RIPE_OF_ITEM.values(not_before=bindparam("until"))
_THIS: Final = and_(errand.c.act == bindparam("of_act"), errand.c.change == bindparam("of_change"))

_WRITE: Final = update(errand).where(_THIS)
_OF_ACT: Final = select(errand).where(_THIS)


def owe(
    connection: Connection,
    key: Key,
    item: ItemId,
    now: float,
    *,
    wanted_until: float | None = None,
    doubtful: bool = False,
) -> bool:
    """One more change, from now on; False when there is one already.

    One that is `doubtful` may have been made before the database was restored.
    """
    act, change = key
    row = {
        "act": str(act),
        "change": change.value,
        "item": str(item),
        "stage": (Stage.DOUBTFUL if doubtful else Stage.READY).value,
        "tries": 0,
        "not_before": now + (GRACE_SECONDS if doubtful else 0.0),
        "wanted_until": wanted_until,
        "due": None,
        "reason": None,
        "said": "",
    }
    return connection.scalar(_owing(insert_into(connection, errand)), row) is not None


@cache
def _owing(statement: Insert) -> ReturningInsert[str]:
    return statement.on_conflict_do_nothing().returning(errand.c.act)


def owe_at_once(
    connection: Connection, act: ActId, item: ItemId, now: float, wanted_until: float
) -> Errand | None:
    """A loan that a station waits for, kept as being sent: it has to leave at once.

    None when there is anything else to do about the item: then it has to wait, as with `owe`.
    """
    row = {
        "act": str(act),
        "change": Change.LEND.value,
        "item": str(item),
        "tries": 0,
        "wanted_until": wanted_until,
        "due": None,
        "reason": None,
        "said": "",
        "now": now,
    }
    stage = connection.scalar(_owing_at_once(insert_into(connection, errand)), row)
    if stage != Stage.SENDING.value:
        return None
    return Errand(act, Change.LEND, Stage.SENDING, wanted_until=wanted_until)


@cache
def _owing_at_once(statement: Insert) -> ReturningInsert[str]:
    other = errand.alias("other")
    of_item = other.c.item == bindparam("item")
    busy = exists().where(
        of_item,
        or_(other.c.not_before.is_not(None), other.c.stage.not_in(_FINAL)),
    )
    stage = case((busy, Stage.READY.value), else_=Stage.SENDING.value)
    values = {"stage": stage, "not_before": case((busy, _NOW), else_=None)}
    given = ("act", "change", "item", "tries", "wanted_until", "due", "reason", "said")
    bound = {name: bindparam(name, type_=errand.c[name].type) for name in given}
    inserting = statement.values(values | bound).on_conflict_do_nothing()
    return inserting.returning(errand.c.stage)


def wake(
    connection: Connection, items: Iterable[ItemId], now: float, *, refused_too: bool = True
) -> None:
    """Look again at all that is left to do about these items."""
    stages = [Stage.READY.value, *([Stage.REFUSED.value, Stage.UNKNOWN.value] * refused_too)]
    for chunk in chunks(sorted(map(str, items))):
        connection.execute(_WAKE, {"items": chunk, "stages": stages, "now": now})


def ripe(connection: Connection, now: float, busy: Collection[str]) -> Sequence[str]:
    """Items to look at now, those first for which a station waits; `busy` ones are left out."""
    return connection.scalars(_RIPE, {"now": now, "busy": sorted(busy)}).all()


def of_item(connection: Connection, item: str) -> Mapping[Key, Errand]:
    """All that is kept of one item's changes."""
    rows = connection.execute(_OF_ITEM, {"of_item": item})
    return {(one.act, one.change): one for one in map(_errand, rows)}


def of_act(connection: Connection, key: Key) -> tuple[Errand, Reason | None] | None:
    """What is kept of one change, and why it was refused last."""
    act, change = key
    row = connection.execute(_OF_ACT, _place(act, change)).first()
    if row is None:
        return None
    return _errand(row), None if row.reason is None else Reason(row.reason)


def has_open(connection: Connection, items: Iterable[str]) -> frozenset[str]:
    """Those items about which the system has yet to be told something."""
    found: set[str] = set()
    for chunk in chunks(sorted(items)):
        these = select(errand.c.item).where(errand.c.item.in_(chunk), _OPEN)
        found.update(connection.scalars(these))
    return frozenset(found)


def write(connection: Connection, one: Errand, **columns: Any) -> None:
    """Change these columns of a row."""
    connection.execute(_WRITE, _place(one.act, one.change) | columns)


def want(connection: Connection, key: Key, until: float) -> None:
    """A station waits for it until then."""
    connection.execute(_WRITE, _place(*key) | {"wanted_until": until})


def put_off(connection: Connection, item: str, now: float, until: float | None) -> None:
    """Nothing more is to be done about the item before `until`."""
    connection.execute(_REST, {"of_item": item, "now": now})
    connection.execute(_PUT_OFF, {"of_item": item, "now": now, "until": until})


def corrected(connection: Connection, act: ActId) -> None:
    """Staff have put right in the system what this act was about.

    What was refused is made now; of the rest only they know whether it was made or undone.
    """
    for stage, now in ((Stage.REFUSED, Stage.OK), (Stage.STAFF, Stage.VOID)):
        these = update(errand).where(errand.c.act == str(act), errand.c.stage == stage.value)
        connection.execute(these.values(stage=now.value, not_before=None, said=""))


def doubt_what_was_sent(connection: Connection, now: float) -> None:
    """At the start: of what was being sent nobody knows what became of it."""
    sending = update(errand).where(errand.c.stage == Stage.SENDING.value)
    connection.execute(sending.values(stage=Stage.UNKNOWN.value, not_before=now))


def told(connection: Connection, acts: Sequence[str], now: float) -> None:
    """Facts have come about these acts. A no to a station's question is none to what happened."""
    for chunk in chunks(acts):
        these = update(errand).where(errand.c.act.in_(chunk))
        refused = these.where(errand.c.stage == Stage.REFUSED.value)
        connection.execute(refused.values(stage=Stage.READY.value, reason=None, said=""))
        settled = these.where(errand.c.stage != Stage.DOUBTFUL.value)
        connection.execute(settled.values(not_before=now))


def doubt_everything(connection: Connection, now: float) -> None:
    """After a restore: what is not done here may have been done all the same."""
    connection.execute(delete(marker).where(marker.c.name == _RESTORED))
    connection.execute(insert(marker), {"name": _RESTORED, "content": repr(now)})
    doubtful = {"stage": Stage.DOUBTFUL.value, "not_before": now + GRACE_SECONDS}
    connection.execute(update(errand).where(_OPEN).values(doubtful))


def doubted_until(connection: Connection, now: float) -> float | None:
    """What happened until then may have been done before a restore; None when nothing may."""
    found = connection.scalar(select(marker.c.content).where(marker.c.name == _RESTORED))
    if found is None or now - float(found) > _DOUBTFUL_SECONDS:
        return None
    return float(found)


def _place(act: ActId, change: Change) -> dict[str, Any]:
    return {"of_act": str(act), "of_change": change.value}


def _errand(row: Row[Any]) -> Errand:
    return Errand(
        ActId(row.act),
        Change(row.change),
        Stage(row.stage),
        row.tries,
        row.not_before,
        row.wanted_until,
        row.due,
    )
