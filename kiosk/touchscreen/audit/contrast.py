"""Contrast as it stands in the picture. Pure.

WCAG 2.2: contrast ratio, relative luminance. What is measured is what the patron sees, whatever
the theme meant.
"""

from functools import cache
from typing import Final

from PIL import Image

Pixel = tuple[int, int, int]
# Smooth edges bring every shade between ink and ground; the ink itself is no rarity.
COMMON: Final = 0.002
SHADES: Final = 1 << 16


@cache
def luminance(pixel: Pixel) -> float:
    red, green, blue = (
        part / 12.92
        if part <= 0.04045  # noqa: PLR2004  # the formula's
        else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in pixel)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Pixel, other: Pixel) -> float:
    """From 1 for the same colour to 21 for black on white.

    >>> round(contrast((0, 0, 0), (255, 255, 255)))
    21
    """
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def of_text(picture: Image.Image, box: tuple[int, int, int, int]) -> float:
    """How much the ink inside `box` (left, upper, right, lower) differs from what it stands on."""
    if box[0] >= box[2] or box[1] >= box[3]:
        return 1.0
    shades = picture.crop(box).getcolors(SHADES) or []
    area = (box[2] - box[0]) * (box[3] - box[1])
    ground = max(shades, default=(0, (0, 0, 0)))[1]
    inks = (shade for count, shade in shades if count > COMMON * area)
    return max((contrast(shade, ground) for shade in inks), default=1.0)  # type: ignore[arg-type]  # a picture in RGB


def at(picture: Image.Image, x: float, y: float) -> Pixel:
    """The pixel at `x` from the left and `y` from the lower edge."""
    wide, high = picture.size
    left, upper = min(max(round(x), 0), wide - 1), min(max(high - 1 - round(y), 0), high - 1)
    return picture.getpixel((left, upper))  # type: ignore[return-value]  # a picture in RGB
