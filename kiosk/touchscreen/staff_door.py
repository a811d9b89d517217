"""Hears who knocks at staff mode's door, and the code that a keyboard types there.

The door is opened by five taps on the upper left corner, which shows nothing, or by a digit on a
keyboard; whether anybody's visit is going on is for the station to say.
"""

from collections.abc import Callable
from typing import Final

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.input.motionevent import MotionEvent

from kiosk.staff.heard import Pressed, StaffHeard
from kiosk.staff.session import Room
from kiosk.staff.words import Key
from kiosk.touchscreen.keypad import KEY_CODES

TAPS: Final = 5
TAP_SECONDS: Final = 3.0
CORNER_MM: Final = 20.0
# SDL 1.2's numbers (kivy.core.window.Keyboard.keycodes): digits, and those of a number pad.
_DIGITS: Final = {first + digit: digit for first in (48, 256) for digit in range(10)}
_ENTER: Final = {KEY_CODES["enter"], KEY_CODES["numpadenter"]}


class StaffDoor:
    """Tells `tell` who knocks. `ringed` is whether the keypad's ring stands around anything."""

    def __init__(
        self,
        pixels_per_mm: float,
        room: Callable[[], Room],
        tell: Callable[[StaffHeard], None],
        ringed: Callable[[], bool],
    ) -> None:
        self._corner = CORNER_MM * pixels_per_mm
        self._room, self._tell, self._ringed = room, tell, ringed
        self._taps: tuple[float, ...] = ()
        Window.bind(on_touch_down=self._watch_corner, on_key_down=self._watch_keys)

    def close(self) -> None:
        Window.unbind(on_touch_down=self._watch_corner, on_key_down=self._watch_keys)

    def _watch_corner(self, _: object, touch: MotionEvent) -> bool:
        """Counts taps and takes none of them away."""
        now = Clock.get_boottime()
        beside = touch.x > self._corner or touch.y < Window.height - self._corner
        if beside or self._room().session is not None:
            self._taps = ()
            return False
        self._taps = (*(tap for tap in self._taps if now - tap < TAP_SECONDS), now)
        if len(self._taps) == TAPS:
            self._taps = ()
            self._tell(Pressed(Key.DOOR))
        return False

    def _watch_keys(self, _: object, code: int, *__: object) -> bool:
        """A digit knocks, and is typed at the door. Whether the key was for us."""
        session = self._room().session
        if session is not None and session.entered:
            return False
        if code in _DIGITS:
            if session is None:
                self._tell(Pressed(Key.DOOR))
            self._tell(Pressed(Key.DIGIT, _DIGITS[code]))
            return True
        if session is None or session.typed is None:
            return False
        if code == KEY_CODES["backspace"]:
            self._tell(Pressed(Key.ERASE))
            return True
        if code in _ENTER and not self._ringed():
            self._tell(Pressed(Key.ENTER))
            return True
        return False
