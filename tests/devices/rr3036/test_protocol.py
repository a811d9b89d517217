"""The RR3036's commands and answers, against bytes built from the sources' rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.capabilities import TagDescription, TagUid
from devices.errors import Garbled
from devices.rr3036.frame import Frame, Receiver
from devices.rr3036.protocol import (
    ARGUMENTS,
    EIGHT_BYTES,
    READER_ARGUMENTS,
    TYPE_B,
    Command,
    ForReader,
    Inventory,
    ReaderCommand,
    Reply,
    Request,
    Scan,
    Status,
    TagRequest,
    can_answer,
    question,
    reply_of,
    request_of,
    write_states,
)
from devices.rr3036.replies import Blocks, ReaderInformation, Sighting, Sightings, TagInformation
from tests.vectors.read import vectors

VECTORS = vectors("rr3036_frames")
SLIX = TagUid(bytes.fromhex("E0040100153B945A"))
OTHER_SLIX = TagUid(bytes.fromhex("E004015047BD6AB2"))
TAG_IT = TagUid(bytes.fromhex("E007060504030201"))
INFORMATION = ForReader(ReaderCommand.INFORMATION)
DESCRIBE = TagRequest(Command.SYSTEM_INFORMATION, SLIX)

QUESTIONS: list[tuple[str, Request]] = [
    ("05000000766D", INFORMATION),
    ("050000064008", ForReader(ReaderCommand.ISO15693)),
    ("05000001FF7C", ForReader(ReaderCommand.CLOSE_FIELD)),
    ("05000002644E", ForReader(ReaderCommand.OPEN_FIELD)),
    ("050001069811", Inventory(Scan.NEW)),
    ("05000102BC57", Inventory(Scan.REST)),
    ("05000100AE74", Inventory(Scan.ONE)),
    ("06000107C2DAF9", Inventory(Scan.NEW, 0xC2)),
    ("0D002B005A943B15000104E0B042", DESCRIBE),
    ("0E0020005A943B15000104E00027F9", TagRequest(Command.READ_BLOCK, SLIX, b"\x00")),
    ("0F0023005A943B15000104E0000C2C66", TagRequest(Command.READ_BLOCKS, SLIX, b"\x00\x0c")),
    ("07002305000319B5", TagRequest(Command.READ_BLOCKS, None, b"\x00\x03", EIGHT_BYTES)),
    (
        "120021085A943B15000104E00301020304377F",
        TagRequest(Command.WRITE_BLOCK, SLIX, b"\x03\x01\x02\x03\x04", TYPE_B),
    ),
    (
        "1200210001020304050607E00301020304F7A1",
        TagRequest(Command.WRITE_BLOCK, TAG_IT, b"\x03\x01\x02\x03\x04"),
    ),
    ("0E0027085A943B15000104E0C2F6D5", TagRequest(Command.WRITE_AFI, SLIX, b"\xc2", TYPE_B)),
    ("0E0029085A943B15000104E006031C", TagRequest(Command.WRITE_DSFID, SLIX, b"\x06", TYPE_B)),
]
ANSWERS: list[tuple[str, Reply]] = [
    ("040000525A", Reply(Status.OK)),
    ("04000E2CB3", Reply(Status.NO_TAG)),
    ("05000F122DDD", Reply(Status.ISO15693_ERROR, b"\x12")),
    ("040005FF0D", Reply(Status.FIELD_CLOSED)),
    ("04001F24B2", Reply(Status.WRONG_MODE)),
    (
        "0D000E00B26ABD47500104E035FD",
        Reply(Status.NO_TAG, Sightings((Sighting(OTHER_SLIX, 0),)).encode()),
    ),
    ("0C0000035000005500081EB566", Reply(Status.OK, ReaderInformation((3, 80), 0x55).encode())),
    (
        "1200000F5A943B15000104E000071B03013312",
        Reply(Status.OK, TagInformation(SLIX, TagDescription(4, 28, 0x07, 0x00)).encode()),
    ),
    (
        "0E0000003132333401353637388A35",
        Reply(Status.OK, Blocks((b"1234", b"5678"), (False, True)).encode()),
    ),
]

uids = st.binary(min_size=8, max_size=8).map(TagUid)
octets = st.integers(0, 255)


@st.composite
def tag_requests(draw: st.DrawFn) -> TagRequest:
    command = draw(st.sampled_from(sorted(ARGUMENTS)))
    state = draw(st.sampled_from((0, EIGHT_BYTES, TYPE_B, EIGHT_BYTES | TYPE_B)))
    words = ARGUMENTS[command]
    more = (7 if state & EIGHT_BYTES else 3) if "DATA" in words else 0
    size = len(words) + more
    arguments = draw(st.binary(min_size=size, max_size=size))
    return TagRequest(command, draw(st.none() | uids), arguments, state)


@st.composite
def for_readers(draw: st.DrawFn) -> ForReader:
    command = draw(st.sampled_from(ReaderCommand))
    size = len(READER_ARGUMENTS.get(command, ()))
    return ForReader(command, draw(st.binary(min_size=size, max_size=size)))


inventories = st.builds(Inventory, st.sampled_from(Scan), st.none() | octets)
sightings = st.builds(Sighting, uids, octets)
descriptions = st.builds(
    TagDescription, st.integers(1, 32), st.integers(1, 256), afi=octets, dsfid=octets
)
blocks = st.lists(st.binary(min_size=4, max_size=4), min_size=1, max_size=12).map(tuple)
answers = st.one_of(
    st.sampled_from(Status).map(Reply),
    st.builds(Reply, st.just(Status.ISO15693_ERROR), st.binary(min_size=1, max_size=1)),
    st.builds(
        lambda status, tags: Reply(status, Sightings(tuple(tags)).encode()),
        st.sampled_from((Status.OK, Status.MORE_TAGS, Status.NO_TAG)),
        st.lists(sightings, max_size=16),
    ),
    st.builds(
        lambda uid, about: Reply(Status.OK, TagInformation(uid, about).encode()), uids, descriptions
    ),
    st.builds(
        lambda major, minor, kind: Reply(
            Status.OK, ReaderInformation((major, minor), kind).encode()
        ),
        octets,
        octets,
        octets,
    ),
    blocks.map(lambda told: Reply(Status.OK, Blocks(told, (False,) * len(told)).encode())),
)


def frame_in(text: str) -> Frame:
    receiver = Receiver()
    receiver.hear(bytes.fromhex(text))
    frame = receiver.next_frame()
    assert frame is not None
    return frame


@pytest.mark.parametrize(("text", "request_"), QUESTIONS)
def test_questions_are_the_bytes_of_the_sources_and_back(text: str, request_: Request) -> None:
    assert question(request_, 0x00).encode().hex().upper() == text
    assert request_of(frame_in(text)) == request_


@pytest.mark.parametrize(("text", "reply"), ANSWERS)
def test_answers_are_the_bytes_of_the_sources_and_back(text: str, reply: Reply) -> None:
    assert reply_of(frame_in(text)) == reply
    assert reply.frame(0x00).encode().hex().upper() == text


def test_every_frame_of_the_sources_is_tried() -> None:
    tried = {text for text, _ in (*QUESTIONS, *ANSWERS)} | {"05FF000085AB"}
    assert tried == {vector["hex"] for vector in VECTORS["frames"]}
    assert question(INFORMATION).encode().hex().upper() == "05FF000085AB"


def test_a_published_tag_is_told_by_its_uid() -> None:
    (published,) = VECTORS["inventoried"]
    (tag,) = Sightings.decode(bytes.fromhex(published["hex"])).tags
    assert (str(tag.uid), f"{tag.dsfid:02X}") == (published["uid"], published["dsfid"])
    assert Sightings((tag,)).encode().hex().upper() == published["hex"]


@given(st.one_of(tag_requests(), for_readers(), inventories), octets)
def test_what_is_asked_is_understood(request_: Request, address: int) -> None:
    frame = question(request_, address)
    assert request_of(frame) == request_
    assert frame.address == address


@given(answers)
def test_no_answer_has_the_form_of_a_question(reply: Reply) -> None:
    assert isinstance(request_of(reply.frame(0x00)), Status)
    assert reply_of(reply.frame(0x00)) == reply


@given(answers, tag_requests(), inventories)
def test_nothing_else_has_the_form_of_reader_information(
    reply: Reply, for_tag: TagRequest, inventory: Inventory
) -> None:
    if can_answer(reply, INFORMATION):
        assert ReaderInformation.decode(reply.body)
        assert not can_answer(reply, for_tag)
        assert not can_answer(reply, inventory)


@pytest.mark.parametrize(
    ("reply", "request_", "can"),
    [
        (Reply(Status.OK), TagRequest(Command.WRITE_AFI, SLIX, b"\xc2"), True),
        (Reply(Status.OK, bytes(5)), TagRequest(Command.WRITE_AFI, SLIX, b"\xc2"), False),
        (Reply(Status.OK, bytes(10)), TagRequest(Command.READ_BLOCKS, SLIX, b"\x00\x02"), True),
        (Reply(Status.OK, bytes(5)), TagRequest(Command.READ_BLOCKS, SLIX, b"\x00\x02"), True),
        (Reply(Status.OK), TagRequest(Command.READ_BLOCKS, SLIX, b"\x00\x02"), False),
        (Reply(Status.OK, bytes(15)), TagRequest(Command.READ_BLOCKS, SLIX, b"\x00\x02"), False),
        (Reply(Status.OK, bytes(9)), TagRequest(Command.READ_BLOCKS, SLIX, b"\x00\x02"), False),
        (
            Reply(Status.OK, bytes(9)),
            TagRequest(Command.READ_BLOCKS, SLIX, b"\x00\x02", EIGHT_BYTES),
            True,
        ),
        (Reply(Status.ISO15693_ERROR, b"\x10"), DESCRIBE, True),
        (Reply(Status.NO_TAG), DESCRIBE, True),
        (Reply(Status.NO_TAG, bytes(9)), DESCRIBE, False),
        (Reply(Status.NO_TAG), INFORMATION, False),
        (Reply(Status.NO_TAG), Inventory(Scan.NEW), True),
        (Reply(Status.WRONG_MODE), Inventory(Scan.NEW), True),
        (Reply(Status.OK, bytes(8)), Inventory(Scan.NEW), False),
    ],
)
def test_an_answer_is_told_by_its_form(reply: Reply, request_: Request, can: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert can_answer(reply, request_) is can


def test_system_information_answers_for_its_own_tag_alone() -> None:
    about = TagInformation(SLIX, TagDescription(4, 28, 7, 0)).encode()
    assert can_answer(Reply(Status.OK, about), DESCRIBE)
    other = TagRequest(Command.SYSTEM_INFORMATION, TAG_IT)
    assert not can_answer(Reply(Status.OK, about), other)


def test_each_maker_has_its_type_of_write() -> None:
    def of(maker: int) -> tuple[int, ...]:
        return write_states(TagUid(bytes((0xE0, maker)) + bytes(6)))

    assert [of(maker) for maker in (0x02, 0x04, 0x05, 0x23)] == [(TYPE_B,)] * 4
    assert [of(maker) for maker in (0x07, 0x16)] == [(0,)] * 2
    assert of(0x08) == (0, TYPE_B)


@pytest.mark.parametrize(
    ("frame", "status"),
    [
        (Frame(0x99, b"\x00"), Status.NOT_SUPPORTED),
        (Frame(0x00, b"\x0a"), Status.NOT_SUPPORTED),
        (Frame(0x01, b"\x04"), Status.NOT_SUPPORTED),
        (Frame(0x01), Status.LENGTH),
        (Frame(0x01, b"\x06\x00"), Status.LENGTH),
        (Frame(0x01, b"\x07"), Status.LENGTH),
        (Frame(0x00, b"\x03"), Status.LENGTH),
        (Frame(0x27, b"\x08" + SLIX.raw), Status.LENGTH),
        (Frame(0x21, b"\x0c" + SLIX.raw + b"\x00abcd"), Status.LENGTH),
    ],
)
def test_questions_a_reader_refuses_name_the_status(frame: Frame, status: Status) -> None:
    assert request_of(frame) is status


def test_a_status_nobody_documented_is_garbled() -> None:
    with pytest.raises(Garbled):
        reply_of(Frame(0x77))


def test_answers_that_cannot_be_trusted_are_garbled() -> None:
    about = TagInformation(SLIX, TagDescription(4, 28, 7, 0)).encode()
    for decode, body in (
        (Sightings.decode, bytes(8)),
        (lambda body: Blocks.decode(body, 4), bytes(4)),
        (ReaderInformation.decode, bytes(9)),
        (TagInformation.decode, about[:-1]),
        (TagInformation.decode, b"\x03" + about[1:]),
    ):
        with pytest.raises(Garbled):
            decode(body)


def test_of_a_lock_byte_only_the_lowest_bit_counts() -> None:
    assert Blocks.decode(b"\xfeabcd\xffefgh", 4).locks == (False, True)


def test_a_reader_is_named_by_its_type() -> None:
    assert ReaderInformation((3, 80), 0x55).words == "RR9036, version 03.80"
    assert ReaderInformation((2, 7), 0x2A).words == "RR3036 or its kin, type 2A, version 02.07"
