"""What stands before the words of a row: the sign of its state, on the cover of its book."""

from typing import Final

from kivy.app import App
from kivy.clock import Clock
from kivy.core.text import Label as Letters
from kivy.graphics import Color, Rectangle, SmoothEllipse, SmoothRoundedRectangle
from kivy.properties import ColorProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.touchscreen.covers import cover_of
from kiosk.touchscreen.drawing import paint, painted
from kiosk.touchscreen.theme import Token, ink_on

WIDER: Final = 1.3  # a cover and what its sign stands out by, in sides of a sign without
HIGHER: Final = 1.3
_BADGE, _RIM, _GLYPH = 0.6, 0.05, 0.66  # in sides; the glyph in diameters of its disc
_SPINE: Final = (0.0, 0.0, 0.0, 0.28)
_LETTER, _CORNER = 0.54, 0.08


class RowSign(Widget):
    """A disc with a glyph; where `title` is a book's, smaller and on the book's cover."""

    side = NumericProperty(0)
    title = StringProperty()
    glyph = ObjectProperty(())
    ink = ColorProperty()
    tint = ColorProperty()

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        soon = Clock.create_trigger(self._draw, -1)  # once, before the next frame
        names = ("side", "title", "glyph", "ink", "tint", "pos", "size")
        self.bind(**dict.fromkeys(names, soon))

    def _draw(self, *_: object) -> None:
        self.canvas.clear()
        with self.canvas:
            if self.title:
                self._cover()
            else:
                self._disc(self.center_x, self.center_y, self.side)

    def _cover(self) -> None:
        side, high = self.side, min(self.height, HIGHER * self.side)
        bottom = self.center_y - high / 2
        hue, letter = cover_of(self.title)
        Color(*paint(hue))
        SmoothRoundedRectangle(pos=(self.x, bottom), size=(side, high), radius=[_CORNER * side])
        Color(*_SPINE)
        Rectangle(pos=(self.x + _CORNER * side, bottom), size=(0.06 * side, high))
        Color(*paint(ink_on(hue, App.get_running_app().palette)))
        if letter:
            self._letter(letter, self.x + 0.52 * side, self.center_y + 0.19 * high)
        across = _BADGE * side
        x, y = self.right - across / 2, bottom + across / 2
        Color(*paint(Token.CARD))
        _round(x, y, across + 2 * _RIM * side)
        self._disc(x, y, across)

    def _letter(self, letter: str, x: float, y: float) -> None:
        font = {"font_name": "Sirkula", "bold": True, "font_size": _LETTER * self.side}
        written = Letters(text=letter, **font)
        written.refresh()
        wide, high = written.texture.size
        Rectangle(texture=written.texture, pos=(x - wide / 2, y - high / 2), size=(wide, high))

    def _disc(self, x: float, y: float, across: float) -> None:
        Color(*self.tint)
        _round(x, y, across)
        side = _GLYPH * across
        painted(self.glyph, self.ink, x - side / 2, y - side / 2, side)


def _round(x: float, y: float, across: float) -> None:
    SmoothEllipse(pos=(x - across / 2, y - across / 2), size=(across, across))
