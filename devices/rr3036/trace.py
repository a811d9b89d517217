"""What a frame on an RR3036's line says, for a technician. Pure, and never raises.

A frame tells neither who sent it nor, in an answer, what was asked: a question is known by its
form, which no answer has, and what an answer tells by its length.
"""

from typing import Final

from devices.checksum import checksum
from devices.errors import Garbled
from devices.explanation import Explanation
from devices.iso15693 import refusal_words
from devices.rr3036.frame import Frame, Receiver
from devices.rr3036.protocol import (
    ARGUMENTS,
    READER_ARGUMENTS,
    READER_INFORMATION_BYTES,
    SIGHTING_BYTES,
    TYPE_B,
    Command,
    ForReader,
    Inventory,
    Reply,
    Request,
    Status,
    TagRequest,
    reply_of,
    request_of,
)
from devices.rr3036.replies import Blocks, ReaderInformation, Sightings, TagInformation

_ISO15693: Final = 0xE0
_SYSTEM_INFORMATION_BYTES: Final = 14
_SIZES: Final = (4, 8)
_NUMBERS: Final = ("block", "first", "count")


def explained(raw: bytes) -> Explanation:
    """One frame, sound or not."""
    receiver = Receiver()
    receiver.hear(raw)
    frame = receiver.next_frame()
    if frame is None or len(frame.encode()) != len(raw):
        return Explanation("not a frame", problems=_problems(raw))
    head: dict[str, object] = {"address": f"{frame.address:02X}"}
    request = request_of(frame)
    if not isinstance(request, Status):
        name, fields = _asked(request)
        return Explanation(name, None, head | fields)
    if frame.code in ARGUMENTS and frame.body:
        return Explanation(_words(Command(frame.code).name), None, _rest(frame), ("bad length",))
    try:
        reply = reply_of(frame)
        name, fields = _told(reply)
    except Garbled as error:
        return Explanation("answer", None, _rest(frame), (str(error),))
    return Explanation(name, reply.status.words, head | fields)


def _problems(raw: bytes) -> tuple[str, ...]:
    told = int.from_bytes(raw[:1], "big")
    if len(raw) != told + 1:
        return (f"length {told} told, {max(len(raw) - 1, 0)} bytes there",)
    right = checksum(raw[:-2]).to_bytes(2, "little")
    if raw[-2:] != right:
        return (f"checksum {_hex(raw[-2:])}, not {_hex(right)}",)
    return ("too short",)


def _asked(request: Request) -> tuple[str, dict[str, object]]:
    match request:
        case ForReader(command, arguments):
            words = READER_ARGUMENTS.get(command, ())
            return f"reader {_words(command.name)}", dict(zip(words, arguments, strict=True))
        case Inventory(scan, afi):
            fields = {} if afi is None else {"afi": f"{afi:02X}"}
            return "inventory", {"scan": _words(scan.name), **fields}
        case TagRequest(command, uid, arguments, state):
            fields = {"uid": "selected" if uid is None else str(uid)}
            if _words(command.name).startswith(("write", "lock")):
                fields["type"] = "B" if state & TYPE_B else "A"
            return _words(command.name), {**fields, **_named(command, arguments)}


def _named(command: Command, arguments: bytes) -> dict[str, object]:
    fields: dict[str, object] = {}
    for at, word in enumerate(ARGUMENTS[command]):
        if word.isupper():
            fields[word.lower()] = _hex(arguments[at:])
        else:
            fields[word] = arguments[at] if word in _NUMBERS else f"{arguments[at]:02X}"
    return fields


def _told(reply: Reply) -> tuple[str, dict[str, object]]:
    """Raises Garbled on a length that no answer has."""
    body = reply.body
    if reply.status is Status.ISO15693_ERROR and len(body) == 1:
        return "answer", {"tag": refusal_words(body[0])}
    if not body:
        return "answer", {}
    if _tells_tags(reply):
        uids = [str(tag.uid) for tag in Sightings.decode(body).tags]
        return "inventory", {"count": len(uids), "uids": uids}
    if len(body) == READER_INFORMATION_BYTES:
        about = ReaderInformation.decode(body)
        return "reader information", {"reader": about.words, "scan time": about.scan_time}
    if len(body) == _SYSTEM_INFORMATION_BYTES:
        return "system information", _described(TagInformation.decode(body))
    return "blocks", _blocks(body)


def _tells_tags(reply: Reply) -> bool:
    """Other answers may be as long as an inventory's, but hold no UIDs."""
    if reply.status is not Status.OK:
        return True
    last_bytes = set(reply.body[SIGHTING_BYTES - 1 :: SIGHTING_BYTES])
    return len(reply.body) % SIGHTING_BYTES == 0 and last_bytes == {_ISO15693}


def _described(told: TagInformation) -> dict[str, object]:
    about = told.about
    memory = f"{about.block_count} blocks of {about.block_size} bytes"
    marks = {"dsfid": f"{about.dsfid:02X}", "afi": f"{about.afi:02X}"}
    return {"uid": str(told.uid), **marks, "memory": memory}


def _blocks(body: bytes) -> dict[str, object]:
    """Of the first size that fits: an answer does not tell its own."""
    for size in _SIZES:
        if len(body) % (1 + size) == 0:
            read = Blocks.decode(body, size)
            locked = [at for at, is_locked in enumerate(read.locks) if is_locked]
            return {"blocks": [_hex(block) for block in read.blocks], "locked": locked}
    raise Garbled(f"{len(body)} bytes, which no answer has")


def _rest(frame: Frame) -> dict[str, object]:
    return {"address": f"{frame.address:02X}", "body": _hex(frame.body)}


def _words(name: str) -> str:
    return name.lower().replace("_", " ")


def _hex(data: bytes) -> str:
    return data.hex().upper()
