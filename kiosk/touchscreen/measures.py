"""Sizes in pixels for one panel, from millimetres. Pure.

Sizes grow with the picture and never fall below what hands and eyes need: capitals of 4.8 mm in
headings and buttons (ADA 707.7.2), 3.6 mm elsewhere, 6.1 mm for everything when the patron wants
large text (EN 301 549, 5.1.4: 0.7 degrees at half a metre); targets of 20 mm for what people came
to do, 15 mm for the rest (Colle & Hiszem 2004), 3 mm apart and 5 mm from the bezel.
"""

from dataclasses import dataclass
from math import ceil, sqrt
from typing import Final

from kiosk.touchscreen.panel import Panel

MAIN_TARGET_MM: Final = 20.0
TARGET_MM: Final = 15.0
TARGET_GAP_MM: Final = 3.0
BEZEL_MM: Final = 5.0
RING_MM: Final = 2.1  # how far it stands out: less than TARGET_GAP_MM, or an edge is lost
RING_INSIDE: Final = 0.3  # of that, clear ground between the target and the ring
HEADING_CAPITAL_MM: Final = 4.8
CAPITAL_MM: Final = 3.6
LARGE_CAPITAL_MM: Final = 6.1
LARGE_SCALE: Final = 1.5
CAPITAL_EM: Final = 0.714  # Noto Sans
ROOMY_MM: Final = 110.0  # a shorter side longer than this has room for lessons in large letters
REFERENCE_INCHES: Final = 15.6
REFERENCE_SIDE: Final = sqrt(1080 * 1920)


@dataclass(frozen=True, slots=True)
class Measures:
    """Pixels: type sizes, target sizes and distances for one panel and one size of text."""

    heading: int
    text: int
    label: int
    lesson: int
    leading: float
    welcome: int
    main_target: int
    target: int
    arrow: int
    margin: int
    gap: int
    small_gap: int
    padding: int
    radius: int
    ring: int
    glyph: int
    landscape: bool
    pixels_per_mm: float


def measures(panel: Panel, *, large: bool = False) -> Measures:
    """The sizes for `panel`; the same look on every panel, larger where millimetres demand it."""
    # A tower's panel is read from as near as a pedestal's: half of its size goes into more words.
    tower = min(1.0, sqrt(REFERENCE_INCHES / panel.diagonal_inches))
    scale = tower * sqrt(panel.width * panel.height) / REFERENCE_SIDE

    def at_least(millimetres: float, proportion: float) -> int:
        return max(ceil(millimetres * panel.pixels_per_mm), round(proportion * scale))

    def type_size(capital_mm: float, proportion: float) -> int:
        if large:
            return at_least(LARGE_CAPITAL_MM / CAPITAL_EM, proportion * LARGE_SCALE)
        return at_least(capital_mm / CAPITAL_EM, proportion)

    roomy = min(panel.width, panel.height) > ROOMY_MM * panel.pixels_per_mm
    label = type_size(HEADING_CAPITAL_MM, 54)
    text = type_size(CAPITAL_MM, 44)
    gap = max(round(TARGET_GAP_MM * panel.pixels_per_mm), round(32 * scale))
    return Measures(
        heading=type_size(HEADING_CAPITAL_MM, 72),
        text=text,
        label=label,
        lesson=label if roomy else text,
        # Large lines of few words need less air between them, and a small panel has none to give.
        leading=0.86 if large else 1.0,
        welcome=at_least(MAIN_TARGET_MM + 2, 300),
        main_target=at_least(MAIN_TARGET_MM, 176),
        target=at_least(TARGET_MM, 120),
        arrow=at_least(TARGET_MM + 2, 200),
        margin=at_least(BEZEL_MM, 56),
        gap=gap,
        small_gap=round(gap / 2),
        padding=max(round(panel.pixels_per_mm), round(12 * scale)),
        radius=round(32 * scale),
        ring=round(RING_MM * panel.pixels_per_mm),
        glyph=at_least(8, 84),
        landscape=panel.landscape,
        pixels_per_mm=panel.pixels_per_mm,
    )
