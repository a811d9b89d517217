"""A trace of an RR3036's line, in words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.capabilities import TagDescription
from devices.checksum import checksum
from devices.explanation import Explanation
from devices.rr3036.frame import Frame
from devices.rr3036.protocol import (
    EIGHT_BYTES,
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
    question,
)
from devices.rr3036.replies import Blocks, ReaderInformation, Sighting, Sightings, TagInformation
from devices.rr3036.trace import explained
from tests.devices.tags_in_hand import uid
from tests.vectors.read import vectors

UID = str(uid(1))
OK = "ok (status 00)"
TO_ALL: dict[str, object] = {"address": "FF"}
FROM: dict[str, object] = {"address": "00"}


def asked(request: Request) -> bytes:
    return question(request).encode()


def told(status: Status, body: bytes = b"") -> bytes:
    return Reply(status, body).frame(0x00).encode()


@pytest.mark.parametrize("vector", vectors("rr3036_frames")["frames"], ids=lambda v: v["meaning"])
def test_frames_of_the_sources_are_explained_without_a_problem(vector: dict[str, Any]) -> None:
    said = explained(bytes.fromhex(vector["hex"]))
    assert said.problems == ()
    assert (said.status is None) == (vector["dir"] == "host")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (
            asked(ForReader(ReaderCommand.INFORMATION)),
            Explanation("reader information", None, TO_ALL),
        ),
        (
            asked(ForReader(ReaderCommand.LED, b"\x02\x03\x01")),
            Explanation("reader led", None, {**TO_ALL, "on": 2, "off": 3, "times": 1}),
        ),
        (
            asked(Inventory(Scan.NEW)),
            Explanation("inventory", None, {**TO_ALL, "scan": "new"}),
        ),
        (
            asked(Inventory(Scan.REST, 0xC2)),
            Explanation("inventory", None, {**TO_ALL, "scan": "rest", "afi": "C2"}),
        ),
        (
            asked(TagRequest(Command.READ_BLOCKS, uid(1), b"\x00\x0c")),
            Explanation("read blocks", None, {**TO_ALL, "uid": UID, "first": 0, "count": 12}),
        ),
        (
            asked(TagRequest(Command.WRITE_BLOCK, None, b"\x03abcdefgh", EIGHT_BYTES)),
            Explanation(
                "write block",
                None,
                {
                    **TO_ALL,
                    "uid": "selected",
                    "type": "A",
                    "block": 3,
                    "data": "6162636465666768",
                },
            ),
        ),
        (
            asked(TagRequest(Command.WRITE_AFI, uid(1), b"\xc2", TYPE_B)),
            Explanation("write afi", None, {**TO_ALL, "uid": UID, "type": "B", "afi": "C2"}),
        ),
        (told(Status.OK), Explanation("answer", OK, FROM)),
        (told(Status.WRONG_MODE), Explanation("answer", "wrong mode (status 1F)", FROM)),
        (
            told(Status.ISO15693_ERROR, b"\x12"),
            Explanation(
                "answer",
                "iso15693 error (status 0F)",
                {**FROM, "tag": "block locked (error 12)"},
            ),
        ),
        (
            told(Status.NO_TAG, Sightings((Sighting(uid(1), 0x3E),)).encode()),
            Explanation("inventory", "no tag (status 0E)", {**FROM, "count": 1, "uids": [UID]}),
        ),
        (
            told(Status.OK, Sightings((Sighting(uid(1), 0x3E),)).encode()),
            Explanation("inventory", OK, {**FROM, "count": 1, "uids": [UID]}),
        ),
        (
            told(Status.OK, ReaderInformation((3, 80), 0x55).encode()),
            Explanation(
                "reader information",
                OK,
                {**FROM, "reader": "RR9036, version 03.80", "scan time": 30},
            ),
        ),
        (
            told(Status.OK, TagInformation(uid(1), TagDescription(4, 28, 7, 0x3E)).encode()),
            Explanation(
                "system information",
                OK,
                {
                    **FROM,
                    "uid": UID,
                    "dsfid": "3E",
                    "afi": "07",
                    "memory": "28 blocks of 4 bytes",
                },
            ),
        ),
    ],
)
def test_frames_are_told_in_words(raw: bytes, said: Explanation) -> None:
    assert explained(raw) == said


@pytest.mark.parametrize("size", [4, 8])
def test_blocks_are_told_of_either_size(size: int) -> None:
    blocks = Blocks((b"a" * size, b"b" * size), (False, True))
    said = explained(told(Status.OK, blocks.encode()))
    assert said.fields == {**FROM, "blocks": ["61" * size, "62" * size], "locked": [1]}


def test_what_is_wrong_with_a_frame_is_said() -> None:
    sound = asked(Inventory(Scan.NEW))
    right = checksum(sound[:-2]).to_bytes(2, "little").hex().upper()
    assert explained(b"").problems == ("length 0 told, 0 bytes there",)
    assert explained(sound[:-1]).problems == ("length 5 told, 4 bytes there",)
    assert explained(sound[:-1] + b"\x00").problems == (f"checksum {right[:2]}00, not {right}",)
    short = b"\x02" + checksum(b"\x02").to_bytes(2, "little")
    assert explained(short).problems == ("too short",)
    assert explained(Frame(Command.WRITE_AFI, b"\x08").encode()).problems == ("bad length",)
    assert explained(Frame(0x77).encode()).problems
    for strange in (told(Status.OK, bytes(7)), told(Status.NO_TAG, bytes(8))):
        assert explained(strange).problems
    about = TagInformation(uid(1), TagDescription(4, 28, 7, 0)).encode()
    assert explained(told(Status.OK, b"\x00" + about[1:])).problems


@given(st.binary(max_size=60))
def test_noise_is_explained_and_never_raises(noise: bytes) -> None:
    assert explained(noise).command
    assert explained(Frame(noise[0] if noise else 0, noise[1:]).encode()).command
