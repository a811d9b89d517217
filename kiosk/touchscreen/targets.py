"""Everything that can be touched."""

from collections.abc import Callable
from typing import ClassVar, Final

from kivy.graphics import Color, InstructionGroup, SmoothRoundedRectangle
from kivy.properties import (
    AliasProperty,
    BooleanProperty,
    ColorProperty,
    NumericProperty,
    ObjectProperty,
    StringProperty,
)
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.label import Label
from kivy.uix.widget import Widget

from kiosk.touchscreen import glyphs, measures
from kiosk.touchscreen.drawing import paint
from kiosk.touchscreen.scene import Control, Meaning, Weight
from kiosk.touchscreen.theme import Token
from kiosk.touchscreen.widgets import Block, loosened

# A button, and which of several alike it is.
Name = tuple[Meaning, str]
Choose = Callable[[Meaning, str], None]
_FILLS: Final = {
    Weight.MAIN: (Token.PINE, Token.PINE_PRESSED, Token.CARD),
    Weight.RETURN: (Token.CLAY, Token.CLAY_PRESSED, Token.CARD),
    Weight.DANGER: (Token.BAD, Token.INK, Token.CARD),
    Weight.QUIET: (Token.CARD, Token.SHADE, Token.INK),
}
ROUNDING: Final = 3  # pixels; a word a fraction too wide for its place would break
TALL: Final = 1.9  # signs above words from this many times the type size that words leave free


class Touchable(ButtonBehavior, Block):
    """Mixed into a widget it is one of the buttons: found by finger, keypad and audit.

    It acts when the finger leaves it inside. A ring is around it while it is `focused`.
    """

    focused = BooleanProperty(False)  # noqa: FBT003  # Kivy's property takes its default so
    ring = NumericProperty(0)
    corner = NumericProperty(0)
    least_mm = NumericProperty(measures.TARGET_MM)
    apart_mm: ClassVar[float] = measures.TARGET_GAP_MM
    control: Control
    choose: Choose
    _drawn: InstructionGroup | None = None

    def _whole_pixels(self) -> tuple[int, int, int, int]:
        left, bottom = round(self.x), round(self.y)
        return left, bottom, round(self.right) - left, round(self.top) - bottom

    # Left, bottom, width and height as drawn: between two pixels an edge is pale and blurred.
    box = AliasProperty(_whole_pixels, bind=("pos", "size"), cache=True)

    def on_focused(self, *_: object) -> None:
        """The ring is made for who uses the keypad alone: a screen has many targets."""
        if self._drawn is None:
            self._drawn = InstructionGroup()
            self.canvas.before.insert(0, self._drawn)
            self.bind(box=self._encircle)
        self._encircle()

    def _encircle(self, *_: object) -> None:
        assert self._drawn is not None, "it was focused once"
        self._drawn.clear()
        inside = round(measures.RING_INSIDE * self.ring)
        left, bottom, wide, high = self.box
        rings = ((Token.RING, self.ring), (Token.GROUND, inside)) if self.focused else ()
        for token, out in rings:
            self._drawn.add(Color(*paint(token)))
            self._drawn.add(
                SmoothRoundedRectangle(
                    pos=(left - out, bottom - out),
                    size=(wide + 2 * out, high + 2 * out),
                    radius=[self.corner + out],
                )
            )

    @property
    def name(self) -> Name:
        return self.control.button, self.control.subject

    @property
    def words(self) -> tuple[Label, ...]:
        """The words on it."""
        return tuple(one for one in self.walk(restrict=True) if isinstance(one, Label))

    def on_release(self) -> None:
        self.choose(self.control.button, self.control.subject)


