"""The bodies of what is typed, chosen, listed and kept: keyboard, answers, rows and code."""

from collections.abc import Callable
from importlib.resources import files
from math import ceil
from typing import Final

from kivy.clock import Clock
from kivy.graphics import Color, Rectangle
from kivy.lang import Builder
from kivy.properties import NumericProperty, ObjectProperty, StringProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk.happenings import Button
from kiosk.touchscreen import glyphs, theme
from kiosk.touchscreen.books import BookList, BookRow
from kiosk.touchscreen.keys import ERASE, TURN, Sheet, sheets, span
from kiosk.touchscreen.scene import Choices, Code, Control, Keys, Listing, Row
from kiosk.touchscreen.widgets import Choice, Target, Text
from kiosk.visiting.typing import SPACE

Choose = Callable[[Button, str], None]
# Keys are no easier to hit for being apart (Colle & Hiszem 2004), and easier on one sheet.
NARROW_GAP_MM: Final = 1.0
_QUIET_ZONE: Final = 4  # modules, ISO/IEC 18004

Builder.load_file(str(files("kiosk.touchscreen") / "bodies.kv"))


class TouchedRow(ButtonBehavior, BookRow):
    """A row that does something when it is touched."""

    def __init__(self, row: Row, control: Control, choose: Choose) -> None:
        super().__init__(row=row, size_hint=(None, None))
        self.control = control
        self._choose = choose

    def on_release(self) -> None:
        self._choose(self.control.button, self.control.subject)


class ListingBody(BoxLayout):
    """Rows under a heading, page by page."""

    heading = StringProperty()
    lead = StringProperty()

    def __init__(self, choose: Choose, **properties: object) -> None:
        super().__init__(**properties)
        self._choose = choose

    @property
    def list(self) -> BookList:
        return self.ids.list

    def show(self, body: Listing) -> None:
        self.heading, self.lead = body.heading, body.lead
        self.list.fill(tuple(self._row(row) for row in body.rows))

    def _row(self, row: Row) -> BookRow:
        if row.control is None or not row.control.enabled:
            return BookRow(row, size_hint=(None, None))
        return TouchedRow(row, row.control, self._choose)


class ChoicesBody(BoxLayout):
    """A question and its answers, as large as the room allows."""

    small = NumericProperty(0)
    heading = StringProperty()
    lead = StringProperty()

    def __init__(self, choose: Choose, **properties: object) -> None:
        super().__init__(**properties)
        self._choose = choose

    def show(self, body: Choices) -> None:
        self.heading, self.lead = body.heading, body.lead
        grid = self.ids.grid
        grid.clear_widgets()
        grid.cols = len(body.choices) if len(body.choices) <= 3 else 2  # noqa: PLR2004  # side by side
        for control in body.choices:
            choice = Choice(self._choose, upright=len(body.choices) <= 3)  # noqa: PLR2004  # side by side
            choice.show(control)
            if grid.cols == 2:  # noqa: PLR2004  # as above
                choice.font_size = self.small
            grid.add_widget(choice)


class Key(Target):
    """One key."""


