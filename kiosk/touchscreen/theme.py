"""How the screen looks: colours, and sizes in pixels for one panel. Pure.

Sizes grow with the picture and never fall below what hands and eyes need: capitals of 4.8 mm in
headings and buttons (ADA 707.7.2), 3.6 mm elsewhere; targets of 20 mm for what people came to
do, 15 mm for the rest (Colle & Hiszem 2004), 3 mm apart and 5 mm from the bezel.
"""

from dataclasses import dataclass
from enum import Enum
from math import ceil, sqrt
from typing import Final

from kiosk.touchscreen.panel import Panel

Colour = tuple[float, float, float, float]

MAIN_TARGET_MM: Final = 20.0
TARGET_MM: Final = 15.0
TARGET_GAP_MM: Final = 3.0
BEZEL_MM: Final = 5.0
HEADING_CAPITAL_MM: Final = 4.8
CAPITAL_MM: Final = 3.6
CAPITAL_EM: Final = 0.714  # Noto Sans
REFERENCE_SIDE: Final = sqrt(1080 * 1920)


def colour(code: str) -> Colour:
    """RGBA from 0 to 1.

    >>> colour("FF0000")
    (1.0, 0.0, 0.0, 1.0)
    """
    red, green, blue = (int(code[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue, 1.0


GROUND: Final = colour("F6F0E6")
CARD: Final = colour("FFFFFF")
EDGE: Final = colour("DCCFBB")
SHADE: Final = colour("EAE0D0")
INK: Final = colour("1E2A28")
SOFT_INK: Final = colour("4A5552")
PINE: Final = colour("12483F")
PINE_PRESSED: Final = colour("0A2E28")
PINE_TINT: Final = colour("DCEAE5")
CLAY: Final = colour("8F3A1B")
CLAY_PRESSED: Final = colour("622510")
CLAY_LIGHT: Final = colour("D9773F")
HONEY: Final = colour("E8A93F")
GOOD: Final = colour("1A6437")
GOOD_TINT: Final = colour("E0F0E4")
WARN: Final = colour("6B4300")
WARN_TINT: Final = colour("FBEBC8")
BAD: Final = colour("8C2318")
BAD_TINT: Final = colour("F9E2DC")
IDLE: Final = colour("6B7471")


class Tone(Enum):
    """What a colour means; a glyph and a word always say it too."""

    READY = "ready"
    WAIT = "wait"
    GOOD = "good"
    STAFF = "staff"
    BAD = "bad"


TONES: Final[dict[Tone, tuple[Colour, Colour]]] = {
    Tone.READY: (PINE, PINE_TINT),
    Tone.WAIT: (SOFT_INK, SHADE),
    Tone.GOOD: (GOOD, GOOD_TINT),
    Tone.STAFF: (WARN, WARN_TINT),
    Tone.BAD: (BAD, BAD_TINT),
}


@dataclass(frozen=True, slots=True)
class Measures:
    """Pixels: type sizes, target sizes and distances for one panel."""

    heading: int
    text: int
    label: int
    welcome: int
    main_target: int
    target: int
    arrow: int
    arrow_height: int
    column: int
    margin: int
    gap: int
    small_gap: int
    radius: int
    glyph: int
    landscape: bool
    pixels_per_mm: float


def measures(panel: Panel) -> Measures:
    """The sizes for `panel`; the same look on every panel, larger where millimetres demand it."""
    scale = sqrt(panel.width * panel.height) / REFERENCE_SIDE

    def at_least(millimetres: float, proportion: float) -> int:
        return max(ceil(millimetres * panel.pixels_per_mm), round(proportion * scale))

    return Measures(
        heading=at_least(HEADING_CAPITAL_MM / CAPITAL_EM, 72),
        text=at_least(CAPITAL_MM / CAPITAL_EM, 44),
        label=at_least(HEADING_CAPITAL_MM / CAPITAL_EM, 54),
        welcome=at_least(MAIN_TARGET_MM + 2, 300),
        main_target=at_least(MAIN_TARGET_MM + 1, 176),
        target=at_least(TARGET_MM, 120),
        arrow=at_least(TARGET_MM + 2, 200),
        arrow_height=at_least(TARGET_MM, 140),
        column=round((0.33 if panel.landscape else 0.48) * panel.width),
        margin=at_least(BEZEL_MM, 56),
        gap=at_least(TARGET_GAP_MM, 32),
        small_gap=round(at_least(TARGET_GAP_MM, 32) / 2),
        radius=round(32 * scale),
        glyph=at_least(8, 84),
        landscape=panel.landscape,
        pixels_per_mm=panel.pixels_per_mm,
    )
