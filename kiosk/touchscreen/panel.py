"""The glass in front of the patron and what is mounted with it, as settings describe it."""

from dataclasses import dataclass
from math import hypot
from typing import Final

from kiosk.touchscreen.keypad import Keypad

MILLIMETRES_PER_INCH: Final = 25.4
REACH_MM: Final = 1100.0  # EN 301 549: operable from a wheelchair
LEAST_REACH_MM: Final = 150.0  # four rows of controls
STANDARD_KEYPAD: Final = Keypad()


@dataclass(frozen=True, slots=True)
class Panel:
    """Pixels and true size of the panel; what a display reports about its size is often wrong.

    `bottom_mm` is how high its lower edge hangs above the floor; `speech_program` takes
    espeak-ng's arguments, and none is silence. `rehearsal_port` opens the loopback line server of
    `rehearsal` for demos and tests.

    >>> round(Panel(1024, 600, 7.0, fullscreen=False).pixels_per_mm, 2)
    6.68
    """

    width: int
    height: int
    diagonal_inches: float
    fullscreen: bool
    rehearsal_port: int | None = None
    bottom_mm: float = 800.0
    keypad: Keypad = STANDARD_KEYPAD
    speech_program: str = "espeak-ng"

    @property
    def dots_per_inch(self) -> float:
        return hypot(self.width, self.height) / self.diagonal_inches

    @property
    def pixels_per_mm(self) -> float:
        return self.dots_per_inch / MILLIMETRES_PER_INCH

    @property
    def landscape(self) -> bool:
        return self.width > self.height

    @property
    def reach(self) -> float:
        """Pixels from the lower edge that a hand from a wheelchair reaches, at most the height.

        >>> Panel(1080, 1920, 32.0, fullscreen=False, bottom_mm=700).reach < 1920
        True
        """
        return min((REACH_MM - self.bottom_mm) * self.pixels_per_mm, float(self.height))

    @property
    def reachable(self) -> bool:
        """Whether it hangs so that the lower part, or all of a small one, can be operated."""
        return self.reach >= min(LEAST_REACH_MM * self.pixels_per_mm, self.height)
