"""The keyboard on the glass: one sheet of keys at a time, each as large as the room allows."""

from math import ceil
from typing import ClassVar, Final

from kivy.properties import NumericProperty
from kivy.uix.widget import Widget

from kiosk.touchscreen.keys import ERASE, SHEETS, TURN, Sheet, sheets, span
from kiosk.touchscreen.measures import TARGET_GAP_MM, TARGET_MM
from kiosk.touchscreen.scene import Control, Keys, Meaning
from kiosk.touchscreen.targets import Choose, Target
from kiosk.touchscreen.viewing import Wish
from kiosk.touchscreen.widgets import Block

# Keys are no easier to hit for being apart (Colle & Hiszem 2004), and easier on one sheet.
NARROW_GAP_MM: Final = 1.0
TALLEST: Final = 1.5  # times as high as wide
LEAST_ROWS: Final = 3
_WIDEST: Final = "M-W"


class Key(Target):
    """One key."""

    apart_mm: ClassVar[float] = NARROW_GAP_MM

    def on_focused(self, *_: object) -> None:
        """The ring is broader than a narrow gap: it stands over the neighbours."""
        super().on_focused()
        if self.focused and self.parent is not None:
            board = self.parent
            board.remove_widget(self)
            board.add_widget(self)


class Board(Widget, Block):
    """The keys of `show`; a key of its own leads to the next sheet."""

    stretch = 1.0
    pixels_per_mm = NumericProperty(1)

    def __init__(self, choose: Choose) -> None:
        super().__init__(size_hint=(None, None))
        self._choose = choose
        self._keys: Keys | None = None
        self._made: dict[str, Key] = {}
        self._sheet = 0
        self._ruler = Key(choose, Control(Wish.MORE, _WIDEST))

    def show(self, keys: Keys) -> None:
        """Becomes `keys`; the same keys stay on the same sheet."""
        if self._keys is None or _names(keys) != _names(self._keys):
            self._sheet, self._made = 0, {}
        self._keys = keys

    def settle(self, width: float) -> float:
        self.width = width
        return LEAST_ROWS * self._least_high + (LEAST_ROWS - 1) * NARROW_GAP_MM * self.pixels_per_mm

    def place(self, left: float, top: float, height: float) -> None:
        self.pos, self.height = (left, top - height), height
        self.clear_widgets()
        if self._keys is None:
            return
        found, gap = self._fitting(self._keys)
        # The page may be laid out again in less room, with more sheets: the count goes on.
        now, following = found[self._sheet % len(found)], found[(self._sheet + 1) % len(found)]
        named = tuple(tuple(self._control(name, "").label for name in line) for line in following)
        self._lay(now, gap, span(named))

    def _fitting(self, keys: Keys) -> tuple[tuple[Sheet, ...], float]:
        """The sheets, and the pixels between their keys: fewer where that brings all on one."""
        names = "".join(key.subject for key in keys.keys)
        gap, narrow = (each * self.pixels_per_mm for each in (TARGET_GAP_MM, NARROW_GAP_MM))
        found, close = self._grid(names, gap), self._grid(names, narrow)
        roomy = all(
            len(sheet) <= self._rows(gap)
            and max(map(len, sheet)) <= self._columns(gap, self._least)
            for sheet in found
        )
        return (found, gap) if roomy and len(found) <= len(close) else (close, narrow)

    def _grid(self, names: str, gap: float) -> tuple[Sheet, ...]:
        """One sheet of single letters if they fit, else columns that hold the way to the next."""
        rows = max(1, self._rows(gap))
        single = sheets(names, max(1, self._columns(gap, self._least)), rows)
        if len(single) == 1:
            return single
        wide = max(self._least, self._ruler.narrowest(signed=False))
        return sheets(names, max(1, self._columns(gap, wide)), rows)

    def _columns(self, gap: float, wide: float) -> int:
        return int((self.width + gap) / (wide + gap))

    def _rows(self, gap: float) -> int:
        return int((self.height + gap + 1) / (self._least_high + gap))

    @property
    def _least(self) -> int:
        return ceil(TARGET_MM * self.pixels_per_mm)

    @property
    def _least_high(self) -> int:
        """Large letters need higher keys."""
        return ceil(max(self._least, self._ruler.settle(2 * self._least)))

    def _lay(self, sheet: Sheet, gap: float, following: str) -> None:
        most = max(map(len, sheet))
        wide = (self.width - gap * (most - 1)) / most
        room = (self.height - gap * (len(sheet) - 1)) / len(sheet)
        high = min(room, max(self._least_high, TALLEST * wide))
        top = self.y + len(sheet) * (high + gap) - gap  # low, where every hand reaches
        for at, line in enumerate(sheet):
            for place, name in enumerate(line):
                key = self._key(name, following)
                key.size = wide, high
                left = self.x + place * (wide + gap)
                key.pos = left, top - at * (high + gap) - high
                self.add_widget(key)

    def _key(self, name: str, following: str) -> Key:
        """The same widget for the same key, so that a finger on it is not lost."""
        control = self._control(name, following)
        if name not in self._made:
            choose = self._turn if name == TURN else self._choose
            self._made[name] = Key(choose, control)
        self._made[name].show(control)
        return self._made[name]

    def _control(self, name: str, following: str) -> Control:
        if self._keys is None or name == TURN:
            return Control(Wish.MORE, following, subject=SHEETS)
        if name == ERASE:
            return self._keys.erase
        return next(key for key in self._keys.keys if key.subject == name)

    def _turn(self, wish: Meaning, subject: str) -> None:
        self._sheet += 1
        self._choose(wish, subject)


def _names(keys: Keys) -> tuple[str, ...]:
    return tuple(key.subject for key in keys.keys)
