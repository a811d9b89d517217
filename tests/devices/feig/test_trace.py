"""Frames in words, of published bytes and of spoilt ones."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.explanation import Explanation
from devices.feig.frame import Frame
from devices.feig.trace import explained
from tests.vectors.read import vectors

VECTORS = vectors("feig_frames")
ALL = [*VECTORS["frames"], *VECTORS["constructed"]]


def said(text: str) -> Explanation:
    return explained(bytes.fromhex(text))


@pytest.mark.parametrize("vector", ALL, ids=lambda vector: vector["meaning"])
def test_published_frames_are_sound_and_known_by_their_direction(vector: dict[str, Any]) -> None:
    told = said(vector["hex"])
    assert told.problems == ()
    assert (told.status is None) == (vector["dir"] == "host")
    assert not told.command.startswith("command")


def test_a_question_shows_what_it_asks() -> None:
    assert said("020013FFB02301E0040100153B945A0008DD50") == Explanation(
        "read blocks",
        None,
        {
            "form": "advanced",
            "address": "FF",
            "uid": "E0040100153B945A",
            "first": 0,
            "count": 8,
            "with_locks": False,
        },
    )
    written = said("020018FFB02401E004010809B9CB120001043433323196DB")
    assert (written.command, written.fields["blocks"]) == ("write blocks", ("31323334",))
    assert said("06128007E580").fields == {"form": "standard", "address": "12", "data": "07"}


def test_an_answer_shows_its_status_and_what_its_lengths_allow() -> None:
    assert said("02000900B0951264CB") == Explanation(
        "ISO 15693 host command",
        "iso15693 error (status 95)",
        {"form": "advanced", "address": "00", "error": "block locked (error 12)"},
    )
    assert said("02000800B00090DF").fields == {"form": "advanced", "address": "00"}
    tags = said("02001D00B00002033EE0040100153B945A0306E00401501F453D8FBDEC").fields["tags"]
    assert tags == ("E0040100153B945A", "E00401501F453D8F")
    blocks = said("1700B0000304000403020100141312110024232221B45B").fields["blocks"]
    assert blocks == ("01020304", "11121314", "21222324")
    about = said("02001500B0003EE0040100153B945A07031B011085").fields
    assert (about["uid"], about["block_count"], about["afi"]) == ("E0040100153B945A", 28, 7)
    assert said("0D00650003030044530D303309").fields["reader"] == "FEIG CPR40, software 3.3"


def test_tags_of_every_kind_are_counted() -> None:
    body = bytes.fromhex(VECTORS["inventory_parse"][0]["data"])
    told = explained(Frame(0, 0xB0, b"\x00" + body).encode()).fields
    assert (told["tags"], told["other transponders"]) == (("8877665544332211",), 11)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", ("0 bytes are too short",)),
        ("020007FF65", ("5 bytes are too short",)),
        ("020007FF656E60", ("checksum 606E, should be 616E",)),
        ("05FF65E5CC", ("checksum CCE5, should be CBE5",)),
        ("06FF65E5CB", ("6 bytes announced, 5 here", "checksum CBE5, should be 2481")),
    ],
)
def test_a_spoilt_frame_says_what_is_wrong_with_it(text: str, problems: tuple[str, ...]) -> None:
    assert said(text).problems == problems


def test_strange_commands_are_problems() -> None:
    unknown = explained(Frame(0xFF, 0x33, b"\x01").encode())
    assert (unknown.command, unknown.problems) == ("command 33", ("unknown command",))
    short = explained(Frame(0xFF, 0xB0, b"\x27\x01\xe0").encode())
    assert (short.command, short.problems) == ("write AFI", ("the command has a wrong length",))


@given(st.binary(max_size=80))
def test_noise_is_explained_too(noise: bytes) -> None:
    assert explained(noise).command


@given(st.integers(0, 255), st.integers(0, 255), st.binary(max_size=40))
def test_any_sound_frame_is_explained(address: int, command: int, payload: bytes) -> None:
    told = explained(Frame(address, command, payload).encode())
    assert not [problem for problem in told.problems if "checksum" in problem]
