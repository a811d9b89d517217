"""Acts begun, the facts that close them, and what is still owed to the server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, Row, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DBAPIError, NoResultFound

from broker.errors import SirkulaError
from broker.facts import Entry, Fact, with_patron
from broker.vocabulary import ActId, ClockState, DeviceId, ItemId, Moment, SealedPatron, SiteId
from broker.wire import encode_entry
from devices.capabilities import TagUid
from kiosk.discretion import Bearer
from kiosk.ledger.sqlite import open_database
from kiosk.ledger.tables import ANYBODYS, COUNTS, NOBODYS, life, memory
from kiosk.ledger.tables import act as acts
from kiosk.ledger.tables import entry as entries
from kiosk.recovery import OpenAct


class LedgerUnusable(SirkulaError):
    """The disk does not take writes, or the file is not this station's ledger; the text says."""


@dataclass(frozen=True, slots=True)
class Owed:
    """An entry the server has not acknowledged, as it travels."""

    seq: int
    payload: bytes


@contextmanager
def _on_disk() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise LedgerUnusable(f"the ledger was not written: {error.orig}") from error
    except NoResultFound as error:
        raise LedgerUnusable("the ledger does not know this act") from error


class Ledger:
    """One station's ledger. `install` is new whenever the file is."""

    def __init__(self, engine: Engine, site: SiteId, device: DeviceId, install: str) -> None:
        self._engine = engine
        self._site = site
        self._device = device
        with _on_disk(), engine.begin() as connection:
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

    @property
    def owes(self) -> bool:
        """Whether the server has not acknowledged everything. Costs nothing to ask."""
        return self._newest > self._acknowledged

    @classmethod
    def open(cls, path: Path, site: SiteId, device: DeviceId, install: str) -> Self:
        """Opens or makes the ledger at `path`. Raises LedgerUnusable when it cannot be trusted."""
        try:
            with _on_disk():
                return cls(open_database(path), site, device, install)
        except (LedgerUnusable, OSError, ValueError) as error:
            raise LedgerUnusable(f"{path}: {error}") from error

    def close(self) -> None:
        self._engine.dispose()

    def intend(
        self, act: ActId, uid: TagUid, item: ItemId | None, bearer: Bearer | None, at: Moment
    ) -> None:
        """INTENT: from here on a crash cannot make us forget that this was begun, and when.

        A loan has a bearer, a return has none.
        """
        row = {
            "act": str(act),
            "uid": str(uid),
            "item": None if item is None else str(item),
            "patron": None if bearer is None else str(bearer.patron),
            "card": NOBODYS if bearer is None else bearer.card,
            "stage": "intended",
            "boot": at.boot,
            "monotonic": at.monotonic,
            "wall": at.wall,
            "clock": at.clock.value,
        }
        with _on_disk(), self._engine.begin() as connection:
            connection.execute(insert(acts).values(row))

    def releasing(self, act: ActId, due: date, *, provisional: bool) -> None:
        """The tag may be unsecured from here on."""
        with _on_disk(), self._engine.begin() as connection:
            connection.execute(
                update(acts)
                .where(acts.c.act == str(act))
                .values(stage="releasing", due=due, provisional=provisional)
            )

    def record(self, act: ActId, fact: Fact) -> Entry:
        """CONFIRM: closes the act and queues its fact, in one transaction.

        The fact happened when the patron acted: at the INTENT, however long a crash or a slow
        network kept it from being closed; and its patron is the INTENT's, sealed.
        """
        with _on_disk(), self._engine.begin() as connection:
            begun = self._close(connection, act)
            at = Moment(begun.boot, begun.monotonic, begun.wall, ClockState(begun.clock))
            if begun.patron is not None:
                fact = with_patron(fact, SealedPatron(begun.patron))
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
        with _on_disk(), self._engine.begin() as connection:
            self._close(connection, act)

    @staticmethod
    def _close(connection: Connection, act: ActId) -> Row[Any]:
        closing = update(acts).where(acts.c.act == str(act)).values(stage="closed")
        return connection.execute(closing.returning(acts)).one()

    def open_acts(self) -> tuple[OpenAct, ...]:
        query = select(acts).where(acts.c.stage != "closed").order_by(acts.c.wall, acts.c.act)
        with _on_disk(), self._engine.connect() as connection:
            return tuple(
                OpenAct(
                    act=ActId(row.act),
                    uid=TagUid(bytes.fromhex(row.uid)),
                    item=None if row.item is None else ItemId(row.item),
                    patron=None if row.patron is None else SealedPatron(row.patron),
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
        with _on_disk(), self._engine.connect() as connection:
            return tuple(Owed(row.seq, row.payload) for row in connection.execute(query))

    def debt(self) -> tuple[int, float | None]:
        """How many entries are owed, and when the oldest happened (wall seconds)."""
        query = select(func.count(), func.min(entries.c.wall)).where(
            entries.c.acknowledged.is_(None)
        )
        with _on_disk(), self._engine.connect() as connection:
            count, oldest = connection.execute(query).one()
            return count, oldest

    def acknowledge(self, install: str, through: int, now: float) -> None:
        """The server has committed all up to `through`; another life's word counts nothing.

        What is not written yet is not acknowledged, whatever the server remembers of a disk that
        was put back to an earlier state. Whoever hears the server is in no outage any more.
        """
        if install != self.install:
            return
        through = min(through, self._newest)
        with _on_disk(), self._engine.begin() as connection:
            connection.execute(
                update(entries)
                .where(entries.c.seq <= through, entries.c.acknowledged.is_(None))
                .values(acknowledged=now)
            )
            connection.execute(update(acts).where(COUNTS).values(card=NOBODYS))
        self._acknowledged = max(self._acknowledged, through)

    def forget_cards(self) -> None:
        """Their pseudonyms tell nothing any more: what they borrowed counts for every card."""
        with _on_disk(), self._engine.begin() as connection:
            connection.execute(update(acts).where(COUNTS).values(card=ANYBODYS))

    def loans_decided_alone(self, card: str, since: float) -> int:
        """How many loans this card may have been given off line since then (wall seconds)."""
        query = select(func.count()).where(
            COUNTS,
            acts.c.card.in_((card, ANYBODYS)),
            acts.c.provisional.is_(True),
            acts.c.wall >= since,
        )
        with _on_disk(), self._engine.connect() as connection:
            return int(connection.scalar(query) or 0)

    def remember(self, name: str, value: bytes) -> None:
        statement = upsert(memory).values(name=name, value=value)
        kept = statement.on_conflict_do_update(index_elements=["name"], set_={"value": value})
        with _on_disk(), self._engine.begin() as connection:
            connection.execute(kept)

    def recall(self, name: str) -> bytes | None:
        with _on_disk(), self._engine.connect() as connection:
            return connection.scalar(select(memory.c.value).where(memory.c.name == name))
