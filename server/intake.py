"""What stations say, taken in: one batch of messages in, the messages owed to them out.

Law: does not commit. The caller commits first and publishes afterwards, so that whatever a station
hears is on the disk. A message that cannot be used is kept aside with a reason and holds nothing
up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from broker import topics, wire
from broker.errors import BadMessage
from broker.facts import Acknowledgement, with_patron
from broker.fault_points import fault_point
from broker.kinds import kind_of
from broker.places import fingerprint
from broker.requests import Answer, Ask, Expired, Reply, with_pin
from broker.requests import with_patron as about
from broker.sealing import OpeningKey
from broker.telemetry import Extent
from broker.topics import Channel, Topic
from broker.vocabulary import BootClock, DeviceId, SiteId
from server import incidents, refusals, stations
from server.circulation.timeline import judged
from server.clocks import Report
from server.enrolment.register import revoked_devices
from server.heard import (
    LONGEST_WORD,
    Heard,
    birth_of,
    misfit_of,
    require_integer,
    require_short,
    require_storable,
    require_welcome,
    settings_of,
    state_of,
)
from server.journal.high_water import LedgerName
from server.journal.journal import Received, record, set_aside
from server.library import Library
from server.receipts import receipts, reminders
from server.refusals import Cause, Unheard


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to publish after the commit, at QoS 1."""

    topic: str
    payload: bytes
    retain: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    topic: Topic
    ask: Ask


@dataclass(slots=True)
class _Sorted:
    """A batch being sorted by what its messages are."""

    received: list[Received]
    asked: list[_Asked]
    owed: dict[LedgerName, Extent | None]  # whom to tell how far their ledger is kept, in order
    alive: dict[DeviceId, None]
    revoked: frozenset[DeviceId]
    reports: list[Report]

    def owe(self, ledger: LedgerName, extent: Extent | None = None) -> None:
        """`extent` is what the station just said it holds."""
        self.owed[ledger] = extent or self.owed.get(ledger)


