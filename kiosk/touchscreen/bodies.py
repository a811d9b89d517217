"""The bodies of what is typed, chosen, listed and kept: keyboard, answers, rows and code."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from kivy.graphics import Color, Rectangle
from kivy.properties import NumericProperty
from kivy.uix.widget import Widget

from kiosk.touchscreen.arrangement import Box
from kiosk.touchscreen.bar import Bar
from kiosk.touchscreen.board import Board
from kiosk.touchscreen.books import BookRow, Rows
from kiosk.touchscreen.flow import Flow
from kiosk.touchscreen.pictures import PICTURES
from kiosk.touchscreen.scene import Choices, Code, Control, Keys, Listing, Row
from kiosk.touchscreen.targets import Choice, Choose, Touchable
from kiosk.touchscreen.widgets import Block, Heading, Picture, Soft, Text

LARGEST: Final = 3.5  # times as high as its words need: larger, a button looks like none
_QUIET_ZONE: Final = 4  # modules, ISO/IEC 18004
_MODULE_MM: Final = 0.5  # what a telephone's camera still tells apart at arm's length
# A camera needs dark on light, whatever colours the patron reads best.
_LIGHT, _DARK = (1, 1, 1), (0, 0, 0)


class TouchedRow(Touchable, BookRow):
    """A row that does something when it is touched."""

    def __init__(self, row: Row, control: Control, choose: Choose) -> None:
        super().__init__(row=row)
        self.control, self.choose = control, choose

    def pieces(self, width: float, room: float) -> Sequence[Widget]:
        """The row as paragraphs, its last sentence on a button."""
        words = [text for text in (self.title, self.label, self.advice) if text]
        *told, last = re.split(r"(?<=\.) ", words[-1])
        texts = [Text(text=text, bold=True) for text in (*words[:-1], *told)]
        button = Bar(self.choose)
        button.show((replace(self.control, shown=last),), "")
        return [*(part for text in texts for part in text.pieces(width, room)), button]


class ListingBody(Flow):
    """Rows under a heading, page by page."""

    def __init__(self, choose: Choose) -> None:
        super().__init__()
        self._choose = choose
        self._rows = Rows(self._row)

    def show(self, body: Listing) -> None:
        words = (Heading(text=body.heading), Soft(text=body.lead))
        picture = Picture(shapes=PICTURES[body.picture])
        self.fill([*words, *self._rows.of(body.rows), picture], pinned=2)

    def _row(self, row: Row) -> BookRow:
        if row.control is None or not row.control.enabled:
            return BookRow(row)
        return TouchedRow(row, row.control, self._choose)


class Answers(Bar):
    """Buttons as large as the room allows."""

    stretch = 1.0

    def __init__(self, choose: Choose) -> None:
        super().__init__(choose, kind=Choice)
        self.tall = True

    def place(self, left: float, top: float, height: float) -> None:
        super().place(left, top, min(height, LARGEST * self.settle(self.width)))


class ChoicesBody(Flow):
    """A question and its answers."""

    def __init__(self, choose: Choose) -> None:
        super().__init__()
        self._choose = choose

    def show(self, body: Choices) -> None:
        answers = Answers(self._choose)
        answers.show(body.choices, "")
        self.fill([Heading(text=body.heading), Soft(text=body.lead), answers], pinned=2)


class KeysBody(Flow):
    """What was typed, over the keyboard it is typed with."""

    def __init__(self, choose: Choose) -> None:
        super().__init__()
        self._board = Board(choose)

    def show(self, body: Keys) -> None:
        self._board.show(body)
        heading = Heading(text=body.heading)
        below = Text(text=body.typed, bold=True) if body.typed else Soft(text=body.lead)
        self._words = [heading, below]
        # Who types looks at what is typed.
        self._last = heading if body.typed else below

    def needs(self, width: float) -> float:
        return self._board.settle(width)

    def arrange(self, box: Box, before: Sequence[Block] = (), after: Sequence[Block] = ()) -> None:
        """All on one page; where that is too low, the keys come before what else is to be read."""
        self.width = box.width
        first = next(one for one in self._words if one is not self._last)
        if self._high([*before, *self._words, self._board, *after]) <= box.height:
            self.fill([*self._words, self._board], pinned=2)
        elif self._high([first, self._board]) <= box.height:
            self.fill([first, self._board, self._last], pinned=1)
        else:
            self.fill([self._board, first, self._last])
        super().arrange(box, before, after)


class CodeBody(Flow):
    """A code for the patron's telephone."""

    def __init__(self, _: Choose) -> None:
        super().__init__()

    def show(self, body: Code) -> None:
        lines = [Text(text=line, halign="center") for line in body.lines]
        heading = Heading(text=body.heading, halign="center")
        self.fill([heading, *lines, Modules(body.modules)], pinned=1)


class Modules(Widget, Block):
    """The squares of a code, dark on light, in the largest square that fits."""

    stretch = 1.0
    pixels_per_mm = NumericProperty(1)

    def __init__(self, modules: tuple[tuple[bool, ...], ...]) -> None:
        super().__init__(size_hint=(None, None))
        self._modules = modules
        self.bind(pos=self._draw, size=self._draw)

    def settle(self, width: float) -> float:
        self.width = width
        return min(width, self._across * _MODULE_MM * self.pixels_per_mm)

    @property
    def _across(self) -> int:
        return len(self._modules) + 2 * _QUIET_ZONE

    def _draw(self, *_: object) -> None:
        count = self._across
        side = int(min(self.width, self.height) / count)
        self.canvas.clear()
        left = int(self.center_x - side * count / 2)
        bottom = int(self.center_y - side * count / 2)
        with self.canvas:
            Color(*_LIGHT)
            Rectangle(pos=(left, bottom), size=(side * count, side * count))
            Color(*_DARK)
            for down, line in enumerate(self._modules):
                for across, dark in enumerate(line):
                    if dark:
                        x = left + (across + _QUIET_ZONE) * side
                        y = bottom + (count - 1 - down - _QUIET_ZONE) * side
                        Rectangle(pos=(x, y), size=(side, side))
