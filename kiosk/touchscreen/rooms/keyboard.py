"""The keyboard of whatever is typed here. Pure."""

from dataclasses import replace

from kiosk.happenings import Button
from kiosk.touchscreen.rooms.telling import Telling
from kiosk.touchscreen.scene import Control, Keys
from kiosk.visiting.typing import KEYS, SPACE, written

_DOT = "•"


def keyboard(telling: Telling, *, secret: bool = False, dots: bool = False) -> Keys:
    """Keys for this page; of a `secret` nothing is spoken, with `dots` only its length is shown."""
    visit, catalogue = telling.visit, telling.catalogue
    keys = tuple(
        Control(
            Button.KEY,
            catalogue.text("frame.space") if key == SPACE else written(visit, key),
            enabled=key != SPACE or bool(visit.typed),
            subject=key,
            secret=secret,
            shown="" if key == SPACE else None,
        )
        for key in KEYS[visit.page]
    )
    heading = telling.say("heading")
    if visit.reason is not None:
        heading = catalogue.reason(visit.reason)
    return Keys(
        heading,
        "" if visit.typed else telling.say("lead"),
        _DOT * len(visit.typed) if dots else visit.typed,
        keys,
        replace(telling.control(Button.ERASE, on=bool(visit.typed)), shown=""),
    )
