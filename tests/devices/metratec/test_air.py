"""ISO 15693 requests and answers as metraTec's readers carry them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.capabilities import TagUid
from devices.errors import Garbled
from devices.metratec.air import (
    AirAnswer,
    AirRequest,
    Blocks,
    Command,
    SystemInformation,
    has_checksum,
)

BOOK = TagUid(bytes.fromhex("E0040150954F02B1"))
octets = st.integers(0, 255)
uids = st.binary(min_size=8, max_size=8).map(TagUid)
requests = st.builds(AirRequest, octets, uids, st.binary(max_size=40), st.booleans())
answers = st.one_of(
    st.builds(AirAnswer, st.binary(max_size=100)),
    st.builds(AirAnswer, st.just(b""), octets),
)
blocks = st.integers(1, 8).flatmap(
    lambda size: st.lists(st.binary(min_size=size, max_size=size), min_size=1, max_size=25)
)

REQUESTS = [
    ("2220E0040150954F02B105", AirRequest(Command.READ_BLOCK, BOOK, b"\x05")),
    ("2223E0040150954F02B10007", AirRequest(Command.READ_BLOCKS, BOOK, b"\x00\x07")),
    ("6223E0040150954F02B10007", AirRequest(Command.READ_BLOCKS, BOOK, b"\x00\x07", option=True)),
    ("2227E0040150954F02B1C2", AirRequest(Command.WRITE_AFI, BOOK, b"\xc2")),
    ("222BE0040150954F02B1", AirRequest(Command.SYSTEM_INFORMATION, BOOK)),
    ("22A204E0040150954F02B1", AirRequest(Command.SET_EAS, BOOK)),
    ("22A504E0040150954F02B1", AirRequest(Command.EAS_ALARM, BOOK)),
]


@pytest.mark.parametrize(("text", "request_"), REQUESTS)
def test_requests_are_written_as_metratecs_libraries_write_them(
    text: str, request_: AirRequest
) -> None:
    assert request_.encode().hex().upper() == text
    assert AirRequest.decode(bytes.fromhex(text)) == request_


def test_the_published_answer_is_understood_and_written_byte_for_byte() -> None:
    raw = bytes.fromhex("0011112222B7DD")
    answer = AirAnswer(bytes.fromhex("11112222"))
    assert AirAnswer.decode(raw) == answer
    assert answer.encode() == raw
    assert has_checksum(raw)


@given(requests)
def test_requests_come_back_as_they_were(request_: AirRequest) -> None:
    assert AirRequest.decode(request_.encode()) == request_


@given(answers)
def test_answers_come_back_as_they_were(answer: AirAnswer) -> None:
    assert AirAnswer.decode(answer.encode()) == answer


def test_an_answer_without_the_tags_checksum_is_understood_too() -> None:
    assert AirAnswer.decode(bytes.fromhex("0011112222")) == AirAnswer(bytes.fromhex("11112222"))
    assert AirAnswer.decode(b"\x00") == AirAnswer()
    assert AirAnswer.decode(b"\x01\x12") == AirAnswer(error=0x12)


@pytest.mark.parametrize("text", ["", "03", "01", "011200", "FFB7DD"])
def test_flags_that_are_neither_yes_nor_error_are_garbled(text: str) -> None:
    with pytest.raises(Garbled):
        AirAnswer.decode(bytes.fromhex(text))


@pytest.mark.parametrize(
    "text",
    ["", "22", "022000", "2220E0040150954F02", "22A205E0040150954F02B1", "22A2E0040150954F02B1"],
)
def test_what_is_not_addressed_or_another_makers_is_garbled(text: str) -> None:
    with pytest.raises(Garbled):
        AirRequest.decode(bytes.fromhex(text))


@given(blocks, st.data())
def test_blocks_come_back_as_they_were(some: list[bytes], data: st.DataObject) -> None:
    count = len(some)
    locks = tuple(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    for read in (Blocks(tuple(some)), Blocks(tuple(some), locks)):
        assert Blocks.decode(read.encode(), count, with_locks=bool(read.locks)) == read


def test_each_block_follows_its_security_byte() -> None:
    read = Blocks((b"abcd", b"efgh"), (True, False))
    assert read.encode() == b"\x01abcd\x00efgh"


@pytest.mark.parametrize(
    ("told", "count", "with_locks"), [(b"", 2, False), (b"abcde", 2, False), (b"\0\0", 2, True)]
)
def test_blocks_that_do_not_fit_their_count_are_garbled(
    told: bytes, count: int, *, with_locks: bool
) -> None:
    with pytest.raises(Garbled):
        Blocks.decode(told, count, with_locks=with_locks)


def test_system_information_is_in_the_order_of_the_air() -> None:
    about = SystemInformation(BOOK, 0x3E, 0x07, 4, 28)
    assert about.encode().hex().upper() == "0FB1024F95500104E03E071B0301"
    assert SystemInformation.decode(about.encode()) == about
    without_reference = b"\x07" + about.encode()[1:-1]
    assert SystemInformation.decode(without_reference) == about


@pytest.mark.parametrize("text", ["", "0F", "03B1024F95500104E03E07", "0FB1024F95500104E03E071B"])
def test_system_information_that_is_not_whole_is_garbled(text: str) -> None:
    with pytest.raises(Garbled):
        SystemInformation.decode(bytes.fromhex(text))
