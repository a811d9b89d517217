"""A fact says the same under every number; another fact says something else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.errors import BadMessage
from broker.facts import Entry
from broker.places import fingerprint, placed
from broker.wire import decode_entry, encode_entry
from tests.broker import messages


@given(messages.entries, messages.texts, st.integers(1, 2**63 - 1))
def test_a_fact_at_another_place_says_the_same(entry: Entry, install: str, seq: int) -> None:
    payload = encode_entry(entry)
    moved = placed(payload, install, seq)
    assert decode_entry(moved) == replace(entry, install=install, seq=seq)
    assert fingerprint(moved) == fingerprint(payload)


@given(messages.entries, messages.entries)
def test_only_the_same_fact_has_the_same_fingerprint(one: Entry, other: Entry) -> None:
    moved = encode_entry(replace(one, install=other.install, seq=other.seq))
    same = moved == encode_entry(other)
    assert (fingerprint(moved) == fingerprint(encode_entry(other))) is same


def test_what_this_program_does_not_know_stays_as_it_was_said() -> None:
    newer = b'{"seq":1,"weight":1e400,"install":"a","much":123456789012345678901234567890}'
    moved = placed(newer, "b", 7)
    assert moved == b'{"seq":7,"weight":1e400,"install":"b","much":123456789012345678901234567890}'
    assert fingerprint(moved) == fingerprint(newer)


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b"{", b"\xff", b'{"a":"\\ud800"}', b'{"a":' * 9999]
)
def test_what_is_not_one_object_has_no_place(payload: bytes) -> None:
    with pytest.raises(BadMessage, match="not a fact"):
        fingerprint(payload)
    with pytest.raises(BadMessage, match="not a fact"):
        placed(payload, "a", 1)
