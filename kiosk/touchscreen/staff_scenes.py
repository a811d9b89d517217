"""The scene of every page of staff mode, in the language of whoever is in it. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Final

from devices.capabilities import LampColour, LampMeaning
from kiosk.languages.catalogue import Catalogue
from kiosk.staff.heard import DebtTold, Pressed
from kiosk.staff.session import WARNING_SECONDS, Page, Room, Session, seconds_left
from kiosk.staff.testing import LAMP_SHOWS, Trial, Try
from kiosk.staff.words import Closing, Debt, Found, Key, Part
from kiosk.touchscreen.staff_scene import Look, Mood, Paging, StaffKey, StaffRow, StaffScene
from kiosk.touchscreen.staff_tags import tags_page
from kiosk.touchscreen.staff_walk import inventory_page, walk_page
from kiosk.touchscreen.staff_words import Body, Words

_DOOR_WARNING: Final = 30.0
_MINUTE: Final = 60
_TELEPHONE: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9)


def staff_scene(room: Room, session: Session, now: float, catalogue: Catalogue) -> StaffScene:
    """What stands on the screen at monotonic second `now`. Raises `MissingText`."""
    say = Words(catalogue)
    body = _PAGES[session.page](_Seen(room, session, now), say)
    left = seconds_left(session, now)
    ending = left is not None and left <= (WARNING_SECONDS if session.entered else _DOOR_WARNING)
    return StaffScene(
        banner=say.text("staff.banner"),
        clock=say.text("staff.ending", seconds=ceil(left)) if ending and left is not None else "",
        corner=_corner(session, say),
        heading=body.heading,
        mood=body.mood,
        lines=body.lines,
        keys=body.keys,
        paging=Paging(say.text("staff-key.up"), say.text("staff-key.down")),
        facts=body.facts,
        rows=body.rows,
        typed=body.typed,
        keypad=body.keypad,
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    room: Room
    session: Session
    now: float


def _corner(session: Session, say: Words) -> tuple[StaffKey, ...]:
    free = not session.busy
    back = session.page not in (Page.DOOR, Page.MENU)
    keys = [say.key(Key.LANGUAGE)]
    if back:
        keys.append(say.key(Key.BACK, enabled=free))
    return (*keys, say.key(Key.LEAVE, enabled=free))


def _door(seen: _Seen, say: Words) -> Body:
    session, door = seen.session, seen.room.door
    locked = door.seconds_locked(seen.now)
    if not seen.room.has_code:
        return Body(say.text("staff-door.no-code"), Mood.ASK)
    if locked:
        minutes = ceil(locked / _MINUTE)
        return Body(say.text("staff-door.locked", minutes=minutes), Mood.BAD)
    if session.trying:
        return Body(say.text("staff-door.trying"), Mood.WAIT)
    lead = say.text("staff-door.again" if door.wrong else "staff-door.lead")
    typed = 0 if session.typed is None else len(session.typed.reveal())
    some = bool(typed)
    keypad = (
        *(_digit(digit) for digit in _TELEPHONE),
        say.key(Key.ERASE, enabled=some),
        _digit(0),
        say.key(Key.ENTER, Look.MAIN, enabled=some),
    )
    return Body(
        say.text("staff-door.heading"), Mood.PLAIN, (lead,), typed="•" * typed, keypad=keypad
    )


def _digit(digit: int) -> StaffKey:
    return StaffKey(Pressed(Key.DIGIT, digit), str(digit))


def _menu(seen: _Seen, say: Words) -> Body:
    closing = seen.room.closing
    lines = () if closing is None else (say.text("staff-menu.closed", reason=say.closing(closing)),)
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
    return Body(
        say.text("staff-menu.heading"), Mood.PLAIN, lines or (say.text("staff.lead"),), keys
    )


def _service(seen: _Seen, say: Words) -> Body:
    closing, central = seen.room.closing, not seen.room.open_at_centre
    note = (say.text("staff-service.central"),) if central else ()
    if closing is None:
        keys = tuple(
            StaffKey(Pressed(Key.CHOOSE, at), say.closing(reason))
            for at, reason in enumerate(Closing)
        )
        lead = say.text("staff-service.lead-open")
        return Body(say.text("staff-service.heading-open"), Mood.GOOD, (*note, lead), keys)
    lead = say.text("staff-service.lead-closed", reason=say.closing(closing))
    kept = say.text("staff-service.kept")
    return Body(
        say.text("staff-service.heading-closed"),
        Mood.BAD,
        (lead, kept, *note),
        (say.key(Key.OPEN, Look.MAIN),),
    )


def _tests(seen: _Seen, say: Words) -> Body:
    keys = tuple(
        StaffKey(Pressed(Key.CHOOSE, at), say.text(f"staff-part.{part.value}"))
        for at, part in enumerate(Part)
        if part is not Part.LAMP or seen.room.lamp_colours
    )
    return Body(say.text("staff-tests.heading"), Mood.PLAIN, (say.text("staff-tests.lead"),), keys)


def _test(seen: _Seen, say: Words) -> Body:
    trial = seen.session.trial or Trial(Part.READER)
    part = say.text(f"staff-part.{trial.part.value}")
    if trial.shows is not None:
        return _look(trial.shows, say, in_colour=seen.room.lamp_colours == len(LampColour))
    if trial.running or trial.found is None:
        waits = {Part.CARDS: "show-card", Part.SCANNER: "scan-book"}
        lead = say.text(f"staff-test.{waits.get(trial.part, 'running-lead')}")
        return Body(say.text("staff-test.running", part=part), Mood.WAIT, (lead,))
    found = trial.found
    heading = say.text("staff-test.heading", part=part, found=say.found(found))
    history = tuple(_history(one, say) for one in trial.history)
    if trial.next is None:
        lead = "not-fitted-lead" if found is Found.NOT_FITTED else "well-lead"
        lines = (*_reads(trial, say), say.text(f"staff-test.{lead}"))
        mood = Mood.ASK if found is Found.NOT_FITTED else Mood.GOOD
        return Body(heading, mood, lines, (say.key(Key.AGAIN),), rows=history[:-1])
    repair = say.text(f"repair.{trial.next.value}")
    step = say.text("staff-test.step", step=len(trial.history), repair=repair)
    keys = (say.key(Key.TRIED, Look.MAIN),)
    return Body(heading, Mood.BAD, (*_reads(trial, say), step), keys, rows=history)


def _look(shows: LampMeaning, say: Words, *, in_colour: bool) -> Body:
    """Asks whether the lamp shows it; by its rhythm alone where a colour is not fitted."""
    count, at = len(LAMP_SHOWS), LAMP_SHOWS.index(shows) + 1
    lead = say.text(f"staff-lamp.{shows.value}{'' if in_colour else '-plain'}")
    keys = (say.key(Key.SEEN, Look.MAIN), say.key(Key.UNSEEN))
    return Body(say.text("staff-lamp.heading", at=at, count=count), Mood.ASK, (lead,), keys)


def _reads(trial: Trial, say: Words) -> tuple[str, ...]:
    if not trial.tries:
        return ()
    return (say.text("staff-test.reads", reads=trial.reads, tries=trial.tries),)


def _history(one: Try, say: Words) -> StaffRow:
    found = say.found(one.found)
    if one.repair is None:
        return StaffRow(say.text("staff-test.first", found=found))
    repair = say.text(f"repair.{one.repair.value}").rstrip(".")
    return StaffRow(say.text("staff-test.tried", repair=repair, found=found))


def _facts(seen: _Seen, say: Words) -> Body:
    debt = seen.session.debt or DebtTold(0, None, Debt.NONE)
    keys = (say.key(Key.AGAIN, label="look-again"),)
    if debt.count == 0:
        return Body(say.text("staff-facts.heading-none"), Mood.GOOD, (), keys)
    lines = [say.text(f"debt.{debt.why.value}")]
    if debt.oldest is not None:
        lines.insert(0, say.text("staff-facts.oldest", age=say.age(debt.oldest)))
    lines.append(say.text("staff-facts.asked" if seen.session.sent_again else "staff-facts.safe"))
    heading = say.counted("staff-facts.heading", debt.count)
    retry = say.key(Key.RETRY, Look.MAIN)
    return Body(heading, Mood.ASK, tuple(lines), (retry, *keys))


def _paper(_: _Seen, say: Words) -> Body:
    lines = tuple(
        f"{at}. {say.text(f'staff-paper.{step}')}"
        for at, step in enumerate(("open", "insert", "close", "then"), 1)
    )
    keys = (say.key(Key.PAPER_CHANGED, Look.MAIN),)
    return Body(say.text("staff-paper.heading"), Mood.PLAIN, lines, keys)


def _restart(seen: _Seen, say: Words) -> Body:
    heading = say.text("staff-restart.heading")
    if seen.session.not_restarted:
        return Body(heading, Mood.BAD, (say.text("staff-restart.nobody"),))
    lines = (say.text("staff-restart.lead"), say.text("staff-restart.safe"))
    return Body(heading, Mood.ASK, lines, (say.key(Key.CONFIRM, Look.DANGER),))


_PAGES: Final[dict[Page, Callable[[_Seen, Words], Body]]] = {
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
