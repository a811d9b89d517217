"""Draws a page of staff mode: a band nobody takes for a patron's screen, words, facts and keys.

Denser than patrons' pages, with the same targets of 15 mm and more. Laid out at once, top down:
what does not fit of the rows is turned to page by page.
"""

from collections.abc import Callable, Sequence
from math import ceil
from typing import Final

from kivy.clock import Clock
from kivy.graphics import Color, Rectangle
from kivy.uix.widget import Widget

from kiosk.staff.heard import Pressed
from kiosk.staff.words import Key
from kiosk.touchscreen.panel import Panel
from kiosk.touchscreen.staff_parts import COAL, DANGER, GROUND, MOODS, Band, KeyTarget, Words, sizes
from kiosk.touchscreen.staff_scene import StaffKey, StaffRow, StaffScene
from kiosk.touchscreen.theme import Colour

# A second tap of a hasty finger must not reach the key that just appeared under it.
SETTLING_SECONDS: Final = 0.35

_LEADING: Final = 1.37
_ROW_LINES: Final = 2
# Where there is room, keys are larger, and no more than three side by side.
_TALL_ACROSS: Final = 3
_TALL_KEYS: Final = 1.5


class StaffSurface(Widget):
    """The whole glass while staff are at work. `choose` is told every key."""

    def __init__(self, panel: Panel, choose: Callable[[Pressed], None]) -> None:
        super().__init__(size=(panel.width, panel.height), size_hint=(None, None))
        self._choose, self._sizes = choose, sizes(panel)
        self._scene: StaffScene | None = None
        self._targets: dict[tuple[str, Pressed], KeyTarget] = {}
        self._held: dict[tuple[str, Pressed], KeyTarget] = {}
        self._page = 0
        self._pages = 1
        self._shown_at = Clock.get_boottime()
        with self.canvas.before:
            Color(*GROUND)
            Rectangle(pos=self.pos, size=self.size)

    @property
    def pixels_per_mm(self) -> float:
        return self._sizes.pixels_per_mm

    @property
    def targets(self) -> tuple[KeyTarget, ...]:
        """Every key on the page now, in reading order."""
        found = [one for one in self.children if isinstance(one, KeyTarget)]
        return tuple(sorted(found, key=lambda one: (-round(one.top), one.x)))

    @property
    def settled(self) -> bool:
        """Whether the page stands long enough for a touch to be meant for it."""
        return bool(Clock.get_boottime() - self._shown_at > SETTLING_SECONDS)

    def show(self, scene: StaffScene) -> None:
        """Becomes `scene`."""
        before, self._scene = self._scene, scene
        if before == scene:
            return
        if before is None or before.heading != scene.heading:
            self._page = 0
        if before is None or _names(before) != _names(scene):
            self._shown_at = Clock.get_boottime()
        self._lay_out(scene)

    def turn(self, pages: int) -> None:
        """Goes `pages` forward among the rows, or back when negative."""
        self._page = min(max(self._page + pages, 0), self._pages - 1)
        if self._scene is not None:
            self._lay_out(self._scene)

    def on_touch_down(self, touch: object) -> bool:
        """Nothing below is ever reached."""
        if self.settled:
            super().on_touch_down(touch)
        return True

    def _lay_out(self, scene: StaffScene) -> None:
        """In the whole width, or beside the keys that turn the rows' pages."""
        size = self._sizes
        pager = 2 * size.target
        self._held, self._targets = self._targets, {}
        for room in (self.width - 2 * size.margin, self.width - 2 * size.margin - pager - size.gap):
            self.clear_widgets()
            bottom = self._grid(scene.keys, size.margin, self.width - 2 * size.margin)
            self._body(scene, bottom, room)
            if self._pages == 1:
                return
        self._pager(scene, bottom, pager)

    def _body(self, scene: StaffScene, bottom: float, width: float) -> None:
        """Everything between the band and the keys."""
        left, top = self._sizes.margin, self._band(scene)
        top = self._words(scene.heading, left, top, width, heading=MOODS[scene.mood])
        for line in scene.lines:
            top = self._words(line, left, top, width)
        if scene.typed is not None:
            top = self._words(scene.typed or " ", left, top, width, heading=COAL)
        if scene.keypad:
            self._keypad(scene.keypad, left, bottom, (width, top - bottom))
        top = self._facts(scene.facts, left, top, width)
        self._rows(scene, top, bottom, width)

    def _band(self, scene: StaffScene) -> float:
        """The band with its words and keys; where the room below it begins."""
        size = self._sizes
        band, right = Band(), self.width - size.margin
        self.add_widget(band)
        for key in reversed(scene.corner):
            target = self._target("corner", key)
            wide = max(target.widest(), size.target)
            target.size = wide, size.target
            target.pos = right - wide, self.height - size.margin - size.target
            right -= wide + size.gap
            self.add_widget(target)
        top, room = self.height - size.margin, right - size.margin
        banner = Words(scene.banner, size.heading, bold=True)
        if banner.narrowest() > room:  # below the keys, on a panel too narrow for both
            top, room = top - size.target - size.gap, self.width - 2 * size.margin
        low = self._words(scene.banner, size.margin, top, room, heading=COAL)
        low = self._words(scene.clock, size.margin, low + size.gap * 0.4, room)
        low = min(low, self.height - size.margin - size.target - size.gap * 0.4)
        stripe = size.gap
        band.size, band.pos = (self.width, self.height - low + stripe), (0, low - stripe)
        band.stripe = stripe
        return float(low - stripe - size.gap * 0.6)

    def _words(
        self,
        text: str,
        left: float,
        top: float,
        width: float,
        heading: Colour | None = None,
    ) -> float:
        """Puts words there; where the room below them begins."""
        if not text:
            return top
        font = self._sizes.text if heading is None else self._sizes.heading
        words = Words(text, font, bold=heading is not None, ink=heading or COAL)
        # The name of a report has no place to break: rather smaller than torn.
        words.font_size = min(font, font * width / max(1.0, words.narrowest()))
        high = words.settle(width)
        words.pos = left, top - high
        self.add_widget(words)
        return top - high - self._sizes.gap * 0.4

    def _facts(self, facts: Sequence[str], left: float, top: float, width: float) -> float:
        """Short words side by side, in as many columns as take them whole."""
        if not facts:
            return top
        labels = [Words(fact, self._sizes.text) for fact in facts]
        widest = max(label.natural() for label in labels) + self._sizes.gap
        across = max(1, int(width // widest))
        for at in range(0, len(labels), across):
            row = labels[at : at + across]
            high = max(label.settle(width / across) for label in row)
            for column, label in enumerate(row):
                label.pos = left + column * width / across, top - label.height
                self.add_widget(label)
            top -= high
        return top - self._sizes.gap * 0.4

    def _grid(self, keys: Sequence[StaffKey], left: float, width: float) -> float:
        """Keys in rows of equal ones at the bottom; where the room above them begins."""
        size = self._sizes
        edge = size.margin
        if not keys:
            return edge
        targets = [self._target("keys", key) for key in keys]
        widest = max(*(target.widest() for target in targets), 2 * size.target)
        fits = max(1, int((width + size.gap) // (widest + size.gap)))
        fits = min(fits, _TALL_ACROSS) if size.tall else fits
        high = size.target * (_TALL_KEYS if size.tall else 1)
        rows = ceil(len(targets) / fits)
        across = ceil(len(targets) / rows)
        wide = (width - (across - 1) * size.gap) / across
        for at, target in enumerate(targets):
            row, column = divmod(at, across)
            line = rows - 1 - row
            target.size = wide, high
            target.pos = left + column * (wide + size.gap), edge + line * (high + size.gap)
            self.add_widget(target)
        return edge + rows * (high + size.gap)

    def _keypad(
        self,
        keys: Sequence[StaffKey],
        left: float,
        bottom: float,
        room: tuple[float, float],
    ) -> None:
        """Telephone order where it is high enough, two rows of six where it is not."""
        size = self._sizes
        width, height = room
        tall = height >= 4 * size.target + 3 * size.gap
        across = 3 if tall else 6
        order = list(keys) if tall else [*keys[:5], keys[9], *keys[5:9], keys[10], keys[11]]
        rows = len(order) // across
        high = min(size.target * 1.6, (height - (rows - 1) * size.gap) / rows)
        wide = min(size.target * 2.4, (width - (across - 1) * size.gap) / across)
        left += (width - across * wide - (across - 1) * size.gap) / 2
        for at, key in enumerate(order):
            row, column = divmod(at, across)
            target = self._target("keypad", key)
            target.size = wide, high
            target.pos = (
                left + column * (wide + size.gap),
                bottom + (rows - 1 - row) * (high + size.gap),
            )
            self.add_widget(target)

    def _rows(self, scene: StaffScene, top: float, bottom: float, width: float) -> None:
        """As many rows as fit on a page of them."""
        size = self._sizes
        high = _ROW_LINES * _LEADING * size.text
        on_page = max(1, int((top - bottom + size.gap / 2) // (high + size.gap / 2)))
        self._pages = max(1, ceil(len(scene.rows) / on_page))
        self._page = min(self._page, self._pages - 1)
        for row in scene.rows[self._page * on_page : (self._page + 1) * on_page]:
            self._row(row, size.margin, top, width)
            top -= high + size.gap / 2

    def _row(self, row: StaffRow, left: float, top: float, width: float) -> None:
        """One line of words and one of details, or two lines of words."""
        size = self._sizes
        words = Words(row.words, size.text, bold=bool(row.detail))
        words.settle(width, 1 if row.detail else _ROW_LINES)
        words.pos = left, top - words.height
        self.add_widget(words)
        if row.detail:
            detail = Words(row.detail, size.text, ink=DANGER)
            detail.settle(width, 1)
            detail.pos = left, words.y - detail.height
            self.add_widget(detail)

    def _pager(self, scene: StaffScene, bottom: float, width: float) -> None:
        size, paging = self._sizes, scene.paging
        left = self.width - size.margin - width
        place = f" {self._page + 1}/{self._pages}"
        turns = ((1, paging.down + place, self._pages - 1), (-1, paging.up, 0))
        for step, label, last in turns:
            key = StaffKey(Pressed(Key.BACK, step), label, enabled=self._page != last)
            target = KeyTarget(key, lambda pressed: self.turn(pressed.number), size.text)
            target.size, target.pos = (width, size.target), (left, bottom)
            bottom += size.target + size.gap
            self.add_widget(target)

    def _target(self, place: str, key: StaffKey) -> KeyTarget:
        """The same widget for the same key, so that a finger on it is not lost."""
        name = (place, key.pressed)
        known = self._targets.get(name) or self._held.get(name)
        target = known or KeyTarget(key, self._choose, self._sizes.text)
        target.show(key)
        self._targets[name] = target
        return target


def _names(scene: StaffScene) -> tuple[Pressed, ...]:
    return tuple(key.pressed for key in (*scene.corner, *scene.keys, *scene.keypad))
