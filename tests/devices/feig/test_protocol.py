"""FEIG's commands, against the manual's examples and published frames."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.capabilities import TagUid
from devices.errors import Garbled
from devices.feig.frame import Form, Frame, Receiver
from devices.feig.protocol import (
    Blocks,
    Inventory,
    ReadBlocks,
    Reply,
    Request,
    RfReset,
    Sighting,
    Sightings,
    SoftwareVersion,
    Status,
    SystemInformation,
    TagInformation,
    WriteAfi,
    question,
    reply_of,
    request_of,
    transponders,
)
from tests.vectors.read import vectors

TAG = TagUid(bytes.fromhex("E0040100153B945A"))
OTHER = TagUid(bytes.fromhex("E00401501F453D8F"))
WILDAU = TagUid(bytes.fromhex("E004010809B9CB12"))

QUESTIONS = [
    ("020007FF656E61", SoftwareVersion()),
    ("020007FF6902AB", RfReset()),
    ("020009FFB001001843", Inventory()),
    ("020009FFB0018010C7", Inventory(more=True)),
    ("020013FFB02301E0040100153B945A0008DD50", ReadBlocks(TAG, 0, 8)),
    ("020012FFB02701E0040100153B945AC2DB8D", WriteAfi(TAG, 0xC2)),
    ("020011FFB02B01E004010809B9CB120B65", SystemInformation(WILDAU)),
]

uids = st.binary(min_size=8, max_size=8).map(TagUid)
octets = st.integers(0, 255)
requests = st.one_of(
    st.builds(SoftwareVersion),
    st.builds(RfReset),
    st.builds(Inventory, st.booleans()),
    st.builds(ReadBlocks, uids, octets, octets),
    st.builds(WriteAfi, uids, octets),
    st.builds(SystemInformation, uids),
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


def test_system_information_is_read_both_ways_of_telling_the_memory() -> None:
    real = TagInformation.decode(bytes.fromhex("3EE004010809B9CB1201034F01"))
    assert real == TagInformation(WILDAU, 0x3E, 0x01, 4, 80, 0x01)
    manual = TagInformation.decode(bytes.fromhex("3EE0040100153B945A07041C01"))
    assert (manual.block_size, manual.block_count) == (4, 28)
    ours = reply_in("02001500B0003EE0040100153B945A07031B011085").body
    assert TagInformation.decode(ours).encode() == ours


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
    }
    for payload, status in refused.items():
        assert request_of(Frame(0xFF, 0xB0, payload)) is status
    assert request_of(Frame(0xFF, 0x69, b"\x00")) is Status.LENGTH_ERROR
    assert request_of(Frame(0xFF, 0x52, b"\x00")) is Status.UNKNOWN_COMMAND


@given(requests, octets, st.sampled_from(Form))
def test_every_question_is_understood_as_asked(request_: Request, to: int, form: Form) -> None:
    assert request_of(question(request_, to, form)) == request_


@given(octets, st.binary(max_size=40))
def test_noise_in_a_frame_is_a_question_or_a_status(command: int, payload: bytes) -> None:
    assert request_of(Frame(0, command, payload)) is not None


@given(st.binary(max_size=80))
def test_noise_in_a_reply_is_a_value_or_garbled(body: bytes) -> None:
    for decode in (Sightings.decode, Blocks.decode, TagInformation.decode, transponders):
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
