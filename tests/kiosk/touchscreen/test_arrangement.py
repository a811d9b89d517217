"""Controls stand within reach and away from the bezel, on every panel."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.touchscreen.arrangement import Box, Glass, beside
from kiosk.touchscreen.audit.combinations import PANELS
from kiosk.touchscreen.measures import measures

LENGTHS = st.floats(min_value=10, max_value=4000)


@pytest.mark.parametrize("name", PANELS)
def test_what_can_be_reached_is_below_the_line_and_leaves_room_for_controls(name: str) -> None:
    panel = PANELS[name]
    sizes = measures(panel, large=True)
    glass = Glass(panel.width, panel.height, panel.reach)
    low, inner = glass.reachable(sizes), glass.inner(sizes)
    assert low.top <= panel.reach
    assert low.bottom == inner.bottom >= 5 * panel.pixels_per_mm
    assert low.height >= 2 * sizes.main_target


@pytest.mark.parametrize("name", PANELS)
def test_everything_is_reachable_for_who_stands(name: str) -> None:
    panel = PANELS[name]
    sizes = measures(panel)
    glass = Glass(panel.width, panel.height, panel.height)
    assert glass.reachable(sizes) == glass.inner(sizes)


@given(LENGTHS, LENGTHS, st.floats(min_value=0.1, max_value=0.9))
def test_body_and_column_share_the_width_and_leave_the_gap(
    width: float, height: float, share: float
) -> None:
    left, column = beside(Box(7, 9, width, height), share, 3)
    assert left.left == 7
    assert column.left - (left.left + left.width) == pytest.approx(3)
    assert column.left + column.width == pytest.approx(7 + width)
    assert left.height == column.height == height


@given(LENGTHS, LENGTHS)
def test_a_strip_taken_from_a_box_leaves_the_rest(top: float, bottom: float) -> None:
    box = Box(0, 5, 100, 9000)
    rest = box.less(top=top, bottom=bottom)
    assert rest.bottom == 5 + bottom
    assert rest.top == pytest.approx(box.top - top)
