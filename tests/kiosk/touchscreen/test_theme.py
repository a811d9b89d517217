"""Sizes hold in millimetres on every panel, colours hold for weak eyes."""

import pytest

from kiosk.touchscreen import theme
from kiosk.touchscreen.gallery import PANELS
from kiosk.touchscreen.theme import Colour, measures

EVERY_PANEL = pytest.mark.parametrize("name", PANELS)


def contrast(one: Colour, other: Colour) -> float:
    """WCAG 2.2, contrast ratio."""

    def luminance(colour: Colour) -> float:
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
            for part in colour[:3]
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@EVERY_PANEL
def test_targets_and_capitals_are_as_large_as_hands_and_eyes_need(name: str) -> None:
    sizes = measures(PANELS[name])
    scale = sizes.pixels_per_mm
    assert min(sizes.main_target, sizes.welcome) >= 20 * scale
    assert min(sizes.target, sizes.arrow, sizes.arrow_height) >= 15 * scale
    assert sizes.gap >= 3 * scale
    assert sizes.margin >= 5 * scale
    assert min(sizes.heading, sizes.label) * 0.714 >= 4.8 * scale
    assert sizes.text * 0.714 >= 3.6 * scale


@pytest.mark.parametrize("fill", [theme.PINE, theme.CLAY, theme.PINE_PRESSED, theme.CLAY_PRESSED])
def test_white_on_a_button_has_seven_to_one(fill: Colour) -> None:
    assert contrast(theme.CARD, fill) >= 7


@pytest.mark.parametrize("tone", theme.Tone)
def test_every_tone_reads_on_its_tint_and_on_white(tone: theme.Tone) -> None:
    ink, tint = theme.TONES[tone]
    assert contrast(ink, tint) >= 5
    assert contrast(ink, theme.CARD) >= 7


@pytest.mark.parametrize("ground", [theme.GROUND, theme.CARD])
def test_text_reads_on_every_ground(ground: Colour) -> None:
    assert contrast(theme.INK, ground) >= 7
    assert contrast(theme.SOFT_INK, ground) >= 6
