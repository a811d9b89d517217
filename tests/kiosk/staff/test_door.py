"""How often somebody may guess."""

from kiosk.staff.door import LOCKED_SECONDS, TRIES, Door, remembered, tried


def after(wrong: int, now: float = 0.0) -> Door:
    door = Door()
    for _ in range(wrong):
        door = tried(door, right=False, now=now)
    return door


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
