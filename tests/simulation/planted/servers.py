"""Bugs of the server."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text, update

from broker.errors import BadMessage
from broker.facts import Entry, ItemReturned
from broker.topics import Channel, Topic, parse
from broker.vocabulary import ActId, ClockState, ItemId
from broker.wire import decode_entry, encode_entry
from server import projection
from server.heard import Heard
from server.intake import Outgoing
from server.journal.database import transaction
from server.journal.tables import high_water
from server.library import Library
from server.settings import Branch
from tests.simulation.library import Server
from tests.simulation.limits import BRANCH
from tests.simulation.line import SITE
from tests.simulation.weather import Crash

_WINDOW_SECONDS = 10.0
_CRASHES = 0.05


class AcknowledgesBeforeTheCommit(Server):
    """The answers leave, and then the commit fails."""

    def commit(self, batch: list[Heard]) -> tuple[Outgoing, ...]:
        if self.weather.calm or self.weather.random.random() >= _CRASHES:
            return super().commit(batch)
        with transaction(self.engine) as connection:
            for said in self.intake.digest(connection, batch, self.weather.true):
                self.broker.say(said.topic, said.payload, retain=said.retain)
            connection.rollback()
        raise Crash


class _Rewriting(Server):
    """Takes each fact for something else."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.first: dict[bytes, Heard] = {}
        self.times: dict[bytes, float] = {}
        self.repeats = 0

    def commit(self, batch: list[Heard]) -> tuple[Outgoing, ...]:
        return super().commit([self._perhaps(heard) for heard in batch])

    def _perhaps(self, heard: Heard) -> Heard:
        if not heard.topic.endswith("/fact"):
            return heard
        try:
            entry = decode_entry(heard.payload)
        except BadMessage:
            return heard
        return self.rewritten(heard, entry)

    def rewritten(self, heard: Heard, entry: Entry) -> Heard:
        raise NotImplementedError

    def as_new(self, heard: Heard, entry: Entry) -> Heard:
        """A repeat under a name of its own."""
        self.repeats += 1
        act = ActId(f"{entry.act}-{self.repeats}")
        again = replace(entry, act=act, install=f"{entry.install}-{self.repeats}")
        return replace(heard, payload=encode_entry(again))


class TakesRepeatsForNews(_Rewriting):
    """Nothing is looked up."""

    def rewritten(self, heard: Heard, entry: Entry) -> Heard:
        known = self.first.setdefault(heard.payload, heard)
        return heard if known is heard else self.as_new(heard, entry)


class ForgetsWhatItKnowsAfterAWhile(_Rewriting):
    """A repeat is only known for ten seconds."""

    def rewritten(self, heard: Heard, entry: Entry) -> Heard:
        now = self.weather.now
        if now - self.times.setdefault(heard.payload, now) <= _WINDOW_SECONDS:
            return heard
        self.times[heard.payload] = now
        return self.as_new(heard, entry)


class ClearsWhatItKnows(_Rewriting):
    """The table of known facts is emptied now and then."""

    def rewritten(self, heard: Heard, entry: Entry) -> Heard:
        if len(self.times) > 20:
            self.times.clear()
        if heard.payload in self.first and heard.payload not in self.times:
            self.times[heard.payload] = self.weather.now
            return self.as_new(heard, entry)
        self.first[heard.payload] = heard
        self.times[heard.payload] = self.weather.now
        return heard


class OrdersByArrival(_Rewriting):
    """A fact happened when it was first heard of."""

    def rewritten(self, heard: Heard, entry: Entry) -> Heard:
        entry = replace(entry, at=replace(entry.at, wall=self.weather.true))
        return self.first.setdefault(heard.payload, replace(heard, payload=encode_entry(entry)))


class OrdersByTheStationsWall(_Rewriting):
    """Whatever the station's clock says was the time."""

    def rewritten(self, heard: Heard, entry: Entry) -> Heard:
        entry = replace(entry, at=replace(entry.at, clock=ClockState.SYNCHRONISED))
        return replace(heard, payload=encode_entry(entry))


