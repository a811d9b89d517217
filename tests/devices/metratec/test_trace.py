"""A trace of a metraTec reader's line, in words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.explanation import Explanation
from devices.metratec.air import AirAnswer, AirRequest, Command
from devices.metratec.frame import Line
from devices.metratec.protocol import TagRequest, inventory_lines, question, tag_lines
from devices.metratec.trace import explained
from tests.devices.tags_in_hand import uid
from tests.vectors.read import vectors

UID = str(uid(1))


def lines(*texts: str) -> bytes:
    return b"".join(Line(text).encode() for text in texts)


def asked(command: Command, *arguments: int, option: bool = False) -> bytes:
    request = AirRequest(command, uid(1), bytes(arguments), option)
    return lines(question(TagRequest(request.encode())))


@pytest.mark.parametrize("vector", vectors("metratec_lines")["lines"], ids=lambda v: v["meaning"])
def test_published_lines_are_explained_without_a_problem(vector: dict[str, Any]) -> None:
    said = explained(vector["text"].encode())
    if "does not begin with E0" in vector["meaning"]:
        assert said.problems == ("E200600311753E33 is no UID of ISO 15693",)
        return
    assert said.problems == ()
    assert (said.status is None) == (vector["dir"] == "host")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (
            asked(Command.READ_BLOCKS, 0, 7, option=True),
            Explanation("read blocks", None, {"uid": UID, "first": 0, "count": 8, "option": True}),
        ),
        (
            asked(Command.WRITE_BLOCK, 3, *b"abcd"),
            Explanation("write block", None, {"uid": UID, "block": 3, "data": "61626364"}),
        ),
        (
            b"WRQ 2227E0040150954F02B1C2 CRC\r",
            Explanation("write afi", None, {"uid": "E0040150954F02B1", "afi": "C2"}),
        ),
        (asked(Command.EAS_ALARM), Explanation("eas alarm", None, {"uid": UID})),
        (
            b"TDT\r0011112222B7DD\rCOK\rNCL\r",
            Explanation("tag's answer", "ok", {"body": "11112222", "tag's checksum": True}),
        ),
        (
            lines(*tag_lines(b"\x00"), "ARP 1"),
            Explanation("tag's answer", "ok", {"tag's checksum": False}),
        ),
        (
            lines(*tag_lines(AirAnswer(error=0x12).encode())),
            Explanation("tag's answer", "block locked (error 12)"),
        ),
        (
            lines("TDT", "0011", "CER", "NCL"),
            Explanation(
                "answer",
                "tag's answer with a wrong checksum (CER)",
                {"lines": ["TDT", "0011", "CER", "NCL"]},
            ),
        ),
        (
            lines(*inventory_lines((uid(1),))),
            Explanation("inventory", "done", {"count": 1, "uids": [UID]}),
        ),
        (f"{UID}\r".encode(), Explanation("inventory", "tag found", {"uid": UID})),
        (b"TNR\r\n", Explanation("answer", "tag not responding (TNR)")),
        (b"OK!\r", Explanation("answer", "done (OK!)")),
        (b"HBT\r", Explanation("notice", "unasked", {"line": "HBT"})),
        (
            b"QuasarLR 01000220\r",
            Explanation("revision", "done", {"reader": "QuasarLR, firmware 2.20"}),
        ),
        (
            b"DESKID_ISO      0312\r",
            Explanation("revision", "done", {"reader": "DESKID_ISO, firmware 3.12"}),
        ),
        (b"SRI SS 100\r", Explanation("field", None, {"parameters": "SS 100"})),
        (b"CNR INV ONT\r", Explanation("continuous mode", None, {"parameters": "INV ONT"})),
        (b"INV\r", Explanation("inventory")),
    ],
)
def test_lines_are_told_in_words(raw: bytes, said: Explanation) -> None:
    assert explained(raw) == said


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "does not end with CR (0D)"),
        (b"INV", "does not end with CR (0D)"),
        (b"INV 1234\r", "checksum 1234, not 5CBD"),
        (b"\x80INV\r", "bytes that belong to no line"),
        (b"INV\rRE", "bytes that belong to no line"),
        (b"XYZ\r", "unknown line"),
        (b"REQ 2x CRC\r", "hexadecimal digits expected (EHX)"),
        (b"REQ 022000 CRC\r", "not an addressed request: 022000"),
        (b"REQ 22B1E0040150954F02B1 CRC\r", "not an addressed request: 22B1E0040150954F02B1"),
        (b"REQ 2298E0040150954F02B1 CRC\r", "unknown command"),
        (asked(Command.READ_BLOCKS, 0), "bad length"),
        (asked(Command.WRITE_BLOCK, 0), "bad length"),
        (asked(Command.READ_BLOCKS, 0, 7, 1), "bad length"),
        (lines("E0040150954F02B1", "IVF 02"), "02 tags announced, 1 told"),
        (lines("COK", "NCL"), "a tag's answer with lines missing: COK / NCL"),
        (lines(*tag_lines(b"\x07")), "not a tag's answer: 07"),
        (lines("TDT", "0011"), "not a whole answer"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(raw: bytes, problem: str) -> None:
    assert problem in explained(raw).problems


@given(st.binary(max_size=60))
def test_noise_is_explained_and_never_raises(noise: bytes) -> None:
    assert explained(noise).command
    assert explained(noise + b"\r").command
    assert explained(lines(question(TagRequest(b"\x22" + noise)))).command