class Target(Touchable, Widget):
    """A sign and a word on a field, which shows at once that it was touched."""

    text = StringProperty()
    glyph = ObjectProperty(())
    fill = ColorProperty()
    pressed = ColorProperty()
    ink = ColorProperty()
    edge = ColorProperty()
    font_size = NumericProperty(1)
    pad = NumericProperty(0)
    least = NumericProperty(0)
    _settled: tuple[str, float, float] | None = None

    def __init__(self, choose: Choose, control: Control, **properties: object) -> None:
        super().__init__(**properties)
        self.choose = choose
        self.bind(pos=self._place, size=self._place, text=self._place)
        self.show(control)

    def show(self, control: Control) -> None:
        """Becomes `control`."""
        self.control = control
        self.glyph = glyphs.of(control)
        self.main = control.weight is not Weight.QUIET
        self.least_mm = measures.MAIN_TARGET_MM if self.main else measures.TARGET_MM
        self.disabled = not control.enabled
        fill, pressed, ink = _FILLS[control.weight]
        if not control.enabled:
            fill, pressed, ink = Token.SHADE, Token.SHADE, Token.SOFT_INK
        self.fill, self.pressed, self.ink = paint(fill), paint(pressed), paint(ink)
        self.edge = paint(fill if self.main and control.enabled else Token.BORDER)
        self.text = control.label if control.shown is None else control.shown

    def natural(self) -> float:
        """The width at which its words take one line, or two when they are several."""
        words = self.text.split(" ")
        splits = [
            max(self._wide(" ".join(words[:at])), self._wide(" ".join(words[at:])))
            for at in range(1, len(words))
        ]
        widest = min(splits, default=self._wide(self.text))
        return float(max(self.least, widest + self._sign + 2 * self.pad + 2 * ROUNDING))

    def narrowest(self, *, signed: bool = True) -> float:
        """The width at which no word breaks, and the sign still stands beside them if `signed`."""
        widest = self._widest(self.text)
        return float(widest + (self._sign if signed else 0) + 2 * self.pad + 2 * ROUNDING)

    def settle(self, width: float) -> float:
        return float(max(self.least, self._words(width) + 1.2 * self.pad))

    @property
    def _sign(self) -> float:
        return float(self.font_size * 1.1 + self.pad) if self.glyph else 0.0

    def _wide(self, text: str) -> float:
        return float(self.ids.word._label.get_extents(text)[0])  # noqa: SLF001  # Kivy's only ruler

    def _widest(self, text: str) -> float:
        return max(map(self._wide, text.split(" ")))

    def _words(self, width: float) -> float:
        """Lets the words take their place beside the sign, and tells how high they are."""
        if self._settled != (self.text, width, self.font_size):
            self._settled = self.text, width, self.font_size
            self._high = self._broken(width)
        return self._high

    def _broken(self, width: float) -> float:
        word, room = self.ids.word, width - 2 * self.pad - self._sign
        if self._widest(self.text) + ROUNDING > room:
            room += self._sign  # a long word pushes the sign away rather than break
        # What is wider than the whole field has to.
        word.text = loosened(self.text, self._wide, width - ROUNDING)
        one_line = self._wide(word.text) + ROUNDING
        word.text_size = (min(room, one_line), None)
        word.texture_update()
        if one_line > room:
            widest = self._widest(word.text)
            tight = max(widest + ROUNDING, min(room, self.natural() - self._sign - 2 * self.pad))
            word.text_size = (tight, None)
            word.texture_update()
        return float(word.texture_size[1])

    def _place(self, *_: object) -> None:
        word, sign = self.ids.word, self.ids.sign
        high, size = self._words(self.width), self.font_size
        # Kivy still tells the old centre while it tells the new size.
        across, middle = self.x + self.width / 2, self.y + self.height / 2
        if not self.text:
            side = min(1.6 * size, self.height - 2 * self.pad, self.width - 2 * self.pad)
            word.size, sign.size = (0, 0), (side, side)
            word.pos = across, middle
            sign.pos = across - side / 2, middle - side / 2
            return
        word.size = word.text_size[0], high
        free = self.height - high - 2 * self.pad
        if free > TALL * size and self.glyph:
            side = min(free - self.pad, 4 * size, self.width - 2 * self.pad)
            below = self.y + (self.height - high - side - self.pad / 2) / 2
            word.pos = across - word.width / 2, below
            sign.size = side, side
            sign.pos = across - side / 2, below + high + self.pad / 2
            return
        beside = word.width + self._sign <= self.width - 2 * self.pad + 1
        sign.size = (size * 1.1, size * 1.1) if beside else (0, 0)
        left = across - (word.width + (self._sign if beside else 0)) / 2
        sign.pos = left, middle - sign.height / 2
        word.pos = left + (self._sign if beside else 0), middle - high / 2


class Choice(Target):
    """The target for one of the patron's buttons."""


class Quiet(Target):
    """A target of the frame: language, accessibility, turning pages."""
