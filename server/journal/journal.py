"""Facts, each once, exactly as received; and what could not be one, kept aside with a reason.

Law: nothing here is overwritten or deleted; only retention takes patrons out. Functions work in the
caller's transaction and never commit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from broker.facts import Entry
from broker.kinds import kind_of
from broker.places import fingerprint
from broker.vocabulary import ActId, DeviceId, ItemId
from server.circulation.tasks import Grounds, Task, TaskKind
from server.journal.database import insert_new
from server.journal.keeping import insert_into
from server.journal.patrons import to_column
from server.journal.tables import fact, quarantine, retold
from server.journal.tasks import open_task

CONFLICT_REASON: Final = "another fact with this act, or this seq, was received before"
_ROWS_AT_ONCE: Final = 500
_CLOSED: Final = select(fact.c.act).where(fact.c.act.in_(bindparam("acts", expanding=True)))
# One life of one station's ledger: device and install.
Ledger = tuple[DeviceId, str]


@dataclass(frozen=True, slots=True)
class Received:
    """An entry, its patron opened, and the very bytes that said it on `topic`."""

    entry: Entry
    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a batch: each received entry is in exactly one of the three."""

    new: tuple[Entry, ...]
    duplicates: tuple[Entry, ...]
    conflicts: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Misfit:
    """A message that cannot be used, why, and, as far as it can be read, whose which entry it was.

    Without `install` and `seq` a station that numbers its entries will send it again.
    """

    topic: str
    payload: bytes
    reason: str
    device: DeviceId | None = None
    install: str | None = None
    seq: int | None = None
    act: ActId | None = None
    item: ItemId | None = None


def record(connection: Connection, received: Sequence[Received], received_at: float) -> Recorded:
    """Keep each entry once. One whose act or seq another fact has taken goes to quarantine.

    The same fact under the number of another install of its station is no other fact.
    """
    new = _inserted(connection, received, received_at)
    others = [one for one in received if id(one) not in new]
    known = _known(connection, others)
    conflicts = [one for one in others if id(one) not in known]
    for one in conflicts:
        set_aside(connection, _conflict(one), received_at)
    return Recorded(
        tuple(one.entry for one in received if id(one) in new),
        tuple(one.entry for one in others if id(one) in known),
        tuple(one.entry for one in conflicts),
    )


def set_aside(connection: Connection, misfit: Misfit, received_at: float) -> None:
    """Keep a message that cannot be used, once however often it comes.

    One that was kept without its place in a ledger is kept again with it: else nothing would ever
    fill that place. A station's numbered entry is a fact that does not count: staff look at it.
    """
    topic = _storable(misfit.topic)
    reason = _storable(misfit.reason)
    what = misfit.payload or reason.encode()  # of some messages nothing but that may be kept
    said = topic.encode() + (b"\0" if misfit.seq is None else b"\0\0") + what
    name = sha256(said).hexdigest()
    row = {
        "fingerprint": name,
        "topic": topic,
        "device": str(misfit.device) if misfit.device else None,
        "install": misfit.install,
        "seq": misfit.seq,
        "payload": misfit.payload,
        "reason": reason,
        "received_at": received_at,
    }
    statement = insert_into(connection, quarantine).on_conflict_do_nothing()
    number = connection.scalar(statement.returning(quarantine.c.id), row)
    if number is not None and misfit.seq is not None:
        grounds = Grounds(messages=(number,), install=misfit.install, seqs=(misfit.seq,))
        kind, act = TaskKind.QUARANTINE, misfit.act or ActId(f"quarantine/{name[:32]}")
        about = (misfit.item, "", received_at, misfit.device, None)
        open_task(connection, Task(kind, act, *about, grounds))


def closed_acts(connection: Connection, acts: Iterable[ActId]) -> frozenset[ActId]:
    """Those of `acts` that ended in a fact."""
    closed: set[ActId] = set()
    for chunk in chunks(sorted(map(str, acts))):
        closed.update(map(ActId, connection.scalars(_CLOSED, {"acts": chunk})))
    return frozenset(closed)


def chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """As many at once as every database takes in one statement."""
    for start in range(0, len(values), _ROWS_AT_ONCE):
        yield values[start : start + _ROWS_AT_ONCE]


def _place(entry: Entry) -> tuple[str, str, int]:
    return str(entry.device), entry.install, entry.seq


def _inserted(connection: Connection, received: Sequence[Received], received_at: float) -> set[int]:
    """The identities of those that the journal has from now on, and had not.

    A station that begins a new life tells under its name what it had told under the former one:
    a place that another fact has taken must not keep the same fact out of its new place.
    """
    new: set[int] = set()
    waiting = list(received)
    while waiting:
        first: dict[ActId, Received] = {}
        for one in waiting:
            first.setdefault(one.entry.act, one)
        rows = [_row(one.entry, one.payload, received_at) for one in first.values()]
        acts = insert_new(connection, fact, rows, "act")
        new.update(id(one) for act, one in first.items() if str(act) in acts)
        tried = {(act, _place(one.entry)) for act, one in first.items()}
        waiting = [
            one
            for one in waiting
            if str(one.entry.act) not in acts and (one.entry.act, _place(one.entry)) not in tried
        ]
    return new


def _row(entry: Entry, payload: bytes, received_at: float) -> dict[str, Any]:
    item = getattr(entry.fact, "item", None)
    return {
        "act": str(entry.act),
        "site": str(entry.site),
        "device": str(entry.device),
        "install": entry.install,
        "seq": entry.seq,
        "kind": kind_of(entry.fact),
        "item": str(item) if item is not None else None,
        "patron": to_column(getattr(entry.fact, "patron", None)),
        "payload": payload,
        "payload_hash": fingerprint(payload),
        "boot": entry.at.boot,
        "monotonic": entry.at.monotonic,
        "wall": entry.at.wall,
        "clock": entry.at.clock.value,
        "received_at": received_at,
    }


def _known(connection: Connection, received: Sequence[Received]) -> set[int]:
    """The identities of those that say what the journal has; keeps the places of the retold."""
    columns = (fact.c.act, fact.c.device, fact.c.install, fact.c.seq, fact.c.payload_hash)
    acts = sorted({str(one.entry.act) for one in received})
    kept: dict[tuple[str, str, str], tuple[str, str, int]] = {}
    for chunk in chunks(acts):
        for act, device, install, seq, said in connection.execute(
            select(*columns).where(fact.c.act.in_(chunk))
        ):
            kept[act, device, said] = (device, install, seq)
    known = set()
    for one in received:
        entry = one.entry
        place = kept.get((str(entry.act), str(entry.device), fingerprint(one.payload)))
        if place == _place(entry) or (place is not None and _retold(connection, entry)):
            known.add(id(one))
    return known


def _retold(connection: Connection, entry: Entry) -> bool:
    """Keeps the place of a fact told again; False when another one has it."""
    device, install, seq = _place(entry)
    taken = select(fact.c.act).where(
        fact.c.device == device, fact.c.install == install, fact.c.seq == seq
    )
    if connection.scalar(taken) is not None:
        return False
    row = {"device": device, "install": install, "seq": seq, "act": str(entry.act)}
    connection.execute(insert_into(connection, retold).on_conflict_do_nothing(), row)
    return True


def _conflict(one: Received) -> Misfit:
    entry = one.entry
    place = (entry.device, entry.install, entry.seq)
    item = getattr(entry.fact, "item", None)
    return Misfit(one.topic, one.payload, CONFLICT_REASON, *place, entry.act, item)


def _storable(text: str) -> str:
    """Text as every database takes it: no NUL, no lone surrogate, not endless."""
    return text.encode(errors="backslashreplace").decode().replace("\0", "\\0")[:500]
