"""The small signs: on buttons, beside every book and on notes. Pure.

Drawn in one ink, so that their meaning never hangs on colour.
"""

from typing import Final

from kiosk.happenings import Button
from kiosk.staff.words import Key
from kiosk.touchscreen.scene import Control, Sign
from kiosk.touchscreen.shapes import Box, Disc, Shape, Stroke, arc
from kiosk.touchscreen.theme import Tone
from kiosk.touchscreen.viewing import Wish

Glyph = tuple[Shape, ...]
_PEN: Final = 0.1

CHECK: Final[Glyph] = (Stroke((0.2, 0.5, 0.42, 0.27, 0.8, 0.72), 0.13),)
CROSS: Final[Glyph] = (
    Stroke((0.27, 0.27, 0.73, 0.73), 0.13),
    Stroke((0.27, 0.73, 0.73, 0.27), 0.13),
)
CLOCK: Final[Glyph] = (
    Stroke(arc(0.5, 0.5, 0.38, 0, 360), _PEN),
    Stroke((0.5, 0.72, 0.5, 0.48, 0.65, 0.4), _PEN),
)
PERSON: Final[Glyph] = (
    Disc(0.5, 0.7, 0.17),
    Stroke((*arc(0.5, 0.2, 0.27, 0, 180), 0.77, 0.2), 0.1),
    Box(0.25, 0.17, 0.5, 0.22, 0.1),
)
BOOK: Final[Glyph] = (
    Stroke((0.5, 0.22, 0.5, 0.72), 0.07),
    Stroke((0.5, 0.72, 0.36, 0.79, 0.14, 0.79, 0.14, 0.29, 0.36, 0.29, 0.5, 0.22), 0.08),
    Stroke((0.5, 0.72, 0.64, 0.79, 0.86, 0.79, 0.86, 0.29, 0.64, 0.29, 0.5, 0.22), 0.08),
)
GLOBE: Final[Glyph] = (
    Stroke(arc(0.5, 0.5, 0.38, 0, 360), 0.09),
    Stroke((0.12, 0.5, 0.88, 0.5), 0.08),
    Stroke(arc(0.83, 0.5, 0.5, 130, 230), 0.08),
    Stroke(arc(0.17, 0.5, 0.5, -50, 50), 0.08),
)
CLOUD: Final[Glyph] = (
    Disc(0.3, 0.42, 0.17),
    Disc(0.52, 0.54, 0.23),
    Disc(0.73, 0.42, 0.16),
    Box(0.28, 0.25, 0.47, 0.2, 0.08),
    Stroke((0.2, 0.12, 0.82, 0.86), 0.07),
)
NOTE: Final[Glyph] = (
    Disc(0.5, 0.78, 0.085),
    Stroke((0.5, 0.56, 0.5, 0.2), 0.14),
)
UP: Final[Glyph] = (Stroke((0.2, 0.36, 0.5, 0.66, 0.8, 0.36), 0.12),)
DOWN: Final[Glyph] = (Stroke((0.2, 0.64, 0.5, 0.34, 0.8, 0.64), 0.12),)
BORROW: Final[Glyph] = (
    Stroke((0.5, 0.9, 0.5, 0.42), 0.11),
    Stroke((0.28, 0.69, 0.5, 0.91, 0.72, 0.69), 0.11),
    Stroke((0.14, 0.4, 0.14, 0.12, 0.86, 0.12, 0.86, 0.4), 0.11),
)
RETURN: Final[Glyph] = (
    Stroke((0.5, 0.9, 0.5, 0.4), 0.11),
    Stroke((0.28, 0.61, 0.5, 0.39, 0.72, 0.61), 0.11),
    Stroke((0.14, 0.4, 0.14, 0.12, 0.86, 0.12, 0.86, 0.4), 0.11),
)
BACK: Final[Glyph] = (
    Stroke((0.42, 0.78, 0.16, 0.5, 0.42, 0.22), 0.11),
    Stroke((0.18, 0.5, 0.84, 0.5), 0.11),
)
AGAIN: Final[Glyph] = (
    Stroke(arc(0.5, 0.46, 0.34, 60, 370), 0.1),
    Stroke((0.53, 0.69, 0.75, 0.71, 0.66, 0.92), 0.1),
)
LENS: Final[Glyph] = (
    Stroke(arc(0.42, 0.58, 0.28, 0, 360), 0.1),
    Stroke((0.63, 0.37, 0.86, 0.14), 0.13),
)
KEYBOARD: Final[Glyph] = (
    Stroke((0.1, 0.25, 0.9, 0.25, 0.9, 0.75, 0.1, 0.75, 0.1, 0.25), 0.07),
    *(Disc(x, 0.6, 0.04) for x in (0.25, 0.42, 0.58, 0.75)),
    Stroke((0.3, 0.4, 0.7, 0.4), 0.07),
)
ERASE: Final[Glyph] = (
    Stroke((0.34, 0.22, 0.9, 0.22, 0.9, 0.78, 0.34, 0.78, 0.08, 0.5, 0.34, 0.22), 0.08),
    Stroke((0.46, 0.38, 0.72, 0.62), 0.08),
    Stroke((0.46, 0.62, 0.72, 0.38), 0.08),
)
SPACE: Final[Glyph] = (Stroke((0.16, 0.5, 0.16, 0.3, 0.84, 0.3, 0.84, 0.5), 0.09),)
SPEECH: Final[Glyph] = (
    Stroke((0.12, 0.4, 0.12, 0.84, 0.88, 0.84, 0.88, 0.4, 0.5, 0.4, 0.3, 0.16, 0.3, 0.4), 0.08),
    Stroke((0.12, 0.4, 0.3, 0.4), 0.08),
)
FACE: Final[Glyph] = (
    Stroke(arc(0.5, 0.5, 0.42, 0, 360), 0.07),
    Disc(0.36, 0.61, 0.055),
    Disc(0.64, 0.61, 0.055),
)
GAUGE: Final[Glyph] = (
    Stroke(arc(0.5, 0.32, 0.4, 0, 180), 0.09),
    Stroke((0.5, 0.32, 0.7, 0.58), 0.1),
    Disc(0.5, 0.32, 0.09),
)
SCREEN: Final[Glyph] = (
    Stroke((0.1, 0.34, 0.9, 0.34, 0.9, 0.86, 0.1, 0.86, 0.1, 0.34), 0.08),
    Stroke((0.5, 0.34, 0.5, 0.14), 0.1),
    Stroke((0.3, 0.14, 0.7, 0.14), 0.09),
)
BUILDING: Final[Glyph] = (
    Stroke((0.12, 0.64, 0.5, 0.9, 0.88, 0.64, 0.12, 0.64), 0.08),
    *(Stroke((x, 0.5, x, 0.28), 0.1) for x in (0.24, 0.5, 0.76)),
    Stroke((0.12, 0.14, 0.88, 0.14), 0.09),
)
DOTS: Final[Glyph] = tuple(Disc(x, 0.5, 0.1) for x in (0.18, 0.5, 0.82))
PRINTER: Final[Glyph] = (
    Stroke((0.28, 0.66, 0.28, 0.9, 0.72, 0.9, 0.72, 0.66), 0.08),
    Stroke((0.28, 0.3, 0.12, 0.3, 0.12, 0.64, 0.88, 0.64, 0.88, 0.3, 0.72, 0.3), 0.08),
    Stroke((0.28, 0.42, 0.28, 0.1, 0.72, 0.1, 0.72, 0.42, 0.28, 0.42), 0.08),
)
CODE: Final[Glyph] = (
    *(
        Stroke((x, y, x + 0.26, y, x + 0.26, y + 0.26, x, y + 0.26, x, y), 0.08)
        for x, y in ((0.14, 0.6), (0.6, 0.6), (0.14, 0.14))
    ),
    *(Box(x, y, 0.11, 0.11, 0.02) for x, y in ((0.56, 0.3), (0.76, 0.3), (0.66, 0.12))),
)
ENVELOPE: Final[Glyph] = (
    Stroke((0.12, 0.22, 0.88, 0.22, 0.88, 0.78, 0.12, 0.78, 0.12, 0.22), 0.08),
    Stroke((0.14, 0.74, 0.5, 0.44, 0.86, 0.74), 0.08),
)
QUESTION: Final[Glyph] = (
    Stroke((*arc(0.5, 0.68, 0.2, 170, -60), 0.5, 0.42, 0.5, 0.36), 0.12),
    Disc(0.5, 0.15, 0.08),
)

