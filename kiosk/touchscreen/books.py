"""A book as a row of the list, and a lesson as a card."""

from collections.abc import Sequence
from typing import Final

from kivy.properties import (
    BooleanProperty,
    ColorProperty,
    NumericProperty,
    ObjectProperty,
    StringProperty,
)
from kivy.uix.widget import Widget

from kiosk.touchscreen import glyphs, theme
from kiosk.touchscreen.drawing import paint
from kiosk.touchscreen.pictures import PICTURES
from kiosk.touchscreen.scene import Row, Step
from kiosk.touchscreen.widgets import Card, Soft, Text

SHORTENED_BY: Final = 4
LABEL_LINES: Final = 4  # a title may be shortened; what stands in its place may not
PICTURE_SHARE: Final = 0.34


class StepCard(Card):
    """A drawing and its sentence."""

    stretch = 1.0
    shapes = ObjectProperty(())
    text = StringProperty()
    lesson = BooleanProperty(False)  # noqa: FBT003  # Kivy's property takes its default so
    least = NumericProperty(0)

    def __init__(self, step: Step, **properties: object) -> None:
        super().__init__(**properties)
        self.shapes = PICTURES[step.picture]
        self.text = step.text

    def settle(self, width: float) -> float:
        self.width = width
        across = width * (1 - PICTURE_SHARE) - self.padding[0] - self.padding[2] - self.spacing
        high = max(self.ids.words.settle(across), self.least)
        return float(high + self.padding[1] + self.padding[3])

    def pieces(self, width: float, room: float) -> Sequence[Widget]:
        return Text(text=self.text, bold=True).pieces(width, room)


class Invitation(StepCard):
    """What comes next, where the list leaves room for it."""

    spare = True


class BookRow(Card):
    """One book: the sign of its state, its title, its number and state in words, what to do."""

    glyph = ObjectProperty(())
    title = StringProperty()
    title_lines = NumericProperty(2)
    label = StringProperty()
    advice = StringProperty()
    ink = ColorProperty()
    tint = ColorProperty()
    least = NumericProperty(0)
    width: float
    _settled: tuple[float, float] | None = None

    def __init__(self, row: Row, **properties: object) -> None:
        super().__init__(**properties)
        self.row = row
        ink, tint = theme.TONES[row.tone]
        self.ink, self.tint = paint(ink), paint(tint)
        self.glyph = glyphs.TONES[row.tone]
        self.title, self.label, self.advice = row.title, row.label, row.advice
        if not row.label:
            self.title_lines = LABEL_LINES

    def settle(self, width: float) -> float:
        """Takes `width`, shortens a title of too many lines, and tells its height."""
        if self._settled == (width, self.width):
            return float(self.height)
        self._settled = width, width
        self.width, self.title = width, self.row.title
        words, title = self.ids.words, self.ids.title
        across = width - self.padding[0] - self.padding[2] - self.spacing - self.ids.sign.width
        for text in words.children:
            text.settle(across)
        line = title.font_size * 1.5
        while title.texture_size[1] > self.title_lines * line:
            self.title = self.title.rstrip("…")[:-SHORTENED_BY].rstrip() + "…"
            title.settle(across)
        lines = [text.texture_size[1] for text in words.children if text.text]
        inner = max(sum(lines), self.ids.sign.width)
        self.height = max(inner + self.padding[1] + self.padding[3], self.least)
        return float(self.height)

    @property
    def torn(self) -> bool:
        return any(
            max(map(text.wide, text.text.split(" "))) > text.width
            for text in self.ids.words.children
        )

    def pieces(self, width: float, room: float) -> Sequence[Widget]:
        """The row as paragraphs, for a page that is smaller than one book."""
        texts = (
            Text(text=self.title, bold=True),
            Text(text=self.label, bold=True, color=self.ink),
            Soft(text=self.advice),
        )
        return [part for text in texts if text.text for part in text.pieces(width, room)]
