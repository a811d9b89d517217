"""Acts begun, the facts that close them, and what is still owed to the server."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, Engine, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from broker.facts import Entry, Fact
from broker.vocabulary import ActId, ClockState, DeviceId, ItemId, Moment, PatronId, SiteId
from broker.wire import encode_entry
from devices.capabilities import TagUid
from kiosk.ledger.boots import Boots
from kiosk.ledger.disk import LedgerUnusable, on_disk
from kiosk.ledger.sqlite import open_database
from kiosk.ledger.tables import act as acts
from kiosk.ledger.tables import entry as entries
from kiosk.ledger.tables import life, memory
from kiosk.recovery import OpenAct


@dataclass(frozen=True, slots=True)
class Owed:
    """An entry the server has not acknowledged, as it travels."""

    seq: int
    payload: bytes


class Ledger:
    """One station's ledger. `install` is new whenever the file is; `boots` knows of its time."""

    def __init__(self, engine: Engine, site: SiteId, device: DeviceId, install: str) -> None:
        self._engine = engine
        self._site = site
        self._device = device
        with on_disk(), engine.begin() as connection:
            known = connection.scalar(select(life.c.install))
            if known is None:
                connection.execute(insert(life).values(install=install))
            newest = connection.scalar(select(func.max(entries.c.seq)))
            kept = connection.scalar(
                select(func.max(entries.c.seq)).where(entries.c.acknowledged.is_not(None))
            )
        self.install: str = known or install
        self._newest: int = newest or 0
        self._acknowledged: int = kept or 0
        self.boots = Boots(engine)

    @property
    def owes(self) -> bool:
        """Whether the server has not acknowledged everything. Costs nothing to ask."""
        return self._newest > self._acknowledged

    @classmethod
    def open(cls, path: Path, site: SiteId, device: DeviceId, install: str) -> Self:
        """Opens or makes the ledger at `path`. Raises LedgerUnusable when it cannot be trusted."""
        try:
            with on_disk():
                return cls(open_database(path), site, device, install)
        except (LedgerUnusable, OSError, ValueError) as error:
            raise LedgerUnusable(f"{path}: {error}") from error

    def close(self) -> None:
        self._engine.dispose()

    def intend(
        self, act: ActId, uid: TagUid, item: ItemId | None, patron: PatronId | None, at: Moment
    ) -> None:
        """INTENT: from here on a crash cannot make us forget that this was begun, and when."""
        row = {
            "act": str(act),
            "uid": str(uid),
            "item": None if item is None else str(item),
            "patron": None if patron is None else patron.reveal(),
            "stage": "intended",
            "boot": at.boot,
            "monotonic": at.monotonic,
            "wall": at.wall,
            "clock": at.clock.value,
            "bound": at.bound,
        }
        with on_disk(), self._engine.begin() as connection:
            connection.execute(insert(acts).values(row))

    def releasing(self, act: ActId, due: date, *, provisional: bool) -> None:
        """The tag may be unsecured from here on."""
        with on_disk(), self._engine.begin() as connection:
            connection.execute(
                update(acts)
                .where(acts.c.act == str(act))
                .values(stage="releasing", due=due, provisional=provisional)
            )

    def record(self, act: ActId, fact: Fact) -> Entry:
        """CONFIRM: closes the act and queues its fact, in one transaction.

        The fact happened when the patron acted: at the INTENT, however long a crash or a slow
        network kept it from being closed.
        """
        with on_disk(), self._engine.begin() as connection:
            at = self._close(connection, act)
            row = {"act": str(act), "payload": b"", "wall": at.wall}
            key = connection.execute(insert(entries).values(row)).inserted_primary_key
            seq = int(key[0]) if key else 0
            entry = Entry(act, self._site, self._device, self.install, seq, at, fact)
            payload = encode_entry(entry)
            connection.execute(update(entries).where(entries.c.seq == seq).values(payload=payload))
        self._newest = seq
        return entry

    def forget(self, act: ActId) -> None:
        """Closes an act that came to nothing and that nobody else knows of."""
        with on_disk(), self._engine.begin() as connection:
            self._close(connection, act)

    @staticmethod
    def _close(connection: Connection, act: ActId) -> Moment:
        closing = update(acts).where(acts.c.act == str(act)).values(stage="closed")
        begun = (acts.c.boot, acts.c.monotonic, acts.c.wall, acts.c.clock, acts.c.bound)
        row = connection.execute(closing.returning(*begun)).one()
        return Moment(row.boot, row.monotonic, row.wall, ClockState(row.clock), row.bound)

    def open_acts(self) -> tuple[OpenAct, ...]:
        query = select(acts).where(acts.c.stage != "closed").order_by(acts.c.wall, acts.c.act)
        with on_disk(), self._engine.connect() as connection:
            return tuple(
                OpenAct(
                    act=ActId(row.act),
                    uid=TagUid(bytes.fromhex(row.uid)),
                    item=None if row.item is None else ItemId(row.item),
                    patron=None if row.patron is None else PatronId(row.patron),
                    due=row.due,
                )
                for row in connection.execute(query)
            )

    def owed(self, limit: int) -> tuple[Owed, ...]:
        """What the server has not acknowledged, oldest first."""
        query = (
            select(entries.c.seq, entries.c.payload)
            .where(entries.c.acknowledged.is_(None))
            .order_by(entries.c.seq)
            .limit(limit)
        )
        with on_disk(), self._engine.connect() as connection:
            return tuple(Owed(row.seq, row.payload) for row in connection.execute(query))

    def debt(self) -> tuple[int, float | None]:
        """How many entries are owed, and when the oldest happened (wall seconds)."""
        query = select(func.count(), func.min(entries.c.wall)).where(
            entries.c.acknowledged.is_(None)
        )
        with on_disk(), self._engine.connect() as connection:
            count, oldest = connection.execute(query).one()
            return count, oldest

    def acknowledge(self, install: str, through: int, now: float) -> None:
        """The server has committed all up to `through`; another life's word counts nothing.

        What is not written yet is not acknowledged, whatever the server remembers of a disk that
        was put back to an earlier state.
        """
        if install != self.install:
            return
        through = min(through, self._newest)
        with on_disk(), self._engine.begin() as connection:
            connection.execute(
                update(entries)
                .where(entries.c.seq <= through, entries.c.acknowledged.is_(None))
                .values(acknowledged=now)
            )
        self._acknowledged = max(self._acknowledged, through)

    def loans_decided_alone(self, patron: PatronId, since: float) -> int:
        """How many loans this card was given off line since then (wall seconds)."""
        query = select(func.count()).where(
            acts.c.patron == patron.reveal(),
            acts.c.provisional.is_(True),
            acts.c.wall >= since,
        )
        with on_disk(), self._engine.connect() as connection:
            return int(connection.scalar(query) or 0)

    def remember(self, name: str, value: bytes) -> None:
        statement = upsert(memory).values(name=name, value=value)
        kept = statement.on_conflict_do_update(index_elements=["name"], set_={"value": value})
        with on_disk(), self._engine.begin() as connection:
            connection.execute(kept)

    def recall(self, name: str) -> bytes | None:
        with on_disk(), self._engine.connect() as connection:
            return connection.scalar(select(memory.c.value).where(memory.c.name == name))