ACCESS: Final[Glyph] = (
    Stroke(arc(0.5, 0.5, 0.42, 0, 360), 0.07),
    Disc(0.5, 0.74, 0.07),
    Stroke((0.28, 0.6, 0.72, 0.6), 0.08),
    Stroke((0.5, 0.6, 0.5, 0.44), 0.1),
    Stroke((0.37, 0.22, 0.5, 0.44, 0.63, 0.22), 0.08),
)
TAG: Final[Glyph] = (
    Stroke((0.12, 0.88, 0.12, 0.52, 0.5, 0.14, 0.86, 0.5, 0.48, 0.88, 0.12, 0.88), 0.08),
    Disc(0.3, 0.7, 0.07),
)
LEAVE: Final[Glyph] = (
    Stroke((0.5, 0.86, 0.16, 0.86, 0.16, 0.14, 0.5, 0.14), 0.09),
    Stroke((0.4, 0.5, 0.86, 0.5), 0.1),
    Stroke((0.66, 0.7, 0.86, 0.5, 0.66, 0.3), 0.1),
)
ON: Final[Glyph] = (
    Stroke((0.14, 0.14, 0.86, 0.14, 0.86, 0.86, 0.14, 0.86, 0.14, 0.14), 0.08),
    Stroke((0.3, 0.52, 0.45, 0.34, 0.72, 0.68), 0.12),
)
OFF: Final[Glyph] = (Stroke((0.14, 0.14, 0.86, 0.14, 0.86, 0.86, 0.14, 0.86, 0.14, 0.14), 0.08),)
MINUS: Final[Glyph] = (Stroke((0.2, 0.5, 0.8, 0.5), 0.12),)
PLUS: Final[Glyph] = (Stroke((0.2, 0.5, 0.8, 0.5), 0.12), Stroke((0.5, 0.2, 0.5, 0.8), 0.12))
HUSH: Final[Glyph] = (Box(0.24, 0.24, 0.52, 0.52, 0.06),)

