"""SIP2's bytes: as running systems sent them, and as an independent implementation reads them."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pysip2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pysip2.models import spec_for_id

from server.ils.sip2.messages import ANSWERS, FIELDS, LAYOUTS
from server.ils.sip2.protocol import (
    LONGEST,
    BadChecksum,
    Garbled,
    Message,
    NotSendable,
    Receiver,
    checksum,
    parse,
    question,
)
from server.ils.sip2.writing import Coding, amount_of, count_of, day_of
from tests.vectors.read import vectors

SEEN = vectors("sip2_transcripts")
UTF_8 = Coding(("utf-8",))
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="|"), max_size=30)
NAMES = sorted(set(FIELDS) - {"AY", "AZ"})
FIELD_LISTS = st.lists(st.tuples(st.sampled_from(NAMES), TEXT), max_size=8)
PLAIN = st.text("ABCabc019 .-", min_size=1, max_size=12)


@pytest.mark.parametrize("seen", SEEN["answers"], ids=lambda seen: seen["line"][:30])
def test_every_line_that_was_seen_is_understood(seen: dict[str, Any]) -> None:
    message = parse(seen["line"].encode(), UTF_8)
    assert {name: message.part(name) for name in seen.get("parts", {})} == seen.get("parts", {})
    fields = seen.get("fields", {})
    assert {name: message.first(name) for name in fields} == fields


@pytest.mark.parametrize("seen", SEEN["due_dates"], ids=lambda seen: seen["source"])
def test_every_due_date_that_was_seen_is_understood(seen: dict[str, str | None]) -> None:
    """Q37"""
    day = date.fromisoformat(seen["day"]) if seen["day"] else None
    assert day_of(str(seen["text"]), ZoneInfo("Asia/Jakarta")) == day


@pytest.mark.parametrize("number", LAYOUTS)
def test_the_table_is_the_one_of_an_independent_implementation(number: str) -> None:
    theirs = spec_for_id(number).fields
    widths = [place.stop - place.start for place in LAYOUTS[number].parts.values()]
    assert widths == [field.width for field in theirs if field.field_id is None]
    named = [field for field in theirs if field.field_id is not None]
    layout = LAYOUTS[number]
    assert set(layout.required) == {field.field_id for field in named if field.required}
    missing = {str(field.field_id) for field in named if not field.required} - set(layout.optional)
    assert missing == set()


def test_every_field_of_every_message_has_a_name() -> None:
    used = {name for layout in LAYOUTS.values() for name in layout.required + layout.optional}
    assert used <= set(FIELDS)
    assert set(ANSWERS) | set(ANSWERS.values()) | {"96", "97"} == set(LAYOUTS)


@given(
    st.sampled_from([number for number in LAYOUTS if number not in ("96", "97")]),
    FIELD_LISTS,
    st.none() | st.integers(0, 9),
)
def test_what_is_sent_is_what_is_heard(
    number: str, fields: list[tuple[str, str]], sequence: int | None
) -> None:
    fixed = LAYOUTS[number].fixed(date="20261123    225405")
    message = Message(number, fixed, tuple(fields), sequence)
    raw = message.encode(UTF_8, sequence)
    assert raw.endswith(b"\r")
    heard = parse(raw[:-1], Coding(("utf-8",)))
    assert (heard.number, heard.fixed, heard.sequence) == (number, fixed, sequence)
    again = parse(heard.encode(UTF_8, sequence)[:-1], UTF_8)
    assert again == heard
    assert [name for name, _ in heard.fields] == [name for name, _ in fields]


@given(st.lists(PLAIN, min_size=5, max_size=5), st.integers(0, 9))
def test_a_loan_is_read_alike_by_an_independent_implementation(
    words: list[str], sequence: int
) -> None:
    names = ("AO", "AA", "AB", "AC", "AD")
    parts = {"renewal": "N", "no_block": "N", "date": "20261123    225405"}
    parts["nb_due"] = parts["date"]
    asked = question("11", parts, tuple(zip(names, words, strict=True)))
    raw = asked.encode(UTF_8, sequence)
    theirs = pysip2.decode_message(raw)
    loan = theirs.message
    assert isinstance(loan, pysip2.CheckoutRequest)
    assert theirs.sequence_number == sequence
    assert loan.institution_id == words[0]
    assert loan.patron_identifier == words[1]
    assert loan.item_identifier == words[2]
    assert pysip2.encode_message(loan, sequence_number=sequence, checksum=True) == raw


@given(PLAIN, PLAIN, st.none() | st.integers(0, 9))
def test_an_answer_of_an_independent_implementation_is_read(
    patron: str, title: str, sequence: int | None
) -> None:
    theirs = pysip2.CheckoutResponse(
        ok="1",
        renewal_ok="N",
        magnetic_media="U",
        desensitize="Y",
        transaction_date="20261123    225405",
        institution_id="MPL",
        patron_identifier=patron,
        item_identifier="B00012",
        title_identifier=title,
        due_date="20261209    235900",
        screen_message=("satu", "dua"),
    )
    raw = pysip2.encode_message(theirs, sequence_number=sequence, checksum=sequence is not None)
    ours = parse(raw[:-1], UTF_8)
    assert ours.sequence == sequence
    assert ours.first("AA") == patron.strip()
    assert ours.first("AJ") == title.strip()
    assert ours.every("AF") == ("satu", "dua")
    assert ours.encode(UTF_8, sequence) == raw


@given(st.binary(max_size=200))
def test_noise_is_a_message_or_garbled(noise: bytes) -> None:
    for data in (noise, b"18" + noise, b"64" + noise, noise + checksum(noise)):
        try:
            parse(data, Coding(("utf-8", "cp1252"), twice=True))
        except Garbled:
            continue


@given(st.lists(st.binary(min_size=1, max_size=20).filter(lambda one: b"\r" not in one)), st.data())
def test_messages_come_whole_from_any_pieces(lines: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(line + b"\r\n" for line in lines)
    receiver, told = Receiver(), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        receiver.hear(stream[:size])
        stream = stream[size:]
        while (raw := receiver.next_message()) is not None:
            told.append(raw)
    assert told == [kept for line in lines if (kept := line.lstrip(b"\n\0 \t"))]
    assert not receiver.pending()


def test_a_message_without_an_end_is_given_up() -> None:
    receiver = Receiver()
    receiver.hear(b"x" * (LONGEST + 1))
    with pytest.raises(Garbled):
        receiver.next_message()
    receiver.hear(b"940\r941\r")
    assert receiver.next_message() == b"941"  # the tail of it is no message


def test_a_checksum_without_a_number_can_be_sent() -> None:
    raw = Message("94", "1").encode(UTF_8, sealed=True)
    assert raw == b"941AZ" + checksum(b"941AZ") + b"\r"


@given(st.text(), st.sampled_from(["utf-8", "cp850", "ascii"]), st.integers(1, 300))
def test_every_value_can_be_made_to_fit(value: str, encoding: str, longest: int) -> None:
    coding = Coding((encoding,))
    fitted = coding.fitted(value, longest)
    assert len(coding.write(fitted) or b"") <= longest
    Message("97", "", (("AF", fitted),)).encode(coding)


@pytest.mark.parametrize("bad", ["a|b", "a\rb", "a\nb", "a\0b", "\x7f"])
def test_a_value_that_would_break_a_message_is_not_sent(bad: str) -> None:
    message = Message("97", "", (("AD", bad),))
    with pytest.raises(NotSendable) as refused:
        message.encode(UTF_8)
    assert bad not in str(refused.value)
    assert "AD" in str(refused.value)


def test_a_sign_that_the_encoding_has_not_is_not_sent() -> None:
    with pytest.raises(NotSendable) as refused:
        Message("97", "", (("AD", "كلمة"),)).encode(Coding(("cp850",)))
    assert "كلمة" not in repr(refused.value)
    assert refused.value.__context__ is None


def test_a_fixed_part_that_is_too_long_is_not_sent() -> None:
    with pytest.raises(NotSendable):
        question("37", {"currency": "RUPIAH"}, ())


def test_a_message_prints_no_value() -> None:
    message = Message("63", " " * 31, (("AA", "P00001"), ("AD", "1234")))
    assert repr(message) == "Message(63: AA AD)"


@pytest.mark.parametrize("raw", [b"", b"1", b"77", b"HTTP/1.1 400 Bad Request", b"\xff\xfe"])
def test_what_is_no_sip2_is_garbled(raw: bytes) -> None:
    with pytest.raises(Garbled):
        parse(raw, UTF_8)


def test_a_wrong_checksum_is_told_from_other_noise() -> None:
    with pytest.raises(BadChecksum):
        parse(b"941AY1AZ0000", UTF_8)


@given(st.text(max_size=12))
def test_counts_and_amounts_of_any_text_are_numbers_or_none(text: str) -> None:
    count, amount = count_of(text), amount_of(text)
    assert count is None or count >= 0
    assert amount is None or amount.is_finite()
    day_of(text, ZoneInfo("UTC"))
