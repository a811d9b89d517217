"""Writes the contract for people (`CONTRACT.md`) and tools (`asyncapi.yaml`) from the types.

    python -m broker.document            writes both
    python -m broker.document --check    status 1 when a file differs from the types

Law: fields, kinds, topics and examples come from the types alone; a test keeps both files true.
"""

import inspect
import sys
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Any, Final

import msgspec

from broker import wire
from broker.appearance import Appearance, InWords
from broker.asyncapi import PURPOSES, QUALITY, SCHEMAS, asyncapi, carried_on, kind, name_of, path
from broker.examples import DEVICE, SITE, Example, examples
from broker.facts import Kept, Mark, MarkCount, Marked, Rating, Topic
from broker.identity import codes, exchange
from broker.identity.tls import OLDEST_TLS
from broker.kinds import VERSION
from broker.mqtt import KEEP_ALIVE_SECONDS, WILL_DELAY_SECONDS
from broker.receipts import ReceiptLine, Transaction
from broker.requests import Borrowed, Hit, Waiting
from broker.sealing import PREFIX, SECRET_BYTES, SECRET_PREFIX
from broker.shelves import Listed, ShelfSize, Whereabouts
from broker.staff_keys import StaffCards
from broker.telemetry import (
    Component,
    Extent,
    Health,
    Kind,
    Mode,
    OfflinePolicy,
    PinAsked,
    Presence,
)
from broker.topics import FROM_DEVICE, RETAINED, ROOT, SERVER, Channel, subscriptions_of_device
from broker.vocabulary import Anchor, BootClock, ClockState, Reason, TimeSource

FOLDER: Final = Path(__file__).parent
_COMMAND: Final = "python -m broker.document"
_ENVELOPES: Final = (wire.FactEnvelope, wire.Envelope)
_PARTS: Final = (
    *(Component, BootClock, Anchor, Extent, Kept, OfflinePolicy, StaffCards, InWords, Appearance),
    *(Borrowed, Waiting, Hit, ReceiptLine, ShelfSize, Listed, MarkCount, Marked),
)
_WORDS: Final = (
    *(Reason, ClockState, TimeSource, Kind, Mode, Health, PinAsked, Rating, Topic),
    *(Transaction, Whereabouts, Mark),
)
_SUBSCRIPTIONS: Final = "\n".join(f"   - `{one}`" for one in subscriptions_of_device(SITE, DEVICE))
_GUIDE: Final = f"""\
# The contract

Made by `{_COMMAND}` from the types in this folder; do not edit. `asyncapi.yaml` says the same to
tools. Version {VERSION}: unknown fields are ignored, so a newer sender may add some; an
unknown kind or version is refused by name. A message is JSON in UTF-8, at most {wire.MAX_BYTES}
bytes; presence alone is plain text.

## How a device follows it

1. Its name is MQTT user name, client id and part of its topics at once. Speak MQTT 5 (3.1.1 works,
   but its PUBACK hides a refused publish), clean start, keep-alive {KEEP_ALIVE_SECONDS} s. The will
   is `{Presence.OFFLINE.value}`, retained, on `status`, with a delay of {WILL_DELAY_SECONDS} s.
2. Subscribe with QoS {QUALITY}; the device `{DEVICE}` of the library `{SITE}` to:
{_SUBSCRIPTIONS}
3. Say `{Presence.ONLINE.value}` on `status`, then `birth`, then `state`; all three retained.
4. Keep a fact on disk before anybody is told yes. Number facts 1, 2, 3 in one `install`, a name
   made anew with the store. Send them in order while the server's status is
   `{Presence.ONLINE.value}`: again on every connection, and again when `ack` has stood still for
   10 s. Only `ack` means that they are committed; a PUBACK is no receipt. Keep them 30 days more:
   a server that was restored from a backup asks for what it lost (`resend`). Say `birth` again
   whenever the server comes back. An `ack` shows facts that are `kept`: if you have none or
   another under such a number, your disk was put back. Take nothing for acknowledged, begin a new
   `install`, number all you hold from 1 and send it; what the server knows it counts once.
5. Give every patron action one id for ever. `lend` and the fact that closes the loan carry the
   same one, so asking or sending twice counts once. Every `lend` that was sent ends in exactly one
   fact: `item-lent`, `loan-abandoned` or `loan-unconfirmed`. `renew` is closed by the server.
6. An ask without a reply after 3 s (`send-receipt`: 10 s) is unknown: neither yes nor no. The
   device then decides alone, within the `offline` part of its settings, what `identify` and `lend`
   ask; the other questions have no answer then. A reply found by no waiting `correlation` is
   ignored.
7. Take `settings/desired` whenever it comes, and answer on `settings/reported`.
8. Ignore what is on another's topic, and an `ack` or `reply` that is delivered as retained.
9. Speak to another machine by TLS {OLDEST_TLS} or later; believe the library's own authority alone,
   and check the host's name. There the broker takes user and client id from the certificate.
10. A patron's number leaves the device's memory only sealed to the server's public key (32 bytes,
    base64, handed over with the device's certificate): `{PREFIX}` and the base64url, without
    padding, of libsodium's `crypto_box_seal` of the number filled up with zero bytes to 64. The
    patron in the examples is `KTA-0007`, for the private key of bytes 0, 1, 2 ... 31. The server
    sets aside what it cannot open. `erased:` stands only in what the server keeps for long.
11. A PIN is sealed in the same way: `{SECRET_PREFIX}` and the same of its UTF-8, filled up to
    {SECRET_BYTES}. It is asked for by the settings' `pin`, and when a refusal says
    `{Reason.NEEDS_PIN.value}`; it is on no disk, in no log, and void after the ask's `expires`.
    The PIN in the examples is `1234`.
12. Keep on disk, per boot, its last second and what was learnt of its time: the first NTP time,
    and the highest `server_time` for its second. Tell this boot's in `state`, earlier boots' in
    `birth`. The server corrects facts by it; a wall clock that nobody set counts for nothing.
"""


