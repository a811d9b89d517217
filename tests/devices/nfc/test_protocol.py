"""Card identities and the UDP format, against recorded sessions."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.errors import Garbled
from devices.nfc.protocol import Datagram, patron_of
from devices.nfc.simulator import FelicaCard, SimulatedCard, TypeACard, TypeBCard
from tests.vectors.read import vectors

SESSIONS = {session["card"]: session for session in vectors("nfc_udp")["udp"]["sessions"]}
CARDS: dict[str, SimulatedCard] = {
    "NTAG 7-byte UID": TypeACard(bytes.fromhex("04497622D93881"), sak=0x00),
    "MIFARE Classic 4-byte UID": TypeACard(bytes.fromhex("DEADBEEF")),
    "Type 4A": TypeACard(bytes.fromhex("08ABCDEF"), sak=0x20),
    "Type 4B (e-KTP like)": TypeBCard(bytes.fromhex("11223344")),
    "FeliCa": FelicaCard(bytes.fromhex("01010501B00AC30B")),
}


def number(identifier: str) -> str | None:
    patron = patron_of(bytes.fromhex(identifier))
    return patron.reveal() if patron else None


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


def test_a_cards_identifier_is_the_patrons_number_in_capitals() -> None:
    assert number("04497622d93881") == "04497622D93881"
    assert number("DEADBEEF") == "DEADBEEF"
    assert number("01010501B00AC30B") == "01010501B00AC30B"


def test_an_identifier_made_up_at_every_tap_is_nobody() -> None:
    for identifier in ("08ABCDEF", "01FE0102030405AA", "", "04"):
        assert number(identifier) is None
    assert number("08497622D93881") == "08497622D93881"


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
    patron_of(noise[:10])
