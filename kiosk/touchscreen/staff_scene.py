"""What stands on a page of staff mode, in finished words. Pure: equal scenes look the same."""

from dataclasses import dataclass, field
from enum import Enum, auto

from kiosk.staff.heard import Pressed


class Mood(Enum):
    """What the strip beside the heading means; the heading's words always say it too."""

    PLAIN = auto()
    GOOD = auto()
    WAIT = auto()
    ASK = auto()
    BAD = auto()


class Look(Enum):
    """How a key weighs among its neighbours."""

    PLAIN = auto()
    MAIN = auto()
    DANGER = auto()


@dataclass(frozen=True, slots=True)
class StaffKey:
    """A target as it stands there now."""

    pressed: Pressed
    label: str
    look: Look = Look.PLAIN
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One line of a list, and what is to be said of it below."""

    words: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Paging:
    """The words for turning the pages of the rows."""

    up: str
    down: str


@dataclass(frozen=True, slots=True)
class StaffScene:
    """One page. `corner` are the keys that are on every page; `facts` are short and stand side by
    side; `typed` is a code, masked; `keypad` are its digits in telephone order.
    """

    banner: str
    clock: str
    corner: tuple[StaffKey, ...]
    heading: str
    mood: Mood
    lines: tuple[str, ...]
    keys: tuple[StaffKey, ...]
    paging: Paging
    facts: tuple[str, ...] = ()
    rows: tuple[StaffRow, ...] = ()
    typed: str | None = None
    keypad: tuple[StaffKey, ...] = field(default=())
