"""The RL866's commands and what they tell, against published frames."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.capabilities import TagUid
from devices.errors import Garbled
from devices.rl866.access import (
    Blocks,
    Code,
    ReadBlocks,
    Result,
    TagInformation,
    WriteBlocks,
)
from devices.rl866.frame import Frame, Receiver
from devices.rl866.inventory import Inventoried, Report
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
    question,
    reply_of,
    request_of,
    resync,
)

FIRST, SECOND, THIRD = (
    TagUid(bytes.fromhex(text))
    for text in ("E00401003F3827A7", "E00401003F382624", "E00401003F3825A4")
)
WRITTEN = WriteBlocks(12, (b"678\0",))

QUESTIONS: list[tuple[str, int, Request]] = [
    ("FA08FF00010101FF8E", 0, ReadConfiguration(1, 1)),
    ("FA08FF4001810FFAFD", 1, ReadConfiguration(1, 15, stored=True)),
    ("FA07FF4031008A6C", 1, Inventory()),
    ("FA13FF40320001010901A727383F000104E0A3BF", 1, Connect(FIRST)),
    ("FA0AFF403401020A00997B", 1, Access(1, Code.SYSTEM_INFORMATION)),
    (
        "FA12FF4034010A04000C00010036373800A2DD",
        1,
        Access(1, Code.WRITE_BLOCKS, WRITTEN.encode()),
    ),
    ("FA07FF003301C548", 0, Disconnect(1)),
]
ABOUT = TagInformation(FIRST, 0x00, 0x00, 4, 28)
READ = Blocks((b"678\0",))
FOUND = Inventoried(
    is_cut_off=False,
    found=3,
    reports=(Report.of(FIRST, 0), Report.of(SECOND, 0), Report.of(THIRD, 0)),
)
REPLIES = [
    ("FA09014032000001B293", 0x40, Reply(Command.CONNECT, 0, b"\x01")),
    ("FA080100330000A64B", 0x00, Reply(Command.DISCONNECT)),
    (
        (
            "FA330100310000000300030E010109A727383F000104E0000E0101092426383F000104E000"
            "0E010109A425383F000104E00097FF"
        ),
        0x00,
        Reply(Command.INVENTORY, 0, FOUND.encode()),
    ),
    (
        "FA1A0140340000110A00010FA727383F000104E000001B030120E7",
        0x40,
        Reply(Command.ACCESS, 0, Result(Code.SYSTEM_INFORMATION, 0, ABOUT.encode()).encode()),
    ),
    (
        "FA120100340000090300010100363738005729",
        0x00,
        Reply(Command.ACCESS, 0, Result(Code.READ_BLOCKS, 0, READ.encode()).encode()),
    ),
]

uids = st.binary(min_size=8, max_size=8).map(TagUid)
octets = st.integers(0, 255)
reports = st.builds(Report, st.binary(max_size=10), octets, octets)
requests = st.one_of(
    st.builds(ReadConfiguration, st.integers(0, 0x7F), octets, st.booleans()),
    st.builds(Inventory, st.booleans()),
    st.builds(Connect, uids, octets),
    st.builds(Disconnect, octets),
    st.builds(Access, octets, st.integers(0, 0xFFFF), st.binary(max_size=125)),
)


def frame_in(text: str) -> Frame:
    receiver = Receiver()
    receiver.hear(bytes.fromhex(text))
    frame = receiver.next_frame()
    assert frame is not None
    return frame


@pytest.mark.parametrize(("text", "sequence", "request_"), QUESTIONS)
def test_questions_are_the_published_bytes_and_back(
    text: str, sequence: int, request_: Request
) -> None:
    assert question(request_, sequence).encode().hex().upper() == text
    assert request_of(frame_in(text)) == request_


@pytest.mark.parametrize(("text", "control", "reply"), REPLIES)
def test_replies_are_the_published_bytes_and_back(text: str, control: int, reply: Reply) -> None:
    assert reply.frame(control, 0x01).encode().hex().upper() == text
    assert reply_of(frame_in(text)) == reply


def test_resync_and_its_answer_are_the_published_bytes() -> None:
    assert resync().encode().hex().upper() == "FA05FFC04239"
    assert frame_in("FA0501E058FE") == Frame(0xE0, b"", 0x01)


def test_published_answers_tell_what_they_mean() -> None:
    bodies = [reply_of(frame_in(text)).body for text, _, _ in REPLIES]
    assert Inventoried.decode(bodies[2]) == FOUND
    assert TagInformation.decode(Result.decode(bodies[3]).told) == ABOUT
    assert Blocks.decode(Result.decode(bodies[4]).told, with_locks=False) == READ
    assert WriteBlocks.decode(bytes.fromhex("0C00010036373800")) == WRITTEN


def test_an_inventory_without_tags_and_one_with_antennas() -> None:
    none = Inventoried(is_cut_off=False, found=0, reports=())
    assert none.encode() == bytes(4)
    one = b"\0\1\0\1\x0f\x02" + Report.of(FIRST, 6).encode()[1:]
    assert Inventoried.decode(one).reports == (Report.of(FIRST, 6),)
    bare = b"\0\1\0\1\x0e\1\7\x08" + FIRST.raw[::-1]
    (report,) = Inventoried.decode(bare).reports
    assert (report.uid, report.tag_type) == (FIRST, 7)


def test_a_card_among_the_tags_is_stepped_over() -> None:
    card = Report(bytes.fromhex("04497622D93881"), tag_type=1, air_protocol=2)
    told = Inventoried(is_cut_off=False, found=2, reports=(card, Report.of(FIRST, 0)))
    assert Inventoried.decode(told.encode()) == told
    assert [report.uid for report in told.reports] == [None, FIRST]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "000100",
        "02000000",
        "00010001",
        "000000000E",
        "000100010E",
        "000100011E01010800",
        "000100010E02010400",
    ],
    ids=[
        "empty",
        "short",
        "stop 2",
        "no tag",
        "a tag too many",
        "cut off",
        "memory",
        "half a card",
    ],
)
def test_an_inventory_that_does_not_hold_is_garbled(body: str) -> None:
    with pytest.raises(Garbled):
        Inventoried.decode(bytes.fromhex(body))


def test_an_operation_that_fails_tells_its_error() -> None:
    failed = Result(Code.READ_BLOCKS, Error.BLOCK_NOT_THERE)
    assert failed.encode().hex() == "05" + "0300" + "00" + "1c04"
    assert Result.decode(failed.encode()) == failed
    for body in (b"", b"\x03\x03\x00\x00", b"\x04\x03\x00\x01", b"\x05\x03\x00\x00\x00\x00"):
        with pytest.raises(Garbled):
            Result.decode(body)


def test_lengths_beyond_seven_bits_are_not_written() -> None:
    assert question(Access(1, 3, bytes(125))).body
    assert Result(3, 0, bytes(124)).encode()
    with pytest.raises(Garbled):
        question(Access(1, 3, bytes(126)))
    with pytest.raises(Garbled):
        Result(3, 0, bytes(125)).encode()


def test_errors_have_words() -> None:
    assert error_words(0x415) == "wrong handle (error 0415)"
    assert error_words(0x999) == "error (error 0999)"


def test_questions_a_reader_refuses_name_the_error() -> None:
    for body in (b"\x01\x01", b"\x31\x02", b"\x32\x00\x02", b"\x33", b"\x34\x01\x03\x0a\x00"):
        assert request_of(Frame(0, body)) is Error.INVALID_PARAMETER
    for body in (b"", b"\x35"):
        assert request_of(Frame(0, body)) is Error.INVALID_COMMAND


@given(requests, st.integers(0, 1), octets)
def test_every_question_is_understood_as_asked(request_: Request, sequence: int, to: int) -> None:
    asked = question(request_, sequence, to)
    assert (request_of(asked), asked.control, asked.address) == (request_, 0x40 * sequence, to)


@given(st.binary(max_size=80))
def test_noise_in_a_frame_is_a_question_or_an_error(body: bytes) -> None:
    assert request_of(Frame(0, body)) is not None


@given(st.binary(max_size=80))
def test_noise_in_a_reply_is_a_value_or_garbled(body: bytes) -> None:
    for decode in (
        Inventoried.decode,
        Result.decode,
        TagInformation.decode,
        ReadBlocks.decode,
        WriteBlocks.decode,
    ):
        with suppress(Garbled):
            decode(body)
    for with_locks in (False, True):
        with suppress(Garbled):
            Blocks.decode(body, with_locks=with_locks)
    with suppress(Garbled):
        reply_of(Frame(0, body))


@given(
    st.builds(
        Inventoried,
        st.booleans(),
        st.integers(0, 0xFFFF),
        st.lists(reports, max_size=20).map(tuple),
    )
)
def test_inventories_come_back(told: Inventoried) -> None:
    assert Inventoried.decode(told.encode()) == told


@given(st.sampled_from((4, 8)), st.integers(1, 12), st.data())
def test_blocks_come_back_with_their_locks_and_without(
    size: int, count: int, data: st.DataObject
) -> None:
    block = st.binary(min_size=size, max_size=size)
    blocks = tuple(data.draw(block) for _ in range(count))
    locks = tuple(data.draw(st.booleans()) for _ in range(count))
    for told in (Blocks(blocks), Blocks(blocks, locks)):
        assert Blocks.decode(told.encode(), with_locks=bool(told.locks)) == told
    assert WriteBlocks.decode(WriteBlocks(9, blocks).encode()) == WriteBlocks(9, blocks)


@given(st.builds(ReadBlocks, st.integers(0, 0xFFFF), st.integers(0, 0xFFFF), st.booleans()))
def test_reads_come_back(asked: ReadBlocks) -> None:
    assert ReadBlocks.decode(asked.encode()) == asked
