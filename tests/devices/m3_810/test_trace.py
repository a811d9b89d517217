"""A trace of a 3M reader's line, in words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.explanation import Explanation
from devices.m3_810.frame import PROBE_MARK, Frame, checksum
from devices.m3_810.protocol import Command, Inventory, Reply, Status, TagRequest, question
from devices.m3_810.replies import Blocks, Style, TagInformation
from devices.m3_810.trace import explained
from tests.devices.tags_in_hand import uid
from tests.vectors.read import vectors

UID = str(uid(1))
OK = "ok (error 00)"


def told(command: Command, body: bytes, status: Status = Status.OK) -> bytes:
    return Reply(command, status, uid(1).raw + body).frame().encode()


def asked(command: Command, *arguments: int) -> bytes:
    return question(TagRequest(command, uid(1), bytes(arguments))).encode()


@pytest.mark.parametrize("vector", vectors("m3_810_frames")["frames"], ids=lambda v: v["hex"])
def test_published_frames_are_explained_without_a_problem(vector: dict[str, Any]) -> None:
    said = explained(bytes.fromhex(vector["hex"]))
    if "CRC example" in vector["meaning"]:  # it has no UID
        return
    assert said.problems == ()
    assert (said.status is None) == (vector["dir"] == "host")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (
            asked(Command.READ_BLOCKS, 0, 8),
            Explanation("read blocks", None, {"uid": UID, "first": 0, "count": 8}),
        ),
        (
            asked(Command.WRITE_BLOCKS, 3, 1, 0, *b"abcd"),
            Explanation(
                "write blocks",
                None,
                {"uid": UID, "first": 3, "count": 1, "flags": "00", "blocks": "61626364"},
            ),
        ),
        (
            told(Command.WRITE_BLOCKS, b"\x04"),
            Explanation("write blocks", OK, {"uid": UID, "next block": 4}),
        ),
        (told(Command.GET_AFI, b"\xc2"), Explanation("get afi", OK, {"uid": UID, "afi": "C2"})),
        (
            told(Command.TAG_INFORMATION, TagInformation(0x3E, 7, 4, 28).encode()),
            Explanation(
                "tag information",
                OK,
                {"uid": UID, "dsfid": "3E", "afi": "07", "memory": "28 blocks of 4 bytes"},
            ),
        ),
        (
            told(Command.CHECK_EAS, b"\x00", Status.NO_TRANSPONDER),
            Explanation("check eas", "no transponder (error 06)", {"uid": UID, "body": "00"}),
        ),
        (
            question(Inventory()).encode(),
            Explanation("inventory", None, {"afi": "00", "options": "05"}),
        ),
        (
            bytes.fromhex("D6000FFE00000501E0040100017C0C388E2B"),
            Explanation(
                "inventory", OK, {"options": "05", "count": 1, "uids": ["E0040100017C0C38"]}
            ),
        ),
        (
            bytes.fromhex("D500090400110A05021B972A"),
            Explanation("probe", OK, {"version": "10.5.2.27"}),
        ),
    ],
)
def test_frames_are_told_in_words(raw: bytes, said: Explanation) -> None:
    assert explained(raw) == said


@pytest.mark.parametrize("style", Style)
def test_blocks_are_told_in_any_style(style: Style) -> None:
    locks = () if style is Style.NEW_WITHOUT_LOCKS else (False, True)
    said = explained(told(Command.READ_BLOCKS, Blocks(4, (b"abcd", b"efgh"), locks).encode(style)))
    locked = {"locked": [5]} if locks else {}
    assert said.fields == {"uid": UID, "first": 4, "blocks": ["61626364", "65666768"], **locked}


def test_what_is_wrong_with_a_frame_is_said() -> None:
    sound = question(Inventory()).encode()
    spoilt = sound[:-1] + b"\x00"
    assert explained(b"").problems == ("does not begin with D6 or D5",)
    assert explained(sound[:-1]).problems == ("length 5 told, 4 bytes there",)
    assert explained(spoilt).problems == (f"checksum FA00, not {checksum(sound[1:-2]):04X}",)
    for strange in (Frame(0x99, b"\x01"), Frame(0x0A, b"\x01", PROBE_MARK)):
        assert explained(strange.encode()).problems == ("unknown command",)
    assert explained(Frame(0xFE, b"\x77\x00\x05\x00").encode()).problems
    assert explained(told(Command.READ_BLOCKS, b"\x02\x01")).problems
    for wrong in (
        asked(Command.READ_BLOCKS, 0),
        asked(Command.READ_BLOCKS, 0, 8, 4, 1),
        asked(Command.WRITE_BLOCKS, 0, 1),
        question(Inventory(options=0x45)).encode(),
    ):
        assert explained(wrong).problems == ("bad length",), explained(wrong)
    assert explained(asked(Command.READ_BLOCKS, 0, 8, 4)).problems == ()


@given(st.binary(max_size=60))
def test_noise_is_explained_and_never_raises(noise: bytes) -> None:
    assert explained(noise).command
    assert explained(Frame(noise[0] if noise else 0, noise[1:]).encode()).command
