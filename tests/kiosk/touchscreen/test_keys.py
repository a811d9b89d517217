"""Whatever the panel, every key is on some sheet, and every sheet fits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.touchscreen.keys import ERASE, TURN, Sheet, sheets
from kiosk.visit import Page
from kiosk.visiting.typing import DIGITS, KEYS

LETTERED = [page for page in KEYS if page is not Page.PIN]


def on(sheet: Sheet) -> list[str]:
    return [key for line in sheet for key in line]


@pytest.mark.parametrize("page", LETTERED)
@given(columns=st.integers(3, 20), rows=st.integers(3, 8))
def test_every_key_is_somewhere_and_nothing_is_too_wide(
    page: Page, columns: int, rows: int
) -> None:
    found = sheets(KEYS[page], columns, rows)
    assert {key for sheet in found for key in on(sheet)} - {ERASE, TURN} == set(KEYS[page])
    for sheet in found:
        assert len(sheet) <= rows
        assert max(map(len, sheet)) <= columns
        assert ERASE in on(sheet)
        assert (TURN in on(sheet)) == (len(found) > 1)


@pytest.mark.parametrize("page", LETTERED)
def test_a_large_panel_has_them_as_on_a_typewriter(page: Page) -> None:
    (sheet,) = sheets(KEYS[page], 10, 6)
    assert "".join(sheet[1]) == "QWERTYUIOP"


def test_digits_stand_as_on_a_telephone() -> None:
    (high,) = sheets(DIGITS, 3, 4)
    assert high[0] == ("1", "2", "3")
    (low,) = sheets(DIGITS, 4, 3)
    assert set(on(low)) == {*DIGITS, ERASE} == set(on(high))
