"""What is fuzzed of the RL866: frames, replies, the trace and the simulated reader."""

from contextlib import suppress

from devices.errors import Garbled
from devices.rl866.access import (
    Blocks,
    Code,
    ReadBlocks,
    Result,
    TagInformation,
    WriteBlocks,
)
from devices.rl866.frame import Receiver
from devices.rl866.inventory import Inventoried, Report
from devices.rl866.protocol import (
    Access,
    Command,
    Connect,
    Disconnect,
    Inventory,
    Reply,
    Request,
    question,
    reply_of,
    resync,
)
from devices.rl866.simulator import Rl866Peer
from devices.rl866.trace import explained
from devices.tag_field import TagField
from tests.devices.tags_in_hand import book, uid
from tests.fuzz.targets import Target

UID = uid(1)
READ, WRITE = ReadBlocks(0, 8, with_locks=True), WriteBlocks(3, (b"abcd",))
ASKED = (
    resync().encode(),
    question(Inventory()).encode(),
    question(Connect(UID)).encode(),
    question(Access(1, Code.READ_BLOCKS, READ.encode())).encode(),
    question(Access(1, Code.WRITE_BLOCKS, WRITE.encode())).encode(),
)
BODIES = (
    Inventoried(is_cut_off=False, found=1, reports=(Report.of(UID, 0x3E),)).encode(),
    Result(Code.READ_BLOCKS, 0, Blocks((b"abcd",), (True,)).encode()).encode(),
    TagInformation(UID, 0x3E, 0x07, 4, 28).encode(),
    READ.encode(),
    WRITE.encode(),
)
ANSWERED = tuple(
    Reply(command, 0, body).frame(0, 1).encode()
    for command, body in zip((Command.INVENTORY, Command.ACCESS), BODIES, strict=False)
)


def _frames(data: bytes) -> None:
    receiver = Receiver()
    receiver.hear(data)
    while frame := receiver.next_frame():
        with suppress(Garbled):
            reply_of(frame)


def _bodies(data: bytes) -> None:
    for decode in (
        Inventoried.decode,
        Result.decode,
        TagInformation.decode,
        ReadBlocks.decode,
        WriteBlocks.decode,
    ):
        with suppress(Garbled):
            decode(data)
    for with_locks in (False, True):
        with suppress(Garbled):
            Blocks.decode(data, with_locks=with_locks)


def _trace(data: bytes) -> None:
    explained(data)


def _peer(data: bytes) -> None:
    peer = Rl866Peer(TagField(book(1)))
    peer.hear(data)
    peer.silence()
    # Spoilt parameters under a good checksum.
    accesses = tuple(Access(1, code, data[-8:]) for code in Code)
    asked: tuple[Request, ...] = (Disconnect(), Connect(UID), *accesses)
    peer.hear(resync().encode())
    for turn, request in enumerate(asked):
        peer.hear(question(request, turn & 1).encode())


TARGETS: dict[str, Target] = {
    "rl866-frame": Target(_frames, ASKED + ANSWERED),
    "rl866-body": Target(_bodies, BODIES),
    "rl866-trace": Target(_trace, ASKED + ANSWERED),
    "rl866-simulator": Target(_peer, ASKED),
}
