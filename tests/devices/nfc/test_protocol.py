"""The UDP format and the cards that speak it, against recorded sessions."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.errors import Garbled
from devices.nfc.protocol import HALT, Datagram
from devices.nfc.simulator import CardField, FelicaCard, SimulatedCard, TypeACard, TypeBCard
from tests.vectors.read import vectors

SESSIONS = {session["card"]: session for session in vectors("nfc_udp")["udp"]["sessions"]}
CARDS: dict[str, SimulatedCard] = {
    "NTAG 7-byte UID": TypeACard(bytes.fromhex("04497622D93881"), sak=0x00),
    "MIFARE Classic 4-byte UID": TypeACard(bytes.fromhex("DEADBEEF")),
    "Type 4A": TypeACard(bytes.fromhex("08ABCDEF"), sak=0x20),
    "Type 4B (e-KTP like)": TypeBCard(bytes.fromhex("11223344")),
    "FeliCa": FelicaCard(bytes.fromhex("01010501B00AC30B")),
}


@pytest.mark.parametrize("name", CARDS)
def test_cards_answer_as_recorded(name: str) -> None:
    for asked, answered in SESSIONS[name]["sense_datagrams"]:
        if answered is not None:
            question = Datagram.decode(asked.encode())
            answer = Datagram(question.technology, CARDS[name].answer(question) or b"")
            assert answer.encode() == answered.encode()


@pytest.mark.parametrize("name", SESSIONS)
def test_recorded_datagrams_are_read_and_written(name: str) -> None:
    for pair in SESSIONS[name]["sense_datagrams"]:
        for text in filter(None, pair):
            assert Datagram.decode(text.encode()).encode() == text.upper().encode()


def test_of_two_cards_one_is_heard_and_the_other_once_that_one_keeps_quiet() -> None:
    field = CardField()
    field.put(CARDS["MIFARE Classic 4-byte UID"], CARDS["Type 4A"])
    call, first, second = bytes.fromhex("26"), "9370DEADBEEF22", "937008ABCDEF81"

    def answer(frame: bytes) -> bytes | None:
        return field.answer(Datagram("106A", frame))

    assert answer(call)
    assert answer(bytes.fromhex(second)) is None
    assert answer(bytes.fromhex(first)) == b"\x08"
    assert answer(HALT) is None
    assert answer(call)
    assert answer(bytes.fromhex(second)) == b"\x20"
    field.power_off()
    assert answer(call)
    assert answer(bytes.fromhex(first)) == b"\x08"


@given(st.sampled_from(("106A", "106B", "212F")), st.binary(max_size=60))
def test_what_is_written_is_read(technology: str, frame: bytes) -> None:
    datagram = Datagram(technology, frame)
    assert Datagram.decode(datagram.encode()) == datagram


@given(st.binary(max_size=60))
def test_noise_is_a_datagram_or_garbled(noise: bytes) -> None:
    with suppress(Garbled):
        question = Datagram.decode(noise)
        for card in CARDS.values():
            card.answer(question)
