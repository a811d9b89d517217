"""A book as a row of the list, and a lesson as a card."""

from collections import Counter
from collections.abc import Callable, Sequence
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
from kiosk.touchscreen.sign import HIGHER
from kiosk.touchscreen.widgets import Block, Card, Soft, Text

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
    side = NumericProperty(0)

    def __init__(self, step: Step, **properties: object) -> None:
        super().__init__(**properties)
        self.shapes = PICTURES[step.picture]
        self.text = step.text

    def settle(self, width: float) -> float:
        self.width = width
        high = max(self._words_high(self.least), self.least)
        return float(high + self.padding[1] + self.padding[3])

    def place(self, left: float, top: float, height: float) -> None:
        """The drawing as large as the words beside it allow."""
        super().place(left, top, height)
        inner = height - self.padding[1] - self.padding[3]
        largest = min(inner, PICTURE_SHARE * self.width)
        self.side = largest if self._words_high(largest) <= inner else self.least

    def _words_high(self, side: float) -> float:
        beside = side + self.padding[0] + self.padding[2] + self.spacing
        return float(self.ids.words.settle(self.width - beside))

    @property
    def torn(self) -> bool:
        return bool(self.ids.words.torn)

    def pieces(self, width: float, room: float) -> Sequence[Widget]:
        return Text(text=self.text, bold=True).pieces(width, room)


class Invitation(StepCard):
    """What comes next, where the list leaves room for it."""

    spare = True


class Lessons(Widget, Block):
    """The lessons below each other: one page, as long as it can hold them."""

    stretch = 1.0
    gap = NumericProperty(0)

    def __init__(self, steps: tuple[Step, ...]) -> None:
        super().__init__()
        self._cards = [StepCard(step, lesson=True) for step in steps]

    @property
    def torn(self) -> bool:
        return any(card.torn for card in self._cards)

    def settle(self, width: float) -> float:
        self.width = width
        heights = [card.settle(width) for card in self._cards]
        self.height = sum(heights) + self.gap * (len(heights) - 1)
        return float(self.height)

    def place(self, left: float, top: float, height: float) -> None:
        """All alike, where the highest of them needs no more than its share."""
        free = height - self.settle(self.width)
        super().place(left, top, height)
        self.clear_widgets()
        share = (height - self.gap * (len(self._cards) - 1)) / len(self._cards)
        heights = [card.settle(self.width) for card in self._cards]
        alike = max(heights) <= share
        for card, least in zip(self._cards, heights, strict=True):
            high = share if alike else least + free / len(heights)
            card.place(left, top, high)
            self.add_widget(card)
            top -= high + self.gap

    def pieces(self, width: float, room: float) -> Sequence[Widget]:
        """One by one, and those in words alone that are higher than a page."""
        self.clear_widgets()
        parts: list[Widget] = []
        for card in self._cards:
            whole = card.settle(width) <= room and not card.torn
            parts += [card] if whole else card.pieces(width, room)
        return parts


class BookRow(Card):
    """One book: cover and sign of its state, title, number and state in words, what to do."""

    glyph = ObjectProperty(())
    title = StringProperty()
    title_lines = NumericProperty(2)
    label = StringProperty()
    advice = StringProperty()
    cover = StringProperty()
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
        self.cover = row.title if row.has_cover else ""
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
        sign = self.ids.sign
        inner = max(sum(lines), sign.side * (HIGHER if self.cover else 1))
        self.height = max(inner + self.padding[1] + self.padding[3], self.least)
        return float(self.height)

    @property
    def torn(self) -> bool:
        return any(text.torn for text in self.ids.words.children)

    def pieces(self, width: float, room: float) -> Sequence[Widget]:
        """The row as paragraphs, for a page that is smaller than one book."""
        texts = (
            Text(text=self.title, bold=True),
            Text(text=self.label, bold=True, color=self.ink),
            Soft(text=self.advice),
        )
        return [part for text in texts if text.text for part in text.pieces(width, room)]


class Rows:
    """The rows of a list. One that says the same stays the same widget: making one takes long."""

    def __init__(self, make: Callable[[Row], BookRow] = BookRow) -> None:
        self._make = make
        self._made: dict[tuple[Row, int], BookRow] = {}

    def of(self, rows: Sequence[Row]) -> list[BookRow]:
        """A widget for each of `rows`, in their order."""
        before, self._made = self._made, {}
        alike: Counter[Row] = Counter()
        for row in rows:
            known = row, alike[row]
            self._made[known] = before[known] if known in before else self._make(row)
            alike[row] += 1
        return list(self._made.values())
