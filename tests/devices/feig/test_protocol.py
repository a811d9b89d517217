"""FEIG's commands and replies, against the manual's examples and published frames."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.capabilities import TagDescription, TagUid
from devices.errors import Garbled
from devices.feig.frame import Form, Frame, Receiver
from devices.feig.protocol import (
    EasAlarm,
    EasRequest,
    Inventory,
    ReadBlocks,
    Request,
    ResetEas,
    RfReset,
    SetEas,
    SoftwareVersion,
    SystemInformation,
    Transparent,
    WriteAfi,
    WriteBlocks,
    WriteDsfid,
    question,
    request_of,
)
from devices.feig.replies import (
    Blocks,
    Reply,
    Sighting,
    Sightings,
    Status,
    TagInformation,
    Told,
    Version,
    reply_of,
    transponders,
)
from tests.vectors.read import vectors

TAG = TagUid(bytes.fromhex("E0040100153B945A"))
OTHER = TagUid(bytes.fromhex("E00401501F453D8F"))
WILDAU = TagUid(bytes.fromhex("E004010809B9CB12"))

ICODE = TagUid(bytes.fromhex("E0040100413A6D4B"))

ON_THE_LINE = (
    "34333231 00112233 00000000 00000000 60000000 3030309E"
    " 30303030 30303030 30043030 32040030 00003600"
)
QUESTIONS: list[tuple[str, Request]] = [
    ("020007FF656E61", SoftwareVersion()),
    ("020007FF6902AB", RfReset()),
    ("020009FFB001001843", Inventory()),
    ("020009FFB0018010C7", Inventory(more=True)),
    ("020013FFB02301E0040100153B945A0008DD50", ReadBlocks(TAG, 0, 8)),
    ("020012FFB02701E0040100153B945AC2DB8D", WriteAfi(TAG, 0xC2)),
    ("020011FFB02B01E004010809B9CB120B65", SystemInformation(WILDAU)),
    ("020011FFB02B01E0040100153B945A994C", SystemInformation(TAG)),
    ("020018FFB02401E004010809B9CB12010104353637383C82", WriteBlocks(WILDAU, 1, (b"8765",))),
    (
        "020040FFB02401E0040100413A6D4B000B04" + ON_THE_LINE.replace(" ", "") + "AFB6",
        WriteBlocks(ICODE, 0, tuple(bytes.fromhex(block)[::-1] for block in ON_THE_LINE.split())),
    ),
    ("020012FFB104A201E0040100153B945A36B2", SetEas(TAG)),
    ("020012FFB104A301E0040100153B945A119E", ResetEas(TAG)),
]

uids = st.binary(min_size=8, max_size=8).map(TagUid)
octets = st.integers(0, 255)
eas_requests: st.SearchStrategy[EasRequest] = st.one_of(
    st.builds(SetEas, uids), st.builds(ResetEas, uids), st.builds(EasAlarm, uids)
)
writes = st.integers(1, 8).flatmap(
    lambda size: st.lists(st.binary(min_size=size, max_size=size), min_size=1, max_size=20)
)
requests: st.SearchStrategy[Request] = st.one_of(
    st.builds(SoftwareVersion),
    st.builds(RfReset),
    st.builds(Inventory, st.booleans()),
    st.builds(ReadBlocks, uids, octets, octets, st.booleans()),
    st.builds(WriteBlocks, uids, octets, writes.map(tuple)),
    st.builds(WriteAfi, uids, octets),
    st.builds(WriteDsfid, uids, octets),
    st.builds(SystemInformation, uids),
    eas_requests,
    st.builds(Transparent, eas_requests),
)


def frame_in(text: str) -> Frame:
    receiver = Receiver()
    receiver.hear(bytes.fromhex(text))
    frame = receiver.next_frame()
    assert frame is not None
    return frame


def reply_in(text: str) -> Reply:
    return reply_of(frame_in(text))


@pytest.mark.parametrize(("text", "request_"), QUESTIONS)
def test_questions_are_the_published_bytes_and_back(text: str, request_: Request) -> None:
    assert question(request_).encode().hex().upper() == text
    assert request_of(frame_in(text)) == request_


def test_a_question_can_take_the_standard_form() -> None:
    asked = question(SoftwareVersion(), form=Form.STANDARD)
    assert asked.encode().hex().upper() == "05FF65E5CB"


def test_the_manuals_blocks_come_back_in_memory_order() -> None:
    four = reply_in("1700B0000304000403020100141312110024232221B45B")
    eight = reply_in("2300B00003080008070605040302010018171615141312110028272625242322219965")
    assert b"".join(Blocks.decode(four.body).blocks).hex() == "010203041112131421222324"
    assert b"".join(Blocks.decode(eight.body).blocks).hex() == (
        "010203040506070811121314151617182122232425262728"
    )
    assert Blocks.decode(four.body).encode() == four.body


def test_an_inventory_names_its_tags() -> None:
    reply = reply_in("02001D00B00002033EE0040100153B945A0306E00401501F453D8FBDEC")
    sightings = Sightings((Sighting(TAG, 0x3E), Sighting(OTHER, 0x06)))
    assert Sightings.decode(reply.body) == sightings
    assert sightings.encode() == reply.body


def test_transponders_of_every_kind_are_stepped_over() -> None:
    (vector,) = vectors("feig_frames")["inventory_parse"]
    body = bytes.fromhex(vector["data"])
    assert len(transponders(body)) == len(vector["expect"])
    assert Sightings.decode(body).tags == (
        Sighting(TagUid(bytes.fromhex("8877665544332211")), 0xFF),
    )


def test_system_information_is_read_and_told_both_ways_of_telling_the_memory() -> None:
    real = bytes.fromhex("3EE004010809B9CB1201034F01")
    manual = bytes.fromhex("3EE0040100153B945A07041C01")
    large = TagInformation(WILDAU, TagDescription(4, 80, 0x01, 0x3E))
    usual = TagInformation(TAG, TagDescription(4, 28, 0x07, 0x3E))
    assert (TagInformation.decode(real), large.encode(less_one=True)) == (large, real)
    assert (TagInformation.decode(manual), usual.encode()) == (usual, manual)
    ours = reply_in("02001500B0003EE0040100153B945A07031B011085").body
    assert (TagInformation.decode(ours), usual.encode(less_one=True)) == (usual, ours)


@pytest.mark.parametrize("text", ["0D00650003030044530D303309", "02000F00650003030044530D307469"])
def test_a_reader_tells_its_type_and_its_software(text: str) -> None:
    version = Version.decode(reply_in(text).body)
    assert (version, version.words) == (Version(0x0303, 83), "FEIG CPR40, software 3.3")
    assert Version.decode(Version(0x0210, 250).encode()).words == (
        "FEIG reader of type 250, software 2.10"
    )


def test_a_published_reply_of_a_whole_label_reads_in_memory_order() -> None:
    reply = reply_in(
        "02003200B00008040031010111003030303000353030300000000036009800000000374B44A400303538310000"
        "00003066F1"
    )
    label = bytes.fromhex("1101013130303030303030353600000000000098A4444B373138353030000000")
    blocks = Blocks.decode(reply.body)
    assert (b"".join(blocks.blocks), blocks.encode()) == (label, reply.body)


def test_nxp_commands_go_over_the_air_as_the_standard_frames_them() -> None:
    alarm = question(Transparent(EasAlarm(TAG)))
    # MODE 1, 280 bits to come, no delay; high rate and addressed, A5, NXP, the UID reversed.
    assert alarm.payload.hex() == "0101180000" + "22a504" + TAG.raw[::-1].hex()
    assert question(Transparent(SetEas(TAG))).payload.hex().startswith("0200180000" + "22a204")


def test_a_tags_answer_off_the_air_carries_its_checksum() -> None:
    # ISO/IEC 15693-3, annex C: the CRC is the checksum's complement, low byte first.
    assert Told().encode().hex() == "0078f0"
    refused = Told(b"\x0f", is_error=True)
    assert (Told.decode(refused.encode()), refused.encode()[:2].hex()) == (refused, "010f")
    with pytest.raises(Garbled):
        Told.decode(b"\x00\x78")


def test_an_answer_takes_the_form_it_was_asked_in_unless_it_is_too_long() -> None:
    for form, size, told in (
        (Form.STANDARD, 249, Form.STANDARD),
        (Form.STANDARD, 250, Form.ADVANCED),
        (Form.ADVANCED, 0, Form.ADVANCED),
    ):
        frame = Reply(Status.OK, bytes(size)).frame(question(RfReset(), form=form))
        assert frame.form is told
        assert len(frame.encode()) <= 258


def test_replies_carry_their_status() -> None:
    assert reply_in("02000800B00119CE").status is Status.NO_TRANSPONDER
    assert reply_in("02000800B0030BED").status is Status.WRITE_ERROR
    assert reply_in("02000900B0951264CB") == Reply(Status.ISO15693_ERROR, b"\x12")
    asked = question(RfReset())
    assert Reply(Status.OK).frame(asked).encode().hex().upper() == "020008006900B357"


def test_a_status_nobody_documented_is_garbled() -> None:
    for payload in (b"", b"\x77"):
        with pytest.raises(Garbled):
            reply_of(Frame(0, 0xB0, payload))


def test_questions_a_reader_refuses_name_the_status() -> None:
    refused = {
        b"\x2c": Status.UNKNOWN_COMMAND,
        b"": Status.LENGTH_ERROR,
        b"\x01": Status.LENGTH_ERROR,
        b"\x01\x40": Status.PARAMETER_RANGE,
        b"\x23\x00\x00\x08": Status.PARAMETER_RANGE,
        b"\x23\x01" + TAG.raw + b"\x00": Status.LENGTH_ERROR,
        b"\x27\x01" + TAG.raw[:7]: Status.LENGTH_ERROR,
        b"\x2b\x01" + TAG.raw + b"\x00": Status.LENGTH_ERROR,
        b"\x24\x01" + TAG.raw + b"\x00\x01\x04abc": Status.LENGTH_ERROR,
    }
    for payload, status in refused.items():
        assert request_of(Frame(0xFF, 0xB0, payload)) is status
    assert request_of(Frame(0xFF, 0x69, b"\x00")) is Status.LENGTH_ERROR
    assert request_of(Frame(0xFF, 0x52, b"\x00")) is Status.UNKNOWN_COMMAND
    assert request_of(Frame(0xFF, 0xBF, b"\x01")) is Status.PARAMETER_RANGE


def test_a_write_that_asks_for_locks_is_taken_for_a_write() -> None:
    frame = frame_in("020018FFB02409E0040100413A6D4B01010466666666B378")
    assert request_of(frame) == WriteBlocks(ICODE, 1, (b"ffff",))


@given(requests, octets, st.sampled_from(Form))
def test_every_question_is_understood_as_asked(request_: Request, to: int, form: Form) -> None:
    assert request_of(question(request_, to, form)) == request_


@given(octets, st.binary(max_size=40))
def test_noise_in_a_frame_is_a_question_or_a_status(command: int, payload: bytes) -> None:
    assert request_of(Frame(0, command, payload)) is not None


@given(st.binary(max_size=80))
def test_noise_in_a_reply_is_a_value_or_garbled(body: bytes) -> None:
    for decode in (
        *(Sightings.decode, Blocks.decode, TagInformation.decode, Told.decode, Version.decode),
        transponders,
    ):
        with suppress(Garbled):
            decode(body)
    with suppress(Garbled):
        reply_of(Frame(0, 0xB0, body))


@given(st.lists(st.builds(Sighting, uids, octets), max_size=12))
def test_sightings_come_back(tags: list[Sighting]) -> None:
    sightings = Sightings(tuple(tags))
    assert Sightings.decode(sightings.encode()) == sightings


@given(st.sampled_from((4, 8)), st.integers(1, 12), st.data())
def test_blocks_come_back(size: int, count: int, data: st.DataObject) -> None:
    block = st.binary(min_size=size, max_size=size)
    locks = tuple(data.draw(st.booleans()) for _ in range(count))
    blocks = Blocks(tuple(data.draw(block) for _ in range(count)), locks)
    assert Blocks.decode(blocks.encode()) == blocks
