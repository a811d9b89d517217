"""Both palettes hold for weak eyes, whatever is drawn with them."""

import pytest

from kiosk.touchscreen.audit.contrast import Pixel, contrast
from kiosk.touchscreen.theme import HIGH_CONTRAST, STANDARD, TONES, Palette, Token, Tone


def between(palette: Palette, one: Token, other: Token) -> float:
    def pixel(token: Token) -> Pixel:
        red, green, blue = (round(part * 255) for part in palette[token][:3])
        return red, green, blue

    return contrast(pixel(one), pixel(other))


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


@pytest.mark.parametrize("ground", [Token.GROUND, Token.CARD])
def test_text_reads_on_every_ground(ground: Token) -> None:
    assert between(STANDARD, Token.INK, ground) >= 7
    assert between(STANDARD, Token.SOFT_INK, ground) >= 6
    assert min(between(HIGH_CONTRAST, ink, ground) for ink in (Token.INK, Token.SOFT_INK)) >= 10


@pytest.mark.parametrize("palette", [STANDARD, HIGH_CONTRAST])
def test_borders_and_the_focus_ring_can_be_seen(palette: Palette) -> None:
    assert between(palette, Token.BORDER, Token.GROUND) >= 3
    assert between(palette, Token.RING, Token.GROUND) >= 3