@dataclass(frozen=True, slots=True)
class Intake:
    """One site's ear; `key` opens what stations sealed."""

    library: Library
    site: SiteId
    key: OpeningKey

    def digest(
        self, connection: Connection, batch: Sequence[Heard], now: float
    ) -> tuple[Outgoing, ...]:
        """Take in a batch at `now` (seconds since 1970 UTC), in the caller's transaction.

        Facts come before asks, so that an answer knows all that was heard with it. Raises only
        what the database raises; then nothing of the batch may be committed or acknowledged.
        """
        pile = _Sorted([], [], {}, {}, revoked_devices(connection), [])
        for message in batch:
            self._sort(connection, message, pile, now)
        stations.heard(connection, pile.alive, now)
        recorded = record(connection, pile.received, now)
        fault_point("S2")
        self.library.apply(connection, recorded.new, now)
        incidents.recorded(connection, recorded, now)
        for report in pile.reports:
            self.library.learn(connection, report, now)
        self.library.serve_holds(connection, recorded.new, now)
        acknowledgements = [
            self._told(ledger, word)
            for ledger, word in receipts(connection, pile.owed, now).items()
        ]
        return (*acknowledgements, *self._replies(connection, pile.asked, now))

    def remind(self, connection: Connection, now: float) -> tuple[Outgoing, ...]:
        """What time alone makes due: now and then, in the caller's transaction."""
        self.library.miss(connection, now)
        self.library.serve_holds(connection, None, now)
        due = reminders(connection, now)
        return tuple(self._told(ledger, word) for ledger, word in due)

    def _sort(self, connection: Connection, message: Heard, pile: _Sorted, now: float) -> None:
        topic = None
        try:
            topic = self._topic(message)
            require_welcome(topic, message, pile.revoked)
            self._take(connection, topic, message, pile, now)
        except BadMessage as error:
            if isinstance(error, Unheard):
                refusals.count(connection, error.cause, topic.device if topic else None, now)
            misfit = misfit_of(message, error, topic)
            set_aside(connection, misfit, now)
            if misfit.device is not None and misfit.install is not None:
                pile.owe(LedgerName(misfit.device, misfit.install))
            return
        # An offline status is the broker's word, not the station's.
        if not message.retained and topic.channel is not Channel.STATUS:
            pile.alive[topic.device] = None

    def _topic(self, message: Heard) -> Topic:
        try:
            topic = topics.parse(message.topic)
        except BadMessage as error:
            raise Unheard(Cause.WRONG_TOPIC, str(error)) from error
        if topic.site != self.site:
            raise Unheard(Cause.WRONG_TOPIC, f"this server is the site {self.site}'s")
        return topic

    def _take(
        self, connection: Connection, topic: Topic, message: Heard, pile: _Sorted, now: float
    ) -> None:
        require_storable(message.payload)
        match topic.channel:
            case Channel.FACT:
                received = self._received(topic, message, now)
                pile.received.append(received)
                pile.owe(LedgerName(topic.device, received.entry.install))
            case Channel.ASK:
                pile.asked.append(self._asked(topic, message))
            case Channel.STATUS:
                presence = wire.decode_presence(message.payload)
                stations.present(connection, topic.device, presence, now)
            case Channel.BIRTH:
                birth = birth_of(topic, message)
                incidents.born(connection, birth, now)
                stations.born(connection, birth)
                # What the broker remembers of a ledger is long past.
                extent = None if message.retained else birth.ledger
                pile.owe(LedgerName(topic.device, birth.install), extent)
                pile.reports.append(Report(topic.device, birth.install, birth.boots))
            case Channel.STATE:
                state = state_of(message)
                stations.told(connection, topic.device, state)
                boot = BootClock(0, state.boot, state.monotonic, state.anchors)
                pile.reports.append(Report(topic.device, None, (boot,)))
            case Channel.SETTINGS_REPORTED:
                stations.applied(connection, topic.device, settings_of(message))
            case channel:
                raise Unheard(Cause.WRONG_TOPIC, f"no station speaks on {channel.value}")

    def _received(self, topic: Topic, message: Heard, now: float) -> Received:
        """The entry; a clock that tells what cannot be is not believed."""
        entry = wire.decode_entry(message.payload)
        fingerprint(message.payload)  # raises for what could not be known again
        if (entry.site, entry.device) != (topic.site, topic.device):
            words = f"the fact is from /{entry.site}/{entry.device}"
            raise Unheard(Cause.WRONG_TOPIC, words)
        require_integer(entry.seq)
        require_short(entry.install, LONGEST_WORD)
        require_short(entry.at.boot, LONGEST_WORD)
        patron = getattr(entry.fact, "patron", None)
        if patron is not None:
            entry = replace(entry, fact=with_patron(entry.fact, self.key.open(patron)))
        entry = replace(entry, at=judged(entry.at, now))
        return Received(entry, message.topic, message.payload)

    def _asked(self, topic: Topic, message: Heard) -> _Asked:
        ask = wire.decode_ask(message.payload)
        if kind_of(ask.question) != topic.kind:
            words = f"a question {kind_of(ask.question)!r} on another's topic"
            raise Unheard(Cause.WRONG_TOPIC, words)
        patron = getattr(ask.question, "patron", None)
        if patron is not None:
            ask = replace(ask, question=about(ask.question, self.key.open(patron)))
        pin = getattr(ask.question, "pin", None)
        if pin is not None:
            ask = replace(ask, question=with_pin(ask.question, self.key.open_secret(pin)))
        return _Asked(topic, ask)

    def _told(self, ledger: LedgerName, word: Acknowledgement) -> Outgoing:
        topic = Topic(self.site, ledger.device, Channel.ACK)
        return Outgoing(str(topic), wire.encode_snapshot(word), retain=False)

    def _replies(
        self, connection: Connection, asked: Sequence[_Asked], now: float
    ) -> Iterator[Outgoing]:
        if not asked:
            return
        lookup = self.library.lookup(connection, [one.ask.question for one in asked])
        for one in asked:
            device, ask = one.topic.device, one.ask
            answer: Answer | None = Expired()
            if ask.expires >= now:
                answer = self.library.reply(connection, ask, device, now, lookup)
            if answer is not None:
                yield self.reply_to(device, ask.correlation, answer, now)

    def reply_to(self, device: DeviceId, correlation: str, answer: Answer, now: float) -> Outgoing:
        """The message that carries an answer to the station that asked."""
        topic = Topic(self.site, device, Channel.REPLY)
        payload = wire.encode_reply(Reply(correlation, now, answer))
        return Outgoing(str(topic), payload, retain=False)
