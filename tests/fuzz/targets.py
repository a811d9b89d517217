"""What is fuzzed: each decoder, real bytes to spoil, and the errors it may answer with.

The messages are here; devices have modules of their own.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from broker.errors import BadMessage
from broker.examples import DEVICE, SITE, examples
from broker.facts import Acknowledgement
from broker.places import fingerprint, placed
from broker.sealing import NotOpened
from broker.telemetry import Birth, State
from broker.topics import Channel, Topic, parse
from broker.vocabulary import SealedPatron, SealedSecret
from broker.wire import decode_ask, decode_entry, decode_reply, decode_snapshot
from tests.keys import OPENING

HOSTILE = (b"null", b"1e400", b"NaN", b"[" * 2000, b'"\\u0000"', b"\xff\xfe", b"-1", b'""', b"{}")


@dataclass(frozen=True)
class Target:
    """`feed` raises only what nobody promised; `words` are spliced in besides noise."""

    feed: Callable[[bytes], None]
    samples: tuple[bytes, ...]
    words: tuple[bytes, ...] = ()


def _said(*channels: Channel) -> tuple[bytes, ...]:
    return tuple(one.payload for one in examples() if one.channel in channels)


def _message(decode: Callable[[bytes], object], data: bytes) -> None:
    with suppress(BadMessage):
        decode(data)


def _topic(data: bytes) -> None:
    with suppress(BadMessage):
        parse(data.decode("utf-8", "replace"))


def _sealed_pin(data: bytes) -> None:
    try:
        pin = SealedSecret(data.decode("utf-8", "replace"))
    except ValueError:
        return
    with suppress(NotOpened):
        OPENING.open_secret(pin)


def _sealed(data: bytes) -> None:
    try:
        patron = SealedPatron(data.decode("utf-8", "replace"))
    except ValueError:
        return
    with suppress(NotOpened):
        OPENING.open(patron)


TARGETS: dict[str, Target] = {
    "fact": Target(partial(_message, decode_entry), _said(Channel.FACT), HOSTILE),
    "ask": Target(partial(_message, decode_ask), _said(Channel.ASK), HOSTILE),
    "reply": Target(partial(_message, decode_reply), _said(Channel.REPLY), HOSTILE),
    "state": Target(
        partial(_message, lambda data: decode_snapshot(data, State)),
        _said(Channel.STATE),
        HOSTILE,
    ),
    "place": Target(
        partial(_message, lambda data: (fingerprint(data), placed(data, "next", 1))),
        _said(Channel.FACT),
        HOSTILE,
    ),
    "acknowledgement": Target(
        partial(_message, lambda data: decode_snapshot(data, Acknowledgement)),
        _said(Channel.ACK),
        HOSTILE,
    ),
    "birth": Target(
        partial(_message, lambda data: decode_snapshot(data, Birth)),
        _said(Channel.BIRTH),
        HOSTILE,
    ),
    "topic": Target(_topic, (str(Topic(SITE, DEVICE, Channel.FACT)).encode(),), (b"#", b"+", b"/")),
    "sealed patron": Target(
        _sealed,
        (_said(Channel.ASK)[0].partition(b'"patron":"')[2].partition(b'"')[0],),
        (b"A" * 150, b"sealed:"),
    ),
    "sealed PIN": Target(
        _sealed_pin,
        (_said(Channel.ASK)[1].partition(b'"pin":"')[2].partition(b'"')[0],),
        (b"A" * 406, b"secret:"),
    ),
}
