"""Trying a part and repairing it: what was tried, what was found, what to do next. Pure.

A step is one thing to do with the hands; after it the part is tried again. Where the same is found
again the next step comes; after the last one a technician is called, who is told all of it.
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from devices.capabilities import LampMeaning
from kiosk.staff.deeds import (
    Deed,
    TryPart,
)
from kiosk.staff.heard import (
    CardTried,
    ItemScanned,
    OtherScanned,
    PartTried,
)
from kiosk.staff.words import (
    Found,
    Other,
    Part,
)

SHOWING_SECONDS: Final = 20.0
"""How long a card or a barcode is waited for."""
LAMP_SHOWS: Final = (LampMeaning.READY, LampMeaning.ATTENTION, LampMeaning.STOPPED)
"""What staff are asked to look for, one after the other: each colour with its rhythm."""


class Repair(Enum):
    """One thing to do with the hands."""

    CABLE = "cable"
    POWER = "power"
    OTHER_PORT = "other-port"
    LAY_TAG = "lay-tag"
    MIDDLE = "middle"
    METAL = "metal"
    HOLD_CARD = "hold-card"
    OTHER_CARD = "other-card"
    ONE_CARD = "one-card"
    SCAN_BOOK = "scan-book"
    CLEAN = "clean"
    LAMP_SUPPLY = "lamp-supply"
    LAMP_WIRE = "lamp-wire"
    CLOSE_COVER = "close-cover"
    NEW_ROLL = "new-roll"
    FEED_BUTTON = "feed-button"
    CUTTER = "cutter"
    COOL = "cool"
    RESTART = "restart"
    INSTALL_VOICE = "install-voice"
    CALL = "call"


_PLUG: Final = (Repair.CABLE, Repair.POWER, Repair.OTHER_PORT, Repair.RESTART)
_TALK: Final = (Repair.POWER, Repair.CABLE, Repair.RESTART)
_STEPS: Final[dict[tuple[Part, Found], tuple[Repair, ...]]] = {
    (Part.READER, Found.NO_TAG): (Repair.LAY_TAG, Repair.MIDDLE),
    (Part.READER, Found.WEAK): (Repair.MIDDLE, Repair.METAL, Repair.POWER),
    (Part.READER, Found.GARBLED): (Repair.CABLE, Repair.METAL, Repair.POWER, Repair.RESTART),
    (Part.CARDS, Found.NOTHING_SHOWN): (
        Repair.HOLD_CARD,
        Repair.OTHER_CARD,
        Repair.METAL,
        Repair.RESTART,
    ),
    (Part.CARDS, Found.NAMELESS): (Repair.HOLD_CARD, Repair.OTHER_CARD),
    (Part.CARDS, Found.TWO_CARDS): (Repair.ONE_CARD,),
    (Part.PRINTER, Found.PAPER_LOW): (Repair.NEW_ROLL,),
    (Part.PRINTER, Found.PAPER_OUT): (Repair.NEW_ROLL, Repair.CLOSE_COVER),
    (Part.PRINTER, Found.COVER_OPEN): (Repair.CLOSE_COVER,),
    (Part.PRINTER, Found.OFF_LINE): (Repair.FEED_BUTTON, Repair.POWER),
    (Part.PRINTER, Found.TOO_HOT): (Repair.COOL,),
    (Part.PRINTER, Found.JAMMED): (Repair.CUTTER, Repair.POWER),
    (Part.PRINTER, Found.BROKEN): (Repair.POWER,),
    (Part.SCANNER, Found.NOTHING_SHOWN): (Repair.SCAN_BOOK, Repair.CLEAN, Repair.CABLE),
    (Part.SCANNER, Found.MISREAD): (Repair.CLEAN, Repair.SCAN_BOOK),
    (Part.LAMP, Found.UNLIT): (
        Repair.LAMP_SUPPLY,
        Repair.CABLE,
        Repair.LAMP_WIRE,
        Repair.RESTART,
    ),
    (Part.VOICE, Found.NOT_INSTALLED): (Repair.INSTALL_VOICE,),
}
_OF_ANY_PART: Final[dict[Found, tuple[Repair, ...]]] = {
    Found.UNPLUGGED: _PLUG,
    Found.SILENT: _TALK,
    Found.GARBLED: _TALK,
    Found.REFUSED: _TALK,
}


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt: what had been done before it, and what it found."""

    repair: Repair | None
    found: Found


