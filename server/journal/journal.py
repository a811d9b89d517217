"""Facts, each once, exactly as received; and what could not be one, kept aside with a reason.

Law: nothing here is overwritten or deleted. Functions work in the caller's transaction and never
commit.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, func, select, tuple_, union_all

from broker import wire
from broker.facts import Entry
from broker.vocabulary import ActId, DeviceId
from server.journal.database import insert_into, insert_new
from server.journal.tables import fact, high_water, quarantine

CONFLICT_REASON: Final = "another fact with this act, or this seq, was received before"
_ROWS_AT_ONCE: Final = 500
# One life of one station's ledger: device and install.
Ledger = tuple[DeviceId, str]


@dataclass(frozen=True, slots=True)
class Received:
    """An entry, and the very bytes that said it on `topic`."""

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


def record(connection: Connection, received: Sequence[Received], received_at: float) -> Recorded:
    """Keep each entry once. One whose act or seq is taken by other bytes goes to quarantine."""
    first: dict[ActId, Received] = {}
    places: set[tuple[str, str, int]] = set()
    for one in received:
        if one.entry.act not in first and _place(one.entry) not in places:
            first[one.entry.act] = one
            places.add(_place(one.entry))
    inserted = _insert(connection, tuple(first.values()), received_at)
    new = {id(one) for act, one in first.items() if str(act) in inserted}
    others = [one for one in received if id(one) not in new]
    kept = _kept(connection, others)
    conflicts = [one for one in others if _identity(one) not in kept]
    for one in conflicts:
        set_aside(connection, _conflict(one), received_at)
    return Recorded(
        tuple(one.entry for one in received if id(one) in new),
        tuple(one.entry for one in others if _identity(one) in kept),
        tuple(one.entry for one in conflicts),
    )


def acknowledged_through(
    connection: Connection, kept: Mapping[Ledger, AbstractSet[int]]
) -> dict[Ledger, int]:
    """For each ledger, the highest seq up to which every entry is in the journal or quarantine.

    `kept` are seqs that are there for certain, because they have just been taken in: in a backlog
    they spare one look for each ledger. Remembers the marks, which are kept for ever.
    """
    known = _marks(connection, tuple(kept))
    marks: dict[Ledger, int] = {}
    for ledger, seqs in kept.items():
        through, newest = known.get(ledger, (0, None))
        while through + 1 in seqs:
            through += 1
        while newest is None or through < newest:
            further = _contiguous(connection, ledger, through)
            if further == through:
                break
            through = further
        marks[ledger] = through
    _remember(connection, {one: at for one, at in marks.items() if at > known.get(one, (0,))[0]})
    return marks


def set_aside(connection: Connection, misfit: Misfit, received_at: float) -> None:
    """Keep a message that cannot be used, once however often it comes."""
    topic = _storable(misfit.topic)
    row = {
        "fingerprint": sha256(topic.encode() + b"\0" + misfit.payload).hexdigest(),
        "topic": topic,
        "device": str(misfit.device) if misfit.device else None,
        "install": misfit.install,
        "seq": misfit.seq,
        "payload": misfit.payload,
        "reason": _storable(misfit.reason),
        "received_at": received_at,
    }
    connection.execute(insert_into(connection, quarantine).on_conflict_do_nothing(), row)


def closed_acts(connection: Connection, acts: Iterable[ActId]) -> frozenset[ActId]:
    """Those of `acts` that ended in a fact."""
    closed: set[ActId] = set()
    for chunk in chunks(sorted(map(str, acts))):
        found = connection.scalars(select(fact.c.act).where(fact.c.act.in_(chunk)))
        closed.update(map(ActId, found))
    return frozenset(closed)


def chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """As many at once as every database takes in one statement."""
    for start in range(0, len(values), _ROWS_AT_ONCE):
        yield values[start : start + _ROWS_AT_ONCE]


def payload_hash(payload: bytes) -> str:
    """SHA-256 in hex."""
    return sha256(payload).hexdigest()


def _place(entry: Entry) -> tuple[str, str, int]:
    return str(entry.device), entry.install, entry.seq


def _identity(one: Received) -> tuple[str, tuple[str, str, int], str]:
    return str(one.entry.act), _place(one.entry), payload_hash(one.payload)


def _insert(connection: Connection, received: Sequence[Received], received_at: float) -> set[str]:
    rows = [_row(one.entry, one.payload, received_at) for one in received]
    return insert_new(connection, fact, rows, "act")


def _row(entry: Entry, payload: bytes, received_at: float) -> dict[str, Any]:
    item = getattr(entry.fact, "item", None)
    return {
        "act": str(entry.act),
        "site": str(entry.site),
        "device": str(entry.device),
        "install": entry.install,
        "seq": entry.seq,
        "kind": wire.kind_of(entry.fact),
        "item": str(item) if item is not None else None,
        "payload": payload,
        "payload_hash": payload_hash(payload),
        "boot": entry.at.boot,
        "monotonic": entry.at.monotonic,
        "wall": entry.at.wall,
        "clock": entry.at.clock.value,
        "received_at": received_at,
    }


def _kept(
    connection: Connection, received: Sequence[Received]
) -> set[tuple[str, tuple[str, str, int], str]]:
    columns = (fact.c.act, fact.c.device, fact.c.install, fact.c.seq, fact.c.payload_hash)
    acts = sorted({str(one.entry.act) for one in received})
    kept = set()
    for chunk in chunks(acts):
        for act, device, install, seq, seen in connection.execute(
            select(*columns).where(fact.c.act.in_(chunk))
        ):
            kept.add((act, (device, install, seq), seen))
    return kept


def _conflict(one: Received) -> Misfit:
    entry = one.entry
    return Misfit(one.topic, one.payload, CONFLICT_REASON, entry.device, entry.install, entry.seq)


def _marks(
    connection: Connection, ledgers: Sequence[Ledger]
) -> dict[Ledger, tuple[int, int | None]]:
    """How far each ledger was kept so far, and its newest seq of all."""
    newest = (
        select(func.coalesce(func.max(table.c.seq), 0))
        .where(table.c.device == high_water.c.device, table.c.install == high_water.c.install)
        .scalar_subquery()
        for table in (fact, quarantine)
    )
    name = (high_water.c.device, high_water.c.install)
    statement = select(*name, high_water.c.through, *newest)
    found: dict[Ledger, tuple[int, int | None]] = {}
    for chunk in chunks([(str(device), install) for device, install in ledgers]):
        for device, install, through, recorded, aside in connection.execute(
            statement.where(tuple_(*name).in_(chunk))
        ):
            found[DeviceId(device), install] = (through, max(recorded, aside))
    return found


def _remember(connection: Connection, marks: Mapping[Ledger, int]) -> None:
    if not marks:
        return
    statement = insert_into(connection, high_water)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[high_water.c.device, high_water.c.install],
            set_={"through": statement.excluded.through},
        ),
        [
            {"device": str(device), "install": install, "through": through}
            for (device, install), through in marks.items()
        ],
    )


def _contiguous(connection: Connection, ledger: Ledger, through: int) -> int:
    """The end of the unbroken run after `through`, as far as one look reaches."""
    device, install = ledger
    wanted = [
        select(table.c.seq).where(
            table.c.device == str(device), table.c.install == install, table.c.seq > through
        )
        for table in (fact, quarantine)
    ]
    seqs = union_all(*wanted).subquery()
    statement = select(seqs.c.seq).distinct().order_by(seqs.c.seq).limit(_ROWS_AT_ONCE)
    for seq in connection.scalars(statement):
        if seq != through + 1:
            break
        through = seq
    return through


def _storable(text: str) -> str:
    """Text as every database takes it: no NUL, no lone surrogate, not endless."""
    return text.encode(errors="backslashreplace").decode().replace("\0", "\\0")[:500]
