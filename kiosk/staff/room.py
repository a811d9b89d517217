"""What staff mode becomes: `step(room, heard, now)`. Pure.

Ends five minutes after the last touch, scan or book, and never while a tag is written.
"""

from dataclasses import replace
from typing import Final

from broker.vocabulary import Secret
from kiosk.staff import tagging, testing, walking
from kiosk.staff.deeds import (
    Deed,
    Examine,
    KeepService,
    LookAtDebt,
    RememberWrong,
    RestartProgram,
    SendAgain,
    TellShelves,
    TryCode,
)
from kiosk.staff.door import tried
from kiosk.staff.heard import (
    CardTried,
    CodeTried,
    DebtTold,
    ItemScanned,
    Laid,
    Lifted,
    NotRestarted,
    OtherScanned,
    PartTried,
    Pressed,
    ScannerSeen,
    StaffHeard,
    StaffShown,
    TimePassed,
)
from kiosk.staff.session import Page, Room, Session, seconds_left
from kiosk.staff.tagging import Bench
from kiosk.staff.testing import Trial
from kiosk.staff.words import (
    Closing,
    Key,
    Part,
)

_MOST_DIGITS: Final = 12
_OF_MENU: Final = {
    Key.TAGS: Page.TAGS,
    Key.INVENTORY: Page.INVENTORY,
    Key.TESTS: Page.TESTS,
    Key.SERVICE: Page.SERVICE,
    Key.FACTS: Page.FACTS,
    Key.PAPER: Page.PAPER,
    Key.RESTART: Page.RESTART,
}
_ABOVE: Final = {Page.DOOR: None, Page.TEST: Page.TESTS, Page.WALK: Page.INVENTORY}


Turn = tuple[Room, tuple[Deed, ...]]
Step = tuple[Session, tuple[Deed, ...]]


def step(room: Room, heard: StaffHeard, now: float) -> Turn:
    """The room after what was heard, and what is to be done."""
    room = _known(room, heard)
    session = room.session
    match heard:
        case StaffShown() if session is None or not session.entered:
            language = "id" if session is None else session.language
            return replace(room, session=Session(Page.MENU, now, language)), ()
        case Pressed(Key.DOOR) if session is None:
            return replace(room, session=Session(Page.DOOR, now)), ()
        case CodeTried(right):
            return _code_tried(room, right=right, now=now)
        case _ if session is None:
            return room, ()
        case TimePassed():
            return _timed(room, session, now)
        case Pressed():
            return _pressed(room, replace(session, since=now), heard, now)
        case _:
            session, deeds = _heard(_touched(session, heard, now), heard, now)
            return replace(room, session=session), deeds


def _known(room: Room, heard: StaffHeard) -> Room:
    """What is known whether or not anybody is in the room."""
    match heard:
        case Laid(uid):
            return replace(room, lying=room.lying | {uid})
        case Lifted(uid):
            return replace(room, lying=room.lying - {uid})
        case ScannerSeen(healthy):
            return replace(room, scanner=healthy)
        case _:
            return room


def _touched(session: Session, heard: StaffHeard, now: float) -> Session:
    """A book or a barcode is an act as much as a touch, where staff work with them."""
    at_work = session.page in (Page.TAGS, Page.WALK)
    acts = isinstance(heard, Laid | Lifted | ItemScanned | OtherScanned)
    return replace(session, since=now) if at_work and acts else session


def _timed(room: Room, session: Session, now: float) -> Turn:
    if seconds_left(room, now) == 0:
        return replace(room, session=None), ()
    if session.trial is not None:
        session = replace(session, trial=testing.waited(session.trial, now))
    return replace(room, session=session), ()


def _code_tried(room: Room, *, right: bool, now: float) -> Turn:
    """A wrong code counts, also when whoever typed it did not wait for the answer."""
    session = room.session
    waits = session is not None and session.trying
    if right and not waits:
        return room, ()
    door = tried(room.door, right=right, now=now)
    if session is not None and waits:
        session = replace(session, typed=None, trying=False, since=now)
        session = Session(Page.MENU, now, session.language) if right else session
    return replace(room, door=door, session=session), (RememberWrong(door.wrong),)


def _pressed(room: Room, session: Session, pressed: Pressed, now: float) -> Turn:
    match pressed.key:
        case Key.LANGUAGE:
            other = "en" if session.language == "id" else "id"
            return replace(room, session=replace(session, language=other)), ()
        case Key.LEAVE if not session.busy:
            return replace(room, session=None), ()
        case Key.BACK if not session.busy:
            above = _ABOVE.get(session.page, Page.MENU)
            went = None if above is None else Session(above, now, session.language)
            if went is not None and above is Page.INVENTORY:
                return replace(room, session=went), (TellShelves(),)
            return replace(room, session=went), ()
        case _:
            return _on_page(room, session, pressed, now)


