"""What a message has to be before it is taken in, and what is kept of one that is not. Pure."""

from dataclasses import dataclass
from typing import Final

import msgspec

from broker import wire
from broker.errors import BadMessage
from broker.telemetry import Birth, Extent, SettingsReported, State
from broker.topics import RETAINED, Channel, Topic
from broker.vocabulary import DeviceId
from server.journal.journal import Misfit
from server.refusals import Cause, Unheard
from server.secrecy import without_secrets

_LARGEST_INTEGER: Final = 2**63 - 1
LONGEST_WORD: Final = 64
_LONGEST_TEXT: Final = 500
_MOST_BOOTS: Final = 200


@dataclass(frozen=True, slots=True)
class Heard:
    """A message from the broker; `retained` when it comes from its memory, not just now said."""

    topic: str
    payload: bytes
    retained: bool = False


class _Envelope(msgspec.Struct):
    """As much of a fact as can be read when the rest cannot: its place in the ledger."""

    seq: int
    install: str


def require_welcome(topic: Topic, message: Heard, revoked: frozenset[DeviceId]) -> None:
    """Raises Unheard. Presence is the broker's word as well, so that nobody is online unseen."""
    if message.retained and topic.channel not in RETAINED:
        words = f"a {topic.channel.value} from the broker's memory: it was said before"
        raise Unheard(Cause.RETAINED, words)
    if topic.device in revoked and topic.channel is not Channel.STATUS:
        raise Unheard(Cause.REVOKED, "the device is revoked")


def birth_of(topic: Topic, message: Heard) -> Birth:
    """Raises BadMessage, as all of these do."""
    birth = wire.decode_snapshot(message.payload, Birth)
    if (birth.site, birth.device) != (topic.site, topic.device):
        raise Unheard(Cause.WRONG_TOPIC, f"the birth is of /{birth.site}/{birth.device}")
    for word in (birth.boot, birth.install, birth.version, *(one.boot for one in birth.boots)):
        require_short(word, LONGEST_WORD)
    if birth.ledger is not None:
        _require_possible(birth.ledger)
    if len(birth.boots) > _MOST_BOOTS:
        raise BadMessage(f"{len(birth.boots)} boots; at most {_MOST_BOOTS}")
    for one in birth.boots:
        require_integer(one.number)
    return birth


def state_of(message: Heard) -> State:
    state = wire.decode_snapshot(message.payload, State)
    require_integer(state.unsent)
    require_integer(state.ignored)
    require_short(state.boot, LONGEST_WORD)
    require_short(state.reason, _LONGEST_TEXT)
    return state


def settings_of(message: Heard) -> SettingsReported:
    reported = wire.decode_snapshot(message.payload, SettingsReported)
    require_integer(reported.version)
    require_short(reported.problem, _LONGEST_TEXT)
    return reported


def misfit_of(message: Heard, error: BadMessage, topic: Topic | None) -> Misfit:
    """A fact keeps its place in the ledger if that much can be read, so it holds nothing up.

    What was not listened to has no place: who said it hears no acknowledgement, and if it was true
    it is said again in the right way.
    """
    reason = str(error)
    payload = without_secrets(message.topic, message.payload)
    if topic is None:
        return Misfit(message.topic, payload, reason)
    unheard = isinstance(error, Unheard) and error.cause is not Cause.WRONG_TOPIC
    if unheard or topic.channel is not Channel.FACT:
        return Misfit(message.topic, payload, reason, topic.device)
    try:
        envelope = msgspec.json.decode(message.payload, type=_Envelope)
        require_integer(envelope.seq)
        require_short(envelope.install, LONGEST_WORD)
    except (msgspec.MsgspecError, BadMessage, UnicodeDecodeError, RecursionError):
        return Misfit(message.topic, payload, reason, topic.device)
    place = (envelope.install, envelope.seq)
    return Misfit(message.topic, payload, reason, topic.device, *place)


def require_storable(payload: bytes) -> None:
    # PostgreSQL keeps no NUL in text; JSON can only write one as this escape.
    if b"\\u0000" in payload:
        raise BadMessage("text with a NUL character")


def require_integer(number: int) -> None:
    if not 0 <= number <= _LARGEST_INTEGER:
        raise BadMessage("a number out of range")


def _require_possible(extent: Extent) -> None:
    for number in (extent.oldest, extent.newest, extent.acknowledged):
        require_integer(number)
    if not 1 <= extent.oldest <= extent.newest + 1 or extent.acknowledged > extent.newest:
        raise BadMessage("no ledger holds such a run of entries")


def require_short(text: str, longest: int) -> None:
    if len(text) > longest or "\0" in text:
        raise BadMessage(f"text of {len(text)} characters; at most {longest}, none of them NUL")