class Board(Widget):
    """The keys of one sheet, each as large as the room allows."""

    gap = 0.0
    pixels_per_mm = NumericProperty(1)

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        self._keys: Keys | None = None
        self._choose: Choose | None = None
        self._sheet, self._next = 0, ""
        arrange = Clock.create_trigger(self._arrange, -1)
        self.bind(pos=arrange, size=arrange)
        self._arrange_soon = arrange

    def show(self, keys: Keys, choose: Choose) -> None:
        if self._keys is None or keys.keys != self._keys.keys:
            self._sheet = 0
        self._keys, self._choose = keys, choose
        self._arrange_soon()

    def _arrange(self, _: float) -> None:
        if self._keys is None:
            return
        keys = "".join(key.subject for key in self._keys.keys)
        found = self._fitting(keys, NARROW_GAP_MM)
        if len(found) > 1:
            found = self._fitting(keys, theme.TARGET_GAP_MM)
        self._sheet %= len(found)
        self.clear_widgets()
        self._next = span(found[(self._sheet + 1) % len(found)])
        self._lay(found[self._sheet], self._keys)

    def _fitting(self, keys: str, gap: float) -> tuple[Sheet, ...]:
        """The sheets for keys so many millimetres apart."""
        millimetres = theme.MAIN_TARGET_MM if keys.isdecimal() else theme.TARGET_MM
        least = ceil(millimetres * self.pixels_per_mm)
        self.gap = gap * self.pixels_per_mm
        columns = int((self.width + self.gap) / (least + self.gap))
        rows = int((self.height + self.gap) / (least + self.gap))
        return sheets(keys, max(1, columns), max(1, rows))

    def _lay(self, sheet: Sheet, keys: Keys) -> None:
        high = (self.height - self.gap * (len(sheet) - 1)) / len(sheet)
        wide = (self.width - self.gap * (max(map(len, sheet)) - 1)) / max(map(len, sheet))
        for at, line in enumerate(sheet):
            for place, name in enumerate(line):
                key = self._made(name, keys)
                key.size = wide, high
                key.pos = (
                    self.x + place * (wide + self.gap),
                    self.top - at * (high + self.gap) - high,
                )
                self.add_widget(key)

    def _made(self, name: str, keys: Keys) -> Key:
        if name == TURN:
            key = Key(text=self._next, upright=True)
            key.bind(on_release=lambda _: self._turn())
            return key
        control = keys.erase if name == ERASE else _key(name, keys)
        glyph = {ERASE: glyphs.ERASE, SPACE: glyphs.SPACE}.get(name, ())
        key = Key(text="" if glyph else control.label, glyph=glyph, upright=True)
        key.disabled = not control.enabled
        key.control = control
        choose = self._choose
        if choose is not None:
            key.bind(on_release=lambda _: choose(control.button, control.subject))
        return key

    def _turn(self) -> None:
        self._sheet += 1
        self._arrange_soon()


def _key(name: str, keys: Keys) -> Control:
    return next(key for key in keys.keys if key.subject == name)


class KeysBody(BoxLayout):
    """What was typed, over the keyboard it is typed with."""

    heading = StringProperty()
    typed = StringProperty()
    lead = StringProperty()

    def __init__(self, choose: Choose, **properties: object) -> None:
        super().__init__(**properties)
        self._choose = choose

    def show(self, body: Keys) -> None:
        self.heading, self.typed, self.lead = body.heading, body.typed, body.lead
        self.ids.board.show(body, self._choose)


class CodeBody(BoxLayout):
    """A code for the patron's telephone."""

    heading = StringProperty()
    modules = ObjectProperty(())

    def __init__(self, _: Choose, **properties: object) -> None:
        super().__init__(**properties)

    def show(self, body: Code) -> None:
        self.heading, self.modules = body.heading, body.modules
        self.ids.lines.clear_widgets()
        for line in body.lines:
            self.ids.lines.add_widget(Text(text=line, halign="center"))


class Modules(Widget):
    """The squares of a code, dark on white, in the largest square that fits."""

    modules = ObjectProperty(())

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        self.bind(modules=self._draw, pos=self._draw, size=self._draw)

    def _draw(self, *_: object) -> None:
        count = len(self.modules) + 2 * _QUIET_ZONE
        side = int(min(self.width, self.height) / count) if self.modules else 0
        self.canvas.clear()
        if not side:
            return
        left = int(self.center_x - side * count / 2)
        bottom = int(self.center_y - side * count / 2)
        with self.canvas:
            Color(*theme.CARD)
            Rectangle(pos=(left, bottom), size=(side * count, side * count))
            Color(*theme.INK)
            for down, line in enumerate(self.modules):
                for across, dark in enumerate(line):
                    if dark:
                        x = left + (across + _QUIET_ZONE) * side
                        y = bottom + (count - 1 - down - _QUIET_ZONE) * side
                        Rectangle(pos=(x, y), size=(side, side))
