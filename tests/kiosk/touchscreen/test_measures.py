"""Sizes hold in millimetres on every panel, for every size of text."""

import pytest

from kiosk.touchscreen.audit.combinations import PANELS
from kiosk.touchscreen.measures import RING_INSIDE, TARGET_GAP_MM, measures

EVERY_PANEL = pytest.mark.parametrize("name", PANELS)
HALF_A_PIXEL = 0.5
TWO_PIXELS = 2


@EVERY_PANEL
@pytest.mark.parametrize("large", [False, True])
def test_targets_are_as_large_and_as_far_apart_as_hands_need(name: str, large: bool) -> None:  # noqa: FBT001  # a case of the table
    sizes = measures(PANELS[name], large=large)
    scale = sizes.pixels_per_mm
    assert min(sizes.main_target, sizes.welcome) >= 20 * scale
    assert min(sizes.target, sizes.arrow) >= 15 * scale
    assert sizes.gap >= 3 * scale - HALF_A_PIXEL
    assert sizes.margin >= 5 * scale


@EVERY_PANEL
def test_the_ring_is_seen_and_so_is_the_edge_of_the_next_target(name: str) -> None:
    sizes = measures(PANELS[name])
    assert (1 - RING_INSIDE) * sizes.ring >= sizes.pixels_per_mm
    assert TARGET_GAP_MM * sizes.pixels_per_mm - sizes.ring >= TWO_PIXELS


@EVERY_PANEL
def test_capitals_are_as_large_as_eyes_need(name: str) -> None:
    sizes = measures(PANELS[name])
    assert min(sizes.heading, sizes.label) * 0.714 >= 4.8 * sizes.pixels_per_mm
    assert sizes.text * 0.714 >= 3.6 * sizes.pixels_per_mm


@EVERY_PANEL
def test_large_text_is_large_everywhere(name: str) -> None:
    standard, large = measures(PANELS[name]), measures(PANELS[name], large=True)
    assert min(large.heading, large.label, large.text) * 0.714 >= 6.1 * large.pixels_per_mm
    assert large.text >= 1.5 * standard.text - 2 * HALF_A_PIXEL
