"""What a host asks a FEIG reader, as typed values, each way. Pure.

Commands of a tag are always addressed: MODE 01, then the UID, most significant byte first. Blocks
travel with their bytes in reverse. Sources by clause: H60301-3e-ID-B, 5 (reader control), 6 (ISO
15693), 8.3 (NXP's custom commands) and 8.6 (transparent).
"""

from dataclasses import dataclass
from typing import Final

from devices.capabilities import UID_BYTES, TagUid
from devices.feig.frame import ANY_ADDRESS, Form, Frame
from devices.feig.replies import Status

_ADDRESSED: Final = 0x01
_WITH_LOCKS: Final = 0x08


@dataclass(frozen=True, slots=True)
class SoftwareVersion:
    pass


@dataclass(frozen=True, slots=True)
class RfReset:
    """Field off for 15 ms: every quiet tag will answer again."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """Every tag that is not quiet; `more` asks for the rest of an answer that was too long."""

    more: bool = False


@dataclass(frozen=True, slots=True)
class ReadBlocks:
    """`with_locks` asks for each block's security status as well, which takes longer."""

    uid: TagUid
    first: int
    count: int
    with_locks: bool = False


@dataclass(frozen=True, slots=True)
class WriteBlocks:
    """Blocks of one size, in memory order."""

    uid: TagUid
    first: int
    blocks: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class WriteAfi:
    uid: TagUid
    afi: int


@dataclass(frozen=True, slots=True)
class WriteDsfid:
    uid: TagUid
    dsfid: int


@dataclass(frozen=True, slots=True)
class SystemInformation:
    uid: TagUid


@dataclass(frozen=True, slots=True)
class SetEas:
    uid: TagUid


@dataclass(frozen=True, slots=True)
class ResetEas:
    uid: TagUid


@dataclass(frozen=True, slots=True)
class EasAlarm:
    """Only a tag whose EAS is on answers."""

    uid: TagUid


EasRequest = SetEas | ResetEas | EasAlarm
TagRequest = ReadBlocks | WriteBlocks | WriteAfi | WriteDsfid | SystemInformation | EasRequest


@dataclass(frozen=True, slots=True)
class Transparent:
    """One of NXP's commands as it goes over the air, for readers that do not know it themselves.

    MODE  LENGTH LENGTH  00 00  22 code 04 UID ..   LENGTH in bits; the UID's last byte first
    """

    request: EasRequest


Request = SoftwareVersion | RfReset | Inventory | Transparent | TagRequest

_PLAIN: Final[dict[bytes, Request]] = {
    b"\x65": SoftwareVersion(),
    b"\x69": RfReset(),
    b"\xb0\x01\x00": Inventory(),
    b"\xb0\x01\x80": Inventory(more=True),
}
_PLAIN_RAW: Final = {request: raw for raw, request in _PLAIN.items()}
_TRANSPARENT: Final = 0xBF
_CODES: Final[dict[type[TagRequest], bytes]] = {
    ReadBlocks: b"\xb0\x23",
    WriteBlocks: b"\xb0\x24",
    WriteAfi: b"\xb0\x27",
    WriteDsfid: b"\xb0\x29",
    SystemInformation: b"\xb0\x2b",
    SetEas: b"\xb1\x04\xa2",
    ResetEas: b"\xb1\x04\xa3",
    EasAlarm: b"\xb1\x04\xa5",
}
_KINDS: Final = {code: kind for kind, code in _CODES.items()}
# A read, with flags, 32 bytes and CRC to come back; writes, with flags and CRC.
_AIR_HEADS: Final[dict[type[EasRequest], bytes]] = {
    EasAlarm: bytes.fromhex("01 0118 0000 22A504"),
    SetEas: bytes.fromhex("02 0018 0000 22A204"),
    ResetEas: bytes.fromhex("02 0018 0000 22A304"),
}
_AIR_KINDS: Final = {head: kind for kind, head in _AIR_HEADS.items()}


def question(request: Request, address: int = ANY_ADDRESS, form: Form = Form.ADVANCED) -> Frame:
    """The frame that asks."""
    raw = _raw(request)
    return Frame(address, raw[0], raw[1:], form)


def _raw(request: Request) -> bytes:
    """The command and all that follows it."""
    if isinstance(request, SoftwareVersion | RfReset | Inventory):
        return _PLAIN_RAW[request]
    if isinstance(request, Transparent):
        eas = request.request
        return bytes((_TRANSPARENT,)) + _AIR_HEADS[type(eas)] + eas.uid.raw[::-1]
    mode = _ADDRESSED
    if isinstance(request, ReadBlocks) and request.with_locks:
        mode |= _WITH_LOCKS
    return _CODES[type(request)] + bytes((mode,)) + request.uid.raw + _values(request)


def _values(request: TagRequest) -> bytes:
    match request:
        case ReadBlocks(_, first, count):
            return bytes((first, count))
        case WriteBlocks(_, first, blocks):
            size = len(blocks[0]) if blocks else 0
            turned = b"".join(block[::-1] for block in blocks)
            return bytes((first, len(blocks), size)) + turned
        case WriteAfi(_, value) | WriteDsfid(_, value):
            return bytes((value,))
    return b""


def request_of(frame: Frame) -> Request | Status:
    """What a frame asks, or the status a reader refuses it with."""
    raw = bytes((frame.command,)) + frame.payload
    if plain := _PLAIN.get(raw):
        return plain
    if frame.command == _TRANSPARENT:
        return _transparent(frame.payload)
    for size in (2, 3):
        if kind := _KINDS.get(raw[:size]):
            return _tag_request(kind, raw[size:])
    match tuple(raw):
        case (0xB0, 0x01, _):
            return Status.PARAMETER_RANGE
        case (0x65 | 0x69, *_) | (0xB0,) | (0xB0, 0x01, *_) | (0xB1,) | (0xB1, 0x04):
            return Status.LENGTH_ERROR
    return Status.UNKNOWN_COMMAND


def _transparent(payload: bytes) -> Transparent | Status:
    """Only what we know of the air: a real reader would send anything."""
    kind = _AIR_KINDS.get(payload[:-UID_BYTES])
    if kind is None:
        return Status.PARAMETER_RANGE
    return Transparent(kind(TagUid(payload[-UID_BYTES:][::-1])))


def _tag_request(kind: type[TagRequest], rest: bytes) -> TagRequest | Status:
    """`rest` is the mode, the UID and what belongs to the command."""
    mode, raw, values = rest[:1], rest[1 : 1 + UID_BYTES], rest[1 + UID_BYTES :]
    if not mode or mode[0] & ~_WITH_LOCKS != _ADDRESSED:
        return Status.PARAMETER_RANGE
    if len(raw) < UID_BYTES:
        return Status.LENGTH_ERROR
    return _with_values(kind, TagUid(raw), values, with_locks=bool(mode[0] & _WITH_LOCKS))


def _with_values(
    kind: type[TagRequest], uid: TagUid, values: bytes, *, with_locks: bool
) -> TagRequest | Status:
    match tuple(values):
        case (first, count) if kind is ReadBlocks:
            return ReadBlocks(uid, first, count, with_locks)
        case (value,) if kind is WriteAfi or kind is WriteDsfid:
            return kind(uid, value)
        case (first, count, size, *turned) if kind is WriteBlocks and size:
            if len(turned) == count * size:
                starts = range(0, len(turned), size)
                return WriteBlocks(
                    uid, first, tuple(bytes(turned[at : at + size][::-1]) for at in starts)
                )
        case () if kind is SystemInformation or kind in _AIR_HEADS:
            return kind(uid)
    return Status.LENGTH_ERROR
