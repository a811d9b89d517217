"""What a FEIG frame says, in words a technician can read. Pure; it never raises.

A frame does not say whether it asks or answers, and an answer not what was asked: where both would
do, a question is preferred, and a body is shown as what its lengths allow.
"""

from dataclasses import fields
from typing import Final

from devices.capabilities import TagUid
from devices.checksum import checksum
from devices.errors import Garbled
from devices.explanation import Explanation
from devices.feig.frame import ANY_ADDRESS, Form, Frame
from devices.feig.protocol import Request, Transparent, request_of
from devices.feig.replies import (
    Blocks,
    Reply,
    Sightings,
    Status,
    TagInformation,
    Version,
    reply_of,
    transponders,
)
from devices.iso15693 import refusal_words

# H60301-3e-ID-B, clauses 4 to 8.
_COMMANDS: Final = {
    0x52: "baud rate detection", 0x63: "CPU reset", 0x65: "get software version",
    0x66: "get reader info", 0x69: "RF reset", 0x6A: "RF output", 0x71: "set output",
    0x72: "set output", 0x74: "get input", 0x75: "adjust antenna", 0x80: "read configuration",
    0x81: "write configuration", 0x82: "save configuration", 0x83: "default configuration",
    0xA0: "reader login", 0xB0: "ISO 15693 host command", 0xB1: "custom command",
    0xBF: "ISO 15693 transparent command",
}  # fmt: skip
_HOST_COMMANDS: Final = {
    0x01: "inventory", 0x02: "stay quiet", 0x22: "lock blocks", 0x23: "read blocks",
    0x24: "write blocks", 0x25: "select", 0x26: "reset to ready", 0x27: "write AFI",
    0x28: "lock AFI", 0x29: "write DSFID", 0x2A: "lock DSFID", 0x2B: "get system information",
    0x2C: "get block security status",
}  # fmt: skip
_NXP_COMMANDS: Final = {0xA2: "set EAS", 0xA3: "reset EAS", 0xA4: "lock EAS", 0xA5: "EAS alarm"}
_SHORTEST: Final = {Form.STANDARD: 5, Form.ADVANCED: 7}
_ADVANCED_MARK: Final = b"\x02"


def explained(raw: bytes) -> Explanation:
    """One frame, from its first byte to its last."""
    form = Form.ADVANCED if raw[:1] == _ADVANCED_MARK else Form.STANDARD
    if len(raw) < _SHORTEST[form]:
        return Explanation("no frame", problems=(f"{len(raw)} bytes are too short",))
    head = _SHORTEST[form] - 4
    frame = Frame(raw[head], raw[head + 1], raw[head + 2 : -2], form)
    return _of(frame, _problems(raw, form))


def _problems(raw: bytes, form: Form) -> tuple[str, ...]:
    length = raw[0] if form is Form.STANDARD else int.from_bytes(raw[1:3], "big")
    told, right = int.from_bytes(raw[-2:], "little"), checksum(raw[:-2])
    wrong_length = f"{length} bytes announced, {len(raw)} here"
    wrong_checksum = f"checksum {told:04X}, should be {right:04X}"
    found = ((length != len(raw), wrong_length), (told != right, wrong_checksum))
    return tuple(text for is_wrong, text in found if is_wrong)


def _of(frame: Frame, problems: tuple[str, ...]) -> Explanation:
    about: dict[str, object] = {"form": frame.form.value, "address": f"{frame.address:02X}"}
    request = request_of(frame)
    reply = None if frame.address == ANY_ADDRESS else _reply(frame)
    if frame.command not in _COMMANDS:
        problems += ("unknown command",)
    if isinstance(request, Status) and reply is not None:
        body = _body(frame.command, reply)
        return Explanation(_command(frame), reply.status.words, about | body, problems)
    if isinstance(request, Status):
        if request is Status.LENGTH_ERROR:
            problems += ("the command has a wrong length",)
        body = {"data": _shown(frame.payload)} if frame.payload else {}
    else:
        body = _values(request)
    return Explanation(_command(frame, asks=True), None, about | body, problems)


def _reply(frame: Frame) -> Reply | None:
    try:
        return reply_of(frame)
    except Garbled:
        return None


def _command(frame: Frame, *, asks: bool = False) -> str:
    """A reply does not repeat its subcommand."""
    match (frame.command, *frame.payload):
        case (0xB0, code, *_) if asks and code in _HOST_COMMANDS:
            return _HOST_COMMANDS[code]
        case (0xB1, 0x04, code, *_) if asks and code in _NXP_COMMANDS:
            return _NXP_COMMANDS[code]
    return _COMMANDS.get(frame.command, f"command {frame.command:02X}")


def _values(request: Request) -> dict[str, object]:
    if isinstance(request, Transparent):
        return {"over the air": type(request.request).__name__} | _values(request.request)
    return {field.name: _shown(getattr(request, field.name)) for field in fields(request)}


def _version(body: bytes) -> dict[str, object]:
    return {"reader": Version.decode(body).words}


def _tag(body: bytes) -> dict[str, object]:
    told = TagInformation.decode(body)
    about = {field.name: getattr(told.about, field.name) for field in fields(told.about)}
    return {"uid": str(told.uid)} | about


def _blocks(body: bytes) -> dict[str, object]:
    blocks = Blocks.decode(body)
    if not blocks.blocks:
        raise Garbled("no blocks")
    return {"blocks": _shown(blocks.blocks), "locks": blocks.locks}


def _sightings(body: bytes) -> dict[str, object]:
    others = len(transponders(body)) - len(tags := Sightings.decode(body).tags)
    told: dict[str, object] = {"tags": tuple(str(tag.uid) for tag in tags)}
    return told | ({"other transponders": others} if others else {})


_READINGS: Final = {0x65: (_version,), 0xB0: (_tag, _blocks, _sightings)}


def _body(command: int, reply: Reply) -> dict[str, object]:
    if not reply.body:
        return {}
    if reply.status is Status.ISO15693_ERROR:
        return {"error": refusal_words(reply.body[0])}
    for reading in _READINGS.get(command, ()):
        try:
            return reading(reply.body)
        except Garbled:
            continue
    return {"data": _shown(reply.body)}


def _shown(value: object) -> object:
    match value:
        case bytes():
            return value.hex().upper()
        case tuple():
            return tuple(map(_shown, value))
        case TagUid():
            return str(value)
    return value
