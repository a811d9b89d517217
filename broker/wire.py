"""Messages to bytes and back: the only file that knows JSON, msgspec and CloudEvents.

Unknown fields are ignored (a newer sender); an unknown kind or version is a BadMessage with a name.
A patron's number or PIN in plain text has no form here, so none can be sent by mistake.
Facts travel as CloudEvents 1.0 structured JSON; everything else as `{"v": 1, ...}`.
"""

from typing import Annotated, Final, TypeVar

import msgspec

from broker.errors import BadMessage
from broker.facts import Acknowledgement, Entry
from broker.kinds import ANSWERS, FACTS, QUESTIONS, VERSION, kind_of
from broker.requests import Ask, Reply
from broker.telemetry import Birth, Presence, SettingsDesired, SettingsReported, State
from broker.vocabulary import (
    ActId,
    ClockState,
    DeviceId,
    ErasedPatron,
    ItemId,
    Moment,
    Patron,
    PatronId,
    Pin,
    SealedPatron,
    SealedSecret,
    Secret,
    SiteId,
)

MAX_BYTES: Final = 65_536

WORDS: Final = (ItemId, DeviceId, SiteId, ActId, Patron, Pin)
Snapshot = Birth | State | SettingsDesired | SettingsReported | Acknowledgement
_Known = TypeVar("_Known")


def type_of(kind: str) -> str:
    """The CloudEvents type of a fact's kind, with the contract's version."""
    return f"id.sirkula.{kind}.v{VERSION}"


def _to_json(value: object) -> str:
    if isinstance(value, SealedSecret):
        return value.reveal()
    if isinstance(value, WORDS) and not isinstance(value, PatronId | Secret):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} has no form on the wire")


def _from_json(cls: type, value: object) -> object:
    if issubclass(cls, Patron) and isinstance(value, str):
        return ErasedPatron(value) if value.startswith("erased") else SealedPatron(value)
    if issubclass(cls, Pin) and isinstance(value, str):
        return SealedSecret(value)
    if issubclass(cls, WORDS) and isinstance(value, str):
        return cls(value)
    raise ValueError(f"{type(value).__name__} where a {cls.__name__} belongs")


class FactEnvelope(msgspec.Struct, rename={"content": "datacontenttype"}):
    """CloudEvents 1.0 context attributes; extension names are lower case without signs.

    `id` is the act's, `source` is `/{site}/{device}`, `seq` counts 1, 2, 3 in one `install`; boot,
    monotonic, wall, clock and bound are the moment it happened.
    """

    specversion: str
    id: str
    source: str
    type: str
    seq: int
    install: str
    boot: str
    monotonic: float
    wall: float
    clock: ClockState
    data: msgspec.Raw
    bound: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    content: str = "application/json"


class Envelope(msgspec.Struct, kw_only=True):
    """The outline of everything that is not a fact; what a kind does not use stays empty."""

    v: int
    kind: str = ""
    correlation: str = ""
    expires: float = 0.0
    server_time: float = 0.0
    data: msgspec.Raw


_encoder: Final = msgspec.json.Encoder(enc_hook=_to_json)
_events: Final = msgspec.json.Decoder(FactEnvelope)
_messages: Final = msgspec.json.Decoder(Envelope)


def _decode(payload: bytes, cls: type[_Known]) -> _Known:
    try:
        return msgspec.json.decode(payload, type=cls, dec_hook=_from_json)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadMessage(f"{cls.__name__}: {error}") from error


def _known(table: dict[str, type[_Known]], kind: str) -> type[_Known]:
    if kind not in table:
        raise BadMessage(f"unknown kind {kind!r}; known are {', '.join(table)}")
    return table[kind]


def _outline(payload: bytes) -> Envelope:
    if len(payload) > MAX_BYTES:
        raise BadMessage(f"{len(payload)} bytes; at most {MAX_BYTES}")
    try:
        message = _messages.decode(payload)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadMessage(str(error)) from error
    if message.v != VERSION:
        raise BadMessage(f"version {message.v}; this program speaks {VERSION}")
    return message


def _source(text: str) -> tuple[SiteId, DeviceId]:
    nothing, site, device = text.split("/")
    if nothing:
        raise ValueError(f"source {text!r} does not start with /")
    return SiteId(site), DeviceId(device)


def encode_entry(entry: Entry) -> bytes:
    return _encoder.encode(
        FactEnvelope(
            specversion="1.0",
            id=str(entry.act),
            source=f"/{entry.site}/{entry.device}",
            type=type_of(kind_of(entry.fact)),
            seq=entry.seq,
            install=entry.install,
            boot=entry.at.boot,
            monotonic=entry.at.monotonic,
            wall=entry.at.wall,
            clock=entry.at.clock,
            bound=entry.at.bound,
            data=msgspec.Raw(_encoder.encode(entry.fact)),
        )
    )


def decode_entry(payload: bytes) -> Entry:
    """Raises BadMessage with the reason."""
    if len(payload) > MAX_BYTES:
        raise BadMessage(f"{len(payload)} bytes; at most {MAX_BYTES}")
    try:
        event = _events.decode(payload)
        source = _source(event.source)
        act = ActId(event.id)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadMessage(f"not a fact: {error}") from error
    if event.specversion != "1.0" or event.seq < 1:
        raise BadMessage(f"specversion {event.specversion!r}, seq {event.seq}")
    kind = event.type.removeprefix("id.sirkula.").removesuffix(f".v{VERSION}")
    known = _known(FACTS, kind)
    if event.type != type_of(kind):
        raise BadMessage(f"type {event.type!r}; this program speaks {type_of(kind)!r}")
    fact = _decode(bytes(event.data), known)
    at = Moment(event.boot, event.monotonic, event.wall, event.clock, event.bound)
    return Entry(act, *source, event.install, event.seq, at, fact)


def encode_ask(ask: Ask) -> bytes:
    return _encoder.encode(
        Envelope(
            v=VERSION,
            kind=kind_of(ask.question),
            correlation=ask.correlation,
            expires=ask.expires,
            data=msgspec.Raw(_encoder.encode(ask.question)),
        )
    )


def decode_ask(payload: bytes) -> Ask:
    """Raises BadMessage with the reason."""
    message = _outline(payload)
    question = _decode(bytes(message.data), _known(QUESTIONS, message.kind))
    return Ask(message.correlation, message.expires, question)


def encode_reply(reply: Reply) -> bytes:
    return _encoder.encode(
        Envelope(
            v=VERSION,
            kind=kind_of(reply.answer),
            correlation=reply.correlation,
            server_time=reply.server_time,
            data=msgspec.Raw(_encoder.encode(reply.answer)),
        )
    )


def decode_reply(payload: bytes) -> Reply:
    """Raises BadMessage with the reason."""
    message = _outline(payload)
    answer = _decode(bytes(message.data), _known(ANSWERS, message.kind))
    return Reply(message.correlation, message.server_time, answer)


def encode_snapshot(snapshot: Snapshot) -> bytes:
    """Birth, state, settings and acknowledgements: their kind is their topic."""
    return _encoder.encode(Envelope(v=VERSION, data=msgspec.Raw(_encoder.encode(snapshot))))


def decode_snapshot(payload: bytes, cls: type[_Known]) -> _Known:
    """Raises BadMessage with the reason."""
    return _decode(bytes(_outline(payload).data), cls)


def decode_presence(payload: bytes) -> Presence:
    """Raises BadMessage unless the plain text is `online` or `offline`."""
    try:
        return Presence(payload.decode("ascii"))
    except ValueError as error:
        raise BadMessage(f"not a presence: {payload[:16]!r}") from error
