"""Up, down and where we are; there only while a body has more than one page."""

from dataclasses import replace
from typing import Final

from kivy.properties import NumericProperty
from kivy.uix.widget import Widget

from kiosk.touchscreen.arrangement import Box
from kiosk.touchscreen.scene import Control, Frame
from kiosk.touchscreen.targets import Choose, Quiet, Target
from kiosk.touchscreen.viewing import Wish
from kiosk.touchscreen.widgets import Block, Text

WIDEST: Final = "10/10"


class Place(Text):
    """Which page of how many."""


class Pager(Widget, Block):
    """Tells `turn` which way the patron wants to go."""

    gap = NumericProperty(0)
    arrow = NumericProperty(0)

    def __init__(self, turn: Choose) -> None:
        super().__init__(size_hint=(None, None))
        self._turn = turn
        self._place = Place()
        self._arrows: tuple[Target, ...] = ()

    def show(self, frame: Frame) -> None:
        """Speaks the language of `frame`."""
        up, down = Control(Wish.PAGE_UP, frame.up), Control(Wish.PAGE_DOWN, frame.down)
        self._arrows = Quiet(self._turn, up), Quiet(self._turn, down)

    def turn_to(self, page: int, pages: int) -> None:
        """Stands on `page`, counted from nought: at either end there is only one way."""
        for arrow, on in zip(self._arrows, (page > 0, page < pages - 1), strict=True):
            arrow.show(replace(arrow.control, enabled=on))
        self._place.text = f"{page + 1}/{pages}"

    def fits(self, box: Box) -> bool:
        """Whether it can stand in `box`, if need be without the signs beside its words."""
        least = max(arrow.narrowest(signed=False) for arrow in self._arrows)
        wide = 2 * least + self._place.wide(WIDEST)
        return wide + 2 * self.gap <= box.width and self.settle(box.width) <= box.height

    def settle(self, width: float) -> float:
        self.width = width
        return max(arrow.settle(self._across()) for arrow in self._arrows)

    def place(self, left: float, top: float, height: float) -> None:
        self.pos, self.height = (left, top - height), height
        self.clear_widgets()
        wide = self._across()
        for arrow, at in zip(self._arrows, (left, left + self.width - wide), strict=True):
            arrow.width = wide
            arrow.place(at, top, height)
            self.add_widget(arrow)
        room = self.width - 2 * wide - 2 * self.gap
        if self._place.wide(self._place.text) > room:
            return  # on the smallest panel in the largest letters, the ways on matter more
        high = self._place.settle(room)
        self._place.place(left + wide + self.gap, top - (height - high) / 2, high)
        self.add_widget(self._place)

    def _across(self) -> float:
        """How wide an arrow is: as its word wants, and always leaving room for the place."""
        natural = max(arrow.natural() for arrow in self._arrows)
        room = (self.width - self._place.wide(self._place.text) - 2 * self.gap) / 2
        least = max(arrow.narrowest(signed=False) for arrow in self._arrows)
        return float(
            min(max(least, min(max(natural, self.arrow), room)), self.width / 2 - self.gap)
        )
