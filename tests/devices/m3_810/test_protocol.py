"""3M's commands, against captured frames."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.capabilities import TagUid
from devices.errors import Garbled
from devices.m3_810.frame import Frame, Receiver
from devices.m3_810.protocol import (
    ARGUMENTS,
    Command,
    Inventory,
    Probe,
    ReaderVersion,
    Reply,
    Request,
    Status,
    TagRequest,
    probe_reply,
    probed_version,
    question,
    reply_of,
    request_of,
)
from devices.m3_810.replies import Blocks, Sighting, Sightings, Style, TagInformation
from tests.vectors.read import vectors

BOOK = TagUid(bytes.fromhex("E004010031269117"))
CARD = TagUid(bytes.fromhex("E00401001F77FB98"))
OLD = TagUid(bytes.fromhex("E00401003123AA26"))
COUNTING = TagUid(bytes.fromhex("E0040100017C0C38"))
CAPTURED = [v["hex"] for v in vectors("m3_810_frames")["captured_without_checksum"]["frames"]]
RFID501 = bytes.fromhex("0411000131313131" + 20 * "00")

QUESTIONS: list[tuple[str, Request]] = [
    ("D500050400118C66", Probe()),
    ("D60005FE0005FA40", Inventory()),
    ("D6000B0AE004010031269117EC84", TagRequest(Command.GET_AFI, BOOK)),
    ("D6000B0AE00401001F77FB9894E8", TagRequest(Command.GET_AFI, CARD)),
    ("D6000C09E00401003123AA26D73AF0", TagRequest(Command.WRITE_AFI, OLD, b"\xd7")),
    ("D6000D02E00401003126911700084E9B", TagRequest(Command.READ_BLOCKS, BOOK, b"\x00\x08")),
    (
        f"D6002A04E00401003123AA26000700{RFID501.hex()}1CD4".upper(),
        TagRequest(Command.WRITE_BLOCKS, OLD, b"\x00\x07\x00" + RFID501),
    ),
]
REPLIES: list[tuple[str, Reply]] = [
    ("D60007FE00000500C97B", Reply(Command.INVENTORY, Status.OK, b"\x00\x05\x00")),
    ("D6000C0900E00401003123AA266A44", Reply(Command.WRITE_AFI, Status.OK, OLD.raw)),
    ("D6000D0400E00401003123AA2606DFD0", Reply(Command.WRITE_BLOCKS, Status.OK, OLD.raw + b"\x06")),
]

uids = st.binary(min_size=8, max_size=8).map(TagUid)
octets = st.integers(0, 255)
requests = st.one_of(
    st.builds(Probe),
    st.builds(ReaderVersion),
    st.builds(Inventory, octets, st.integers(0, 0x3F)),
    st.builds(TagRequest, st.sampled_from(list(ARGUMENTS)), uids, st.binary(max_size=40)),
)
four = st.binary(min_size=4, max_size=4)


def frame_in(text: str) -> Frame:
    receiver = Receiver()
    receiver.hear(bytes.fromhex(text))
    frame = receiver.next_frame()
    assert frame is not None
    return frame


def captured(at: int) -> Reply:
    raw = bytes.fromhex(CAPTURED[at])
    return reply_of(Frame(raw[3], raw[4:], raw[0]))


@pytest.mark.parametrize(("text", "request_"), QUESTIONS)
def test_questions_are_the_captured_bytes_and_back(text: str, request_: Request) -> None:
    assert question(request_).encode().hex().upper() == text
    assert request_of(frame_in(text)) == request_


@pytest.mark.parametrize(("text", "reply"), REPLIES)
def test_replies_are_the_captured_bytes_and_back(text: str, reply: Reply) -> None:
    assert reply_of(frame_in(text)) == reply
    assert reply.frame().encode().hex().upper() == text


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("D500090400110A05021B972A", bytes((10, 5, 2, 27))),
        ("D500090400110A0500027250", bytes((10, 5, 0, 2))),
    ],
)
def test_a_probe_is_answered_with_vendor_and_version(text: str, version: bytes) -> None:
    assert probed_version(frame_in(text)) == version
    assert probe_reply(version).encode().hex().upper() == text
    assert probed_version(question(Probe())) is None


@pytest.mark.parametrize(
    ("text", "uids"),
    [
        ("D60007FE00000500C97B", ()),
        ("D6000FFE00000501E0040100017C0C388E2B", (COUNTING,)),
        ("D60017FE00000502E00401003123AA26E0040100017C0C38CADB", (OLD, COUNTING)),
    ],
)
def test_an_inventory_names_its_tags(text: str, uids: tuple[TagUid, ...]) -> None:
    found = Sightings.decode(reply_of(frame_in(text)).body)
    assert tuple(tag.uid for tag in found.tags) == uids
    assert Reply(Command.INVENTORY, Status.OK, found.encode()).frame() == frame_in(text)


def test_an_inventory_tells_what_its_options_say() -> None:
    counted = Sightings.decode(reply_of(frame_in("D60007FE0000000126AF")).body)
    assert counted == Sightings(0, 0, (Sighting(None, None),))
    none = Sightings.decode(reply_of(frame_in("D60007FE00000700AF19")).body)
    assert none == Sightings(0, 7, ())
    both = Sightings(0, 7, (Sighting(BOOK, 0x3E), Sighting(CARD, 0x06)))
    assert both.encode() == b"\x00\x07\x02\x3e" + BOOK.raw + b"\x06" + CARD.raw


def test_captured_answers_are_understood_and_written_byte_for_byte() -> None:
    found = Sightings.decode(captured(0).body)
    assert [tag.uid for tag in found.tags] == [BOOK, CARD]
    assert captured(1) == Reply(Command.GET_AFI, Status.OK, BOOK.raw + b"\xda")
    for at, text in ((2, b"1302099999"), (4, b"200000000042")):
        told = captured(at).body[8:]
        read = Blocks.decode(told, Style.OLD)
        assert b"".join(read.blocks)[4:20].rstrip(b"\0") == text
        assert (len(read.blocks), read.first, any(read.locks)) == (8, 0, False)
        assert read.encode(Style.OLD) == told


def test_blocks_travel_in_three_styles() -> None:
    read = Blocks(5, (b"abcd", b"efgh"), (True, False))
    assert read.encode(Style.OLD).hex() == "02" + "0501" + "61626364" + "0600" + "65666768"
    assert read.encode(Style.NEW).hex() == "0502" + "01" + "61626364" + "00" + "65666768"
    assert read.encode(Style.NEW_WITHOUT_LOCKS).hex() == "0502" + "61626364" + "65666768"
    asked = [Style.asked_by(options) for options in (0x00, 0x08, 0x04, 0x0C)]
    assert asked == [Style.OLD, Style.OLD, Style.NEW, Style.NEW_WITHOUT_LOCKS]


@pytest.mark.parametrize(
    ("told", "style"),
    [
        ("", Style.OLD),
        ("05", Style.NEW),
        ("0205016162636407006566676", Style.OLD),
        ("02050161626364070065666768", Style.OLD),
        ("01051161626364", Style.OLD),
        ("05011561626364", Style.NEW),
    ],
    ids=["empty", "no count", "cut off", "number missed", "error for a lock", "the same, new"],
)
def test_blocks_that_cannot_be_trusted_are_garbled(told: str, style: Style) -> None:
    with pytest.raises(Garbled):
        Blocks.decode(bytes.fromhex(told.ljust(len(told) + len(told) % 2, "0")), style)


def test_tag_information_is_told_as_far_as_asked() -> None:
    about = TagInformation(0x3E, 0x07, 4, 28)
    assert about.encode().hex() == "073e07031b"
    assert about.encode(0x02).hex() == "0207"
    assert about.encode(0x0F) == about.encode()
    assert TagInformation.decode(about.encode()) == about
    for short in (b"", about.encode(0x03), about.encode()[:-1]):
        with pytest.raises(Garbled):
            TagInformation.decode(short)


def test_an_error_nobody_documented_is_garbled() -> None:
    for body in (b"", b"\x77"):
        with pytest.raises(Garbled):
            reply_of(Frame(0xFE, body))


def test_questions_a_reader_refuses_name_the_error() -> None:
    assert request_of(Frame(0x99)) is Status.NOT_IMPLEMENTED
    assert request_of(Frame(0x0A, BOOK.raw[:7])) is Status.PARAMETER
    assert request_of(Frame(Command.INVENTORY, b"\x00")) is Status.PARAMETER
    assert request_of(Frame(Command.INVENTORY, b"\x00\x05\x01")) is Status.PARAMETER
    assert request_of(Frame(Command.INVENTORY, b"\x00\x45\x01")) == Inventory(options=0x45)
    assert request_of(Frame(Command.READER_VERSION, b"\x00")) is Status.PARAMETER


@given(requests)
def test_every_question_is_understood_as_asked(request_: Request) -> None:
    assert request_of(question(request_)) == request_


@given(octets, octets, st.binary(max_size=40))
def test_noise_in_a_frame_is_a_question_or_an_error(mark: int, command: int, body: bytes) -> None:
    assert request_of(Frame(command, body, mark)) is not None


@given(st.binary(max_size=80), st.sampled_from(Style))
def test_noise_in_a_reply_is_a_value_or_garbled(body: bytes, style: Style) -> None:
    for decode in (Sightings.decode, TagInformation.decode):
        with suppress(Garbled):
            decode(body)
    with suppress(Garbled):
        assert Blocks.decode(body, style).encode(style) == body
    with suppress(Garbled):
        reply_of(Frame(0xFE, body))


@given(st.lists(four, min_size=1, max_size=12), octets, st.sampled_from(Style), st.data())
def test_blocks_come_back(
    blocks: list[bytes], first: int, style: Style, data: st.DataObject
) -> None:
    first = min(first, 255 - len(blocks))
    locks = (
        () if style is Style.NEW_WITHOUT_LOCKS else tuple(data.draw(st.booleans()) for _ in blocks)
    )
    told = Blocks(first, tuple(blocks), locks)
    assert Blocks.decode(told.encode(style), style) == told
