"""A trace of an RL866's line, in words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.explanation import Explanation
from devices.rl866.access import Code, Result
from devices.rl866.frame import Frame
from devices.rl866.protocol import Access, Command, Disconnect, Error, Reply, question
from devices.rl866.trace import explained
from tests.vectors.read import vectors

OK = "ok (error 0000)"
HOST = {"address": "FF", "sequence": 1}
READER = {"address": "01", "sequence": 1}


@pytest.mark.parametrize("vector", vectors("rl866_frames")["frames"], ids=lambda v: v["hex"])
def test_published_frames_are_explained_without_a_problem(vector: dict[str, Any]) -> None:
    said = explained(bytes.fromhex(vector["hex"]))
    assert said.problems == ()
    assert (said.status is None) == (vector["dir"] == "host")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("FA05FFC04239", Explanation("resync", None, {"address": "FF"})),
        (
            "FA12FF4034010A04000C00010036373800A2DD",
            Explanation(
                "access",
                None,
                {**HOST, "handle": 1, "operation": "write blocks", "first": 12}
                | {"blocks": ["36373800"]},
            ),
        ),
        (
            "FA1A0140340000110A00010FA727383F000104E000001B030120E7",
            Explanation(
                "access",
                OK,
                {**READER, "operation": "system information", "uid": "E00401003F3827A7"}
                | {"dsfid": "00", "afi": "00", "memory": "28 blocks of 4 bytes"},
            ),
        ),
        ("FA09014032000001B293", Explanation("connect", OK, {**READER, "handle": 1})),
    ],
)
def test_frames_are_told_in_words(text: str, said: Explanation) -> None:
    assert explained(bytes.fromhex(text)) == said


def test_a_question_to_the_readers_own_address_is_known_by_its_form() -> None:
    said = explained(question(Disconnect(1), 1, address=0x01).encode())
    assert said == Explanation("disconnect", None, {**READER, "handle": 1})


def test_errors_are_told_wherever_they_stand() -> None:
    of_reader = Reply(Command.ACCESS, Error.WRONG_HANDLE).frame(0x40, 1)
    result = Result(Code.WRITE_AFI, Error.NO_TAG_FOUND).encode()
    of_tag = Reply(Command.ACCESS, 0, result).frame(0x40, 1)
    assert explained(of_reader.encode()).status == "wrong handle (error 0415)"
    assert explained(of_tag.encode()) == Explanation(
        "access", "no tag found (error 0420)", {**READER, "operation": "write afi"}
    )


def test_what_is_wrong_with_a_frame_is_said() -> None:
    sound = question(Disconnect(1)).encode()
    assert explained(b"").problems == ("does not begin with FA",)
    assert explained(sound[:-1]).problems == ("length 7 told, 6 bytes there",)
    assert explained(sound[:-1] + b"\x00").problems == ("checksum C500, not C548",)
    for strange in (Frame(0x20, b"\x31\x00"), Frame(0x00, b"\x99"), Frame(0x80)):
        assert explained(strange.encode()).problems == ("unknown kind of block or command",)
    for wrong in (
        Frame(0, b"\x31\x02"),
        Frame(0, b"\x31\x00\x00\x05", 0x01),
        Frame(0, b"\x33", 0x01),
        question(Access(1, Code.READ_BLOCKS, b"\x00")),
    ):
        assert explained(wrong.encode()).problems
    asked = explained(Frame(0, b"\x31\x01\x01\x01").encode())
    assert asked.problems == ("invalid parameter (error 0105)",)
    other = question(Access(1, 0x0123, b"\x05"))
    assert explained(other.encode()).fields["operation"] == "operation 0123"


@given(st.binary(max_size=60))
def test_noise_is_explained_and_never_raises(noise: bytes) -> None:
    assert explained(noise).command
    assert explained(Frame(0, noise).encode()).command
    assert explained(Frame(0x40, noise, 0x01).encode()).command
