"""Staff mode as a value: who is in it, where they are and what they see. Pure."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from broker.vocabulary import Secret
from devices.capabilities import TagUid
from kiosk.staff.door import Door
from kiosk.staff.heard import (
    DebtTold,
)
from kiosk.staff.tagging import Bench
from kiosk.staff.testing import Trial
from kiosk.staff.walking import Walk
from kiosk.staff.words import (
    Closing,
)
from kiosk.visit import UNHURRIED

IDLE_SECONDS: Final = 300.0
DOOR_SECONDS: Final = 60.0
WARNING_SECONDS: Final = 60.0


class Page(Enum):
    """What staff see."""

    DOOR = "door"
    MENU = "menu"
    SERVICE = "service"
    TESTS = "tests"
    TEST = "test"
    FACTS = "facts"
    PAPER = "paper"
    RESTART = "restart"
    TAGS = "tags"
    INVENTORY = "inventory"
    WALK = "walk"


@dataclass(frozen=True, slots=True)
class Session:
    """Staff at work. `since` is their last act; `typed` are the digits of a code so far."""

    page: Page
    since: float
    language: str = "id"
    typed: Secret | None = None
    trying: bool = False
    trial: Trial | None = None
    debt: DebtTold | None = None
    sent_again: bool = False
    not_restarted: bool = False
    bench: Bench = field(default_factory=Bench)
    walk: Walk = field(default_factory=Walk)

    @property
    def entered(self) -> bool:
        return self.page is not Page.DOOR

    @property
    def busy(self) -> bool:
        """Whether something is being written: nothing ends now."""
        return self.bench.writing or self.walk.writing


@dataclass(frozen=True, slots=True)
class Room:
    """Staff mode, whether or not somebody is in it.

    `lying` is what is on the pad; `scanner` whether one is there; its lamp has so many colours, 0
    where none is fitted; `has_code` whether a code can open the door; `open_at_centre` whether the
    server wants the station in service; `unhurried` whether staff listen or read large letters.
    """

    session: Session | None = None
    door: Door = field(default_factory=Door)
    closing: Closing | None = None
    lying: frozenset[TagUid] = frozenset()
    scanner: bool = False
    lamp_colours: int = 0
    has_code: bool = True
    open_at_centre: bool = True
    unhurried: bool = False


def seconds_left(room: Room, now: float) -> float | None:
    """Until it ends by itself; None while nothing may end it, or nobody is there."""
    session = room.session
    if session is None or session.busy:
        return None
    limit = IDLE_SECONDS if session.entered else DOOR_SECONDS
    limit *= UNHURRIED if room.unhurried else 1
    return max(0.0, session.since + limit - now)
