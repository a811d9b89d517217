"""What is fuzzed of metraTec's readers: lines, answers, the trace and the simulated reader."""

from contextlib import suppress

from devices.errors import Garbled
from devices.metratec.air import AirAnswer, AirRequest, Blocks, Command, SystemInformation
from devices.metratec.frame import Line, Receiver
from devices.metratec.protocol import (
    TagRequest,
    acknowledged,
    inventoried,
    inventory_lines,
    plain_word,
    question,
    request_of,
    revision_words,
    tag_answered,
    tag_lines,
)
from devices.metratec.simulator import MetratecPeer
from devices.metratec.trace import explained
from devices.tag_field import TagField
from tests.devices.tags_in_hand import book, uid
from tests.fuzz.targets import Target

UID = uid(1)
REQUESTS = (
    AirRequest(Command.READ_BLOCKS, UID, b"\x00\x07", option=True).encode(),
    AirRequest(Command.WRITE_BLOCK, UID, b"\x00abcd").encode(),
    AirRequest(Command.SET_EAS, UID).encode(),
)
ANSWERS = (
    AirAnswer(Blocks((b"abcd", b"efgh"), (True, False)).encode()).encode(),
    AirAnswer(SystemInformation(UID, 0x3E, 0x07, 4, 28).encode()).encode(),
    AirAnswer(error=0x12).encode(with_checksum=False),
)
SET_UP = b"CON\r" + b"".join(Line(text).encode() for text in ("MOD 156", "SRI SS 100"))
ASKED = (
    b"REV\r",
    Line("INV").encode(),
    *(Line(question(TagRequest(raw))).encode() for raw in REQUESTS),
)
ANSWERED = tuple(
    b"".join(Line(text).encode() for text in texts)
    for texts in (inventory_lines((UID, uid(2))), *map(tag_lines, ANSWERS), ("TNR",))
)
WORDS = (b"\r", b"NCL\r", b"IVF 01\r", b" CRC", b"REQ ", b"TDT\r", b"CER\r")


def _frames(data: bytes) -> None:
    receiver = Receiver()
    receiver.hear(data)
    texts: list[str] = []
    while line := receiver.next_frame():
        line.encode()
        texts.append(line.text)
        plain_word(line.text)
        revision_words(line.text)
        request_of(line.text)
        for told_by in (acknowledged, inventoried, tag_answered):
            with suppress(Garbled):
                told_by(texts)


def _bodies(data: bytes) -> None:
    for decode in (AirRequest.decode, AirAnswer.decode, SystemInformation.decode):
        with suppress(Garbled):
            decode(data)
    for with_locks in (False, True):
        with suppress(Garbled):
            Blocks.decode(data, len(data) % 7, with_locks=with_locks)


def _trace(data: bytes) -> None:
    explained(data)


def _peer(data: bytes) -> None:
    peer = MetratecPeer(TagField(book(1)))
    peer.hear(data)
    peer.silence()
    peer.hear(SET_UP + data)
    peer.silence()
    for command in Command:  # spoilt arguments under a good checksum
        asked = AirRequest(command, UID, data[-8:])
        peer.hear(Line(question(TagRequest(asked.encode()))).encode())


TARGETS: dict[str, Target] = {
    "metratec-frame": Target(_frames, ASKED + ANSWERED, WORDS),
    "metratec-body": Target(_bodies, REQUESTS + ANSWERS),
    "metratec-trace": Target(_trace, ASKED + ANSWERED, WORDS),
    "metratec-simulator": Target(_peer, ASKED, WORDS),
}
