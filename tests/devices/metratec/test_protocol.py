"""metraTec's commands and answers, against published lines."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.capabilities import TagUid
from devices.errors import Garbled
from devices.metratec.protocol import (
    Command,
    Request,
    Said,
    TagRequest,
    acknowledged,
    inventoried,
    inventory_lines,
    plain_word,
    question,
    request_of,
    revision_words,
    tag_answered,
    tag_lines,
)
from tests.devices.tags_in_hand import uid
from tests.vectors.read import vectors

VECTORS = vectors("metratec_lines")["lines"]
BOOK = TagUid(bytes.fromhex("E0040150954F02B1"))
WRITE_AFI = bytes.fromhex("2227E0040150954F02B1C2")
QUESTIONS: list[tuple[str, Request]] = [
    ("INV", Command.INVENTORY),
    ("SRI SS 100", Command.FIELD_ON),
    ("MOD 156", Command.ISO15693),
    ("WRQ 2227E0040150954F02B1C2 CRC", TagRequest(WRITE_AFI, writes=True)),
]
requests = st.one_of(
    st.sampled_from(Command),
    st.builds(TagRequest, st.binary(min_size=1, max_size=60), st.booleans()),
)


def published(meaning: str) -> list[str]:
    """The lines of an answer."""
    (vector,) = (v for v in VECTORS if v["meaning"].startswith(meaning))
    text: str = vector["text"]
    return text.split("\r")[:-1]


@pytest.mark.parametrize(("text", "request_"), QUESTIONS)
def test_questions_are_the_published_words_and_back(text: str, request_: Request) -> None:
    assert f"{text}\r" in [vector["text"] for vector in VECTORS]
    assert question(request_) == text
    assert request_of(text) == request_


@given(requests)
def test_requests_come_back_as_they_were(request_: Request) -> None:
    assert request_of(question(request_)) == request_


def test_the_published_answer_of_a_tag_is_understood_and_written() -> None:
    lines = published("a tag's answer")
    answer = bytes.fromhex("0011112222B7DD")
    assert tag_answered(lines) == answer
    assert tag_lines(answer) == tuple(lines)
    assert [tag_answered(lines[:count]) for count in (1, 2, 3)] == [None] * 3


def test_a_published_inventory_is_counted_and_its_strange_uid_is_not_believed() -> None:
    lines = published("inventory of 2")
    with pytest.raises(Garbled, match="E200600311753E33"):
        inventoried(lines)
    with pytest.raises(Garbled, match="02 tags announced, 1 told"):
        inventoried([lines[0], *lines[2:]])
    assert inventoried([lines[0], lines[0], *lines[2:]]) == (BOOK, BOOK)
    assert inventoried(lines[:1]) is None


@pytest.mark.parametrize("count", [0, 1, 9, 10, 25, 30, 99, 100])
def test_an_inventory_comes_back_as_it_was(count: int) -> None:
    uids = tuple(uid(number) for number in range(count))
    assert inventoried(inventory_lines(uids)) == uids
    assert inventoried([*map(str, uids), f"IVF {count:02X}"]) == uids


def test_no_tag_is_told_as_published() -> None:
    assert published("inventory of no tag") == list(inventory_lines(()))


def test_a_tag_that_was_not_understood_spoils_no_inventory_whether_counted_or_not() -> None:
    for announced in ("IVF 01", "IVF 02"):
        assert inventoried([str(BOOK), "TCE", announced]) == (BOOK,)
    with pytest.raises(Garbled):
        inventoried([str(BOOK), "TCE", "IVF 03"])


@pytest.mark.parametrize("word", ["TNR", "CDT", "RDL", "UPA", "CCE", "XYZ"])
def test_a_word_in_place_of_a_tags_answer_is_an_error(word: str) -> None:
    assert tag_answered([word]) == Said(word)
    assert tag_answered(["TDT", "0012", "COK", word]) == Said(word)


def test_a_tags_answer_with_a_wrong_checksum_is_an_error() -> None:
    assert tag_answered(["TDT", "0011", "CER"]) is None
    assert tag_answered(["TDT", "0011", "CER", "NCL"]) == Said("CER")


@pytest.mark.parametrize(
    "lines",
    [["NCL"], ["0011", "COK", "NCL"], ["TDT", "COK", "NCL"], ["TDT", "001", "COK", "NCL"]],
)
def test_a_tags_answer_with_lines_missing_is_garbled(lines: list[str]) -> None:
    with pytest.raises(Garbled):
        tag_answered(lines)


def test_the_rest_of_a_tags_answer_acknowledges_nothing() -> None:
    assert [acknowledged([text]) for text in ("TDT", "0011", "COK", "NCL")] == [None] * 4
    assert acknowledged(["NCL", "NCM"]) == Said("NCM")


def test_words_say_what_they_mean() -> None:
    assert Said("TNR").words == "tag not responding (TNR)"
    assert Said("OK!").words == "done (OK!)"
    assert Said("XYZ").words == "unknown word (XYZ)"


def test_a_reader_without_set_up_is_known_by_its_words_or_by_a_missing_checksum() -> None:
    lacking = [Said(word).lacks_set_up for word in ("RNW", "NRF", "NSS", "SRT", "TNR", "OK!")]
    assert lacking == [True, True, True, True, False, False]
    assert Said("UPA", is_checked=False).lacks_set_up


@pytest.mark.parametrize(
    ("text", "word"),
    [("UPA", "UPA"), ("OK!", "OK!"), ("IVF 01", "IVF"), ("UPA 12", None), ("ab", None)],
)
def test_only_a_whole_line_is_a_plain_word(text: str, word: str | None) -> None:
    assert plain_word(text) == word


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("DESKID_ISO 01000218", "DESKID_ISO, firmware 2.18"),
        ("QuasarLR 01000220", "QuasarLR, firmware 2.20"),
        ("DESKID_ISO      0312", "DESKID_ISO, firmware 3.12"),
        ("QR15            0100b123", "QR15, firmware b1.23"),
        ("OK!", None),
        ("IVF 01", None),
        ("INV 1234", None),
        ("", None),
    ],
)
def test_a_revision_is_told_in_words(text: str, words: str | None) -> None:
    assert revision_words(text) == words


def test_questions_a_reader_refuses_name_the_word() -> None:
    asked = ("REQ 22xx CRC", "REQ 2220", "INV SSL", "SRI SS 50", "STA", "")
    assert [request_of(text) for text in asked] == ["EHX", "UPA", "UPA", "UPA", "UCO", "UCO"]


@given(st.lists(st.text(max_size=20), min_size=1, max_size=6))
def test_any_lines_are_an_answer_or_garbled(lines: list[Any]) -> None:
    for told_by in (acknowledged, inventoried, tag_answered):
        with suppress(Garbled):
            told_by(lines)
