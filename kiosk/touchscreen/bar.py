"""Targets side by side where they fit, in rows below each other, on pages where they must be."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from itertools import takewhile
from typing import Final

from kivy.properties import NumericProperty
from kivy.uix.widget import Widget

from kiosk.happenings import Button
from kiosk.staff.words import Key
from kiosk.touchscreen.paging import columns, packed, paginate, rows
from kiosk.touchscreen.scene import Control, Meaning
from kiosk.touchscreen.targets import Choice, Choose, Name, Quiet, Target
from kiosk.touchscreen.viewing import Wish
from kiosk.touchscreen.widgets import Block

_LEAVING: Final = (Button.BACK, Button.DONE)


class Bar(Widget, Block):
    """Everything a patron can choose now.

    `tall` targets take all the room they get; `stacked` ones stand below each other.
    """

    gap = NumericProperty(0)

    def __init__(self, choose: Choose, *, kind: type[Target] = Choice) -> None:
        super().__init__(size_hint=(None, None))
        self._choose, self._kind = choose, kind
        self._controls: tuple[Control, ...] = ()
        self._made: list[Target] = []
        self._more_word, self._page = "", 0
        self.tall = False
        self.stacked = False

    def show(self, controls: tuple[Control, ...], more: str) -> None:
        """Becomes `controls`."""
        if list(map(_name, self._controls)) != list(map(_name, controls)):
            self._page, self._made = 0, []
        self._controls, self._more_word = controls, more
        for target, control in zip(self._made, controls, strict=False):
            target.show(control)
        if "_more" in vars(self):
            self._more.show(Control(Wish.MORE, more))

    @property
    def _targets(self) -> list[Target]:
        """Made when they are first needed: not every bar stands on every screen."""
        if not self._made:
            self._made = [self._make(control) for control in self._controls]
        return self._made

    def _make(self, control: Control) -> Target:
        return self._kind(self._choose, control)

    @cached_property
    def _more(self) -> Target:
        return Quiet(self._more_or_choose, Control(Wish.MORE, self._more_word))

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

    def least(self, width: float) -> float:
        """The height of the rows that are always there, or of the highest, and the way to more."""
        self.width = width
        grid = self._rows(width)
        if len(grid) <= 1 or all(map(_needed, grid)):
            return self._high(grid)
        foot = self._foot()
        turned = self._turned(foot)
        highest = max((self._row_high(row) for row in turned), default=0.0)
        needed = self._high([row for row in turned if _needed(row)])
        return float(max(needed, highest) + self.gap + self._row_high(foot))

    def place(self, left: float, top: float, height: float) -> None:
        """Stands in `height`: all of it, or page by page with a way to the next."""
        grid, foot = self._grid, list[Target]()
        if self._high(grid) > height + 1:
            pages = self._pages(height)
            self._page %= len(pages)
            foot = self._foot()
            grid = [*pages[self._page], foot]
        self.pos, self.height = (left, top - height), height
        self.clear_widgets()
        free = height - self._high(grid) if self.tall else 0.0
        rows = [row for row in grid if row is not foot]
        main = [row for row in rows if any(target.main for target in row)] or rows
        for row in grid:
            high = self._row_high(row) + (free / len(main) if row in main else 0)
            self._stand(row, left, top - high, high)
            top -= high + self.gap

    def turns(self, width: float, height: float) -> int:
        """How many pages it takes there."""
        return 1 if self.settle(width) <= height + 1 else len(self._pages(height))

    def _pages(self, height: float) -> list[list[list[Target]]]:
        foot = self._foot()
        grid = sorted(self._turned(foot), key=_needed, reverse=True)
        room = height - self._row_high(foot) - self.gap
        pages = paginate([self._row_high(row) for row in grid], self.gap, room)
        return [[grid[at] for at in page] for page in pages]

    def _stand(self, row: list[Target], left: float, bottom: float, high: float) -> None:
        for target, wide in zip(row, self._widths(row), strict=True):
            target.size = wide, high
            target.pos = left, bottom
            self.add_widget(target)
            left += wide + self.gap

    def _rows(self, width: float) -> list[list[Target]]:
        if self.stacked:
            return [[target] for target in self._targets]
        return self._grouped(self._targets, width)

    def _foot(self) -> list[Target]:
        """The row below every page: the way to the rest."""
        return [self._more]

    def _turned(self, foot: list[Target]) -> list[list[Target]]:
        """The rows that stand on pages above `foot`."""
        del foot
        return self._rows(self.width)

    def _grouped(self, targets: list[Target], width: float) -> list[list[Target]]:
        """What people came to do, where it comes first, shares no row with the rest."""
        first = list(takewhile(lambda target: target.main, targets))
        return [*self._in_rows(first, width), *self._in_rows(targets[len(first) :], width)]

    def _in_rows(self, targets: list[Target], width: float) -> list[list[Target]]:
        if not targets:
            return []
        naturals = [target.natural() for target in targets]
        across = columns(naturals, self.gap, width)
        if across == 1:
            across = packed(naturals, self.gap, width)
        return [[targets[at] for at in row] for row in rows(len(targets), across)]

    def _widths(self, row: list[Target]) -> list[float]:
        """All alike, or as their words want where the widest needs more than its share."""
        room = self.width - self.gap * (len(row) - 1)
        naturals = [target.natural() for target in row]
        if sum(naturals) > room:
            naturals = [_least(target) for target in row]
        if max(naturals) <= room / len(row) or sum(naturals) > room:
            return [room / len(row)] * len(row)
        return [natural + (room - sum(naturals)) / len(row) for natural in naturals]

    def _row_high(self, row: list[Target]) -> float:
        widths = self._widths(row)
        return max(target.settle(wide) for target, wide in zip(row, widths, strict=True))

    def _high(self, grid: list[list[Target]]) -> float:
        return sum(map(self._row_high, grid)) + self.gap * max(0, len(grid) - 1)

    def _more_or_choose(self, wish: Meaning, subject: str) -> None:
        self._page += 1
        self._choose(wish, subject)


class FrameBar(Bar):
    """A bar with the frame's targets: where words find no place, `brief` of them are signs."""

    _FRAME: Final = (Button.LANGUAGE, Key.LANGUAGE, Wish.ACCESS, Button.HELP, Key.LEAVE)
    _SIGNS: Final = ((Wish.ACCESS,), (Button.HELP, Key.LEAVE))
    BRIEFEST: Final = len(_SIGNS)

    def __init__(self, choose: Choose, *, kind: type[Target] = Choice, brief: int = 0) -> None:
        super().__init__(choose, kind=kind)
        self._brief = brief
        self._worded: tuple[Control, ...] = ()

    def show(self, controls: tuple[Control, ...], more: str) -> None:
        self._worded = controls
        signs = [one for alike in self._SIGNS[: self._brief] for one in alike]
        shown = (replace(one, shown="") if one.button in signs else one for one in controls)
        super().show(tuple(shown), more)

    def _make(self, control: Control) -> Target:
        kind = Quiet if control.button in self._FRAME else self._kind
        return kind(self._choose, control)

    def _rows(self, width: float) -> list[list[Target]]:
        """The frame's targets stand together, after all others."""
        frame = [one for one in self._targets if one.control.button in self._FRAME]
        others = [one for one in self._targets if one not in frame]
        return [*self._grouped(others, width), *self._side_by_side(frame, width)]

    def _side_by_side(self, targets: list[Target], width: float) -> list[list[Target]]:
        """In one row as broad as each is, if that holds them all."""
        naturals = [target.natural() for target in targets]
        if packed(naturals, self.gap, width) == len(targets):
            return [targets]
        return self._in_rows(targets, width)

    def _foot(self) -> list[Target]:
        """Help stands on every page, and the way to larger letters where it finds room."""
        signs = [sign for alike in self._SIGNS for sign in alike]
        kept = [one for one in self._targets if one.control.button in signs]
        for beside in (kept, kept[-1:]):
            foot = [*beside, self._more]
            if sum(map(_least, foot)) + self.gap * len(beside) <= self.width:
                return foot
        return [self._more]

    def _turned(self, foot: list[Target]) -> list[list[Target]]:
        """In the order they were given, the rest of the frame where its first one is."""
        turned = [one for one in self._targets if one not in foot]
        frame = [one for one in turned if one.control.button in self._FRAME]
        at = turned.index(frame[0]) if frame else len(turned)
        after = [one for one in turned[at:] if one not in frame]
        return [
            *self._grouped(turned[:at], self.width),
            *self._side_by_side(frame, self.width),
            *self._in_rows(after, self.width),
        ]

    def shorten(self, brief: int) -> None:
        """Becomes the same targets with other words."""
        if brief != self._brief:
            self._brief = brief
            self.show(self._worded, self._more_word)


def _least(target: Target) -> float:
    return max(float(target.least), target.narrowest(signed=not target.text))


def _needed(row: list[Target]) -> bool:
    """Whether it is never behind the way to more: what people came to do, and the way out."""
    return any(target.main or target.control.button in _LEAVING for target in row)


def _name(control: Control) -> Name:
    return control.button, control.subject