def contract() -> str:
    """The page from which a device can be written in any language."""
    sections = [
        [_GUIDE],
        ["## Topics\n", *_topics()],
        ["## Enrolment\n", *_enrolment()],
        ["## Envelopes\n", *(line for cls in _ENVELOPES for line in _fields(cls))],
        ["## Messages\n", *(line for example in examples() for line in _message(example))],
        ["## Parts of messages\n", *(line for cls in _PARTS for line in _fields(cls))],
        ["## Words\n", *(line for word in _WORDS for line in _word(word))],
    ]
    text = "\n".join(line for section in sections for line in section)
    return text.rstrip() + "\n"


def _topics() -> list[str]:
    rows = [
        f"| `{path(channel)}` | {'from' if channel in FROM_DEVICE else 'to'} the device"
        f" | {'yes' if channel in RETAINED else 'no'} | {QUALITY} | {_links(channel)}"
        f" | {PURPOSES[channel]} |"
        for channel in Channel
    ]
    server = f"`{ROOT}/{{site}}/{SERVER}/status`"
    return [
        f"Each is below `{ROOT}/{{site}}/{{device}}/`; a device uses only its own.\n",
        "| topic | direction | retained | QoS | messages | says |",
        "| --- | --- | --- | --- | --- | --- |",
        *rows,
        f"\nOn {server}, retained, the server says whether it is there: {_link('Presence')}.\n",
    ]


def _enrolment() -> list[str]:
    """How a device gets its certificate, in the words of the modules and types that do it."""
    modules = [f"{inspect.getdoc(one)}\n".replace(" Pure.", "") for one in (codes, exchange)]
    structs = [
        f"- `{cls.__name__}` (`{'`, `'.join(cls.__struct_fields__)}`):"
        f" {' '.join((inspect.getdoc(cls) or '').split())}"
        for cls in (exchange.Enrol, exchange.Renew, exchange.Enrolled, exchange.Refused)
    ]
    return [*modules, *structs, ""]


def _message(example: Example) -> list[str]:
    topic = path(example.channel, kind(example))
    if isinstance(example.message, Presence):
        shown = f"```\n{example.payload.decode()}\n```\n"
    else:
        shown = f"```json\n{msgspec.json.format(example.payload, indent=2).decode()}\n```\n"
    return [*_fields(type(example.message)), f"On `{topic}`:\n", shown]


def _fields(cls: type) -> list[str]:
    schema = SCHEMAS.get(cls.__name__, {})
    needed = schema.get("required", ())
    rows = [
        f"| `{field}` | {_in_words(form)} | {'yes' if field in needed else 'no'} |"
        for field, form in schema.get("properties", {}).items()
    ]
    table = ["| field | type | needed |", "| --- | --- | --- |", *rows, ""] if rows else []
    return [f"### {cls.__name__}\n", f"{inspect.getdoc(cls)}\n", *table]


def _word(word: type[Enum]) -> list[str]:
    values = ", ".join(f"`{one.value}`" for one in word)
    return [f"### {word.__name__}\n", f"{inspect.getdoc(word)}\n", f"One of {values}.\n"]


def _in_words(schema: dict[str, Any]) -> str:
    """A JSON Schema for a table's cell."""
    match schema:
        case {"$ref": reference}:
            return _link(reference.rpartition("/")[2])
        case {"anyOf": forms}:
            return " or ".join(_in_words(form) for form in forms)
        case {"type": "array", "items": item}:
            return f"array of {_in_words(item)}"
        case {"type": "string", "pattern": pattern}:
            return f"string `{pattern}`"
        case {"type": "string", "format": form}:
            return f"string, {form}"
        case {"type": name}:
            return str(name)
        case _:
            return "the message itself"


def _links(channel: Channel) -> str:
    return ", ".join(_link(name_of(one)) for one in carried_on(channel))


def _link(name: str) -> str:
    return f"[{name}](#{name.lower()})"


def main(arguments: Sequence[str], folder: Path = FOLDER) -> int:
    """Writes or checks both files in `folder`; the exit status."""
    texts = {folder / "CONTRACT.md": contract(), folder / "asyncapi.yaml": asyncapi()}
    if list(arguments) != ["--check"]:
        for file, text in texts.items():
            file.write_text(text, encoding="utf-8")
        return 0
    stale = [file for file, text in texts.items() if _held(file) != text]
    for file in stale:
        sys.stderr.write(f"{file} differs from the types: run {_COMMAND}\n")
    return 1 if stale else 0


def _held(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
