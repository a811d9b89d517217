"""The five-key keypad: which keys of a keyboard it is, and where they move the focus. Pure.

A keypad for kiosks is a USB keyboard with five keys; headphones put into its socket are one more
(EN 301 549, 5.1.3 and 8.4). Nothing else a keyboard types has any effect.
"""

from enum import Enum
from typing import Final, TypeVar

import msgspec

Name = TypeVar("Name")


class Key(Enum):
    """What the patron can press without seeing the glass."""

    UP = "up"
    DOWN = "down"
    BACK = "back"
    OK = "ok"
    HELP = "help"
    HEADPHONES = "headphones"


# SDL 1.2's numbers, in which Kivy tells keys (kivy.core.window.Keyboard.keycodes).
KEY_CODES: Final[dict[str, int]] = {
    "up": 273,
    "down": 274,
    "right": 275,
    "left": 276,
    "home": 278,
    "end": 279,
    "pageup": 280,
    "pagedown": 281,
    "escape": 27,
    "backspace": 8,
    "tab": 9,
    "enter": 13,
    "numpadenter": 271,
    "space": 32,
    **{f"f{number}": 281 + number for number in range(1, 16)},
}


class Keypad(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The names of the keyboard's keys, one of `KEY_CODES` each, that are the keypad's."""

    up: tuple[str, ...] = ("up",)
    down: tuple[str, ...] = ("down",)
    back: tuple[str, ...] = ("escape", "backspace")
    ok: tuple[str, ...] = ("enter", "numpadenter")
    help: tuple[str, ...] = ("f1",)
    headphones: tuple[str, ...] = ("f13",)

    def key(self, code: int) -> Key | None:
        """The key of the keypad with this number; None for all others.

        >>> Keypad().key(273), Keypad().key(ord("a"))
        (<Key.UP: 'up'>, None)
        """
        for key in Key:
            names: tuple[str, ...] = getattr(self, key.value)
            if any(KEY_CODES[name] == code for name in names):
                return key
        return None

    def unknown(self) -> tuple[str, ...]:
        """Names that no key of a keyboard has."""
        named = (name for key in Key for name in getattr(self, key.value))
        return tuple(name for name in named if name not in KEY_CODES)


def moved(targets: tuple[Name, ...], focus: Name | None, key: Key) -> Name | None:
    """Where the focus is after UP or DOWN among `targets` in reading order; round at both ends.

    >>> moved(("a", "b", "c"), None, Key.DOWN), moved(("a", "b", "c"), "c", Key.DOWN)
    ('a', 'a')
    >>> moved(("a", "b", "c"), "gone", Key.UP), moved((), None, Key.DOWN)
    ('c', None)
    """
    if not targets:
        return None
    if focus not in targets:
        return targets[0] if key is Key.DOWN else targets[-1]
    step = 1 if key is Key.DOWN else -1
    return targets[(targets.index(focus) + step) % len(targets)]
