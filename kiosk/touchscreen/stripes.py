"""The striped edge of the glass that nobody takes for a patron's screen."""

from typing import Final

from kivy.graphics import Color, Quad, Rectangle
from kivy.uix.widget import Widget

from kiosk.touchscreen.drawing import paint
from kiosk.touchscreen.theme import Colour, Token

WIDE_MM: Final = 2.5  # within the margin beside the bezel, clear of every focus ring
_COAL: Final[Colour] = (0.137, 0.137, 0.137, 1.0)


class Stripes(Widget):
    """A band along all four edges, striped as where people are at work."""

    def __init__(self, size: tuple[float, float], pixels_per_mm: float) -> None:
        super().__init__(size=size, size_hint=(None, None))
        band = WIDE_MM * pixels_per_mm
        width, height = size
        with self.canvas:
            Color(*paint(Token.HONEY))
            for above, right in ((0.0, 0.0), (height - band, width - band)):
                Rectangle(pos=(0, above), size=(width, band))
                Rectangle(pos=(right, 0), size=(band, height))
            Color(*_COAL)
            for at in range(int(width / band / 3) + 1):
                _stripe(3 * at * band, band, along=True, beyond=height - band)
            for at in range(int(height / band / 3) + 1):
                _stripe(3 * at * band, band, along=False, beyond=width - band)


def _stripe(start: float, band: float, *, along: bool, beyond: float) -> None:
    """One slanted stripe in each of two bands that lie across from each other."""
    for side in (0.0, beyond):
        corners = (
            (start, side),
            (start + band, side),
            (start + 2 * band, side + band),
            (start + band, side + band),
        )
        Quad(points=[place for x, y in corners for place in ((x, y) if along else (y, x))])
