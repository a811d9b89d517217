"""Stands between the station and its patrons' visit: staff mode, or the visit, never both.

Law: staff mode begins only while nobody's visit is going on; while it lasts the visit hears of the
machine alone; what lies on the pad when it ends must be lifted before it is any patron's.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from broker.appearance import Appearance
from broker.shelves import ListShelf, ListShelves, ShelfList, Shelves
from broker.telemetry import Mode
from broker.vocabulary import PatronId, Refusal
from devices.capabilities import LampMeaning
from devices.lamp_watch import LampWatch
from kiosk.actions import Action
from kiosk.condition import Condition
from kiosk.happenings import (
    Answered,
    CardArrived,
    Happening,
    PaceWanted,
    PadSettled,
    ServiceWanted,
    TagArrived,
    TagLeft,
    Tick,
    Touched,
)
from kiosk.serving import KioskConduct, condition, lamp
from kiosk.staff.deeds import Deed, TryPart
from kiosk.staff.door import remembered
from kiosk.staff.heard import (
    CardTried,
    Laid,
    Lifted,
    PartTried,
    Pressed,
    ServerTold,
    StaffHeard,
    StaffShown,
    TimePassed,
)
from kiosk.staff.records import Kept
from kiosk.staff.room import step
from kiosk.staff.session import Room
from kiosk.staff.tag_hands import found_by
from kiosk.staff.words import Found, Key, Part
from kiosk.visit import Page, Visit

_AT_WORK: Final = "staff at work"
_CLOSED: Final = "closed by staff: "


@dataclass(frozen=True, slots=True)
class Fitted:
    """Whether a code is set and a scanner fitted; the lamp, and how many colours it has."""

    code: bool
    scanner: bool
    lamp: LampWatch | None = None
    colours: int = 0


class StaffConduct:
    """The kiosk's conduct with a room for its staff. Other threads may read `room` and `visit`.

    `do` carries out what staff mode wants; `is_staff` knows its cards.
    """

    def __init__(
        self,
        patrons: KioskConduct,
        kept: Kept,
        do: Callable[[Deed], None],
        is_staff: Callable[[PatronId], bool],
        fitted: Fitted,
    ) -> None:
        self._patrons = patrons
        self._do = do
        self._is_staff = is_staff
        self._fitted = fitted
        door = remembered(kept.wrong_codes, 0.0)
        self.room = Room(
            closing=kept.closing, door=door, has_code=fitted.code, lamp_colours=fitted.colours
        )
        self._began = False
        self._tell_service(0.0)

    @property
    def visit(self) -> Visit:
        return self._patrons.visit

    @property
    def busy(self) -> bool:
        session = self.room.session
        return self._patrons.busy or (session is not None and session.busy)

    @property
    def entered(self) -> bool:
        return self.room.session is not None and self.room.session.entered

    @property
    def lamp(self) -> LampMeaning:
        """What the lamp says of the visit; while staff are at work nobody is served."""
        session = self.room.session
        trial = None if session is None else session.trial
        if trial is not None and trial.shows is not None:
            return trial.shows
        return LampMeaning.STOPPED if self.entered else lamp(self.visit)

    def condition(self) -> Condition:
        """How the kiosk is, for technicians, who see why it serves nobody."""
        found = condition(self.visit)
        if self.entered:
            return replace(found, mode=Mode.OUT_OF_SERVICE, reason=_AT_WORK)
        if self.room.closing is not None and found.mode is not Mode.STARTING:
            reason = f"{_CLOSED}{self.room.closing.value}"
            return replace(found, mode=Mode.OUT_OF_SERVICE, reason=reason)
        return found

    def hear(self, happening: Happening, now: float) -> tuple[Action, ...]:
        self._begin(now)
        match happening:
            case ServiceWanted(in_service, look):
                self.room = replace(self.room, open_at_centre=in_service)
                return self._tell_service(now, look)
            case PaceWanted(unhurried):
                self.room = replace(self.room, unhurried=unhurried)
                return self._patrons.hear(happening, now)
            case CardArrived(PatronId() as number) if self._is_staff(number):
                return self._staff(StaffShown(), now)
            case Answered(ListShelves() | ListShelf() as question, answer):
                told = answer if isinstance(answer, Shelves | ShelfList | Refusal) else None
                return self._staff(ServerTold(question, told), now)
            case _ if isinstance(happening, StaffHeard):
                return self._staff(happening, now)
            case Touched() | CardArrived() if self.entered:
                if isinstance(happening, CardArrived):
                    found = Found.NAMELESS if happening.patron is None else Found.WELL
                    self._step(CardTried(found), now)
                return ()
            case _:
                return self._of_station(happening, now)

    def _begin(self, now: float) -> None:
        """The lock of a door counts from the first second that is known."""
        if not self._began:
            self._began = True
            self.room = replace(self.room, door=remembered(self.room.door.wrong, now))

    def _of_station(self, happening: Happening, now: float) -> tuple[Action, ...]:
        """What concerns both: tags and time. A patron's act closes a door nobody went through."""
        match happening:
            case TagArrived(uid, item, _, secured):
                self._step(Laid(uid, item, secured), now)
                if self.entered:
                    self._set_aside()
                    return ()
            case TagLeft(uid):
                self._step(Lifted(uid), now)
            case PadSettled(present):
                for uid in self.room.lying - present:
                    self._step(Lifted(uid), now)
            case Tick():
                self._step(TimePassed(), now)
            case _:
                pass
        if self.room.session is not None and isinstance(happening, Touched | CardArrived):
            self._step(Pressed(Key.LEAVE), now)
        return self._patrons.hear(happening, now)

    def _staff(self, heard: StaffHeard, now: float) -> tuple[Action, ...]:
        if not (self.entered or at_rest(self.visit)):
            if self.room.session is not None:
                self._step(Pressed(Key.LEAVE), now)
            if isinstance(heard, StaffShown | Pressed):
                return ()
        closing = self.room.closing
        self._step(heard, now)
        return () if self.room.closing is closing else self._tell_service(now)

    def _step(self, heard: StaffHeard, now: float) -> None:
        was_in = self.entered
        self.room, deeds = step(self.room, heard, now)
        if self.entered and not was_in:
            self._set_aside()
        for deed in deeds:
            match deed:
                case TryPart(Part.CARDS | Part.SCANNER | Part.LAMP as part):
                    self._step(PartTried(part, self._seen(part)), now)
                case _:
                    self._do(deed)

    def _seen(self, part: Part) -> Found:
        """Whether a part that is watched all the time is there."""
        if part is Part.LAMP:
            return self._lamp_found()
        if part is Part.SCANNER and not self._fitted.scanner:
            return Found.NOT_FITTED
        there = self.visit.card_reader_healthy if part is Part.CARDS else self.room.scanner
        return Found.WELL if there else Found.UNPLUGGED

    def _lamp_found(self) -> Found:
        if self._fitted.lamp is None:
            return Found.NOT_FITTED
        trouble = self._fitted.lamp.trouble
        return Found.WELL if trouble is None else found_by(trouble)

    def _set_aside(self) -> None:
        """Everything on the pad is somebody else's until it was lifted."""
        visit = self._patrons.visit
        lying = self.room.lying | {book.uid for book in visit.books}
        self._patrons.visit = replace(visit, books=(), leftovers=visit.leftovers | lying)

    def _tell_service(self, now: float, look: Appearance | None = None) -> tuple[Action, ...]:
        """Patrons' screens, in a new look or as they look now."""
        wanted = self.room.open_at_centre and self.room.closing is None
        return self._patrons.hear(ServiceWanted(wanted, look or self.visit.house.look), now)


def at_rest(visit: Visit) -> bool:
    """Whether nobody's visit is going on."""
    return visit.page is Page.WELCOME and visit.patron is None and not visit.busy
