"""What is fuzzed of 3M's readers: frames, replies, the trace and the simulated reader."""

from contextlib import suppress

from devices.errors import Garbled
from devices.m3_810.frame import Receiver
from devices.m3_810.protocol import (
    ARGUMENTS,
    Command,
    Inventory,
    Probe,
    Reply,
    Status,
    TagRequest,
    question,
    reply_of,
)
from devices.m3_810.replies import Blocks, Sighting, Sightings, Style, TagInformation
from devices.m3_810.simulator import M3Peer
from devices.m3_810.trace import explained
from devices.tag_field import TagField
from tests.devices.tags_in_hand import book, uid
from tests.fuzz.targets import Target

UID = uid(1)
BLOCKS = Blocks(0, (b"abcd", b"efgh"), (True, False))
ASKED = (
    question(Probe()).encode(),
    question(Inventory()).encode(),
    question(TagRequest(Command.READ_BLOCKS, UID, b"\x00\x08\x04")).encode(),
    question(TagRequest(Command.WRITE_BLOCKS, UID, b"\x00\x01\x00abcd")).encode(),
    question(TagRequest(Command.TAG_INFORMATION, UID, b"\x07")).encode(),
)
BODIES = (
    Sightings(0, 7, (Sighting(UID, 0x3E),)).encode(),
    TagInformation(0x3E, 0x07, 4, 28).encode(),
    *(BLOCKS.encode(style) for style in Style),
)
ANSWERED = tuple(
    Reply(Command.READ_BLOCKS, Status.OK, UID.raw + body).frame().encode() for body in BODIES
)


def _frames(data: bytes) -> None:
    receiver = Receiver()
    receiver.hear(data)
    while frame := receiver.next_frame():
        with suppress(Garbled):
            reply_of(frame)


def _bodies(data: bytes) -> None:
    for decode in (Sightings.decode, TagInformation.decode):
        with suppress(Garbled):
            decode(data)
    for style in Style:
        with suppress(Garbled):
            Blocks.decode(data, style)


def _trace(data: bytes) -> None:
    explained(data)


def _peer(data: bytes) -> None:
    peer = M3Peer(TagField(book(1)))
    peer.hear(data)
    peer.silence()
    for command in ARGUMENTS:  # spoilt arguments under a good checksum
        peer.hear(question(TagRequest(command, UID, data[-8:])).encode())


TARGETS: dict[str, Target] = {
    "m3-810-frame": Target(_frames, ASKED + ANSWERED),
    "m3-810-body": Target(_bodies, BODIES),
    "m3-810-trace": Target(_trace, ASKED + ANSWERED),
    "m3-810-simulator": Target(_peer, ASKED),
}
