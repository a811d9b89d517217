"""Loans stop before returns do, and each stop has its reason."""

import pytest

from broker.vocabulary import Reason
from kiosk.bounds import LONGEST_SILENCE_SECONDS, MOST_OWED, Capacity, capacity, no_loans

DAY = 86_400.0


@pytest.mark.parametrize(
    ("owed", "silence", "unchecked", "left"),
    [
        (0, 0.0, False, Capacity.LOANS_AND_RETURNS),
        (MOST_OWED // 2 - 1, 7 * DAY - 1, False, Capacity.LOANS_AND_RETURNS),
        (MOST_OWED // 2, 0.0, False, Capacity.HALF_FULL),
        (0, 7 * DAY, False, Capacity.HALF_FULL),
        (MOST_OWED - 1, 14 * DAY - 1, False, Capacity.HALF_FULL),
        (MOST_OWED, 0.0, False, Capacity.FULL),
        (0, 14 * DAY, False, Capacity.FULL),
        (0, 0.0, True, Capacity.UNCHECKED),
        (MOST_OWED // 2, 0.0, True, Capacity.UNCHECKED),
        (MOST_OWED, 0.0, True, Capacity.FULL),
    ],
)
def test_what_a_station_can_answer_for(
    owed: int, silence: float, *, unchecked: bool, left: Capacity
) -> None:
    assert capacity(owed, silence, unchecked=unchecked) is left


def test_the_bounds_are_the_promised_ones() -> None:
    assert (MOST_OWED, LONGEST_SILENCE_SECONDS) == (20_000, 14 * DAY)


def test_each_stop_of_loans_has_its_reason() -> None:
    assert {left: no_loans(left) for left in Capacity} == {
        Capacity.LOANS_AND_RETURNS: None,
        Capacity.HALF_FULL: Reason.STATION_FULL,
        Capacity.UNCHECKED: Reason.STATION_UNCHECKED,
        Capacity.FULL: Reason.STATION_FULL,
    }
