"""What stations say, taken in: one batch of messages in, the messages owed to them out.

Law: does not commit. The caller commits first and publishes afterwards, so that whatever a station
hears is on the disk. A message that cannot be used is kept aside with a reason and holds nothing
up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import Connection

from broker import topics, wire
from broker.errors import BadMessage
from broker.facts import Acknowledgement
from broker.requests import Ask, Expired, Reply
from broker.telemetry import Birth, SettingsReported, State
from broker.topics import Channel, Topic
from broker.vocabulary import DeviceId, SiteId
from server import stations
from server.journal.journal import (
    Ledger,
    Misfit,
    Received,
    acknowledged_through,
    record,
    set_aside,
)
from server.library import Library

_LARGEST_INTEGER: Final = 2**63 - 1
_LONGEST_WORD: Final = 64
_LONGEST_TEXT: Final = 500


@dataclass(frozen=True, slots=True)
class Heard:
    """A message from the broker; `retained` when it comes from its memory, not just now said."""

    topic: str
    payload: bytes
    retained: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to publish after the commit, at QoS 1."""

    topic: str
    payload: bytes
    retain: bool


class _Envelope(msgspec.Struct):
    """As much of a fact as can be read when the rest cannot: its place in the ledger."""

    seq: int
    install: str


@dataclass(frozen=True, slots=True)
class _Asked:
    topic: Topic
    ask: Ask


@dataclass(slots=True)
class _Sorted:
    """A batch being sorted by what its messages are."""

    received: list[Received]
    asked: list[_Asked]
    owed: dict[Ledger, set[int]]  # whom to tell how far their ledger is kept; what is new in it
    alive: dict[DeviceId, None]

    def owe(self, device: DeviceId, install: str, seq: int | None = None) -> None:
        seqs = self.owed.setdefault((device, install), set())
        if seq is not None:
            seqs.add(seq)


@dataclass(frozen=True, slots=True)
class Intake:
    """One site's ear."""

    library: Library
    site: SiteId

    def digest(
        self, connection: Connection, batch: Sequence[Heard], now: float
    ) -> tuple[Outgoing, ...]:
        """Take in a batch at `now` (seconds since 1970 UTC), in the caller's transaction.

        Facts come before asks, so that an answer knows all that was heard with it. Raises only
        what the database raises; then nothing of the batch may be committed or acknowledged.
        """
        pile = _Sorted([], [], {}, {})
        for message in batch:
            self._sort(connection, message, pile, now)
        stations.heard(connection, pile.alive, now)
        recorded = record(connection, pile.received, now)
        self.library.apply(connection, recorded.new)
        through = acknowledged_through(connection, pile.owed)
        acknowledgements = [self._acknowledgement(*one, now) for one in through.items()]
        replies = [self._reply(connection, asked, now) for asked in pile.asked]
        return (*acknowledgements, *replies)

    def _sort(self, connection: Connection, message: Heard, pile: _Sorted, now: float) -> None:
        topic = None
        try:
            topic = self._topic(message)
            self._take(connection, topic, message, pile, now)
        except BadMessage as error:
            misfit = _misfit(message, str(error), topic)
            set_aside(connection, misfit, now)
            if misfit.device is not None and misfit.install is not None:
                pile.owe(misfit.device, misfit.install, misfit.seq)
            return
        # An offline status is the broker's word, not the station's.
        if not message.retained and topic.channel is not Channel.STATUS:
            pile.alive[topic.device] = None

    def _topic(self, message: Heard) -> Topic:
        topic = topics.parse(message.topic)
        if topic.site != self.site:
            raise BadMessage(f"this server is the site {self.site}'s")
        return topic

    def _take(
        self, connection: Connection, topic: Topic, message: Heard, pile: _Sorted, now: float
    ) -> None:
        _require_storable(message.payload)
        match topic.channel:
            case Channel.FACT:
                received = _received(topic, message)
                pile.received.append(received)
                pile.owe(topic.device, received.entry.install, received.entry.seq)
            case Channel.ASK:
                pile.asked.append(_asked(topic, message))
            case Channel.STATUS:
                presence = wire.decode_presence(message.payload)
                stations.present(connection, topic.device, presence, now)
            case Channel.BIRTH:
                birth = _birth(topic, message)
                stations.born(connection, birth)
                pile.owe(topic.device, birth.install)
            case Channel.STATE:
                stations.told(connection, topic.device, _state(message))
            case Channel.SETTINGS_REPORTED:
                stations.applied(connection, topic.device, _settings(message))
            case channel:
                raise BadMessage(f"no station speaks on {channel.value}")

    def _acknowledgement(self, ledger: Ledger, through: int, now: float) -> Outgoing:
        device, install = ledger
        topic = Topic(self.site, device, Channel.ACK)
        payload = wire.encode_snapshot(Acknowledgement(install, through, now))
        return Outgoing(str(topic), payload, retain=False)

    def _reply(self, connection: Connection, asked: _Asked, now: float) -> Outgoing:
        device, ask = asked.topic.device, asked.ask
        answer = (
            Expired()
            if ask.expires < now
            else self.library.answer(connection, ask.question, device, now)
        )
        topic = Topic(self.site, device, Channel.REPLY)
        payload = wire.encode_reply(Reply(ask.correlation, now, answer))
        return Outgoing(str(topic), payload, retain=False)


