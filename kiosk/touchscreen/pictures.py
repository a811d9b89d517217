"""The drawings that teach: a card at the reader, books on the pad, a tick. Pure."""

from itertools import accumulate
from typing import Final

from kiosk.touchscreen.scene import Picture
from kiosk.touchscreen.shapes import Box, Disc, Shape, Stroke, arc, moved
from kiosk.touchscreen.theme import Token

Drawing = tuple[Shape, ...]


def _lying(x: float, y: float, width: float, cover: Token) -> Drawing:
    """A book lying flat, its pages to the right."""
    return (
        Box(x, y, width, 0.1, 0.025, cover),
        Box(x + 0.05, y + 0.022, width - 0.05, 0.056, 0.01, Token.CARD),
        Box(x, y, 0.07, 0.1, 0.025, cover),
    )


_GROUND: Final[Drawing] = (Disc(0.5, 0.5, 0.5, Token.PINE_TINT),)
_WARM_GROUND: Final[Drawing] = (Disc(0.5, 0.5, 0.5, Token.WARN_TINT),)
_BOOKS: Final[Drawing] = (
    *_lying(0.28, 0.3, 0.46, Token.PINE),
    *_lying(0.32, 0.405, 0.4, Token.CLAY_LIGHT),
    *_lying(0.27, 0.51, 0.42, Token.HONEY),
)
_PAD: Final[Drawing] = (
    Box(0.14, 0.2, 0.72, 0.085, 0.04, Token.INK),
    Box(0.2, 0.235, 0.6, 0.02, 0.01, Token.HONEY),
)
_WAVES: Final[Drawing] = (
    Stroke(arc(0.5, 0.16, 0.2, 55, 125), 0.03, Token.PINE),
    Stroke(arc(0.5, 0.16, 0.3, 55, 125), 0.03, Token.PINE),
)
_PLASTIC: Final[Drawing] = (
    Box(0.24, 0.52, 0.5, 0.32, 0.05, Token.CLAY_LIGHT),
    Box(0.24, 0.71, 0.5, 0.055, 0.0, Token.CLAY),
    Disc(0.35, 0.62, 0.055, Token.CARD),
    Box(0.44, 0.635, 0.22, 0.03, 0.015, Token.CARD),
    Box(0.44, 0.58, 0.15, 0.03, 0.015, Token.CARD),
)
_READER: Final[Drawing] = (
    Box(0.2, 0.12, 0.6, 0.2, 0.06, Token.INK),
    Box(0.26, 0.2, 0.48, 0.02, 0.01, Token.HONEY),
    Stroke(arc(0.5, 0.28, 0.1, 35, 145), 0.03, Token.PINE),
    Stroke(arc(0.5, 0.28, 0.18, 35, 145), 0.03, Token.PINE),
)


def _badge(x: float, y: float, radius: float) -> Drawing:
    """A tick on a green disc."""
    left, low, right = x - 0.45 * radius, x - 0.12 * radius, x + 0.46 * radius
    tick = (left, y - 0.02 * radius, low, y - 0.36 * radius, right, y + 0.34 * radius)
    return (
        Disc(x, y, radius + 0.025, Token.CARD),
        Disc(x, y, radius, Token.GOOD),
        Stroke(tick, 0.26 * radius, Token.CARD),
    )


def _arrow(y: float, *, down: bool) -> Drawing:
    """A broad arrow through the middle, its lower end at `y`."""
    tip = y if down else y + 0.18
    barb = 0.09 if down else -0.09
    return (
        Stroke((0.5, y, 0.5, y + 0.18), 0.05, Token.CLAY),
        Stroke((0.41, tip + barb, 0.5, tip, 0.59, tip + barb), 0.05, Token.CLAY),
    )


def _bars(x: float, y: float, height: float) -> Drawing:
    """A barcode, 0.3 wide."""
    widths = (0.02, 0.01, 0.03, 0.01, 0.01, 0.03, 0.02)
    starts = accumulate((one + 0.02 for one in widths), initial=x)
    return tuple(
        Box(start, y, width, height, 0.0, Token.INK)
        for start, width in zip(starts, widths, strict=False)
    )


def _loop(x: float, y: float, side: float) -> Drawing:
    """One turn of a tag's antenna."""
    right, top = x + side, y + side
    return (Stroke((x, y, right, y, right, top, x, top, x, y), 0.015, Token.CLAY),)


def _standing(x: float, height: float, cover: Token) -> Drawing:
    """A book on a shelf, its label on the back."""
    return (
        Box(x, 0.3, 0.09, height, 0.02, cover),
        Box(x + 0.015, 0.36, 0.06, 0.06, 0.0, Token.CARD),
    )


