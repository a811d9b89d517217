"""The simulated RL866: as published where that is known, and as its docstring says elsewhere."""

import pytest

from devices.rl866.access import Blocks, Code, ReadBlocks, Result, WriteBlocks
from devices.rl866.frame import Frame, Receiver
from devices.rl866.inventory import Inventoried
from devices.rl866.protocol import (
    Access,
    Connect,
    Disconnect,
    Error,
    Inventory,
    ReadConfiguration,
    Reply,
    Request,
    question,
    reply_of,
    resync,
)
from devices.rl866.simulator import Rl866Peer
from devices.simulated_tag import Fault, SimulatedTag
from devices.tag_field import TagField
from tests.devices.tags_in_hand import ON_LOAN, SECURED, book, uid


class Host:
    """Asks one question after the other, each with its turn in the sequence."""

    def __init__(self, *tags: SimulatedTag) -> None:
        self.peer = Rl866Peer(TagField(*tags))
        self.sequence = 0

    def ask(self, request: Request) -> Reply:
        asked = question(request, self.sequence)
        self.sequence ^= 1
        frame = self.answer(asked)
        assert (frame.control, frame.address) == (asked.control, 0x01)
        return reply_of(frame)

    def answer(self, asked: Frame) -> Frame:
        receiver = Receiver()
        receiver.hear(self.peer.hear(asked.encode()))
        frame = receiver.next_frame()
        assert frame is not None
        return frame

    def connect(self, number: int) -> int:
        self.ask(Disconnect())
        (handle,) = self.ask(Connect(uid(number))).body
        return handle

    def access(self, number: int, code: Code, parameters: bytes = b"") -> Result:
        return Result.decode(self.ask(Access(self.connect(number), code, parameters)).body)


def test_a_bad_frame_is_never_answered() -> None:
    frame = bytearray(question(Inventory()).encode())
    frame[-1] ^= 0x01
    assert Host().peer.hear(bytes(frame)) == b""


def test_a_torn_frame_is_never_answered_even_when_the_rest_comes_late() -> None:
    peer = Host().peer
    frame = question(Inventory()).encode()
    assert peer.hear(frame[:5]) == b""
    peer.silence()
    assert peer.hear(frame[5:]) == b""


def test_another_address_or_kind_of_block_is_not_answered() -> None:
    peer = Host().peer
    assert peer.hear(question(Inventory(), address=0x02).encode()) == b""
    for strange in (Frame(0x20, b"\x31\x00"), Frame(0x00), Frame(0x80)):
        assert peer.hear(strange.encode()) == b""


def test_published_questions_get_the_published_answers() -> None:
    peer = Host().peer
    told = [
        peer.hear(bytes.fromhex(asked)).hex().upper()
        for asked in ("FA05FFC04239", "FA08FF00010101FF8E")
    ]
    assert told == ["FA0501E058FE", "FA170100010000010102020003016400000000000000C095"]


def test_a_sequence_bit_out_of_turn_changes_nothing_until_resync() -> None:
    host = Host(book(1))
    host.ask(Inventory())
    again = host.answer(question(Disconnect(), sequence=0))
    assert reply_of(again).error == Error.INVALID_SEQUENCE
    assert host.ask(Inventory()).error == 0
    assert host.answer(resync()) == Frame(0xE0, b"", 0x01)
    assert reply_of(host.answer(question(Inventory(), sequence=0))).error == 0


def test_every_inventory_finds_every_tag_and_a_long_one_is_cut_off() -> None:
    host = Host(*(book(number) for number in range(20)))
    for _ in range(2):
        parts = [Inventoried.decode(host.ask(Inventory(more)).body) for more in (False, True)]
        assert [part.is_cut_off for part in parts] == [True, False]
        seen = [report.uid for part in parts for report in part.reports]
        assert seen == [uid(number) for number in range(20)]


def test_one_tag_is_connected_at_a_time() -> None:
    host = Host(book(1), book(2))
    handle = host.connect(1)
    assert host.ask(Connect(uid(2))).error == Error.NO_ROOM
    assert host.ask(Disconnect(handle)).error == 0
    assert host.ask(Disconnect(handle)).error == Error.WRONG_HANDLE
    assert host.ask(Access(handle, Code.RESET)).error == Error.WRONG_HANDLE
    assert host.ask(Connect(uid(2))).error == 0


def test_a_tag_that_is_not_there_is_noticed_when_it_is_accessed() -> None:
    assert Host().access(1, Code.SYSTEM_INFORMATION).error == Error.NO_TAG_FOUND


def test_locks_are_told_when_asked_for() -> None:
    tag = book(1)
    tag.locked = {2}
    told = Host(tag).access(1, Code.READ_BLOCKS, ReadBlocks(1, 2, with_locks=True).encode()).told
    assert Blocks.decode(told, with_locks=True) == Blocks(
        (tag.memory[4:8], tag.memory[8:12]), (False, True)
    )


def test_eas_that_is_off_is_silent_and_on_it_raises_the_alarm() -> None:
    host = Host(book(1))
    assert host.access(1, Code.EAS_ALARM).error == Error.NO_TAG_FOUND
    assert host.access(1, Code.ENABLE_EAS).error == 0
    assert len(host.access(1, Code.EAS_ALARM).told) == 32
    assert host.access(1, Code.DISABLE_EAS).error == 0
    plain = SimulatedTag(uid(2), bytes(32), afi=SECURED, eas=None)
    assert Host(plain).access(2, Code.ENABLE_EAS).error == Error.NOT_SUPPORTED


def test_writes_fail_each_in_its_own_way() -> None:
    locked, weak, liar = book(1), book(2), book(3)
    locked.afi_is_locked = True
    locked.locked = {3}
    weak.fault = Fault.WRITES_FAIL
    liar.fault = Fault.WRITES_FORGOTTEN
    host = Host(locked, weak, liar)
    writes = (
        (Code.WRITE_AFI, bytes((ON_LOAN,))),
        (Code.WRITE_BLOCKS, WriteBlocks(3, (b"abcd",)).encode()),
    )
    outcomes = [[host.access(number, *write).error for write in writes] for number in (1, 2, 3)]
    refused, failed = Error.BLOCK_LOCKED_OR_NOT_THERE, Error.WRITE_FAILED
    assert outcomes == [[refused, refused], [failed, failed], [0, 0]]
    assert ON_LOAN not in (locked.afi, weak.afi, liar.afi)


@pytest.mark.parametrize(
    ("code", "parameters", "error"),
    [
        (Code.READ_BLOCKS, ReadBlocks(27, 2).encode(), Error.BLOCK_NOT_THERE),
        (Code.READ_BLOCKS, ReadBlocks(0, 79).encode(), Error.INVALID_PARAMETER),
        (Code.READ_BLOCKS, b"\x00", Error.INVALID_PARAMETER),
        (Code.WRITE_BLOCKS, b"\x00\x00\x02\x00abc", Error.INVALID_PARAMETER),
        (Code.SELECT, b"", Error.NOT_SUPPORTED),
    ],
)
def test_what_cannot_be_done_has_its_error(code: Code, parameters: bytes, error: Error) -> None:
    tag = book(1, blocks=79) if error is Error.INVALID_PARAMETER else book(1)
    assert Host(tag).access(1, code, parameters) == Result(code, error)


def test_a_command_nobody_knows_is_refused() -> None:
    told = reply_of(Host().answer(Frame(0, b"\x35\x01")))
    assert told == Reply(0x35, Error.INVALID_COMMAND)
    assert Host().ask(ReadConfiguration(9, 1)).error == Error.INVALID_CONFIGURATION_BLOCK