WISHES: Final[dict[Wish, Glyph]] = {
    Wish.ACCESS: ACCESS,
    Wish.CLOSE: CHECK,
    Wish.QUIETER: MINUS,
    Wish.LOUDER: PLUS,
    Wish.REPEAT: AGAIN,
    Wish.HUSH: HUSH,
    Wish.PAGE_UP: UP,
    Wish.PAGE_DOWN: DOWN,
    Wish.MORE: DOWN,
}
BUTTONS: Final[dict[Button, Glyph]] = {
    Button.BORROW: BORROW,
    Button.RETURN: RETURN,
    Button.CONFIRM: CHECK,
    Button.DONE: CHECK,
    Button.BACK: BACK,
    Button.LANGUAGE: GLOBE,
    Button.STAY: CHECK,
    Button.ACCOUNT: PERSON,
    Button.RENEW: AGAIN,
    Button.RENEW_ALL: AGAIN,
    Button.REFRESH: AGAIN,
    Button.SEARCH: LENS,
    Button.MORE: DOWN,
    Button.LESS: UP,
    Button.TYPE: KEYBOARD,
    Button.ERASE: ERASE,
    Button.FEEDBACK: SPEECH,
    Button.PRINT: PRINTER,
    Button.CODE: CODE,
    Button.MAIL: ENVELOPE,
    Button.HELP: QUESTION,
    Button.CALL: PERSON,
}
STAFF_KEYS: Final[dict[Key, Glyph]] = {
    Key.ERASE: ERASE,
    Key.ENTER: CHECK,
    Key.LEAVE: LEAVE,
    Key.BACK: BACK,
    Key.LANGUAGE: GLOBE,
    Key.TAGS: TAG,
    Key.INVENTORY: BOOK,
    Key.TESTS: CHECK,
    Key.SERVICE: CLOCK,
    Key.FACTS: CLOUD,
    Key.PAPER: PRINTER,
    Key.RESTART: AGAIN,
    Key.OPEN: CHECK,
    Key.AGAIN: AGAIN,
    Key.TRIED: AGAIN,
    Key.RETRY: AGAIN,
    Key.PAPER_CHANGED: CHECK,
    Key.CONFIRM: CHECK,
    Key.CHECK: LENS,
    Key.PROGRAM: TAG,
    Key.FINISH: CHECK,
    Key.NEXT: DOWN,
}
FACES: Final[dict[str, Glyph]] = {
    "good": (*FACE, Stroke(arc(0.5, 0.5, 0.22, 200, 340), 0.07)),
    "fair": (*FACE, Stroke((0.32, 0.34, 0.68, 0.34), 0.07)),
    "poor": (*FACE, Stroke(arc(0.5, 0.18, 0.22, 30, 150), 0.07)),
}
TOPICS: Final[dict[str, Glyph]] = {
    "speed": GAUGE,
    "screen": SCREEN,
    "books": BOOK,
    "place": BUILDING,
    "other": DOTS,
}
TONES: Final[dict[Tone, Glyph]] = {
    Tone.READY: BOOK,
    Tone.WAIT: CLOCK,
    Tone.GOOD: CHECK,
    Tone.STAFF: PERSON,
    Tone.BAD: CROSS,
}
SIGNS: Final[dict[Sign, Glyph]] = {
    Sign.NOTE: NOTE,
    Sign.CLOUD: CLOUD,
    Sign.CLOCK: CLOCK,
    Sign.STAFF: PERSON,
}


def of(control: Control) -> Glyph:
    """The sign on a button; a switch shows its state, a rating its face, a topic what it is."""
    if control.on is not None:
        return ON if control.on else OFF
    if isinstance(control.button, Wish):
        return WISHES[control.button]
    match control.button:
        case Key() as key:
            return STAFF_KEYS.get(key, ())
        case Button.KEY:
            return SPACE if control.shown == "" else ()
        case Button.RATE:
            return FACES[control.subject]
        case Button.TOPIC:
            return TOPICS[control.subject]
        case button:
            return BUTTONS[button]
