"""Who comes in: a card or a code is known by its hash, and nothing else tells it."""

import pytest

from broker.staff_keys import StaffCards, card_hash, code_hash, is_code
from broker.vocabulary import PatronId, Secret

CODE, SALT, KEY = Secret("246813"), b"0123456789abcdef", b"k" * 16
CARD = PatronId("PTG-01")


def test_a_code_is_known_by_its_hash_and_no_other_code_is() -> None:
    kept = code_hash(CODE, SALT)
    assert is_code(CODE, kept)
    assert not is_code(Secret("246814"), kept)
    assert CODE.reveal() not in kept


def test_the_same_code_has_another_hash_at_another_station() -> None:
    assert code_hash(CODE, SALT) != code_hash(CODE, SALT[::-1])


@pytest.mark.parametrize("weak", ["12345", "abcdef", "1"])
def test_a_weak_code_is_refused_and_the_error_says_why(weak: str) -> None:
    with pytest.raises(ValueError, match="6 digits or more"):
        code_hash(Secret(weak), SALT)


@pytest.mark.parametrize(
    "strange",
    ["", "246813", "scrypt:3:8:1:aa:bb", "scrypt:1048576:8:1:aa:bb", "md5:16384:8:1:aa:bb"],
)
def test_a_hash_nobody_made_is_refused(strange: str) -> None:
    with pytest.raises(ValueError, match="sirkula staff code"):
        is_code(CODE, strange)


def test_a_card_is_known_in_any_case_and_only_with_the_key() -> None:
    assert card_hash(PatronId("ptg-01"), KEY) == card_hash(PatronId("PTG-01"), KEY)
    assert card_hash(PatronId("PTG-01"), KEY) != card_hash(PatronId("PTG-01"), KEY[:-1] + b"x")
    assert "PTG" not in card_hash(PatronId("PTG-01"), KEY).upper()


def test_only_the_cards_that_are_kept_open() -> None:
    cards = StaffCards(KEY.hex(), (card_hash(CARD, KEY),))
    assert CARD in cards
    assert PatronId("PTG-02") not in cards
    assert CARD not in StaffCards()


@pytest.mark.parametrize(
    ("key", "cards"),
    [
        ("", ("0" * 32,)),
        ("zz" * 16, ("0" * 32,)),
        (KEY.hex(), ("PTG-01",)),
        (KEY.hex(), ("0" * 31,)),
    ],
)
def test_a_number_in_the_clear_or_a_weak_key_is_refused(key: str, cards: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"hash|key"):
        StaffCards(key, cards)
