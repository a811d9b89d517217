"""The parts of a page of staff mode: sizes, words, keys and the band on top. No kv: all is here."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Final

from kivy.graphics import (
    Color,
    Rectangle,
    RoundedRectangle,
    StencilPop,
    StencilPush,
    StencilUnUse,
    StencilUse,
)
from kivy.graphics import Line as Stroke
from kivy.properties import NumericProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.label import Label
from kivy.uix.widget import Widget

from kiosk.staff.heard import Pressed
from kiosk.touchscreen.panel import Panel
from kiosk.touchscreen.staff_scene import Look, Mood, StaffKey
from kiosk.touchscreen.theme import Colour, colour

TARGET_MM: Final = 15.0
_GAP_MM: Final = 3.0
_BEZEL_MM: Final = 5.0
_CAPITAL_EM: Final = 0.714  # Noto Sans

GROUND: Final = colour("FFF7DE")
AMBER: Final = colour("F2B705")
COAL: Final = colour("232323")
WHITE: Final = colour("FFFFFF")
EDGE: Final = colour("6E675A")
DANGER: Final = colour("8C2318")
FADED: Final = colour("DDD5C3")
FADED_INK: Final = colour("57524A")
MOODS: Final[dict[Mood, Colour]] = {
    Mood.PLAIN: COAL,
    Mood.GOOD: colour("1A6437"),
    Mood.WAIT: colour("57524A"),
    Mood.ASK: colour("6B4300"),
    Mood.BAD: DANGER,
}
_LOOKS: Final[dict[Look, tuple[Colour, Colour]]] = {
    Look.PLAIN: (WHITE, COAL),
    Look.MAIN: (COAL, WHITE),
    Look.DANGER: (DANGER, WHITE),
}


@dataclass(frozen=True, slots=True)
class Sizes:
    """Pixels for one panel."""

    text: int
    heading: int
    target: int
    gap: int
    margin: int
    tall: bool
    pixels_per_mm: float


def sizes(panel: Panel) -> Sizes:
    """Small panels get small words, large ones what a standing person reads easily."""
    millimetre = panel.pixels_per_mm
    short = min(panel.width, panel.height) / millimetre
    capital = 2.6 if short < 120 else 3.6  # noqa: PLR2004 millimetres: a 7-inch panel is 90 high
    return Sizes(
        text=ceil(capital * millimetre / _CAPITAL_EM),
        heading=ceil(capital * 1.3 * millimetre / _CAPITAL_EM),
        target=ceil((TARGET_MM + 0.2) * millimetre),
        gap=ceil(_GAP_MM * millimetre),
        margin=ceil((_BEZEL_MM + 0.2) * millimetre),
        tall=panel.height / millimetre > 200,  # noqa: PLR2004 millimetres: room for large keys
        pixels_per_mm=millimetre,
    )


class Words(Label):
    """A paragraph as wide as its place and as high as its words."""

    def __init__(self, text: str, font: float, *, bold: bool = False, ink: Colour = COAL) -> None:
        super().__init__(text=text, font_name="Sirkula", font_size=font, bold=bold, color=ink)

    def settle(self, width: float, lines: int = 0) -> float:
        """Takes `width`, and at most so many lines; tells its height."""
        self.shorten, self.max_lines = lines == 1, lines
        self.text_size = (width, None)
        self.texture_update()
        self.size = width, self.texture_size[1] if self.text else 0
        return float(self.height)

    def narrowest(self) -> float:
        """The width at which no word breaks."""
        return max(float(self._label.get_extents(word)[0]) for word in self.text.split(" "))

    def natural(self) -> float:
        """The width of its words on one line."""
        return float(self._label.get_extents(self.text)[0])


class KeyTarget(ButtonBehavior, Label):
    """One key: it acts when the finger leaves it inside, and shows at once that it heard."""

    def __init__(self, key: StaffKey, choose: Callable[[Pressed], None], font: int) -> None:
        super().__init__(font_name="Sirkula", bold=True, font_size=font, halign="center")
        self.valign = "middle"
        self._choose = choose
        self.key = key
        self.bind(pos=self._draw, size=self._draw, state=self._draw)
        self.show(key)

    def show(self, key: StaffKey) -> None:
        """Becomes `key`."""
        self.key = key
        self.text, self.disabled = key.label, not key.enabled
        self._draw()

    def widest(self) -> float:
        """What it needs to break its words into two lines, and no word apart."""
        measure = self._label.get_extents
        words = self.text.split(" ")
        whole = float(measure(self.text)[0])
        return max(*(float(measure(word)[0]) for word in words), whole * 0.58) + self.font_size

    def on_release(self) -> None:
        self._choose(self.key.pressed)

    def _draw(self, *_: object) -> None:
        fill, ink = _LOOKS[self.key.look] if self.key.enabled else (FADED, FADED_INK)
        if self.state == "down":
            fill, ink = AMBER, COAL
        self.color = self.disabled_color = ink
        self.text_size = (self.width - self.font_size * 0.6, None)
        radius = [self.font_size * 0.5]
        self.canvas.before.clear()
        with self.canvas.before:
            Color(*(EDGE if fill is WHITE else fill))
            RoundedRectangle(pos=self.pos, size=self.size, radius=radius)
            Color(*fill)
            inner = (self.width - 6, self.height - 6)
            RoundedRectangle(pos=(self.x + 3, self.y + 3), size=inner, radius=radius)


class Band(Widget):
    """The stripes and colour that say whose page this is; `stripe` is how high the stripes are."""

    stripe = NumericProperty(1)

    def __init__(self) -> None:
        super().__init__()
        self.bind(pos=self._draw, size=self._draw, stripe=self._draw)

    def _draw(self, *_: object) -> None:
        self.canvas.clear()
        strip = {"pos": self.pos, "size": (self.width, self.stripe)}
        with self.canvas:
            Color(*AMBER)
            Rectangle(pos=self.pos, size=self.size)
            StencilPush()
            Rectangle(**strip)
            StencilUse()
            Color(*COAL)
            for at in range(int(self.width / self.stripe / 2) + 2):
                left = self.x + (2 * at - 1) * self.stripe
                ends = (
                    left,
                    self.y - self.stripe,
                    left + 3 * self.stripe,
                    self.y + 2 * self.stripe,
                )
                Stroke(points=ends, width=self.stripe * 0.35)
            StencilUnUse()
            Rectangle(**strip)
            StencilPop()
