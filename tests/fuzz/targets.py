"""What is fuzzed: each decoder, real bytes to spoil, and the errors it may answer with.

The messages are here; devices have modules of their own.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial

from broker.errors import BadMessage
from broker.facts import Acknowledgement, Entry, ItemLent, Kept
from broker.places import fingerprint, placed
from broker.requests import Ask, Grant, Lend, Reply
from broker.telemetry import Birth, Component, Extent, Health, Kind, Mode, State
from broker.topics import Channel, Topic, parse
from broker.vocabulary import ActId, ClockState, DeviceId, ItemId, Moment, PatronId, SiteId
from broker.wire import (
    decode_ask,
    decode_entry,
    decode_reply,
    decode_snapshot,
    encode_ask,
    encode_entry,
    encode_reply,
    encode_snapshot,
)

SITE, KIOSK = SiteId("binjai"), DeviceId("kios-01")
AT = Moment("boot", 1.5, 1.79e9, ClockState.SYNCHRONISED)
LENT = ItemLent(ItemId("B00012"), PatronId("KTA-0007"), date(2026, 12, 1), provisional=False)
WELL = Component("pad", Health.OK, "", 1.0)
BIRTH = Birth(SITE, KIOSK, Kind.KIOSK, "0.1.0", "boot", "life", 1.0, Extent(1, 3, 2))
STATE = State("boot", 1.0, Mode.IN_SERVICE, 1.0, "", (WELL,), 0, None)
LEND = Lend(ActId("act-1"), ItemId("B00012"), PatronId("KTA-0007"))
HOSTILE = (b"null", b"1e400", b"NaN", b"[" * 2000, b'"\\u0000"', b"\xff\xfe", b"-1", b'""', b"{}")


@dataclass(frozen=True)
class Target:
    """`feed` raises only what nobody promised; `words` are spliced in besides noise."""

    feed: Callable[[bytes], None]
    samples: tuple[bytes, ...]
    words: tuple[bytes, ...] = ()


def _message(decode: Callable[[bytes], object], data: bytes) -> None:
    with suppress(BadMessage):
        decode(data)


def _topic(data: bytes) -> None:
    with suppress(BadMessage):
        parse(data.decode("utf-8", "replace"))


TARGETS: dict[str, Target] = {
    "fact": Target(
        partial(_message, decode_entry),
        (encode_entry(Entry(ActId("act-1"), SITE, KIOSK, "life", 1, AT, LENT)),),
        HOSTILE,
    ),
    "ask": Target(partial(_message, decode_ask), (encode_ask(Ask("c", 1.0, LEND)),), HOSTILE),
    "reply": Target(
        partial(_message, decode_reply),
        (encode_reply(Reply("c", 1.0, Grant(ActId("act-1"), date(2026, 12, 1)))),),
        HOSTILE,
    ),
    "state": Target(
        partial(_message, lambda data: decode_snapshot(data, State)),
        (encode_snapshot(STATE),),
        HOSTILE,
    ),
    "place": Target(
        partial(_message, lambda data: (fingerprint(data), placed(data, "next", 1))),
        (encode_entry(Entry(ActId("act-1"), SITE, KIOSK, "life", 1, AT, LENT)),),
        HOSTILE,
    ),
    "acknowledgement": Target(
        partial(_message, lambda data: decode_snapshot(data, Acknowledgement)),
        (encode_snapshot(Acknowledgement("life", 1, 0, True, 1.0, Kept(2, "00"))),),  # noqa: FBT003
        HOSTILE,
    ),
    "birth": Target(
        partial(_message, lambda data: decode_snapshot(data, Birth)),
        (encode_snapshot(BIRTH),),
        HOSTILE,
    ),
    "topic": Target(_topic, (str(Topic(SITE, KIOSK, Channel.FACT)).encode(),), (b"#", b"+", b"/")),
}
