"""What is fuzzed of the RR3036: frames, answers, the trace and the simulated reader."""

from contextlib import suppress

from devices.capabilities import TagDescription
from devices.errors import Garbled
from devices.rr3036.frame import Frame, Receiver
from devices.rr3036.protocol import (
    ARGUMENTS,
    TYPE_B,
    Command,
    ForReader,
    Inventory,
    ReaderCommand,
    Reply,
    Scan,
    Status,
    TagRequest,
    can_answer,
    question,
    reply_of,
    request_of,
)
from devices.rr3036.replies import Blocks, ReaderInformation, Sighting, Sightings, TagInformation
from devices.rr3036.simulator import RR3036, RR9036, Rr3036Peer
from devices.rr3036.trace import explained
from devices.tag_field import TagField
from tests.devices.tags_in_hand import book, uid
from tests.fuzz.targets import Target

UID = uid(1)
CODES = (*Command, *Status)
REQUESTS = (
    ForReader(ReaderCommand.INFORMATION),
    ForReader(ReaderCommand.CLOSE_FIELD),
    Inventory(Scan.NEW),
    Inventory(Scan.ONE, 0x07),
    TagRequest(Command.READ_BLOCKS, UID, b"\x00\x0c"),
    TagRequest(Command.WRITE_BLOCK, UID, b"\x03abcd", TYPE_B),
    TagRequest(Command.WRITE_AFI, UID, b"\xc2", TYPE_B),
    TagRequest(Command.SYSTEM_INFORMATION, UID),
)
BODIES = (
    Sightings((Sighting(UID, 0x3E), Sighting(uid(2), 0x06))).encode(),
    Blocks((b"abcd", b"efgh"), (True, False)).encode(),
    Blocks((b"abcdefgh",), (True,)).encode(),
    TagInformation(UID, TagDescription(4, 28, 0x07, 0x3E)).encode(),
    ReaderInformation((3, 80), 0x55).encode(),
)
ASKED = tuple(question(request).encode() for request in REQUESTS)
ANSWERED = (
    *(Reply(Status.OK, body).frame(0).encode() for body in BODIES),
    Reply(Status.NO_TAG, BODIES[0]).frame(0).encode(),
    Reply(Status.ISO15693_ERROR, b"\x12").frame(0).encode(),
)


def _frames(data: bytes) -> None:
    receiver = Receiver()
    receiver.hear(data)
    while frame := receiver.next_frame():
        request_of(frame)
        with suppress(Garbled):
            reply = reply_of(frame)
            for request in REQUESTS:
                can_answer(reply, request)


def _bodies(data: bytes) -> None:
    for decode in (Sightings.decode, TagInformation.decode, ReaderInformation.decode):
        with suppress(Garbled):
            decode(data)
    for size in (4, 8):
        with suppress(Garbled):
            Blocks.decode(data, size)


def _trace(data: bytes) -> None:
    explained(data)
    code = CODES[len(data) % len(CODES)]  # a spoilt body under a good checksum
    explained(Frame(code, data[:20]).encode())


def _peer(data: bytes) -> None:
    peer = Rr3036Peer(TagField(book(1)), RR9036 if len(data) % 2 else RR3036)
    peer.hear(data)
    peer.silence()
    arguments = data[-(1, 2, 5)[len(data) % 3] :]
    for command in ARGUMENTS:  # spoilt arguments under a good checksum
        peer.hear(question(TagRequest(command, UID, arguments, TYPE_B)).encode())


TARGETS: dict[str, Target] = {
    "rr3036-frame": Target(_frames, ASKED + ANSWERED),
    "rr3036-body": Target(_bodies, BODIES),
    "rr3036-trace": Target(_trace, ASKED + ANSWERED),
    "rr3036-simulator": Target(_peer, ASKED),
}
