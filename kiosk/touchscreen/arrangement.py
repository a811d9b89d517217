"""Where the parts of the screen stand, in pixels from the lower left corner. Pure.

Portrait, from the top: head (title, language, accessibility), body, pager, notes, controls.
Landscape: body, pager and notes at the left; head and controls in a column at the right.
In reach mode everything that can be touched stands below the reach line.
"""

from dataclasses import dataclass
from typing import Final

from kiosk.touchscreen.measures import Measures

# The column of a landscape screen: the narrowest that holds its buttons.
COLUMN_SHARES: Final = (0.33, 0.41, 0.5)
NOTES_AT_MOST: Final = 0.36  # of the body's height; more of them turn pages with the body


@dataclass(frozen=True, slots=True)
class Box:
    left: float
    bottom: float
    width: float
    height: float

    @property
    def top(self) -> float:
        return self.bottom + self.height

    def less(self, *, top: float = 0, bottom: float = 0) -> "Box":
        """Without strips at its upper and lower edge."""
        return Box(self.left, self.bottom + bottom, self.width, self.height - top - bottom)


@dataclass(frozen=True, slots=True)
class Glass:
    """The whole panel; `reach` is how many pixels from its lower edge hands may have to reach."""

    width: float
    height: float
    reach: float

    def inner(self, sizes: Measures) -> Box:
        """All but the margin beside the bezel."""
        margin = sizes.margin
        return Box(margin, margin, self.width - 2 * margin, self.height - 2 * margin)

    def reachable(self, sizes: Measures) -> Box:
        """The part of `inner` in which controls may stand."""
        inner = self.inner(sizes)
        return inner.less(top=max(0.0, inner.top - self.reach))


def beside(box: Box, share: float, gap: float) -> tuple[Box, Box]:
    """A broad left part and a column at the right that takes `share`."""
    column = share * box.width
    left = Box(box.left, box.bottom, box.width - column - gap, box.height)
    return left, Box(box.left + box.width - column, box.bottom, column, box.height)
