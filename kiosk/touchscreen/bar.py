"""Targets side by side where they fit, in rows below each other, on pages where they must be."""

from collections.abc import Sequence

from kivy.properties import NumericProperty
from kivy.uix.widget import Widget

from kiosk.happenings import Button
from kiosk.touchscreen.paging import columns, paginate, rows
from kiosk.touchscreen.scene import Control
from kiosk.touchscreen.targets import Choice, Choose, Quiet, Target
from kiosk.touchscreen.viewing import Wish
from kiosk.touchscreen.widgets import Block


class Bar(Widget, Block):
    """Everything a patron can choose now. `tall` targets take all the room they get."""

    gap = NumericProperty(0)
    across = 0

    def __init__(self, choose: Choose, more: str = "", *, kind: type[Target] = Choice) -> None:
        super().__init__(size_hint=(None, None))
        self._choose, self._kind = choose, kind
        self._more = Quiet(self._more_or_choose, Control(Wish.MORE, more))
        self._targets: list[Target] = []
        self._page = 0
        self.tall = False

    def show(self, controls: tuple[Control, ...], more: str) -> None:
        """Becomes `controls`."""
        if [target.button for target in self._targets] != [one.button for one in controls]:
            self._page = 0
            self._targets = [self._kind(self._choose, control) for control in controls]
        for target, control in zip(self._targets, controls, strict=True):
            target.show(control)
        self._more.show(Control(Wish.MORE, more))

    def narrowest(self) -> float:
        """The width that its widest target needs."""
        return max((target.narrowest() for target in self._targets), default=0.0)

    def settle(self, width: float) -> float:
        self.width = width
        self._grid = self._rows(width)
        self.height = self._high(self._grid)
        return float(self.height)

    def pieces(self, width: float, _room: float) -> Sequence[Widget]:
        """A bar for every row."""
        bars = []
        for row in self._rows(width):
            bar = Bar(self._choose, kind=self._kind)
            bar.show(tuple(target.control for target in row), "")
            bars.append(bar)
        return bars

    def place(self, left: float, top: float, height: float) -> None:
        """Stands in `height`: all of it, or page by page with a way to the next."""
        grid = self._grid
        if self._high(grid) > height + 1:
            room = height - self._more.settle(self.width) - self.gap
            heights = [max(target.settle(self.width) for target in row) for row in grid]
            pages = paginate(heights, self.gap, room)
            self._page %= len(pages)
            grid = [*(grid[at] for at in pages[self._page]), [self._more]]
        self.pos, self.height = (left, top - height), height
        self.clear_widgets()
        free = height - self._high(grid) if self.tall else 0.0
        for row in grid:
            wide = (self.width - self.gap * (len(row) - 1)) / len(row)
            high = max(target.settle(wide) for target in row) + free / len(grid)
            for at, target in enumerate(row):
                target.size = wide, high
                target.pos = left + at * (wide + self.gap), top - high
                self.add_widget(target)
            top -= high + self.gap

    def _rows(self, width: float) -> list[list[Target]]:
        if not self._targets:
            return []
        naturals = [target.natural() for target in self._targets]
        across = self.across or columns(naturals, self.gap, width)
        return [[self._targets[at] for at in row] for row in rows(len(self._targets), across)]

    def _high(self, grid: list[list[Target]]) -> float:
        heights = []
        for row in grid:
            wide = (self.width - self.gap * (len(row) - 1)) / len(row)
            heights.append(max(target.settle(wide) for target in row))
        return float(sum(heights) + self.gap * max(0, len(heights) - 1))

    def _more_or_choose(self, wish: Button | Wish) -> None:
        self._page += 1
        self._choose(wish)
