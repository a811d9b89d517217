"""Bytes are a message of the contract or a BadMessage that says why, and never anything else."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker import wire
from broker.errors import BadMessage
from broker.examples import Example, examples
from broker.facts import (
    Acknowledgement,
    Entry,
    Fact,
    FeedbackGiven,
    Rating,
    StaffCalled,
    item_of,
    with_patron,
)
from broker.kinds import ANSWERS, FACTS, QUESTIONS
from broker.requests import (
    AccountOf,
    Ask,
    Description,
    Find,
    Identify,
    Lend,
    Question,
    Reply,
    Standing,
    with_pin,
)
from broker.requests import with_patron as about
from broker.schemas import schemas, word_schema
from broker.telemetry import (
    Birth,
    PinAsked,
    Presence,
    SettingsDesired,
    SettingsReported,
    State,
)
from broker.topics import Channel
from broker.vocabulary import (
    ERASED,
    ActId,
    ItemId,
    MailAddress,
    PatronId,
    Pin,
    SealedSecret,
    Secret,
)
from tests.broker import messages

SNAPSHOTS: tuple[type, ...] = (Birth, State, SettingsDesired, SettingsReported, Acknowledgement)
DECODERS: tuple[Callable[[bytes], object], ...] = (
    wire.decode_entry,
    wire.decode_ask,
    wire.decode_reply,
    wire.decode_presence,
    *(lambda payload, cls=cls: wire.decode_snapshot(payload, cls) for cls in SNAPSHOTS),
)
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


def of_channel(channel: Channel) -> dict[str, Any]:
    """The first example on a channel, as plain JSON values."""
    payload = next(one.payload for one in examples() if one.channel is channel)
    found: dict[str, Any] = msgspec.json.decode(payload)
    return found


def rewritten(channel: Channel, **changes: object) -> bytes:
    return msgspec.json.encode(of_channel(channel) | changes)


def must_not_surprise(payload: bytes) -> None:
    for decode in DECODERS:
        with suppress(BadMessage):
            decode(payload)


@given(messages.entries)
def test_any_fact_arrives_as_it_was_sent(entry: Entry) -> None:
    assert wire.decode_entry(wire.encode_entry(entry)) == entry


@given(messages.asks)
def test_any_ask_arrives_as_it_was_sent(ask: Ask) -> None:
    assert wire.decode_ask(wire.encode_ask(ask)) == ask


@given(messages.replies)
def test_any_reply_arrives_as_it_was_sent(reply: Reply) -> None:
    assert wire.decode_reply(wire.encode_reply(reply)) == reply


@given(messages.snapshots)
def test_any_snapshot_arrives_as_it_was_sent(snapshot: wire.Snapshot) -> None:
    again: object = wire.decode_snapshot(wire.encode_snapshot(snapshot), type(snapshot))
    assert again == snapshot


@pytest.mark.parametrize("presence", Presence)
def test_presence_is_plain_text(presence: Presence) -> None:
    assert wire.decode_presence(presence.value.encode()) is presence


@pytest.mark.parametrize("payload", [b"", b"Online", b"online\n", b"\xff", b'"online"'])
def test_any_other_presence_is_refused(payload: bytes) -> None:
    with pytest.raises(BadMessage, match="not a presence"):
        wire.decode_presence(payload)


def with_more_fields(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: with_more_fields(value) for name, value in node.items()} | {"newer": [1]}
    if isinstance(node, list):
        return [with_more_fields(value) for value in node]
    return node


@pytest.mark.parametrize(
    "example", [one for one in examples() if one.channel is not Channel.STATUS], ids=str
)
def test_fields_of_a_newer_sender_are_ignored(example: Example) -> None:
    newer = msgspec.json.encode(with_more_fields(msgspec.json.decode(example.payload)))
    match example.channel:
        case Channel.FACT:
            assert wire.decode_entry(newer) == wire.decode_entry(example.payload)
        case Channel.ASK:
            assert wire.decode_ask(newer) == wire.decode_ask(example.payload)
        case Channel.REPLY:
            assert wire.decode_reply(newer) == wire.decode_reply(example.payload)
        case _:
            cls: type = type(example.message)
            assert wire.decode_snapshot(newer, cls) == example.message


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(BadMessage, match="unknown kind 'weigh'; known are identify"):
        wire.decode_ask(rewritten(Channel.ASK, kind="weigh"))
    with pytest.raises(BadMessage, match="unknown kind 'weight'; known are standing"):
        wire.decode_reply(rewritten(Channel.REPLY, kind="weight"))
    with pytest.raises(BadMessage, match="unknown kind 'item-weighed'; known are item-lent"):
        wire.decode_entry(rewritten(Channel.FACT, type="id.sirkula.item-weighed.v1"))


def test_an_unknown_version_is_named() -> None:
    for decode, channel in ((wire.decode_ask, Channel.ASK), (wire.decode_reply, Channel.REPLY)):
        with pytest.raises(BadMessage, match="version 2; this program speaks 1"):
            decode(rewritten(channel, v=2))
    with pytest.raises(BadMessage, match="version 2"):
        wire.decode_snapshot(rewritten(Channel.STATE, v=2), State)
    with pytest.raises(BadMessage, match=r"item-lent\.v2"):
        wire.decode_entry(rewritten(Channel.FACT, type="id.sirkula.item-lent.v2"))


def test_a_type_that_only_looks_like_ours_is_refused() -> None:
    with pytest.raises(BadMessage, match=r"speaks 'id\.sirkula\.item-lent\.v1'"):
        wire.decode_entry(rewritten(Channel.FACT, type="item-lent"))


@pytest.mark.parametrize(
    "source",
    ["", "/binjai", "binjai/kios-01", "x/binjai/kios-01", "/binjai/kios-01/", "/a/B", "//"],
)
def test_a_fact_from_nowhere_is_refused(source: str) -> None:
    with pytest.raises(BadMessage, match="not a fact"):
        wire.decode_entry(rewritten(Channel.FACT, source=source))


def test_a_fact_says_where_it_is_from_whatever_topic_brought_it() -> None:
    """The receiver compares it with the topic; a station can speak only for itself."""
    entry = wire.decode_entry(rewritten(Channel.FACT, source="/medan/kios-09"))
    assert (str(entry.site), str(entry.device)) == ("medan", "kios-09")


@pytest.mark.parametrize(("field", "value"), [("specversion", "0.3"), ("seq", 0), ("seq", -1)])
def test_a_fact_in_no_known_outline_is_refused(field: str, value: object) -> None:
    with pytest.raises(BadMessage, match=f"{field} '?{value}"):
        wire.decode_entry(rewritten(Channel.FACT, **{field: value}))


@pytest.mark.parametrize("value", [5, 1.5, True, None, ["B00012"], {"item": "B00012"}, "", "a b"])
def test_a_word_that_is_none_is_refused(value: object) -> None:
    data = {"item": value, "secured": True}
    with pytest.raises(BadMessage, match="ItemReturned"):
        wire.decode_entry(rewritten(Channel.FACT, type="id.sirkula.item-returned.v1", data=data))


@pytest.mark.parametrize("size", [wire.MAX_BYTES + 1, 10 * wire.MAX_BYTES])
def test_a_message_above_the_limit_is_refused_unread(size: int) -> None:
    for decode in (wire.decode_entry, wire.decode_ask, wire.decode_reply):
        with pytest.raises(BadMessage, match=f"{size} bytes; at most {wire.MAX_BYTES}"):
            decode(b"x" * size)


def test_a_message_of_exactly_the_limit_is_read() -> None:
    payload = rewritten(Channel.ASK)
    padded = payload + b" " * (wire.MAX_BYTES - len(payload))
    assert wire.decode_ask(padded) == wire.decode_ask(payload)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_give_a_message_or_a_reason(payload: bytes) -> None:
    must_not_surprise(payload)


@given(json)
def test_arbitrary_json_gives_a_message_or_a_reason(value: object) -> None:
    must_not_surprise(msgspec.json.encode(value))


@given(st.data())
def test_a_message_with_one_part_replaced_gives_a_message_or_a_reason(data: st.DataObject) -> None:
    example = data.draw(st.sampled_from([e for e in examples() if e.channel is not Channel.STATUS]))
    message = msgspec.json.decode(example.payload)
    node = message
    while True:
        key = data.draw(st.sampled_from(sorted(node)))
        if not (isinstance(node[key], dict) and node[key] and data.draw(st.booleans())):
            break
        node = node[key]
    node[key] = data.draw(json)
    must_not_surprise(msgspec.json.encode(message))


@pytest.mark.parametrize("payload", [b"[" * 60_000, b'{"v":1,"data":' * 4_000, b"9" * 60_000])
def test_depth_and_length_exhaust_nothing(payload: bytes) -> None:
    must_not_surprise(payload)


@given(messages.entries, messages.asks, messages.patrons)
def test_no_patron_number_is_ever_printed(entry: Entry, ask: Ask, patron: PatronId) -> None:
    entry = replace(entry, fact=with_patron(entry.fact, patron))
    ask = replace(ask, question=about(ask.question, patron))
    for message, part in ((entry, entry.fact), (ask, ask.question)):
        hidden = "PatronId(...)" if hasattr(part, "patron") else ""
        shown = (repr(message), str(message), f"{message}", f"{message!s}", f"{message!r}")
        assert all(hidden in one for one in shown)


@given(messages.entries, messages.asks, messages.patrons)
def test_a_patron_number_cannot_be_sent_in_plain_text(
    entry: Entry, ask: Ask, patron: PatronId
) -> None:
    entry = replace(entry, fact=with_patron(entry.fact, patron))
    ask = replace(ask, question=about(ask.question, patron))
    if hasattr(entry.fact, "patron"):
        with pytest.raises(NotImplementedError, match="PatronId has no form on the wire"):
            wire.encode_entry(entry)
    if hasattr(ask.question, "patron"):
        with pytest.raises(NotImplementedError, match="PatronId has no form on the wire"):
            wire.encode_ask(ask)


@pytest.mark.parametrize("lines", [[], [{"item": "B1", "transaction": "lent", "due": None}] * 101])
def test_a_receipt_of_nothing_or_of_too_much_is_refused(lines: list[object]) -> None:
    receipt = {"act": "a", "patron": "erased:", "language": "id", "lines": lines}
    with pytest.raises(BadMessage, match=f"a receipt of {len(lines)} lines; 1 to 100"):
        wire.decode_ask(rewritten(Channel.ASK, kind="send-receipt", data=receipt))


def test_a_mail_address_has_no_form_on_the_wire() -> None:
    address = MailAddress("siti@binjai.example")
    with pytest.raises(NotImplementedError, match="MailAddress has no form on the wire"):
        wire.encode_ask(Ask("1", 1.0, Lend(ActId("a"), ItemId("B1"), address)))  # type: ignore[arg-type] # on purpose


def test_a_patron_number_in_plain_text_is_refused_without_repeating_it() -> None:
    data = {"patron": "KTA-0007"}
    with pytest.raises(BadMessage, match="not a valid SealedPatron") as refused:
        wire.decode_ask(rewritten(Channel.ASK, kind="identify", data=data))
    assert "KTA-0007" not in str(refused.value)


@given(messages.secrets, messages.sealed_secrets)
def test_a_pin_is_printed_neither_open_nor_sealed(secret: Secret, sealed: SealedSecret) -> None:
    for pin in (secret, sealed):
        ask = Ask("5b0a77", 1.0, AccountOf(ERASED, pin))
        asked = f"AccountOf(patron=ErasedPatron('erased:'), pin={type(pin).__name__}(...))"
        expected = f"Ask(correlation='5b0a77', expires=1.0, question={asked})"
        assert {repr(ask), str(ask), f"{ask!s}"} == {expected}
        assert str(pin) == "..."


@pytest.mark.parametrize("question", [Identify(ERASED), AccountOf(ERASED)])
def test_a_pin_cannot_be_sent_in_plain_text(question: Identify | AccountOf) -> None:
    ask = Ask("5b0a77", 1.0, replace(question, pin=Secret("1234")))
    with pytest.raises(NotImplementedError, match="Secret has no form on the wire"):
        wire.encode_ask(ask)


@pytest.mark.parametrize("pin", ["1234", 1234, ["1234"], "secret:1234", "secret:" + "1234" * 101])
def test_a_pin_in_plain_text_is_refused_without_repeating_it(pin: object) -> None:
    data = {"patron": "erased:", "pin": pin}
    with pytest.raises(BadMessage) as refused:
        wire.decode_ask(rewritten(Channel.ASK, kind="identify", data=data))
    assert "1234" not in str(refused.value)


@given(messages.any_question, messages.sealed_secrets)
def test_only_a_question_with_a_pin_gets_another_form_of_it(
    question: Question, pin: SealedSecret
) -> None:
    asked = getattr(question, "pin", None)
    expected = pin if isinstance(asked, Pin) else asked
    assert getattr(with_pin(question, pin), "pin", None) == expected


def test_words_of_an_older_sender_are_read_as_it_meant_them() -> None:
    """Each message that has grown, as it was before it did."""
    nobody = {"patron": "erased:"}
    asked = wire.decode_ask(rewritten(Channel.ASK, kind="identify", data=nobody))
    assert asked.question == Identify(ERASED, pin=None)
    standing = {"on_loan": 1, "remaining": 2}
    reply = rewritten(Channel.REPLY, kind="standing", data=standing)
    assert wire.decode_reply(reply).answer == Standing(1, 2, ready=0, mailable=False)
    book = {"item": "B00012", "title": "Laskar Pelangi", "author": "Andrea Hirata"}
    told = wire.decode_reply(rewritten(Channel.REPLY, kind="description", data=book)).answer
    assert told == Description(ItemId("B00012"), "Laskar Pelangi", "Andrea Hirata", on_hold=False)
    data = of_channel(Channel.SETTINGS_DESIRED)["data"]
    del data["pin"]
    settings = rewritten(Channel.SETTINGS_DESIRED, data=data)
    assert wire.decode_snapshot(settings, SettingsDesired).pin is PinAsked.NEVER


@pytest.mark.parametrize(("words", "start"), [("", 0), ("a" * 81, 0), ("buku", -1), ("a", 10_000)])
def test_a_search_for_nothing_or_too_much_is_refused(words: str, start: int) -> None:
    with pytest.raises(ValueError, match=r"0 to 9999|1 to 80"):
        Find(words, start)
    data = {"words": words, "start": start}
    with pytest.raises(BadMessage, match="Find"):
        wire.decode_ask(rewritten(Channel.ASK, kind="find", data=data))


@given(messages.any_fact)
def test_a_fact_is_about_its_item_or_about_none(fact: Fact) -> None:
    assert item_of(fact) == getattr(fact, "item", None)


def test_feedback_and_a_call_for_staff_have_room_for_so_much_and_no_more() -> None:
    assert FeedbackGiven(Rating.GOOD, None, "a" * 280).words
    assert StaffCalled("a" * 64).screen
    with pytest.raises(ValueError, match="281 characters; at most 280"):
        FeedbackGiven(Rating.GOOD, None, "a" * 281)
    with pytest.raises(ValueError, match="65 characters; at most 64"):
        StaffCalled("a" * 65)


def test_a_patron_number_reaches_no_log_line(caplog: pytest.LogCaptureFixture) -> None:
    patron = PatronId("KTA-0007")
    ask = Ask("5b0a77", 1.0, Identify(patron))
    log = logging.getLogger("station")
    log.warning("asked %s for %s by %r", ask, patron, patron)
    log.warning("asked", extra={"patron": patron})
    assert "KTA-0007" not in caplog.text
    assert "PatronId(...)" in caplog.text
    assert patron.reveal() == "KTA-0007"


@pytest.mark.parametrize("number", [70007000, "70007000 ", "7000 7000"])
def test_a_malformed_patron_number_is_not_repeated_in_the_reason(number: object) -> None:
    with pytest.raises(BadMessage) as refused:
        wire.decode_ask(rewritten(Channel.ASK, kind="identify", data={"patron": number}))
    assert "7000" not in str(refused.value)


def test_every_message_has_a_schema() -> None:
    named, components = schemas()
    expected = {*FACTS.values(), *QUESTIONS.values(), *ANSWERS.values(), *SNAPSHOTS}
    assert {cls.__name__ for cls in expected} <= set(named)
    assert set(named) <= set(components)


def test_a_value_without_a_form_on_the_wire_cannot_be_sent() -> None:
    stranger: Any = object()
    with pytest.raises(NotImplementedError, match="object has no form on the wire"):
        wire.encode_snapshot(stranger)
    with pytest.raises(NotImplementedError, match="object"):
        word_schema(object)