_CONE: Final = tuple(at / 100 for at in range(13))  # the steps a loudspeaker widens by
_COVER: Final[Drawing] = (
    Box(0.26, 0.18, 0.48, 0.64, 0.04, Token.PINE),
    Box(0.26, 0.18, 0.07, 0.64, 0.03, Token.PINE_PRESSED),
)
PICTURES: Final[dict[Picture, Drawing]] = {
    Picture.CARD: (*_GROUND, *_READER, *moved(_PLASTIC, 0.01, 0.03)),
    Picture.CARD_REFUSED: (
        *_WARM_GROUND,
        *moved(_PLASTIC, 0.01, -0.16),
        Disc(0.72, 0.34, 0.165, Token.CARD),
        Disc(0.72, 0.34, 0.14, Token.BAD),
        Stroke((0.72, 0.41, 0.72, 0.33), 0.04, Token.CARD),
        Disc(0.72, 0.265, 0.024, Token.CARD),
    ),
    Picture.PLACE: (*_GROUND, *_PAD, *moved(_BOOKS, 0.0, -0.01), *_arrow(0.67, down=True)),
    Picture.TAKE: (*_GROUND, *moved(_BOOKS, -0.04, -0.03), *_badge(0.68, 0.64, 0.17)),
    Picture.RETURN: (
        *_WARM_GROUND,
        *_lying(0.29, 0.5, 0.42, Token.PINE),
        Stroke((0.2, 0.46, 0.2, 0.2, 0.8, 0.2, 0.8, 0.46), 0.06, Token.INK),
        *_lying(0.28, 0.25, 0.44, Token.CLAY_LIGHT),
        *_lying(0.29, 0.355, 0.4, Token.HONEY),
        *_arrow(0.67, down=True),
    ),
    Picture.WAIT: (
        *_GROUND,
        Disc(0.5, 0.5, 0.33, Token.PINE),
        Disc(0.5, 0.5, 0.27, Token.CARD),
        Stroke((0.5, 0.68, 0.5, 0.5, 0.62, 0.42), 0.05, Token.CLAY),
        Disc(0.5, 0.5, 0.035, Token.CLAY),
    ),
    Picture.THANKS: (*_GROUND, *moved(_BOOKS, 0.0, -0.09), *_badge(0.5, 0.68, 0.19)),
    Picture.DESK: (
        *_WARM_GROUND,
        Disc(0.5, 0.69, 0.115, Token.CLAY_LIGHT),
        Box(0.32, 0.3, 0.36, 0.27, 0.13, Token.PINE),
        Box(0.14, 0.27, 0.72, 0.09, 0.03, Token.INK),
        Box(0.2, 0.14, 0.6, 0.15, 0.02, Token.EDGE),
        *_lying(0.58, 0.36, 0.2, Token.HONEY),
    ),
    Picture.BARCODE: (
        *_GROUND,
        *_COVER,
        Box(0.36, 0.3, 0.34, 0.2, 0.02, Token.CARD),
        *_bars(0.39, 0.33, 0.14),
        Box(0.3, 0.39, 0.46, 0.02, 0.01, Token.BAD),
    ),
    Picture.TAG: (
        *_GROUND,
        *_COVER,
        Box(0.38, 0.33, 0.3, 0.3, 0.03, Token.CARD),
        *_loop(0.41, 0.36, 0.24),
        *_loop(0.45, 0.4, 0.16),
        Box(0.5, 0.45, 0.06, 0.06, 0.01, Token.INK),
    ),
    Picture.SHELF: (
        *_GROUND,
        *_standing(0.2, 0.36, Token.PINE),
        *_standing(0.3, 0.42, Token.CLAY_LIGHT),
        *_standing(0.4, 0.33, Token.HONEY),
        *_standing(0.5, 0.4, Token.PINE),
        *_standing(0.7, 0.37, Token.CLAY_LIGHT),
        Box(0.12, 0.24, 0.76, 0.06, 0.02, Token.INK),
    ),
    Picture.PRINTER: (
        *_GROUND,
        Box(0.34, 0.42, 0.32, 0.4, 0.01, Token.CARD),
        *(Box(0.39, y, 0.22, 0.025, 0.01, Token.EDGE) for y in (0.72, 0.66, 0.6)),
        Box(0.2, 0.22, 0.6, 0.3, 0.06, Token.INK),
        Box(0.29, 0.46, 0.42, 0.03, 0.01, Token.HONEY),
        Disc(0.7, 0.31, 0.03, Token.GOOD),
    ),
    Picture.LAMP: (
        *_GROUND,
        Box(0.41, 0.62, 0.18, 0.18, 0.05, Token.BAD),
        Box(0.41, 0.43, 0.18, 0.18, 0.03, Token.HONEY),
        Box(0.41, 0.24, 0.18, 0.18, 0.03, Token.GOOD),
        Box(0.32, 0.16, 0.36, 0.07, 0.03, Token.INK),
    ),
    Picture.VOICE: (
        *_GROUND,
        Box(0.2, 0.4, 0.16, 0.2, 0.02, Token.INK),
        *(Box(0.32 + step, 0.42 - step, 0.02, 0.16 + 2 * step, 0.0, Token.INK) for step in _CONE),
        *(
            Stroke((0.34, 0.5 + up * 0.08, 0.45, 0.5 + up * 0.19), 0.03, Token.INK)
            for up in (-1, 1)
        ),
        *(
            Stroke(arc(0.44, 0.5, radius, -40, 40), 0.04, Token.CLAY)
            for radius in (0.16, 0.26, 0.36)
        ),
    ),
    Picture.SENT: (
        *_GROUND,
        Disc(0.34, 0.46, 0.14, Token.CARD),
        Disc(0.52, 0.55, 0.18, Token.CARD),
        Disc(0.68, 0.45, 0.13, Token.CARD),
        Box(0.34, 0.32, 0.34, 0.16, 0.0, Token.CARD),
        *_badge(0.66, 0.36, 0.14),
    ),
    Picture.RESTART: (
        *_GROUND,
        *(Stroke(arc(0.5, 0.48, 0.24, at, at + 80), 0.06, Token.PINE) for at in range(60, 380, 80)),
        Stroke((0.54, 0.64, 0.68, 0.65, 0.62, 0.78), 0.06, Token.PINE),
    ),
}
