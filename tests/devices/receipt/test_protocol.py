"""Status bytes: the reference's values, and every set of signals there and back."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.capabilities import PrinterCondition
from devices.errors import Garbled
from devices.receipt.protocol import (
    PAGES,
    Receiver,
    Signal,
    condition_of,
    is_status,
    signals_of,
    status_byte,
    status_page,
    status_question,
)

SIGNALS = st.frozensets(st.sampled_from(Signal))


@pytest.mark.parametrize(
    ("answers", "condition"),
    [
        ("12121212", PrinterCondition.READY),
        ("16121212", PrinterCondition.READY),  # the cash drawer's pin is not ours
        ("1212121E", PrinterCondition.PAPER_NEAR_END),
        ("12121216", PrinterCondition.PAPER_NEAR_END),
        ("1A32127E", PrinterCondition.OUT_OF_PAPER),
        ("1A16127E", PrinterCondition.COVER_OPEN),
        ("1A121212", PrinterCondition.OFF_LINE),
        ("1A521A12", PrinterCondition.CUTTER_JAMMED),
        ("1A523212", PrinterCondition.BROKEN),
        ("1A525212", PrinterCondition.TOO_HOT),
    ],
)
def test_the_references_bits_say_what_is_the_matter(
    answers: str, condition: PrinterCondition
) -> None:
    assert condition_of(signals_of(bytes.fromhex(answers))) is condition


@given(SIGNALS)
def test_signals_survive_the_way(signals: frozenset[Signal]) -> None:
    assert signals_of(bytes(status_byte(page, signals) for page in PAGES)) == signals


@given(SIGNALS)
def test_no_trouble_is_hidden_by_another(signals: frozenset[Signal]) -> None:
    harmless = signals <= {Signal.PAPER_NEAR_END}
    assert condition_of(signals).can_print == harmless


@pytest.mark.parametrize("answers", ["", "121212", "1212121212", "12121200", "11121212"])
def test_other_bytes_are_no_status(answers: str) -> None:
    with pytest.raises(Garbled):
        signals_of(bytes.fromhex(answers))


def test_the_two_kinds_of_answer_are_told_apart_among_flow_control() -> None:
    receiver = Receiver()
    assert receiver.next_status() is receiver.has_caught_up() is None
    receiver.hear(bytes.fromhex("1112131E"))
    assert [receiver.next_status() for _ in range(3)] == [0x12, 0x1E, None]
    assert receiver.has_caught_up() is None
    receiver.hear(bytes.fromhex("03"))
    assert [receiver.has_caught_up() for _ in range(2)] == [True, None]


def test_questions_are_known_again() -> None:
    assert [status_page(status_question(page)) for page in PAGES] == list(PAGES)
    assert status_page(b"\x10\x04\x05") is None


@given(st.binary(max_size=40))
def test_noise_is_a_status_or_garbled(noise: bytes) -> None:
    with suppress(Garbled):
        condition_of(signals_of(noise))
    receiver = Receiver()
    receiver.hear(noise)
    statuses = [byte for byte in noise if is_status(byte)]
    assert [receiver.next_status() for _ in statuses] == statuses