def _on_page(room: Room, session: Session, pressed: Pressed, now: float) -> Turn:
    match session.page, pressed.key:
        case Page.DOOR, _:
            session, deeds = _typed(room, session, pressed, now)
        case Page.MENU, key if key in _OF_MENU:
            session, deeds = _opened(replace(session, page=_OF_MENU[key]))
        case Page.SERVICE, Key.CHOOSE if pressed.number < len(Closing):
            closing = list(Closing)[pressed.number]
            return replace(room, session=session, closing=closing), (KeepService(closing),)
        case Page.SERVICE, Key.OPEN:
            return replace(room, session=session, closing=None), (KeepService(None),)
        case _:
            session, deeds = _worked(session, pressed, now)
    return replace(room, session=session), deeds


def _typed(room: Room, session: Session, pressed: Pressed, now: float) -> Step:
    if session.trying or room.door.seconds_locked(now):
        return session, ()
    typed = "" if session.typed is None else session.typed.reveal()
    match pressed:
        case Pressed(Key.DIGIT, number) if len(typed) < _MOST_DIGITS and 0 <= number <= 9:  # noqa: PLR2004 a digit
            return replace(session, typed=Secret(f"{typed}{number}")), ()
        case Pressed(Key.ERASE):
            return replace(session, typed=Secret(typed[:-1]) if len(typed) > 1 else None), ()
        case Pressed(Key.ENTER) if session.typed is not None:
            return replace(session, trying=True), (TryCode(session.typed),)
        case _:
            return session, ()


def _opened(session: Session) -> Step:
    """What a page needs to know when it is opened."""
    match session.page:
        case Page.TAGS:
            return replace(session, bench=Bench(tags=None)), (Examine(),)
        case Page.FACTS:
            return session, (LookAtDebt(),)
        case Page.INVENTORY:
            return session, (TellShelves(),)
        case _:
            return session, ()


def _worked(session: Session, pressed: Pressed, now: float) -> Step:
    match session.page, pressed.key:
        case Page.TEST, (Key.SEEN | Key.UNSEEN) if session.trial is not None:
            trial = testing.looked(session.trial, seen=pressed.key is Key.SEEN)
            return replace(session, trial=trial), ()
        case ((Page.TESTS | Page.PAPER | Page.TEST), _):
            chosen = _trial(session, pressed)
            return (session, ()) if chosen is None else _tried(session, chosen, now)
        case Page.FACTS, Key.RETRY:
            return replace(session, sent_again=True), (SendAgain(), LookAtDebt())
        case Page.FACTS, Key.AGAIN:
            return session, (LookAtDebt(),)
        case Page.RESTART, Key.CONFIRM:
            return session, (RestartProgram(),)
        case Page.TAGS, _:
            bench, deeds = tagging.step(session.bench, pressed)
            return replace(session, bench=bench), deeds
        case ((Page.INVENTORY | Page.WALK), _):
            return _walked(session, pressed, now)
        case _:
            return session, ()


def _trial(session: Session, pressed: Pressed) -> Trial | None:
    """What is to be tried now, if anything."""
    match session.page, pressed.key:
        case Page.TESTS, Key.CHOOSE if pressed.number < len(Part):
            return Trial(list(Part)[pressed.number])
        case Page.PAPER, Key.PAPER_CHANGED:
            return Trial(Part.PRINTER)
        case Page.TEST, (Key.TRIED | Key.AGAIN) if session.trial and not session.trial.running:
            return session.trial
        case _:
            return None


def _tried(session: Session, trial: Trial, now: float) -> Step:
    begun, deeds = testing.begin(trial, now)
    return replace(session, page=Page.TEST, trial=begun), deeds


def _walked(session: Session, heard: StaffHeard, now: float) -> Step:
    walk, deeds = walking.step(session.walk, heard, now)
    page = Page.INVENTORY if walk.shelf is None else Page.WALK
    return replace(session, walk=walk, page=page), deeds


def _heard(session: Session, heard: StaffHeard, now: float) -> Step:
    """What devices and deeds tell, on the page that asked for it."""
    match heard:
        case DebtTold():
            return replace(session, debt=heard), ()
        case NotRestarted():
            return replace(session, not_restarted=True), ()
        case PartTried() | CardTried() | ItemScanned() | OtherScanned() if session.trial:
            return replace(session, trial=testing.hear(session.trial, heard)), ()
        case _ if session.page is Page.TAGS:
            bench, deeds = tagging.step(session.bench, heard)
            return replace(session, bench=bench), deeds
        case _ if session.page in (Page.INVENTORY, Page.WALK):
            return _walked(session, heard, now)
        case _:
            return session, ()
