"""Contrast as it stands in the picture. Pure.

WCAG 2.2: contrast ratio, relative luminance. What is measured is what the patron sees, whatever
the theme meant.
"""

from typing import Final

from PIL import Image

from broker.appearance import Pixel, contrast_of

# Smooth edges bring every shade between ink and ground; the ink itself is no rarity.
COMMON: Final = 0.002
SHADES: Final = 1 << 16


def of_text(picture: Image.Image, box: tuple[int, int, int, int]) -> float:
    """How much the ink inside `box` (left, upper, right, lower) differs from what it stands on."""
    if box[0] >= box[2] or box[1] >= box[3]:
        return 1.0
    shades = picture.crop(box).getcolors(SHADES) or []
    area = (box[2] - box[0]) * (box[3] - box[1])
    ground = max(shades, default=(0, (0, 0, 0)))[1]
    inks = (shade for count, shade in shades if count > COMMON * area)
    return max((contrast_of(shade, ground) for shade in inks), default=1.0)  # type: ignore[arg-type]  # a picture in RGB


def at(picture: Image.Image, x: float, y: float) -> Pixel:
    """The pixel at `x` from the left and `y` from the lower edge."""
    wide, high = picture.size
    left, upper = min(max(round(x), 0), wide - 1), min(max(high - 1 - round(y), 0), high - 1)
    return picture.getpixel((left, upper))  # type: ignore[return-value]  # a picture in RGB