@dataclass(frozen=True, slots=True)
class Trial:
    """One part being tried. `waiting_since` is None unless a card or barcode is waited for.

    `next` is what staff are asked to do now, None while it is tried or when it is well; `reads` of
    `tries` are the pad's; the lamp `shows` what staff are to look for now.
    """

    part: Part
    history: tuple[Try, ...] = ()
    running: bool = False
    waiting_since: float | None = None
    next: Repair | None = None
    reads: int = 0
    tries: int = 0
    shows: LampMeaning | None = None

    @property
    def found(self) -> Found | None:
        """The latest finding, while it holds."""
        return self.history[-1].found if self.history and not self.running else None


def repairs(part: Part, found: Found) -> tuple[Repair, ...]:
    """What to do about a finding, in order; the last is always to call."""
    if found in (Found.WELL, Found.NOT_FITTED):
        return ()
    known = _STEPS.get((part, found)) or _OF_ANY_PART.get(found, ())
    return (*known, Repair.CALL)


def begin(trial: Trial, now: float) -> tuple[Trial, tuple[Deed, ...]]:
    """Tries the part now, after what was asked for last."""
    waits = trial.part in (Part.CARDS, Part.SCANNER)
    running = replace(trial, running=True, shows=None, waiting_since=now if waits else None)
    return running, (TryPart(trial.part),)


def hear(trial: Trial, heard: PartTried | CardTried | ItemScanned | OtherScanned) -> Trial:
    """What came of it. The parts that were not asked say nothing here."""
    if not trial.running:
        return trial
    match trial.part, heard:
        case Part.LAMP, PartTried(Part.LAMP, Found.WELL):
            return replace(trial, shows=LAMP_SHOWS[0])  # it is there; whether it shines, eyes will
        case part, PartTried(tried, found, reads, tries) if part is tried:
            if found is Found.WELL and trial.waiting_since is not None:
                return trial  # it is there; whether it works, a card or barcode will show
            return replace(told(trial, found), reads=reads, tries=tries)
        case Part.CARDS, CardTried(found):
            return told(trial, found)
        case Part.SCANNER, ItemScanned():
            return told(trial, Found.WELL)
        case Part.SCANNER, OtherScanned(kind):
            return told(trial, Found.MISREAD if kind is Other.MISREAD else Found.WELL)
        case _:
            return trial


def looked(trial: Trial, *, seen: bool) -> Trial:
    """Whether the lamp was seen to show what it shows; the next thing to look for, or the end."""
    if trial.shows is None:
        return trial
    if not seen:
        return told(trial, Found.UNLIT)
    following = LAMP_SHOWS[LAMP_SHOWS.index(trial.shows) + 1 :]
    return replace(trial, shows=following[0]) if following else told(trial, Found.WELL)


def waited(trial: Trial, now: float) -> Trial:
    """Nothing was shown for so long."""
    since = trial.waiting_since
    if trial.running and since is not None and now - since >= SHOWING_SECONDS:
        return told(trial, Found.NOTHING_SHOWN)
    return trial


def told(trial: Trial, found: Found) -> Trial:
    """The next step after a finding: the first that was not done for it yet."""
    history = (*trial.history, Try(trial.next, found))
    done = {one.repair for one in history}
    todo = [repair for repair in repairs(trial.part, found) if repair not in done]
    following = todo[0] if todo else None
    if following is None and repairs(trial.part, found):
        following = Repair.CALL
    at_rest = replace(trial, running=False, waiting_since=None, shows=None)
    return replace(at_rest, history=history, next=following)
