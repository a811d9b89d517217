"""The scene of every page of staff mode, in the language of whoever is in it. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil
from typing import Final

from devices.capabilities import LampColour, LampMeaning
from kiosk.languages.catalogue import Catalogue
from kiosk.staff.heard import DebtTold
from kiosk.staff.session import WARNING_SECONDS, Page, Room, Session, seconds_left
from kiosk.staff.testing import LAMP_SHOWS, Trial, Try
from kiosk.staff.words import Closing, Debt, Found, Key, Part
from kiosk.touchscreen.access import adjusting
from kiosk.touchscreen.scene import (
    Body,
    Choices,
    Control,
    Frame,
    Keys,
    Note,
    Picture,
    Report,
    Row,
    Scene,
    Sign,
    StaffScreen,
    Weight,
)
from kiosk.touchscreen.speech.sentences import controls
from kiosk.touchscreen.staff_tags import tags_page
from kiosk.touchscreen.staff_walk import inventory_page, walk_page
from kiosk.touchscreen.staff_words import StaffPage, Words, choice, note
from kiosk.touchscreen.theme import Tone
from kiosk.touchscreen.viewing import STANDARD, Viewing, Wish

_DOOR_WARNING: Final = 30.0
_MINUTE: Final = 60
_DIGITS: Final = "1234567890"
_DOT: Final = "•"
_PICTURES: Final = {
    Part.READER: Picture.PLACE,
    Part.CARDS: Picture.CARD,
    Part.PRINTER: Picture.PRINTER,
    Part.SCANNER: Picture.BARCODE,
    Part.LAMP: Picture.LAMP,
    Part.VOICE: Picture.VOICE,
}


def staff_scene(
    room: Room, session: Session, now: float, catalogue: Catalogue, viewing: Viewing = STANDARD
) -> Scene:
    """What stands on the screen at monotonic second `now`. Raises `MissingText`."""
    say = Words(catalogue)
    page = _PAGES[session.page](_Seen(room, session, now), say)
    clock = _clock(room, session, now, say)
    below = (*_back(session, say), *page.controls)
    told = Scene(
        StaffScreen(session.page, _tone(page.body), _names((page.body, below))),
        _frame(session, say),
        page.body,
        (*page.notes, _banner(session, say), *clock),
        below,
        Key.STAY if clock else None,
    )
    return adjusting(told, viewing, catalogue) if viewing.adjusting else told


@dataclass(frozen=True, slots=True)
class _Seen:
    room: Room
    session: Session
    now: float


def _tone(body: Body) -> Tone:
    return body.tone if isinstance(body, Report) else Tone.READY


def _names(part: object) -> tuple[tuple[Key, str], ...]:
    return tuple((one.button, one.subject) for one in controls(part) if isinstance(one.button, Key))


def _frame(session: Session, say: Words) -> Frame:
    return Frame(
        say.text("frame.title"),
        say.key(Key.LANGUAGE),
        Control(Wish.ACCESS, say.text("frame.access")),
        say.key(Key.LEAVE, enabled=not session.busy),
        say.text("frame.up"),
        say.text("frame.down"),
        say.text("frame.more"),
    )


def _banner(session: Session, say: Words) -> Note:
    """Whose pages these are; at the door patrons are served yet."""
    text = say.text("staff.at-work" if session.entered else "staff.banner")
    return Note(Sign.STAFF, text, Tone.STAFF)


def _back(session: Session, say: Words) -> tuple[Control, ...]:
    if session.page in (Page.DOOR, Page.MENU):
        return ()
    return (say.key(Key.BACK, enabled=not session.busy),)


def _clock(room: Room, session: Session, now: float, say: Words) -> tuple[Note, ...]:
    """The warning before staff mode ends by itself."""
    left = seconds_left(room, now)
    warned = WARNING_SECONDS if session.entered else _DOOR_WARNING
    if left is None or left > warned:
        return ()
    return (Note(Sign.CLOCK, say.text("staff.ending", seconds=ceil(left)), Tone.STAFF),)


def _door(seen: _Seen, say: Words) -> StaffPage:
    session, door = seen.session, seen.room.door
    locked = door.seconds_locked(seen.now)
    if not seen.room.has_code:
        heading = say.text("staff-door.no-code")
        return StaffPage(Report(heading, Tone.STAFF, Picture.CARD))
    if locked:
        heading = say.text("staff-door.locked", minutes=ceil(locked / _MINUTE))
        return StaffPage(Report(heading, Tone.BAD, Picture.WAIT))
    if session.trying:
        heading = say.text("staff-door.trying")
        return StaffPage(Report(heading, Tone.WAIT, Picture.WAIT))
    typed = 0 if session.typed is None else len(session.typed.reveal())
    keys = Keys(
        say.text("staff-door.wrong" if door.wrong and not typed else "staff-door.heading"),
        "" if typed else say.text("staff-door.lead"),
        _DOT * typed,
        tuple(Control(Key.DIGIT, digit, subject=digit, secret=True) for digit in _DIGITS),
        replace(say.key(Key.ERASE, enabled=bool(typed)), shown=""),
    )
    return StaffPage(keys, (say.key(Key.ENTER, Weight.MAIN, enabled=bool(typed)),))


def _menu(seen: _Seen, say: Words) -> StaffPage:
    closing = seen.room.closing
    closed = "" if closing is None else say.text("staff-menu.closed", reason=say.closing(closing))
    order = (
        Key.TAGS,
        Key.INVENTORY,
        Key.TESTS,
        Key.SERVICE,
        Key.FACTS,
        Key.PAPER,
        Key.RESTART,
    )
    keys = tuple(say.key(key) for key in order)
    return StaffPage(Choices(say.text("staff-menu.heading"), closed, keys))


def _service(seen: _Seen, say: Words) -> StaffPage:
    closing, central = seen.room.closing, not seen.room.open_at_centre
    notes = (note(say.text("staff-service.central")),) if central else ()
    if closing is None:
        reasons = tuple(choice(at, say.closing(reason)) for at, reason in enumerate(Closing))
        lead = say.text("staff-service.lead-open")
        return StaffPage(Choices(say.text("staff-service.heading-open"), lead, reasons), (), notes)
    lead = say.text("staff-service.lead-closed", reason=say.closing(closing))
    kept = say.text("staff-service.kept")
    heading = say.text("staff-service.heading-closed")
    body = Report(heading, Tone.BAD, Picture.DESK, (lead, kept))
    return StaffPage(body, (say.key(Key.OPEN, Weight.MAIN),), notes)


def _tests(seen: _Seen, say: Words) -> StaffPage:
    parts = tuple(
        choice(at, say.text(f"staff-part.{part.value}"))
        for at, part in enumerate(Part)
        if part is not Part.LAMP or seen.room.lamp_colours
    )
    return StaffPage(Choices(say.text("staff-tests.heading"), say.text("staff-tests.lead"), parts))


def _test(seen: _Seen, say: Words) -> StaffPage:
    trial = seen.session.trial or Trial(Part.READER)
    part, picture = say.text(f"staff-part.{trial.part.value}"), _PICTURES[trial.part]
    if trial.shows is not None:
        return _look(trial.shows, say, in_colour=seen.room.lamp_colours == len(LampColour))
    if trial.running or trial.found is None:
        waits = {Part.CARDS: "show-card", Part.SCANNER: "scan-book"}
        lead = say.text(f"staff-test.{waits.get(trial.part, 'running-lead')}")
        heading = say.text("staff-test.running", part=part)
        return StaffPage(Report(heading, Tone.WAIT, picture, (lead,)))
    found = trial.found
    heading = say.text("staff-test.heading", part=part, found=say.found(found))
    history = tuple(_history(one, say) for one in trial.history)
    if trial.next is None:
        lead = "not-fitted-lead" if found is Found.NOT_FITTED else "well-lead"
        lead = "voice-lead" if trial.part is Part.VOICE and found is Found.WELL else lead
        lines = (*_reads(trial, say), say.text(f"staff-test.{lead}"))
        tone = Tone.STAFF if found is Found.NOT_FITTED else Tone.GOOD
        body = Report(heading, tone, picture, lines, history[:-1])
        return StaffPage(body, (say.key(Key.AGAIN),))
    repair = say.text(f"repair.{trial.next.value}")
    step = say.text("staff-test.step", step=len(trial.history), repair=repair)
    body = Report(heading, Tone.BAD, picture, (*_reads(trial, say), step), history)
    return StaffPage(body, (say.key(Key.TRIED, Weight.MAIN),))


def _look(shows: LampMeaning, say: Words, *, in_colour: bool) -> StaffPage:
    """Asks whether the lamp shows it; by its rhythm alone where a colour is not fitted."""
    count, at = len(LAMP_SHOWS), LAMP_SHOWS.index(shows) + 1
    lead = say.text(f"staff-lamp.{shows.value}{'' if in_colour else '-plain'}")
    heading = say.text("staff-lamp.heading", at=at, count=count)
    keys = (say.key(Key.UNSEEN), say.key(Key.SEEN, Weight.MAIN))
    return StaffPage(Report(heading, Tone.READY, Picture.LAMP, (lead,)), keys)


def _reads(trial: Trial, say: Words) -> tuple[str, ...]:
    if not trial.tries:
        return ()
    return (say.text("staff-test.reads", reads=trial.reads, tries=trial.tries),)


def _history(one: Try, say: Words) -> Row:
    found = say.found(one.found)
    told = say.text("staff-test.first", found=found)
    if one.repair is not None:
        repair = say.text(f"repair.{one.repair.value}").rstrip(".")
        told = say.text("staff-test.tried", repair=repair, found=found)
    return Row("", told, "", Tone.GOOD if one.found is Found.WELL else Tone.BAD)


def _facts(seen: _Seen, say: Words) -> StaffPage:
    debt = seen.session.debt or DebtTold(0, None, Debt.NONE)
    look = say.key(Key.AGAIN, label="look-again")
    if debt.count == 0:
        heading = say.text("staff-facts.heading-none")
        return StaffPage(Report(heading, Tone.GOOD, Picture.SENT), (look,))
    lines = [say.text(f"debt.{debt.why.value}")]
    if debt.oldest is not None:
        lines.insert(0, say.text("staff-facts.oldest", age=say.age(debt.oldest)))
    lines.append(say.text("staff-facts.asked" if seen.session.sent_again else "staff-facts.safe"))
    heading = say.counted("staff-facts.heading", debt.count)
    body = Report(heading, Tone.STAFF, Picture.WAIT, tuple(lines))
    return StaffPage(body, (look, say.key(Key.RETRY, Weight.MAIN)))


def _paper(_: _Seen, say: Words) -> StaffPage:
    lines = tuple(
        f"{at}. {say.text(f'staff-paper.{step}')}"
        for at, step in enumerate(("open", "insert", "close", "then"), 1)
    )
    body = Report(say.text("staff-paper.heading"), Tone.READY, Picture.PRINTER, lines)
    return StaffPage(body, (say.key(Key.PAPER_CHANGED, Weight.MAIN),))


def _restart(seen: _Seen, say: Words) -> StaffPage:
    heading = say.text("staff-restart.heading")
    if seen.session.not_restarted:
        told = (say.text("staff-restart.nobody"),)
        return StaffPage(Report(heading, Tone.BAD, Picture.RESTART, told))
    lines = (say.text("staff-restart.lead"), say.text("staff-restart.safe"))
    body = Report(heading, Tone.STAFF, Picture.RESTART, lines)
    return StaffPage(body, (say.key(Key.CONFIRM, Weight.DANGER),))


_PAGES: Final[dict[Page, Callable[[_Seen, Words], StaffPage]]] = {
    Page.DOOR: _door,
    Page.MENU: _menu,
    Page.SERVICE: _service,
    Page.TESTS: _tests,
    Page.TEST: _test,
    Page.FACTS: _facts,
    Page.PAPER: _paper,
    Page.RESTART: _restart,
    Page.TAGS: lambda seen, say: tags_page(seen.session.bench, say, scanner=seen.room.scanner),
    Page.INVENTORY: lambda seen, say: inventory_page(seen.session.walk.choosing, say),
    Page.WALK: lambda seen, say: walk_page(seen.session.walk, say),
}
