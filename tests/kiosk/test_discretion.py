"""What leaves a station's memory names nobody, and what comes back is known again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.requests import AccountOf, Describe, Identify, Lend, Question
from broker.vocabulary import PatronId, SealedPatron, Secret
from kiosk.discretion import Discretion
from tests.broker import messages
from tests.keys import OPENING, SEALING
from tests.kiosk.things import BUDI, SITI, act, item

KEY = bytes(32)
keys = st.binary(min_size=32, max_size=32)


@given(messages.patrons, keys)
def test_the_server_can_read_a_bearer_and_the_disk_cannot(patron: PatronId, key: bytes) -> None:
    bearer = Discretion(SEALING, key).bearer(patron)
    assert OPENING.open(bearer.patron) == patron
    assert len(bearer.card) == 32
    assert patron.reveal() not in f"{bearer.patron} {bearer.card}" or len(patron.reveal()) < 7


@given(messages.patrons, messages.patrons, keys, keys)
def test_a_pseudonym_tells_cards_apart_with_its_own_key_only(
    one: PatronId, other: PatronId, key: bytes, later: bytes
) -> None:
    card = Discretion(SEALING, key).card
    assert card(one) == card(PatronId(one.reveal().lower()))
    assert (card(one) == card(other)) == (one.reveal().upper() == other.reveal().upper())
    if key != later:
        assert card(one) != Discretion(SEALING, later).card(one)


def test_a_question_travels_sealed_and_comes_back_as_it_was_asked() -> None:
    discretion = Discretion(SEALING, KEY)
    asked: list[Question] = [Identify(SITI), Lend(act(1), item(1), BUDI), Describe(item(1))]
    travelling = [discretion.sealed(question) for question in asked]
    assert not any(isinstance(getattr(one, "patron", None), PatronId) for one in travelling)
    assert [discretion.own(question) for question in reversed(travelling)] == asked[::-1]


def test_the_same_question_never_looks_the_same() -> None:
    discretion = Discretion(SEALING, KEY)
    first, second = discretion.sealed(Identify(SITI)), discretion.sealed(Identify(SITI))
    assert first != second
    assert discretion.own(first) == discretion.own(second) == Identify(SITI)


def test_a_question_is_forgotten_with_its_answer() -> None:
    discretion = Discretion(SEALING, KEY)
    travelling = discretion.sealed(Identify(SITI))
    assert discretion.own(travelling) == Identify(SITI)
    assert discretion.own(travelling) == travelling
    assert isinstance(getattr(travelling, "patron", None), SealedPatron)


@pytest.mark.parametrize("kind", [Identify, AccountOf])
def test_a_pin_travels_sealed_to_the_server(kind: type[Identify | AccountOf]) -> None:
    discretion = Discretion(SEALING, KEY)
    travelling = discretion.sealed(kind(SITI, Secret("2512")))
    assert isinstance(travelling, Identify | AccountOf)
    assert travelling.pin is not None
    assert OPENING.open_secret(travelling.pin) == Secret("2512")
    assert discretion.own(travelling) == kind(SITI, Secret("2512"))
