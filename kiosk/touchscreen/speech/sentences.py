"""What a scene sounds like: its words in reading order, made fit for the ear. Pure.

Everything a scene shows is spoken whatever its body is, so that no new screen is ever mute.
"""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Final

from babel.dates import get_day_names, get_month_names

from kiosk.happenings import Button
from kiosk.languages.catalogue import UNBROKEN_SPACE, Catalogue
from kiosk.staff.words import Key
from kiosk.touchscreen.scene import (
    Adjust,
    Books,
    Control,
    Keys,
    Listing,
    Meaning,
    Note,
    Scene,
    Sign,
)

WARNED_EVERY: Final = 10  # seconds of a countdown: each of them would drown everything else
_NUMBER: Final = re.compile(r"\b(?=\w*\d)(?:\w*[A-Za-z]\w*|0\d+|\d{5,})\b")
_MUTE: Final = {ord("…"): None, ord("•"): None}  # dots stand for what nobody may hear
_KEYS: Final = {Button.KEY, Button.ERASE, Key.ERASE}
_PAUSE: Final = re.compile(r"[.?!:,]$")


def spoken(scene: Scene, catalogue: Catalogue) -> str:
    """The whole scene in sentences: what it is about, what to know, what can be chosen."""
    labels = [_label(control, catalogue) for control in _choices(scene)]
    keys = [catalogue.text("speech.keys")] if isinstance(scene.body, Keys) else []
    told = ", ".join([*keys, *labels])
    choices = [f"{catalogue.text('speech.choices')}: {told}"] if told else []
    return _sentences([*_body(scene), *_notes(scene), *choices], catalogue)


def change(before: Scene | None, after: Scene, catalogue: Catalogue) -> str:
    """What has to be said when `after` replaces `before`; empty when nothing worth a word changed.

    A new screen is told whole. On the same one only what is new, switches as well, and a countdown
    in steps.
    """
    if before is None or before.screen != after.screen or type(before.body) is not type(after.body):
        return spoken(after, catalogue)
    if before.frame != after.frame:  # another language
        return spoken(after, catalogue)
    known = {*_lasting(before), *_switches(before, catalogue), *_notes(before)}
    now = (*_lasting(after), *_switches(after, catalogue), *_notes(after))
    if before.covered is not after.covered:
        now = (*_arrived(before, after), *_notes(after))
    fresh = [text for text in now if text not in known]
    return _sentences([*fresh, *_countdown(before, after)], catalogue)


def echo(scene: Scene, pressed: tuple[Meaning, str], catalogue: Catalogue) -> str:
    """What a key sounds like: its letter, and of a secret one only that it was heard."""
    for one in controls(scene):
        if (one.button, one.subject) != pressed:
            continue
        if one.secret:
            return catalogue.text("speech.masked")
        return one.label if one.button in _KEYS else ""
    return ""


def focused(control: Control, place: tuple[int, int], catalogue: Catalogue) -> str:
    """The target the keypad just reached: its label, and which of how many it is.

    Neither of a secret one: its place would tell which it is.
    """
    at, count = place
    if control.secret:
        return _sentences([catalogue.text("speech.masked")], catalogue)
    return _sentences([f"{_label(control, catalogue)}, {at}/{count}"], catalogue)


def readable(text: str, catalogue: Catalogue) -> str:
    """`text` as it should be pronounced: dates in full, item numbers digit by digit.

    >>> from kiosk.languages.catalogue import read_catalogue
    >>> readable("B00012 · Jatuh tempo Sen, 30 Nov 2026", read_catalogue("id"))
    'B 0 0 0 1 2. Jatuh tempo Senin, 30 November 2026'
    """
    plain = text.replace(UNBROKEN_SPACE, " ").replace(" · ", ". ").translate(_MUTE)
    for short, full in _names(catalogue.language):
        plain = re.sub(short, full, plain)
    return _NUMBER.sub(lambda found: " ".join(found.group()), plain)


def _sentences(texts: list[str], catalogue: Catalogue) -> str:
    said = [readable(text, catalogue).strip() for text in texts]
    return " ".join(text if _PAUSE.search(text) else f"{text}." for text in said if text)


def _body(scene: Scene) -> tuple[str, ...]:
    return tuple(texts(scene.body))


def _lasting(scene: Scene) -> tuple[str, ...]:
    """The body without what is being typed, which is heard key by key."""
    body = scene.body
    return tuple(texts(replace(body, typed="") if isinstance(body, Keys) else body))


def _arrived(before: Scene, after: Scene) -> tuple[str, ...]:
    """Rows that were not there: all others only lost or got back their titles."""
    if isinstance(before.body, Books | Listing) and isinstance(after.body, Books | Listing):
        return tuple(texts(after.body.rows[len(before.body.rows) :]))
    return _lasting(after)


def _choices(scene: Scene) -> Iterator[Control]:
    """What can be chosen besides the rows, which are told with what they say, and the keys."""
    spoken_for = isinstance(scene.body, Listing | Keys)
    return controls(((() if spoken_for else scene.body), scene.controls, scene.frame))


def _switches(scene: Scene, catalogue: Catalogue) -> tuple[str, ...]:
    """The patron's settings, which tell by their words what they have become."""
    if not isinstance(scene.body, Adjust):
        return ()
    return tuple(_label(control, catalogue) for control in controls(scene.body))


def _notes(scene: Scene) -> tuple[str, ...]:
    return tuple(note.text for note in scene.notes if note.sign is not Sign.CLOCK)


def _countdown(before: Scene, after: Scene) -> tuple[str, ...]:
    """The warning when it begins, and again every ten seconds."""
    clock = _clock(after)
    if clock is None or clock == _clock(before):
        return ()
    seconds = int("".join(re.findall(r"\d+", clock.text)[:1]) or 0)
    begins = _clock(before) is None
    return (clock.text,) if begins or seconds % WARNED_EVERY == 0 else ()


def _clock(scene: Scene) -> Note | None:
    return next((note for note in scene.notes if note.sign is Sign.CLOCK), None)


def texts(part: object) -> Iterator[str]:
    """Every word of a part of a scene, except those on buttons."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple):
        for one in part:
            yield from texts(one)
    elif is_dataclass(part) and not isinstance(part, type | Control):
        for field in fields(part):
            yield from texts(getattr(part, field.name))


def controls(part: object) -> Iterator[Control]:
    """Every button of a part of a scene, in reading order."""
    if isinstance(part, Control):
        yield part
    elif isinstance(part, tuple):
        for one in part:
            yield from controls(one)
    elif isinstance(part, Scene):
        yield from controls((part.body, part.controls, part.frame))
    elif is_dataclass(part) and not isinstance(part, type):
        for field in fields(part):
            yield from controls(getattr(part, field.name))


def _label(control: Control, catalogue: Catalogue) -> str:
    if control.enabled:
        return control.label
    return f"{control.label}, {catalogue.text('speech.unavailable')}"


@cache
def _names(language: str) -> tuple[tuple[str, str], ...]:
    """Patterns of shortened day and month names inside a date, and the full names."""
    days, full_days = (get_day_names(width, locale=language) for width in ("abbreviated", "wide"))
    months, full_months = (
        get_month_names(width, locale=language) for width in ("abbreviated", "wide")
    )
    return (
        *((rf"\b{days[at]}, (?=\d)", f"{full_days[at]}, ") for at in days),
        *((rf"(?<=\d) {months[at]} (?=\d{{4}})", f" {full_months[at]} ") for at in months),
    )