class KnowsOnlyOneBoot(_Rewriting):
    """What is learnt of one boot's clock is believed of every boot."""

    def rewritten(self, heard: Heard, entry: Entry) -> Heard:
        entry = replace(entry, at=replace(entry.at, boot="boot"))
        return replace(heard, payload=encode_entry(entry))


class BelievesTheBody(_Rewriting):
    """Whose topic it came on does not matter."""

    def rewritten(self, heard: Heard, entry: Entry) -> Heard:
        return replace(heard, topic=str(Topic(entry.site, entry.device, Channel.FACT)))


class AcknowledgesPastAGap(Server):
    """The newest number heard is taken for all of them."""

    def commit(self, batch: list[Heard]) -> tuple[Outgoing, ...]:
        outgoing = super().commit(batch)
        with transaction(self.engine) as connection:
            for heard in batch:
                if heard.topic.endswith("/fact") and heard.payload not in self.world.mischief:
                    entry = decode_entry(heard.payload)
                    known = (high_water.c.device == str(entry.device)) & (
                        high_water.c.through < entry.seq
                    )
                    connection.execute(update(high_water).where(known).values(through=entry.seq))
        return outgoing


class AcknowledgesOnlyNews(Server):
    """Who sends a fact again gets no answer."""

    def commit(self, batch: list[Heard]) -> tuple[Outgoing, ...]:
        known = set(self.world.taken)
        news = {parse(heard.topic).device for heard in batch if heard.payload not in known}
        outgoing = super().commit(batch)
        return tuple(
            said
            for said in outgoing
            if parse(said.topic).channel is not Channel.ACK or parse(said.topic).device in news
        )


class TriesPoisonForEver(Server):
    """A batch with something undecodable in it is put back whole."""

    def work(self) -> None:
        if any(heard.payload in self.world.mischief for heard in self.inbox):
            self.weather.later(1.0, self.work)
            return
        super().work()


class DropsWhatItCannotRead(Server):
    """What is no fact is thrown away."""

    def commit(self, batch: list[Heard]) -> tuple[Outgoing, ...]:
        return super().commit([one for one in batch if one.payload not in self.world.mischief])


class TakesRetainedForNews(Server):
    """What the broker remembers is taken for said just now."""

    def commit(self, batch: list[Heard]) -> tuple[Outgoing, ...]:
        return super().commit([replace(heard, retained=False) for heard in batch])


class _Forgetful(Library):
    def apply(self, connection: Connection, new: Sequence[Entry], now: float) -> None:
        super().apply(connection, new, now)
        connection.execute(text("DELETE FROM task WHERE kind = 'tag-not-secured'"))


class TellsNobodyAboutTags(Server):
    """A tag that was not secured is no task."""

    def library(self) -> Library:
        return _Forgetful(BRANCH, SITE)


class _Hasty(Library):
    def apply(self, connection: Connection, new: Sequence[Entry], now: float) -> None:
        del now
        items = {getattr(entry.fact, "item", None) for entry in new} - {None}
        projection.refold(connection, [item for item in items if isinstance(item, ItemId)])


class IgnoresWhatIsLearntLate(Server):
    """A boot's clock that is learnt later corrects nothing."""

    def library(self) -> Library:
        return _Hasty(BRANCH, SITE)


class _Late(Library):
    def apply(self, connection: Connection, new: Sequence[Entry], now: float) -> None:
        super().apply(connection, new, now)
        returns = [str(entry.act) for entry in new if isinstance(entry.fact, ItemReturned)]
        change = text(
            "UPDATE loan SET returned_at = (SELECT received_at FROM fact WHERE act = :act) "
            "WHERE closed_by = :act"
        )
        for act in returns:
            connection.execute(change, {"act": act})


class CreditsOnReceipt(Server):
    """A return counts from the moment it was heard of."""

    def library(self) -> Library:
        return _Late(BRANCH, SITE)


class CountsDaysInUtc(Server):
    """Due dates are those of the host's time zone."""

    def library(self) -> Library:
        return Library(Branch(ZoneInfo("UTC"), BRANCH.closed_weekdays), SITE)
