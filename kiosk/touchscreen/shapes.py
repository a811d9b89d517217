"""What drawings are made of: shapes in a square of side 1, y upwards. Pure.

A colour of None is the ink of whoever draws it.
"""

from dataclasses import dataclass
from math import cos, radians, sin

from kiosk.touchscreen.theme import Token


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle with round corners; `x` and `y` are its lower left corner."""

    x: float
    y: float
    width: float
    height: float
    radius: float
    colour: Token | None = None


@dataclass(frozen=True, slots=True)
class Disc:
    """A filled circle around `x`, `y`."""

    x: float
    y: float
    radius: float
    colour: Token | None = None


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line with round ends and joints through `points` (x, y, x, y, ...)."""

    points: tuple[float, ...]
    width: float
    colour: Token | None = None


Shape = Box | Disc | Stroke


def arc(x: float, y: float, radius: float, start: float, end: float) -> tuple[float, ...]:
    """Points on a circle from `start` to `end` degrees, anticlockwise from the right.

    >>> [round(number, 3) for number in arc(0, 0, 1, 0, 90)[:2]]
    [1.0, 0.0]
    """
    count = 16
    turns = [radians(start + (end - start) * at / count) for at in range(count + 1)]
    return tuple(
        part for turn in turns for part in (x + radius * cos(turn), y + radius * sin(turn))
    )


def moved(shapes: tuple[Shape, ...], dx: float, dy: float) -> tuple[Shape, ...]:
    """The same shapes somewhere else."""
    return tuple(_moved(shape, dx, dy) for shape in shapes)


def _moved(shape: Shape, dx: float, dy: float) -> Shape:
    match shape:
        case Box(x, y, width, height, radius, colour):
            return Box(x + dx, y + dy, width, height, radius, colour)
        case Disc(x, y, radius, colour):
            return Disc(x + dx, y + dy, radius, colour)
        case Stroke(points, width, colour):
            shift = (dx, dy) * (len(points) // 2)
            return Stroke(tuple(map(sum, zip(points, shift, strict=True))), width, colour)
