"""The list of books: as many on a page as fit, the rest behind Up and Down."""

from typing import Final

from kivy.clock import Clock
from kivy.properties import (
    BooleanProperty,
    ColorProperty,
    NumericProperty,
    ObjectProperty,
    StringProperty,
)
from kivy.uix.widget import Widget

from kiosk.touchscreen import glyphs, theme
from kiosk.touchscreen.paging import paginate
from kiosk.touchscreen.pictures import PICTURES
from kiosk.touchscreen.scene import Row, Step
from kiosk.touchscreen.widgets import Card

SHORTENED_BY: Final = 4


class StepCard(Card):
    """A drawing and its sentence."""

    shapes = ObjectProperty(())
    text = StringProperty()
    tall = BooleanProperty(False)  # noqa: FBT003  # as the next
    lesson = BooleanProperty(False)  # noqa: FBT003  # Kivy's property takes its default so

    def show(self, step: Step) -> None:
        self.shapes = PICTURES[step.picture]
        self.text = step.text


class BookRow(Card):
    """One book: the sign of its state, its title, its number and state in words, what to do."""

    glyph = ObjectProperty(())
    title = StringProperty()
    title_lines = NumericProperty(2)
    label = StringProperty()
    least = NumericProperty(0)
    advice = StringProperty()
    ink = ColorProperty(theme.INK)
    tint = ColorProperty(theme.SHADE)

    def __init__(self, row: Row, **properties: object) -> None:
        super().__init__(**properties)
        self.row = row
        self.ink, self.tint = theme.TONES[row.tone]
        self.glyph = glyphs.TONES[row.tone]
        self.title, self.label, self.advice = row.title, row.label, row.advice

    def settle(self, width: float) -> float:
        """Takes `width`, shortens a title of too many lines, and tells its height."""
        self.width, self.title = width, self.row.title
        words = self.ids.words
        across = width - self.padding[0] - self.padding[2] - self.spacing - self.ids.sign.width
        for text in words.children:
            text.text_size = (across, None)
            text.texture_update()
        title = self.ids.title
        line = title.font_size * 1.5
        while title.texture_size[1] > self.title_lines * line:
            self.title = self.title.rstrip("…")[:-SHORTENED_BY].rstrip() + "…"
            title.texture_update()
        lines = [text.texture_size[1] for text in words.children if text.text]
        inner = max(sum(lines), self.ids.sign.width)
        self.height = max(inner + self.padding[1] + self.padding[3], self.least)
        return float(self.height)


class BookList(Widget):
    """The rows that fit, one page at a time; what is left over teaches what comes next."""

    gap = NumericProperty(0)
    page = NumericProperty(0)
    pages = NumericProperty(1)

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        self._rows: tuple[BookRow, ...] = ()
        self._teaches = True
        self._more = StepCard(size_hint=(None, None))
        self._arrange_soon = Clock.create_trigger(self._arrange, -1)
        self.bind(pos=self._arrange_soon, size=self._arrange_soon, page=self._arrange_soon)

    def show(self, rows: tuple[Row, ...], more: Step) -> None:
        """Becomes `rows`. A book that just arrived brings its page to the front."""
        if len(rows) > len(self._rows) > 0:
            self.page = len(rows)
        self._rows = tuple(BookRow(row, size_hint=(None, None)) for row in rows)
        self._more.show(more)
        self._arrange_soon()

    def fill(self, rows: "tuple[BookRow, ...]") -> None:
        """Becomes these rows, with nothing to teach below them."""
        self._rows, self._teaches = rows, False
        self._arrange_soon()

    def turn(self, pages: int) -> None:
        """Goes `pages` forward, or back when negative."""
        self.page = min(max(self.page + pages, 0), self.pages - 1)

    def _arrange(self, _: float) -> None:
        if self.width <= self.gap or not self._rows:
            return
        heights = [row.settle(self.width) for row in self._rows]
        pages = paginate(heights, self.gap, self.height)
        self.pages = len(pages)
        self.page = min(self.page, self.pages - 1)
        self.clear_widgets()
        top = self.top
        for at in pages[self.page]:
            row = self._rows[at]
            row.pos = (self.x, top - row.height)
            top = row.y - self.gap
            self.add_widget(row)
        if self.page == self.pages - 1 and self._teaches:
            self._fill(top)

    def _fill(self, top: float) -> None:
        """Teaches in the free space, when there is enough of it for a sentence."""
        free = top - self.y
        if self._rows and free > self._rows[0].height:
            self._more.size = (self.width, free)
            self._more.pos = self.pos
            self.add_widget(self._more)
