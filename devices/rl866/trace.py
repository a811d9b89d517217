"""What a frame on an RL866's line says, for a technician. Pure, and never raises.

Hosts write to address FF, readers answer from their own; a question to a reader's own address is
told by its form, which no answer has.
"""

from devices.checksum import checksum
from devices.errors import Garbled
from devices.explanation import Explanation
from devices.rl866.access import (
    Blocks,
    Code,
    ReadBlocks,
    Result,
    TagInformation,
    WriteBlocks,
)
from devices.rl866.frame import ANY_ADDRESS, RESYNC, RESYNCED, SEQUENCE, Frame, Receiver
from devices.rl866.inventory import Inventoried
from devices.rl866.protocol import (
    Access,
    Command,
    Connect,
    Disconnect,
    Error,
    Inventory,
    ReadConfiguration,
    Reply,
    Request,
    error_words,
    reply_of,
    request_of,
)

_OK = "ok (error 0000)"


def explained(raw: bytes) -> Explanation:
    """One frame, sound or not."""
    receiver = Receiver()
    receiver.hear(raw)
    frame = receiver.next_frame()
    if frame is None or len(frame.encode()) != len(raw):
        return Explanation("not a frame", problems=_problems(raw))
    head: dict[str, object] = {"address": f"{frame.address:02X}"}
    if frame.control in (RESYNC, RESYNCED) and not frame.body:
        return Explanation("resync", _OK if frame.control == RESYNCED else None, head)
    head["sequence"] = frame.control // SEQUENCE & 1
    if frame.control & ~SEQUENCE or frame.body[:1] not in map(_byte, Command):
        fields = {**head, "control": f"{frame.control:02X}", "body": _hex(frame.body)}
        return Explanation("unknown", None, fields, ("unknown kind of block or command",))
    name = Command(frame.body[0]).name.lower().replace("_", " ")
    try:
        return _said(frame, name, head)
    except Garbled as error:
        body = {**head, "body": _hex(frame.body)}
        return Explanation(name, None, body, (str(error),))


def _problems(raw: bytes) -> tuple[str, ...]:
    if raw[:1] != b"\xfa":
        return ("does not begin with FA",)
    told = int.from_bytes(raw[1:2], "big")
    if len(raw) != told + 1:
        return (f"length {told} told, {len(raw) - 1} bytes there",)
    right = checksum(raw[1:-2]).to_bytes(2, "little")
    return (f"checksum {_hex(raw[-2:])}, not {_hex(right)}",)


def _said(frame: Frame, name: str, head: dict[str, object]) -> Explanation:
    """Raises Garbled when the bytes disagree with themselves."""
    request = request_of(frame)
    if not isinstance(request, Error):
        return Explanation(name, None, head | _asked(request))
    if frame.address == ANY_ADDRESS:
        raise Garbled(error_words(request))
    reply = reply_of(frame)
    if reply.error:
        return Explanation(name, error_words(reply.error), head)
    error, fields = _answered(reply)
    return Explanation(name, error_words(error) if error else _OK, head | fields)


def _asked(request: Request) -> dict[str, object]:
    match request:
        case ReadConfiguration(first, count, stored):
            return {"first": first, "count": count, "stored": stored}
        case Inventory(more):
            return {"more": more}
        case Connect(uid, tag_type):
            return {"uid": str(uid), "tag type": tag_type}
        case Disconnect(handle):
            return {"handle": handle}
        case Access(handle, code, parameters):
            return {"handle": handle, **_operation(code, parameters)}


def _operation(code: int, parameters: bytes) -> dict[str, object]:
    fields: dict[str, object] = {"operation": _code(code)}
    match code:
        case Code.READ_BLOCKS:
            read = ReadBlocks.decode(parameters)
            return fields | {"first": read.first, "count": read.count, "locks": read.with_locks}
        case Code.WRITE_BLOCKS:
            write = WriteBlocks.decode(parameters)
            return fields | {"first": write.first, "blocks": [_hex(b) for b in write.blocks]}
    return fields | ({"parameters": _hex(parameters)} if parameters else {})


def _answered(reply: Reply) -> tuple[int, dict[str, object]]:
    """The error of an operation, and what was told."""
    match reply.command:
        case Command.INVENTORY:
            found = Inventoried.decode(reply.body)
            uids = [str(report.uid) for report in found.reports if report.uid]
            return 0, {"found": found.found, "uids": uids, "cut off": found.is_cut_off}
        case Command.CONNECT if len(reply.body) == 1:
            return 0, {"handle": reply.body[0]}
        case Command.ACCESS:
            result = Result.decode(reply.body)
            return result.error, {"operation": _code(result.code), **_told(result)}
    return 0, {"body": _hex(reply.body)} if reply.body else {}


def _told(result: Result) -> dict[str, object]:
    match result.code:
        case Code.SYSTEM_INFORMATION if not result.error:
            about = TagInformation.decode(result.told)
            memory = f"{about.block_count} blocks of {about.block_size} bytes"
            marks = {"dsfid": f"{about.dsfid:02X}", "afi": f"{about.afi:02X}"}
            return {"uid": str(about.uid), **marks, "memory": memory}
        case Code.READ_BLOCKS if not result.error:
            # Whether locks stand before the blocks was said in the question alone.
            blocks = Blocks.decode(result.told, with_locks=False).blocks
            return {"blocks": [_hex(block) for block in blocks]}
    return {"told": _hex(result.told)} if result.told else {}


def _code(code: int) -> str:
    known = next((known.name for known in Code if known == code), f"operation {code:04X}")
    return known.lower().replace("_", " ")


def _byte(command: Command) -> bytes:
    return bytes((command,))


def _hex(data: bytes) -> str:
    return data.hex().upper()
