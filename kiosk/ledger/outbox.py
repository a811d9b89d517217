"""What is owed to the server, and what it has acknowledged: kept a while, should it be restored.

Law: the entries are one unbroken run of numbers, and only the oldest of them are ever dropped.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, and_, bindparam, delete, func, or_, select, text, update

from broker.facts import Kept
from broker.fault_points import fault_point
from broker.places import fingerprint, placed
from broker.telemetry import Extent
from kiosk.ledger.disk import LedgerDamaged, on_disk
from kiosk.ledger.sqlite import reader
from kiosk.ledger.tables import COUNTS, NOBODYS, life
from kiosk.ledger.tables import act as acts
from kiosk.ledger.tables import entry as entries

# SQLite's own memory of AUTOINCREMENT: it outlives the rows.
_NEWEST = text("SELECT seq FROM sqlite_sequence WHERE name = 'entry'")
_OWED = (
    select(entries.c.seq, entries.c.payload)
    .where(entries.c.seq > bindparam("acknowledged"))
    .order_by(entries.c.seq)
    .limit(bindparam("at_most"))
)
_OF_NUMBERS = select(entries.c.seq, entries.c.payload).where(
    entries.c.seq.in_(bindparam("numbers", expanding=True))
)
_DEBT = select(func.count(), func.min(entries.c.wall)).where(
    entries.c.seq > bindparam("acknowledged")
)
_ACKNOWLEDGED = (
    update(entries)
    .where(entries.c.seq.between(bindparam("first"), bindparam("through")))
    .values(acknowledged=bindparam("now"))
)
# Whoever hears the server is in no outage any more; what is asked for now may yet have to be
# decided without it.
_OVER = update(acts).where(COUNTS, acts.c.stage == "closed").values(card=NOBODYS)
_RENUMBER = text("UPDATE sqlite_sequence SET seq = :newest WHERE name = 'entry'")


@dataclass(frozen=True, slots=True)
class Owed:
    """An entry the server has not acknowledged, as it travels."""

    seq: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Age:
    """What may be dropped: all that the server acknowledged before `acknowledged`.

    What no backup of it holds yet (after `backed_up_through`) only if before `unsaved` as well.
    Both are seconds since 1970 UTC by the server's clock.
    """

    acknowledged: float
    unsaved: float
    backed_up_through: int


class Outbox:
    """The entries of one install, on an opened ledger."""

    def __init__(self, engine: Engine, connection: Connection) -> None:
        self._engine, self._reader = engine, reader(engine)
        known = connection.execute(select(life)).one()
        self.install: str = known.install
        self._once: int = known.once_acknowledged
        self._oldest, self._newest = _run(connection)
        owed = select(func.min(entries.c.seq)).where(entries.c.acknowledged.is_(None))
        first = connection.scalar(owed)
        self._acknowledged: int = self._newest if first is None else first - 1

    @property
    def owes(self) -> bool:
        """Whether the server has not acknowledged everything. Costs nothing to ask."""
        return self.owed_count > 0

    @property
    def owed_count(self) -> int:
        """How many entries the server has not acknowledged. Costs nothing to ask."""
        return self._newest - self._acknowledged

    @property
    def unheard_count(self) -> int:
        """How many of them no server has ever acknowledged. Costs nothing to ask."""
        return self._newest - max(self._acknowledged, self._once)

    def owed(self, limit: int) -> tuple[Owed, ...]:
        """What the server has not acknowledged, oldest first."""
        wanted = {"acknowledged": self._acknowledged, "at_most": limit}
        with on_disk(), self._reader.connect() as connection:
            rows = connection.execute(_OWED, wanted)
            return tuple(Owed(row.seq, row.payload) for row in rows)

    def debt(self) -> tuple[int, float | None]:
        """How many entries are owed, and when the oldest happened (wall seconds)."""
        after = {"acknowledged": self._acknowledged}
        with on_disk(), self._reader.connect() as connection:
            count, oldest = connection.execute(_DEBT, after).one()
            return count, oldest

    @property
    def extent(self) -> Extent:
        """What it holds, for the server to compare. Costs nothing to ask."""
        return Extent(self._oldest, self._newest, self._acknowledged)

    def acknowledge(self, install: str, through: int, now: float) -> None:
        """The server has committed all up to `through`, at `now` by its clock.

        Another life's word counts nothing. What is not written yet is not acknowledged, whatever
        the server remembers of a disk that was put back to an earlier state.
        """
        through = self._written(through)
        if install != self.install:
            return
        news = {"first": self._acknowledged + 1, "through": through, "now": now}
        with on_disk(), self._engine.begin() as connection:
            connection.execute(_ACKNOWLEDGED, news)
            connection.execute(_OVER)
        self._acknowledged = max(self._acknowledged, through)

    def owe_again(self, through: int) -> None:
        """The server does not have what comes after `through`, whatever it said."""
        through = max(self._written(through), self._oldest - 1)
        lacking = entries.c.seq > through
        self._once = max(self._once, self._acknowledged)
        # A disk that refuses now does not keep it from being sent: nothing has to be written for
        # that, and the server says so again after the next start.
        self._acknowledged = min(self._acknowledged, through)
        with on_disk(), self._engine.begin() as connection:
            connection.execute(update(entries).where(lacking).values(acknowledged=None))
            connection.execute(update(life).values(once_acknowledged=self._once))

    def prune(self, age: Age) -> None:
        """Drops the oldest entries that may go, and acts that were closed as long ago."""
        acknowledged, seq = entries.c.acknowledged, entries.c.seq
        saved = self._written(age.backed_up_through)
        unsaved = and_(seq > saved, acknowledged >= age.unsaved)
        stays = or_(acknowledged.is_(None), acknowledged >= age.acknowledged, unsaved)
        closed = and_(acts.c.stage == "closed", acts.c.wall < age.acknowledged)
        with on_disk(), self._engine.begin() as connection:
            first = connection.scalar(select(func.min(seq)).where(stays)) or self._newest + 1
            connection.execute(delete(entries).where(seq < first))
            connection.execute(delete(acts).where(closed))
            fault_point("K14", "R9")
        self._oldest = first

    def differs(self, said: Sequence[Kept]) -> bool:
        """Whether the server keeps another entry than was written here under one of the numbers."""
        if any(kept.seq > self._newest for kept in said):
            return True
        query = {"numbers": [self._written(kept.seq) for kept in said]}
        with on_disk(), self._reader.connect() as connection:
            rows = connection.execute(_OF_NUMBERS, query).all()
            payloads = {row.seq: row.payload for row in rows}
        # What was dropped long ago can no longer be compared.
        return any(
            kept.seq in payloads and fingerprint(payloads[kept.seq]) != kept.fingerprint
            for kept in said
        )

    def begin_again(self, install: str) -> None:
        """A new life: every entry is that install's, numbered from 1 and owed.

        What an entry says stays as it is, byte for byte, so that the server knows what it has.
        """
        query = select(entries.c.seq, entries.c.payload).order_by(entries.c.seq)
        once = max(0, max(self._once, self._acknowledged) - self._oldest + 1)
        with on_disk(), self._engine.begin() as connection:
            rows = connection.execute(query).all()
            for seq, row in enumerate(rows, 1):
                payload = placed(row.payload, install, seq)
                new = {"seq": seq, "payload": payload, "acknowledged": None}
                connection.execute(update(entries).where(entries.c.seq == row.seq).values(new))
            connection.execute(_RENUMBER, {"newest": len(rows)})
            connection.execute(update(life).values(install=install, once_acknowledged=once))
        self.install, self._once = install, once
        self._oldest, self._newest, self._acknowledged = 1, len(rows), 0

    def _written(self, claimed: int) -> int:
        """A number out of a message as one that this ledger can have written."""
        return max(0, min(claimed, self._newest))


def _run(connection: Connection) -> tuple[int, int]:
    """The oldest and the newest number. Raises LedgerDamaged when one in between is missing."""
    newest = connection.scalar(_NEWEST) or 0
    count, first = connection.execute(select(func.count(), func.min(entries.c.seq))).one()
    oldest = newest + 1 if first is None else first
    if count != newest - oldest + 1:
        raise LedgerDamaged(f"entries are missing between {oldest} and {newest}")
    return oldest, newest
