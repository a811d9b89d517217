"""Acts begun, the facts that close them, and what is still owed to the server."""

from datetime import date
from pathlib import Path
from typing import Any, Final, Self

import structlog
from sqlalchemy import Connection, Engine, Row, bindparam, func, insert, select, update

from broker.facts import Entry, Fact, ItemReturned, UnknownItemDropped, with_patron
from broker.fault_points import fault_point
from broker.vocabulary import ActId, ClockState, DeviceId, ItemId, Moment, SealedPatron, SiteId
from broker.wire import encode_entry
from devices.capabilities import TagUid
from kiosk.discretion import Bearer
from kiosk.ledger.aside import finish, kept_aside, set_aside
from kiosk.ledger.boots import Boots
from kiosk.ledger.disk import LedgerDamaged, LedgerUnusable, on_disk
from kiosk.ledger.outbox import Outbox
from kiosk.ledger.sqlite import open_database
from kiosk.ledger.tables import ANYBODYS, COUNTS, NOBODYS, life, memory
from kiosk.ledger.tables import act as acts
from kiosk.ledger.tables import entry as entries
from kiosk.recovery import OpenAct

log: Final = structlog.get_logger()

_SAYS: Final = (
    update(entries).where(entries.c.seq == bindparam("of_seq")).values(payload=bindparam("says"))
)
_CLOSING: Final = (
    update(acts).where(acts.c.act == bindparam("of_act")).values(stage="closed").returning(acts)
)
_REMEMBERED: Final = insert(memory).prefix_with("OR REPLACE")


class Ledger(Outbox):
    """One station's ledger: acts, outbox and memory. `install` is new whenever the file is.

    `boots` knows of its time.

    `replaced` while a damaged one lies beside it that nobody has taken away.
    """

    replaced: bool = False

    def __init__(self, engine: Engine, site: SiteId, device: DeviceId, install: str) -> None:
        self._site = site
        self._device = device
        owner = {"site": str(site), "device": str(device)}
        with on_disk(), engine.begin() as connection:
            known = connection.execute(select(life.c.site, life.c.device)).mappings().first()
            if known is None:
                connection.execute(insert(life).values(install=install, **owner))
            elif known != owner:
                raise LedgerDamaged(f"it is the ledger of {known['site']}/{known['device']}")
            super().__init__(engine, connection)
        self.boots = Boots(engine)

    @classmethod
    def open(cls, path: Path, site: SiteId, device: DeviceId, install: str) -> Self:
        """Opens or makes the ledger at `path`.

        Raises LedgerDamaged when it is damaged or not this station's, LedgerUnusable when it may
        be good and yet cannot be used.
        """
        try:
            with on_disk():
                engine = open_database(path)
                try:
                    ledger = cls(engine, site, device, install)
                except BaseException:
                    engine.dispose()
                    raise
        except LedgerDamaged as error:
            raise LedgerDamaged(f"{path}: {error}") from error
        except (LedgerUnusable, OSError) as error:
            raise LedgerUnusable(f"{path}: {error}") from error
        ledger.replaced = kept_aside(path)
        return ledger

    @classmethod
    def open_or_replace(cls, path: Path, site: SiteId, device: DeviceId, install: str) -> Self:
        """As `open`; a damaged or foreign file is put aside, and a new ledger begun."""
        finish(path)
        try:
            return cls.open(path, site, device, install)
        except LedgerDamaged as error:
            log.warning("ledger put aside: take it away when you have seen to it", why=str(error))
            set_aside(path)
            return cls.open(path, site, device, install)

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
            "bound": at.bound,
        }
        with on_disk(), self._engine.begin() as connection:
            connection.execute(insert(acts), row)
            fault_point("K3")
        fault_point("K4")

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
        network kept it from being closed; and its patron is the INTENT's, sealed.
        """
        with on_disk(), self._engine.begin() as connection:
            begun = self._close(connection, act)
            clock = ClockState(begun.clock)
            at = Moment(begun.boot, begun.monotonic, begun.wall, clock, begun.bound)
            if begun.patron is not None:
                fact = with_patron(fact, SealedPatron(begun.patron))
            entry = self._queued(connection, act, fact, at)
            if isinstance(fact, ItemReturned | UnknownItemDropped):
                fault_point("R4")
            else:
                fault_point("K8")
        self._newest = entry.seq
        return entry

    def tell(self, act: ActId, fact: Fact, at: Moment) -> Entry:
        """Queues a fact that closes no act: it was done by saying it."""
        with on_disk(), self._engine.begin() as connection:
            entry = self._queued(connection, act, fact, at)
        self._newest = entry.seq
        return entry

    def _queued(self, connection: Connection, act: ActId, fact: Fact, at: Moment) -> Entry:
        row = {"act": str(act), "payload": b"", "wall": at.wall}
        key = connection.execute(insert(entries), row).inserted_primary_key
        seq = int(key[0]) if key else 0
        entry = Entry(act, self._site, self._device, self.install, seq, at, fact)
        connection.execute(_SAYS, {"of_seq": seq, "says": encode_entry(entry)})
        return entry

    def forget(self, act: ActId) -> None:
        """Closes an act that came to nothing and that nobody else knows of."""
        with on_disk(), self._engine.begin() as connection:
            self._close(connection, act)

    @staticmethod
    def _close(connection: Connection, act: ActId) -> Row[Any]:
        return connection.execute(_CLOSING, {"of_act": str(act)}).one()

    def open_acts(self) -> tuple[OpenAct, ...]:
        query = select(acts).where(acts.c.stage != "closed").order_by(acts.c.wall, acts.c.act)
        with on_disk(), self._reader.connect() as connection:
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

    def forget_cards(self) -> None:
        """Their pseudonyms tell nothing any more: what they borrowed counts for every card."""
        with on_disk(), self._engine.begin() as connection:
            connection.execute(update(acts).where(COUNTS).values(card=ANYBODYS))

    def loans_decided_alone(self, card: str) -> int:
        """How many loans this card may have been given since the server was last heard."""
        query = select(func.count()).where(
            COUNTS,
            acts.c.card.in_((card, ANYBODYS)),
            acts.c.provisional.is_(True),
        )
        with on_disk(), self._reader.connect() as connection:
            return int(connection.scalar(query) or 0)

    def remember(self, name: str, value: bytes) -> None:
        with on_disk(), self._engine.begin() as connection:
            connection.execute(_REMEMBERED, {"name": name, "value": value})
            fault_point("K16")

    def recall(self, name: str) -> bytes | None:
        with on_disk(), self._reader.connect() as connection:
            return connection.scalar(select(memory.c.value).where(memory.c.name == name))
