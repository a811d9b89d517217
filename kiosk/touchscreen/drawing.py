"""Draws shapes with Kivy, in the largest square that fits the widget."""

from itertools import pairwise
from typing import Final

from kivy.graphics import Color, SmoothEllipse, SmoothLine, SmoothRoundedRectangle
from kivy.properties import ColorProperty, ObjectProperty
from kivy.uix.widget import Widget

from kiosk.touchscreen.shapes import Box, Disc, Shape, Stroke
from kiosk.touchscreen.theme import INK

_SEGMENTS: Final = 64


class Drawing(Widget):
    """A picture or glyph. `ink` colours the shapes that have no colour of their own."""

    shapes = ObjectProperty(())
    ink = ColorProperty(INK)

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        self.bind(shapes=self._draw, ink=self._draw, pos=self._draw, size=self._draw)

    def _draw(self, *_: object) -> None:
        side = min(self.width, self.height)
        left = self.x + (self.width - side) / 2
        bottom = self.y + (self.height - side) / 2
        self.canvas.clear()
        with self.canvas:
            for shape in self.shapes:
                Color(*(shape.colour or self.ink))
                _draw(shape, left, bottom, side)


def _draw(shape: Shape, left: float, bottom: float, side: float) -> None:
    match shape:
        case Box(x, y, width, height, radius):
            SmoothRoundedRectangle(
                pos=(left + x * side, bottom + y * side),
                size=(width * side, height * side),
                radius=[radius * side],
            )
        case Disc(x, y, radius):
            _disc(left + x * side, bottom + y * side, radius * side)
        case Stroke(points, width):
            places = [
                (left + x * side, bottom + y * side)
                for x, y in zip(points[::2], points[1::2], strict=True)
            ]
            _stroke(places, width * side / 2)


def _stroke(places: list[tuple[float, float]], half: float) -> None:
    """A smooth line has neither round ends nor round joints: discs stand in for both."""
    for start, end in pairwise(places):
        SmoothLine(points=(*start, *end), width=half)
    for x, y in places:
        _disc(x, y, half)


def _disc(x: float, y: float, radius: float) -> None:
    SmoothEllipse(pos=(x - radius, y - radius), size=(2 * radius, 2 * radius), segments=_SEGMENTS)