def _received(topic: Topic, message: Heard) -> Received:
    entry = wire.decode_entry(message.payload)
    if (entry.site, entry.device) != (topic.site, topic.device):
        raise BadMessage(f"the fact is from /{entry.site}/{entry.device}")
    _require_integer(entry.seq)
    _require_short(entry.install, _LONGEST_WORD)
    _require_short(entry.at.boot, _LONGEST_WORD)
    return Received(entry, message.topic, message.payload)


def _asked(topic: Topic, message: Heard) -> _Asked:
    ask = wire.decode_ask(message.payload)
    if wire.kind_of(ask.question) != topic.kind:
        raise BadMessage(f"a question {wire.kind_of(ask.question)!r} on another's topic")
    return _Asked(topic, ask)


def _birth(topic: Topic, message: Heard) -> Birth:
    birth = wire.decode_snapshot(message.payload, Birth)
    if (birth.site, birth.device) != (topic.site, topic.device):
        raise BadMessage(f"the birth is of /{birth.site}/{birth.device}")
    for word in (birth.boot, birth.install, birth.version):
        _require_short(word, _LONGEST_WORD)
    return birth


def _state(message: Heard) -> State:
    state = wire.decode_snapshot(message.payload, State)
    _require_integer(state.unsent)
    _require_short(state.boot, _LONGEST_WORD)
    _require_short(state.reason, _LONGEST_TEXT)
    return state


def _settings(message: Heard) -> SettingsReported:
    reported = wire.decode_snapshot(message.payload, SettingsReported)
    _require_integer(reported.version)
    _require_short(reported.problem, _LONGEST_TEXT)
    return reported


def _misfit(message: Heard, reason: str, topic: Topic | None) -> Misfit:
    """A fact keeps its place in the ledger if that much can be read, so it holds nothing up."""
    if topic is None:
        return Misfit(message.topic, message.payload, reason)
    if topic.channel is not Channel.FACT:
        return Misfit(message.topic, message.payload, reason, topic.device)
    try:
        envelope = msgspec.json.decode(message.payload, type=_Envelope)
        _require_integer(envelope.seq)
        _require_short(envelope.install, _LONGEST_WORD)
    except (msgspec.MsgspecError, BadMessage, UnicodeDecodeError, RecursionError):
        return Misfit(message.topic, message.payload, reason, topic.device)
    place = (envelope.install, envelope.seq)
    return Misfit(message.topic, message.payload, reason, topic.device, *place)


def _require_storable(payload: bytes) -> None:
    # PostgreSQL keeps no NUL in text; JSON can only write one as this escape.
    if b"\\u0000" in payload:
        raise BadMessage("text with a NUL character")


def _require_integer(number: int) -> None:
    if not 0 <= number <= _LARGEST_INTEGER:
        raise BadMessage("a number out of range")


def _require_short(text: str, longest: int) -> None:
    if len(text) > longest or "\0" in text:
        raise BadMessage(f"text of {len(text)} characters; at most {longest}, none of them NUL")
