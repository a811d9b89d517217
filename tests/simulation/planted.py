"""Bugs put in on purpose, one at a time, to prove that the checker sees them.

Each is what a hurried change could do; the product itself has no switch for them.
"""

from collections import Counter
from dataclasses import replace
from typing import Final

from broker.facts import Entry, Fact
from broker.requests import Lend
from broker.topics import Channel
from broker.vocabulary import ActId, ClockState, Moment
from broker.wire import decode_entry, encode_entry
from devices.capabilities import TagUid
from kiosk.courier import Courier
from kiosk.happenings import Action, Enquire, Secure, TagWritten
from kiosk.ledger import Ledger
from kiosk.station import Station
from server.intake import Heard, Outgoing
from server.journal.database import transaction
from tests.simulation.library import Server
from tests.simulation.weather import BEGINNING

BUGS: Final = (
    "ack before commit",
    "no dedupe",
    "new id on retry",
    "show before fsync",
    "order by arrival",
    "release before the loan",
    "trust the broker's receipt",
    "re-securing forgotten",
    "recovery forgotten",
    "acknowledge past a gap",
)


class PlantedLedger(Ledger):
    """Shows before the fsync: what is recorded reaches the disk half a second later."""

    bug: str = ""

    def record(self, act: ActId, fact: Fact) -> Entry:
        if self.bug != "show before fsync":
            return super().record(act, fact)
        late = self.__dict__.setdefault("late", [])
        late.append((act, fact))
        never = Moment("", 0.0, 0.0, ClockState.UNKNOWN)
        return Entry(act, self._site, self._device, self.install, self._newest + 1, never, fact)

    def flush(self) -> None:
        """What was shown long ago reaches the disk at last."""
        for act, fact in self.__dict__.pop("late", []):
            Ledger.record(self, act, fact)


class PlantedCourier(Courier):
    """Makes a new id for each retry, or forgets what the broker took."""

    bug: str = ""

    def deliver(self) -> None:
        assert isinstance(self._ledger, PlantedLedger)
        self._ledger.flush()
        super().deliver()

    def send(self, channel: Channel, payload: bytes, *, retain: bool) -> None:
        if channel is Channel.FACT and self.bug == "new id on retry":
            sent = self.__dict__.setdefault("sent", Counter())
            sent[payload] += 1
            if sent[payload] > 1:
                entry = decode_entry(payload)
                again = ActId(f"{entry.act}-{sent[payload]}")
                place = f"{entry.install}-{sent[payload]}-{entry.seq}"
                payload = encode_entry(replace(entry, act=again, install=place, seq=1))
        super().send(channel, payload, retain=retain)
        if channel is Channel.FACT and self.bug == "trust the broker's receipt":
            entry = decode_entry(payload)
            self._ledger.acknowledge(entry.install, entry.seq, 0.0)


class PlantedStation(Station):
    """Releases the tag before the library said yes, or does not clean up behind itself."""

    bug: str = ""

    def _perform(self, action: Action) -> None:
        super()._perform(action)
        match action:
            case Enquire(Lend(act=act)) if self.bug == "release before the loan":
                book = next(book for book in self._books() if book[0] == act)
                self._tags.release(act, book[1])
            case _:
                pass

    def _books(self) -> list[tuple[ActId, TagUid]]:
        return [(act.act, act.uid) for act in self._ledger.open_acts()]

    def _try(self, action: Action) -> None:
        if self.bug == "re-securing forgotten" and isinstance(action, Secure):
            loan = any(act.act == action.act and act.patron for act in self._ledger.open_acts())
            if loan:
                self._heard.append(TagWritten(action.act))
                return
        super()._try(action)

    def _recover(self) -> frozenset[TagUid]:
        return frozenset() if self.bug == "recovery forgotten" else super()._recover()


class PlantedServer(Server):
    """Acknowledges before the commit, takes a repeat for news, or believes the order of arrival."""

    bug: str = ""
    repeats: int = 0

    @property
    def first(self) -> dict[bytes, Heard]:
        """What was made of each message when it was first heard."""
        found: dict[bytes, Heard] = self.__dict__.setdefault("heard_first", {})
        return found

    def commit(self, batch: list[Heard]) -> tuple[Outgoing, ...]:
        if self.bug in {"no dedupe", "order by arrival"}:
            batch = [self._spoilt(heard) for heard in batch]
        if self.bug == "ack before commit" and self.weather.strikes("crash in the commit", 0.05):
            now = BEGINNING + self.weather.now
            with self.engine.connect() as connection, connection.begin() as unfinished:
                for message in self.intake.digest(connection, batch, now):
                    self.send(message)
                unfinished.rollback()
            self.crash()
            return ()
        outgoing = super().commit(batch)
        if self.bug == "acknowledge past a gap":
            self._jump(batch)
        return outgoing

    def _spoilt(self, heard: Heard) -> Heard:
        if not heard.topic.endswith("/fact"):
            return heard
        entry = decode_entry(heard.payload)
        if self.bug == "no dedupe":
            if self.first.setdefault(heard.payload, heard) is heard:
                return heard
            self.repeats += 1
            act = ActId(f"{entry.act}-{self.repeats}")
            entry = replace(entry, act=act, install=f"{entry.install}-{self.repeats}")
        else:
            arrival = BEGINNING + self.weather.now
            entry = replace(entry, at=replace(entry.at, wall=arrival))
            late = replace(heard, payload=encode_entry(entry))
            return self.first.setdefault(heard.payload, late)
        return replace(heard, payload=encode_entry(entry))

    def _jump(self, batch: list[Heard]) -> None:
        from sqlalchemy import update  # noqa: PLC0415 only this bug writes to the tables

        from server.journal.tables import high_water  # noqa: PLC0415

        with transaction(self.engine) as connection:
            for heard in batch:
                if heard.topic.endswith("/fact"):
                    entry = decode_entry(heard.payload)
                    connection.execute(
                        update(high_water)
                        .where(high_water.c.device == str(entry.device))
                        .where(high_water.c.through < entry.seq)
                        .values(through=entry.seq)
                    )
