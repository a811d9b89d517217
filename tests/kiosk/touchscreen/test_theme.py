"""Both palettes hold for weak eyes, whatever is drawn with them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.appearance import Appearance, Pixel, contrast_of
from kiosk.touchscreen.covers import HUES
from kiosk.touchscreen.theme import (
    HIGH_CONTRAST,
    STANDARD,
    TONES,
    Palette,
    Token,
    Tone,
    ink_on,
    standard,
)


def between(palette: Palette, one: Token, other: Token) -> float:
    def pixel(token: Token) -> Pixel:
        red, green, blue = (round(part * 255) for part in palette[token][:3])
        return red, green, blue

    return contrast_of(pixel(one), pixel(other))


def is_dark_enough(code: str) -> bool:
    try:
        Appearance(colour=code)
    except ValueError:
        return False
    return True


FILLS = pytest.mark.parametrize(
    "fill", [Token.PINE, Token.CLAY, Token.PINE_PRESSED, Token.CLAY_PRESSED]
)


@FILLS
def test_words_on_a_button_have_seven_to_one_and_ten_in_high_contrast(fill: Token) -> None:
    assert between(STANDARD, Token.CARD, fill) >= 7
    assert between(HIGH_CONTRAST, Token.CARD, fill) >= 10


@pytest.mark.parametrize("tone", Tone)
def test_every_tone_reads_on_its_tint_and_on_a_card(tone: Tone) -> None:
    ink, tint = TONES[tone]
    assert between(STANDARD, ink, tint) >= 5
    assert between(STANDARD, ink, Token.CARD) >= 7
    assert min(between(HIGH_CONTRAST, ink, tint), between(HIGH_CONTRAST, ink, Token.CARD)) >= 10


@pytest.mark.parametrize("palette", [STANDARD, HIGH_CONTRAST])
@pytest.mark.parametrize("hue", HUES)
def test_the_letter_on_a_cover_reads_on_each_of_its_colours(hue: Token, palette: Palette) -> None:
    least = 10 if palette is HIGH_CONTRAST else 4.5
    assert between(palette, ink_on(hue, palette), hue) >= least


@pytest.mark.parametrize("ground", [Token.GROUND, Token.CARD])
def test_text_reads_on_every_ground(ground: Token) -> None:
    assert between(STANDARD, Token.INK, ground) >= 7
    assert between(STANDARD, Token.SOFT_INK, ground) >= 6
    assert min(between(HIGH_CONTRAST, ink, ground) for ink in (Token.INK, Token.SOFT_INK)) >= 10


@pytest.mark.parametrize("palette", [STANDARD, HIGH_CONTRAST])
def test_borders_and_the_focus_ring_can_be_seen(palette: Palette) -> None:
    assert between(palette, Token.BORDER, Token.GROUND) >= 3
    assert between(palette, Token.RING, Token.GROUND) >= 3


@given(st.from_regex(r"[0-9a-f]{6}", fullmatch=True).filter(is_dark_enough))
def test_any_colour_that_a_library_may_choose_holds_for_weak_eyes(code: str) -> None:
    palette = standard(code)
    assert between(palette, Token.PINE, Token.CARD) >= 7.0
    assert between(palette, Token.PINE_PRESSED, Token.CARD) >= 7.0
    assert between(palette, Token.PINE, Token.PINE_TINT) >= 4.5
    assert between(palette, Token.INK, Token.PINE_TINT) >= 7.0


def test_without_one_the_palette_is_our_own() -> None:
    assert standard("") == STANDARD
    assert standard("12483F")[Token.PINE] == STANDARD[Token.PINE]
