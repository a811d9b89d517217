"""What a frame on a 3M reader's line says, for a technician. Pure, and never raises.

A frame does not tell who sent it. A question about a tag begins with its UID, E0, and no error
code is E0; the others are told apart by their length.
"""

from typing import Final

from devices.capabilities import UID_BYTES, TagUid
from devices.errors import Garbled
from devices.explanation import Explanation
from devices.m3_810.frame import MARK, PROBE_MARK, Frame, Receiver, checksum
from devices.m3_810.protocol import (
    ARGUMENTS,
    Command,
    Inventory,
    Probe,
    Reply,
    Status,
    TagRequest,
    probed_version,
    reply_of,
    request_of,
)
from devices.m3_810.replies import (
    Blocks,
    Sightings,
    Style,
    TagInformation,
)

_ISO15693: Final = 0xE0
# One byte after the UID of a reply.
_TOLD: Final = {
    Command.GET_AFI: "afi",
    Command.GET_DSFID: "dsfid",
    Command.CHECK_EAS: "on",
    Command.WRITE_BLOCKS: "next block",
}
_NUMBERS: Final = ("first", "count", "block", "next block")


def explained(raw: bytes) -> Explanation:
    """One frame, sound or not."""
    receiver = Receiver()
    receiver.hear(raw)
    frame = receiver.next_frame()
    if frame is None or len(frame.encode()) != len(raw):
        return Explanation("not a frame", problems=_problems(raw))
    if (version := probed_version(frame)) is not None:
        return Explanation("probe", Status.OK.words, {"version": ".".join(map(str, version))})
    if request_of(frame) == Probe():
        return Explanation("probe")
    name = _name(frame)
    if name is None or frame.mark == PROBE_MARK:
        words = f"command {frame.command:02X}"
        return Explanation(words, None, {"body": _hex(frame.body)}, ("unknown command",))
    if _is_asked(frame):
        return _question(frame, name)
    try:
        return _reply(reply_of(frame), name)
    except Garbled as error:
        return Explanation(name, None, {"body": _hex(frame.body)}, (str(error),))


def _problems(raw: bytes) -> tuple[str, ...]:
    if raw[:1] not in (bytes((MARK,)), bytes((PROBE_MARK,))):
        return ("does not begin with D6 or D5",)
    told = int.from_bytes(raw[1:3], "big")
    if len(raw) != told + 3:
        return (f"length {told} told, {max(len(raw) - 3, 0)} bytes there",)
    return (f"checksum {_hex(raw[-2:])}, not {checksum(raw[1:-2]):04X}",)


def _name(frame: Frame) -> str | None:
    known = next((command for command in Command if command == frame.command), None)
    return known.name.lower().replace("_", " ") if known else None


def _is_asked(frame: Frame) -> bool:
    match frame.command:
        case Command.READER_VERSION:
            return not frame.body
        case Command.INVENTORY:
            return len(frame.body) in (2, 3)
        case Command.PARAMETERS:
            return frame.body[:1] != bytes((Status.OK,))
    return frame.body[:1] == bytes((_ISO15693,))


def _question(frame: Frame, name: str) -> Explanation:
    match request_of(frame):
        case TagRequest(command, uid, arguments):
            fields = {"uid": str(uid), **_named(command, arguments)}
            return Explanation(name, None, fields, _misfit(command, len(arguments)))
        case Inventory(afi, options):
            return Explanation(name, None, {"afi": f"{afi:02X}", "options": f"{options:02X}"})
        case Status.PARAMETER:
            return Explanation(name, None, {"body": _hex(frame.body)}, ("bad length",))
    return Explanation(name, None, {"body": _hex(frame.body)} if frame.body else {})


def _misfit(command: Command, length: int) -> tuple[str, ...]:
    """Options may be left out."""
    words = ARGUMENTS[command]
    least = len([word for word in words if word != "options"])
    is_open = any(word.isupper() for word in words)
    return () if least <= length and (is_open or length <= len(words)) else ("bad length",)


def _named(command: Command, arguments: bytes) -> dict[str, object]:
    fields: dict[str, object] = {}
    for at, word in enumerate(ARGUMENTS[command]):
        if word.isupper():
            fields[word.lower()] = _hex(arguments[at:])
        elif at < len(arguments):
            fields[word] = _value(word, arguments[at])
    return fields


def _reply(reply: Reply, name: str) -> Explanation:
    fields: dict[str, object] = {}
    told = reply.body
    if reply.command in ARGUMENTS and len(told) >= UID_BYTES:
        fields["uid"] = str(TagUid(told[:UID_BYTES]))
        told = told[UID_BYTES:]
    if reply.status is Status.OK:
        fields |= _told(reply.command, told)
    elif told:
        fields["body"] = _hex(told)
    return Explanation(name, reply.status.words, fields)


def _told(command: int, told: bytes) -> dict[str, object]:
    """Raises Garbled when the bytes disagree with themselves."""
    match command:
        case Command.INVENTORY:
            found = Sightings.decode(told)
            uids = [str(tag.uid) for tag in found.tags if tag.uid]
            return {"options": f"{found.options:02X}", "count": len(found.tags), "uids": uids}
        case Command.READ_BLOCKS:
            return _blocks(told)
        case Command.TAG_INFORMATION:
            about = TagInformation.decode(told)
            memory = f"{about.block_count} blocks of {about.block_size} bytes"
            return {"dsfid": f"{about.dsfid:02X}", "afi": f"{about.afi:02X}", "memory": memory}
        case _ if (word := _TOLD.get(Command(command))) and len(told) == 1:
            return {word: _value(word, told[0])}
    return {"body": _hex(told)} if told else {}


def _blocks(told: bytes) -> dict[str, object]:
    """The first style that fits: a reply does not tell its own."""
    for style in Style:
        try:
            read = Blocks.decode(told, style)
        except Garbled:
            continue
        locked = [read.first + at for at, is_locked in enumerate(read.locks) if is_locked]
        fields = {"first": read.first, "blocks": [_hex(block) for block in read.blocks]}
        return fields | ({"locked": locked} if read.locks else {})
    raise Garbled("blocks that do not fit their count")


def _value(word: str, value: int) -> object:
    return value if word in _NUMBERS else f"{value:02X}"


def _hex(data: bytes) -> str:
    return data.hex().upper()
