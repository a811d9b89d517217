"""The glass in front of the patron, as settings describe it."""

from dataclasses import dataclass
from math import hypot
from typing import Final

MILLIMETRES_PER_INCH: Final = 25.4


@dataclass(frozen=True, slots=True)
class Panel:
    """Pixels and true size of the panel; what a display reports about its size is often wrong.

    `rehearsal_port` opens the loopback line server of `rehearsal` for demos and tests.

    >>> round(Panel(1024, 600, 7.0, fullscreen=False).pixels_per_mm, 2)
    6.68
    """

    width: int
    height: int
    diagonal_inches: float
    fullscreen: bool
    rehearsal_port: int | None = None

    @property
    def dots_per_inch(self) -> float:
        return hypot(self.width, self.height) / self.diagonal_inches

    @property
    def pixels_per_mm(self) -> float:
        return self.dots_per_inch / MILLIMETRES_PER_INCH

    @property
    def landscape(self) -> bool:
        return self.width > self.height
