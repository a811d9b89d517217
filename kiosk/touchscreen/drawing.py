"""Draws shapes with Kivy, in the largest square that fits the widget."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from kivy.app import App
from kivy.clock import Clock
from kivy.graphics import Color, SmoothEllipse, SmoothLine, SmoothRoundedRectangle
from kivy.properties import ColorProperty, ObjectProperty
from kivy.uix.widget import Widget

from kiosk.touchscreen.shapes import Box, Disc, Shape, Stroke
from kiosk.touchscreen.theme import Colour, Token

_SEGMENTS: Final = 64


def paint(token: Token) -> Colour:
    """The colour of `token` in the palette the patron chose."""
    palette = App.get_running_app().palette
    return palette[token]


class Drawing(Widget):
    """A picture or glyph. `ink` colours the shapes that have no colour of their own."""

    shapes = ObjectProperty(())
    ink = ColorProperty()

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        soon = Clock.create_trigger(self._draw, -1)  # once, before the next frame
        self.bind(shapes=soon, ink=soon, pos=soon, size=soon)

    def _draw(self, *_: object) -> None:
        side = min(self.width, self.height)
        left = self.x + (self.width - side) / 2
        bottom = self.y + (self.height - side) / 2
        self.canvas.clear()
        with self.canvas:
            painted(self.shapes, self.ink, left, bottom, side)


def painted(shapes: Iterable[Shape], ink: Colour, left: float, bottom: float, side: float) -> None:
    """Adds the shapes, in a square of `side`, to the canvas that is being drawn on."""
    for shape in shapes:
        Color(*(paint(shape.colour) if shape.colour is not None else ink))
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
