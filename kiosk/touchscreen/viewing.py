"""How the patron of this visit, or staff at work, want to see, reach and hear the screen. Pure.

It lives beside the visit, on the screen that draws it, and ends with the visit: `kept` tells what
remains of it. Nothing here reaches the station, the log or the line.
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from kiosk.staff.session import Page as StaffPage
from kiosk.staff.session import Room
from kiosk.visit import UNHURRIED, Page, Visit, screen

QUIETEST: Final = 1
LOUDEST: Final = 5


class Wish(Enum):
    """Everything a patron may touch that concerns the screen and not the visit."""

    ACCESS = "access"
    CLOSE = "close"
    LARGE_TEXT = "large-text"
    HIGH_CONTRAST = "high-contrast"
    REACH = "reach"
    VOICE = "voice"
    QUIETER = "quieter"
    LOUDER = "louder"
    REPEAT = "repeat"
    HUSH = "hush"
    PAGE_UP = "page-up"
    PAGE_DOWN = "page-down"
    MORE = "more"


@dataclass(frozen=True, slots=True)
class Viewing:
    """The settings of one visit; `adjusting` while the patron is changing them.

    `tall_panel` is the machine's: part of it is out of reach, so that `reach` means something.
    """

    large_text: bool = False
    high_contrast: bool = False
    reach: bool = False
    voice: bool = False
    volume: int = 3
    adjusting: bool = False
    tall_panel: bool = False

    @property
    def unhurried(self) -> bool:
        """Whether every time-out is doubled: who listens or reads large text needs longer."""
        return self.voice or self.large_text


STANDARD: Final = Viewing()


def wished(viewing: Viewing, wish: Wish) -> Viewing:
    """The settings after a touch; what only repeats, hushes or turns a page changes none."""
    match wish:
        case Wish.ACCESS:
            return replace(viewing, adjusting=not viewing.adjusting)
        case Wish.CLOSE:
            return replace(viewing, adjusting=False)
        case Wish.LARGE_TEXT:
            return replace(viewing, large_text=not viewing.large_text)
        case Wish.HIGH_CONTRAST:
            return replace(viewing, high_contrast=not viewing.high_contrast)
        case Wish.REACH:
            return replace(viewing, reach=not viewing.reach)
        case Wish.VOICE:
            return replace(viewing, voice=not viewing.voice)
        case Wish.QUIETER | Wish.LOUDER:
            step = 1 if wish is Wish.LOUDER else -1
            return replace(viewing, volume=min(max(viewing.volume + step, QUIETEST), LOUDEST))
        case _:
            return viewing


def kept(viewing: Viewing, before: Visit, after: Visit, idle_seconds: float) -> Viewing:
    """What remains of the settings when `before` became `after`.

    Nothing when the visit ended, or when nobody touched the welcome for as long as it waits
    (`idle_seconds`). The panel closes by itself when the visit goes on to another screen.
    """
    ended = before.page is not Page.WELCOME and after.page is Page.WELCOME
    pace = UNHURRIED if viewing.unhurried else 1
    left = after.page is Page.WELCOME and idle_seconds >= after.house.idle_seconds * pace
    if ended or left:
        return Viewing(tall_panel=viewing.tall_panel)
    if screen(before) is not screen(after):
        return replace(viewing, adjusting=False)
    return viewing


def kept_by_staff(viewing: Viewing, before: Room, after: Room) -> Viewing:
    """What remains of the settings while staff are at work: all of them, and nothing afterwards.

    Whoever only came to the door keeps them. The panel closes when another page comes.
    """
    was, now = (None if room.session is None else room.session.page for room in (before, after))
    if now is None and was is not StaffPage.DOOR:
        return Viewing(tall_panel=viewing.tall_panel)
    return viewing if was is now else replace(viewing, adjusting=False)
