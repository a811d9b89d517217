"""What the weather on a TCP route may be, and a seeded forecast of it. Pure."""

from dataclasses import dataclass, replace
from enum import Enum
from math import inf
from random import Random


class Kind(Enum):
    """What may befall a route, after toxiproxy's toxics and reliability's F32."""

    LATENCY = "latency"
    BANDWIDTH = "bandwidth"
    SLICING = "slicing"
    PARTITION = "partition"
    HALF_OPEN = "half-open"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Weather:
    """How a route carries: seconds each piece waits, bytes in a second, bytes in a piece.

    While `silent` nothing gets through and nobody is told; what was sent is carried afterwards.
    """

    delay: float = 0.0
    bandwidth: float = inf
    slice: int = 65_536
    silent: bool = False


CLEAR = Weather()


@dataclass(frozen=True, slots=True)
class Spell:
    """`kind` begins `after` seconds, on the route of that number, and lasts for `seconds`.

    A reset and a half-open connection happen at once, to all that are open; the rest is `weather`.
    """

    after: float
    route: int
    kind: Kind
    seconds: float
    weather: Weather


def forecast(random: Random, routes: int, calm: float) -> Spell:
    """The next spell; `calm` is the mean pause before it."""
    kind = random.choice(list(Kind))
    spell = Spell(
        random.expovariate(1 / calm),
        random.randrange(routes),
        kind,
        random.uniform(0.5, 4.0),
        CLEAR,
    )
    match kind:
        case Kind.LATENCY:
            return replace(spell, weather=Weather(delay=random.uniform(0.05, 2.0)))
        case Kind.BANDWIDTH:
            # 9,600 bit/s is the slowest modem anybody still has.
            return replace(spell, weather=Weather(bandwidth=random.choice((960, 4_000, 16_000))))
        case Kind.SLICING:
            return replace(spell, weather=Weather(slice=random.randint(1, 64)))
        case Kind.PARTITION:
            return replace(spell, weather=Weather(silent=True))
        case _:
            return spell
