"""Who comes in, and how often somebody may guess."""

import pytest

from broker.vocabulary import PatronId, Secret
from kiosk.staff.door import (
    LOCKED_SECONDS,
    TRIES,
    Door,
    card_hash,
    code_hash,
    is_code,
    remembered,
    tried,
)

CODE, SALT, KEY = Secret("246813"), b"0123456789abcdef", b"k" * 16


def after(wrong: int, now: float = 0.0) -> Door:
    door = Door()
    for _ in range(wrong):
        door = tried(door, right=False, now=now)
    return door


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


def test_four_wrong_codes_lock_nothing_and_the_fifth_does() -> None:
    assert after(TRIES - 1).seconds_locked(0) == 0
    assert after(TRIES).seconds_locked(0) == LOCKED_SECONDS
    assert after(TRIES).seconds_locked(LOCKED_SECONDS) == 0


def test_every_further_five_lock_it_for_twice_as_long_up_to_an_hour() -> None:
    locked = [after(rounds * TRIES).seconds_locked(0) for rounds in range(1, 8)]
    assert locked == [300, 600, 1200, 2400, 3600, 3600, 3600]


def test_a_right_code_forgets_the_wrong_ones() -> None:
    assert tried(after(TRIES + 2), right=True, now=9) == Door()


def test_a_restart_is_no_way_around_the_lock() -> None:
    assert remembered(TRIES, now=50).seconds_locked(50) == LOCKED_SECONDS
    assert remembered(TRIES - 1, now=50).seconds_locked(50) == 0
