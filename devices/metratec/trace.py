"""What lines on a metraTec reader's port say, for a technician. Pure, and never raises.

One line, or all lines of an answer. Who sent them is told by their form: hosts only ask.
"""

import re
from collections.abc import Sequence
from typing import Final

from devices.checksum import checksum
from devices.errors import Garbled
from devices.explanation import Explanation
from devices.iso15693 import refusal_words
from devices.metratec.air import AirAnswer, AirRequest, has_checksum
from devices.metratec.air import Command as Air
from devices.metratec.frame import Line, Receiver
from devices.metratec.protocol import (
    ANSWERS,
    ERRORS,
    UNASKED,
    Said,
    TagRequest,
    inventoried,
    plain_word,
    request_of,
    revision_words,
    tag_answered,
)

# The first words of hosts' lines, by the contents of metraTec's protocol guide.
_ASKED: Final = {
    "BRK": "break",
    "CNR": "continuous mode",
    "COF": "checksums off",
    "CON": "checksums on",
    "DRQ": "direct read request",
    "DWQ": "direct write request",
    "EOF": "line feeds on",
    "INV": "inventory",
    "MOD": "mode",
    "NEF": "line feeds off",
    "REQ": "read request",
    "REV": "revision",
    "RHR": "hardware revision",
    "RIP": "input pin",
    "RSN": "serial number",
    "RST": "reset",
    "SAP": "antenna port",
    "SRI": "field",
    "STB": "standby",
    "VBL": "verbosity",
    "WAK": "wake up",
    "WOP": "output pin",
    "WRQ": "write request",
}
# What a request carries after the UID, by name. A name in capitals takes all that is left.
_ARGUMENTS: Final = {
    Air.READ_BLOCK: ("block",),
    Air.WRITE_BLOCK: ("block", "DATA"),
    Air.LOCK_BLOCK: ("block",),
    Air.READ_BLOCKS: ("first", "count"),
    Air.WRITE_AFI: ("afi",),
    Air.WRITE_DSFID: ("dsfid",),
}
_UID: Final = re.compile(r"E0[0-9A-F]{14}")
_ENDS_AS_CHECKED: Final = re.compile(r"(.+ )([0-9A-F]{4})")


def explained(raw: bytes) -> Explanation:
    """One line or the lines of one answer, sound or not."""
    receiver = Receiver()
    receiver.hear(raw)
    lines = list(iter(receiver.next_frame, None))
    if not lines:
        return Explanation("not a line", problems=("does not end with CR (0D)",))
    problems = tuple(problem for line in lines if (problem := _spoilt(line)))
    if b"".join(line.encode() for line in lines) != raw.replace(b"\n", b""):
        problems += ("bytes that belong to no line",)
    texts = [line.text for line in lines]
    try:
        said = _said([text for text in texts if text[:3] not in UNASKED] or texts[:1])
    except Garbled as error:
        return Explanation("line", None, {"lines": texts}, (str(error), *problems))
    return Explanation(said.command, said.status, said.fields, said.problems + problems)


def _spoilt(line: Line) -> str | None:
    match = _ENDS_AS_CHECKED.fullmatch(line.text)
    if line.is_checked or match is None:
        return None
    known = _ASKED.keys() | ERRORS.keys() | ANSWERS.keys() | {"IVF"}
    if line.text[:3] in known or _UID.match(line.text):
        return f"checksum {match[2]}, not {checksum(match[1].encode('ascii')):04X}"
    return None


def _said(texts: Sequence[str]) -> Explanation:
    """Raises Garbled when lines of an answer are missing, or disagree."""
    found, answer = inventoried(texts), tag_answered(texts)
    if isinstance(found, tuple):
        uids = [str(uid) for uid in found]
        return Explanation("inventory", "done", {"count": len(uids), "uids": uids})
    if isinstance(answer, bytes):
        return _tag_said(answer)
    if len(texts) == 1:
        return _one(texts[0])
    if isinstance(answer, Said):
        return Explanation("answer", answer.words, {"lines": list(texts)})
    return Explanation("answer", None, {"lines": list(texts)}, ("not a whole answer",))


def _one(text: str) -> Explanation:
    if plain_word(text):
        return Explanation("answer", Said(text).words)
    if words := revision_words(text):
        return Explanation("revision", "done", {"reader": words})
    if _UID.fullmatch(text):
        return Explanation("inventory", "tag found", {"uid": text})
    if text[:3] in UNASKED:
        return Explanation("notice", "unasked", {"line": text})
    request = request_of(text)
    if isinstance(request, TagRequest):
        return _tag_asked(request)
    name = _ASKED.get(text[:3])
    if name is None:
        return Explanation("unknown", None, {"line": text}, ("unknown line",))
    is_wrong = isinstance(request, str) and text[:3] in ("REQ", "WRQ")
    problems = (Said(str(request)).words,) if is_wrong else ()
    return Explanation(name, None, {"parameters": text[4:]} if text[4:] else {}, problems)


def _tag_asked(request: TagRequest) -> Explanation:
    """Raises Garbled when it is not addressed."""
    asked = AirRequest.decode(request.raw)
    name = next((known.name.lower() for known in Air if known == asked.command), None)
    fields: dict[str, object] = {"uid": str(asked.uid)}
    if name is None:
        fields |= {"body": _hex(asked.arguments)}
        return Explanation(f"command {asked.command:02X}", None, fields, ("unknown command",))
    words = _ARGUMENTS.get(Air(asked.command), ())
    for at, word in enumerate(words):
        if word.isupper():
            fields[word.lower()] = _hex(asked.arguments[at:])
        elif at < len(asked.arguments):
            fields[word] = _value(word, asked.arguments[at])
    if asked.option:
        fields["option"] = True
    open_ended = any(word.isupper() for word in words) and len(asked.arguments) >= len(words)
    misfit = () if open_ended or len(asked.arguments) == len(words) else ("bad length",)
    return Explanation(name.replace("_", " "), None, fields, misfit)


def _tag_said(raw: bytes) -> Explanation:
    """Raises Garbled on flags that are neither yes nor error."""
    answer = AirAnswer.decode(raw)
    if answer.error is not None:
        return Explanation("tag's answer", refusal_words(answer.error))
    fields: dict[str, object] = {"body": _hex(answer.told)} if answer.told else {}
    return Explanation("tag's answer", "ok", fields | {"tag's checksum": has_checksum(raw)})


def _value(word: str, value: int) -> object:
    """ISO 15693 tells one block less than it means."""
    if word == "count":
        return value + 1
    return value if word in ("first", "block") else f"{value:02X}"


def _hex(data: bytes) -> str:
    return data.hex().upper()
