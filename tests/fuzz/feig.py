"""FEIG, fuzzed: frames, both directions of the protocol, the trace, and the simulated reader."""

from contextlib import suppress

from devices.capabilities import TagUid
from devices.errors import Garbled
from devices.feig.frame import Frame, Receiver
from devices.feig.protocol import (
    EasAlarm,
    Inventory,
    ReadBlocks,
    Request,
    RfReset,
    SystemInformation,
    Transparent,
    WriteAfi,
    WriteBlocks,
    question,
    request_of,
)
from devices.feig.replies import (
    Blocks,
    Sightings,
    TagInformation,
    Told,
    Version,
    reply_of,
)
from devices.feig.simulator import CPR_M02, LR200, MR101, FeigPeer
from devices.feig.trace import explained
from devices.simulated_tag import SimulatedTag
from devices.tag_field import TagField
from tests.fuzz.targets import Target

UID = TagUid(bytes.fromhex("E0040150153B945A"))
ASKED: tuple[Request, ...] = (
    RfReset(),
    Inventory(),
    ReadBlocks(UID, 0, 8, with_locks=True),
    WriteBlocks(UID, 3, (b"abcd", b"efgh")),
    WriteAfi(UID, 0xC2),
    SystemInformation(UID),
    EasAlarm(UID),
    Transparent(EasAlarm(UID)),
)
QUESTIONS = tuple(question(request).encode() for request in ASKED)


def _field() -> TagField:
    return TagField(SimulatedTag(UID, bytes(112), afi=0x07))


def _answers() -> tuple[bytes, ...]:
    peer = FeigPeer(_field())
    return tuple(peer.hear(asked) for asked in QUESTIONS)


def _frames(data: bytes) -> None:
    receiver = Receiver()
    receiver.hear(data)
    while frame := receiver.next_frame():
        request_of(frame)
        with suppress(Garbled):
            _bodies(reply_of(frame).body)


def _bodies(body: bytes) -> None:
    for decode in (Sightings, Blocks, TagInformation, Told, Version):
        with suppress(Garbled):
            decode.decode(body)


def _payload(data: bytes) -> None:
    """Sound frames around spoilt payloads: a checksum alone would stop almost all of them."""
    _frames(Frame(0xFF, 0xB0, data[:500]).encode())


def _peer(data: bytes) -> None:
    for personality in (MR101, CPR_M02, LR200):
        peer = FeigPeer(_field(), personality)
        peer.hear(data)
        for start in range(3, 6):
            peer.hear(Frame(0xFF, 0xB0, data[start : start + 200]).encode())
        peer.silence()


def _explained(data: bytes) -> None:
    explained(data)
    explained(Frame(0x00, 0xB0, data[:500]).encode())


TARGETS: dict[str, Target] = {
    "feig-frame": Target(_frames, QUESTIONS + _answers(), (b"\x02\x00",)),
    "feig-payload": Target(_payload, tuple(raw[5:-2] for raw in QUESTIONS + _answers())),
    "feig-reader": Target(_peer, QUESTIONS, (UID.raw,)),
    "feig-trace": Target(_explained, QUESTIONS + _answers()),
}
