"""Lays staff mode over the patrons' screen while staff are there, and takes it away after.

Its door is opened by five taps on the upper left corner, which shows nothing, or by a digit on a
keyboard; whether anybody's visit is going on is for the station to say.
"""

from collections.abc import Callable, Mapping
from math import floor
from typing import Final

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.input.motionevent import MotionEvent

from kiosk.languages.catalogue import Catalogue
from kiosk.staff.heard import Pressed, StaffHeard
from kiosk.staff.session import Room
from kiosk.staff.words import Key
from kiosk.touchscreen.panel import Panel
from kiosk.touchscreen.staff_scenes import staff_scene
from kiosk.touchscreen.staff_surface import StaffSurface

TAPS: Final = 5
TAP_SECONDS: Final = 3.0
CORNER_MM: Final = 20.0
_LOOKS_PER_SECOND: Final = 15
# SDL 1.2's numbers (kivy.core.window.Keyboard.keycodes): digits, those of a number pad, and others.
_DIGITS: Final = {48 + digit: digit for digit in range(10)} | {
    256 + digit: digit for digit in range(10)
}
_KEYS: Final = {8: Key.ERASE, 13: Key.ENTER, 271: Key.ENTER, 27: Key.LEAVE}


class StaffOverlay:
    """Asks `latest` for the room and monotonic seconds, and tells `tell` every key."""

    def __init__(
        self,
        panel: Panel,
        latest: Callable[[], tuple[Room, float]],
        tell: Callable[[StaffHeard], None],
        catalogues: Mapping[str, Catalogue],
    ) -> None:
        self._panel, self._latest, self._tell = panel, latest, tell
        self._catalogues = catalogues
        self._drawn: tuple[Room, int] | None = None
        self._taps: tuple[float, ...] = ()
        self.surface: StaffSurface | None = None
        Window.bind(on_touch_down=self._watch_corner, on_key_down=self._watch_keys)
        Clock.schedule_interval(lambda _: self.look(), 1 / _LOOKS_PER_SECOND)

    def look(self) -> None:
        """Shows the room as it is now; whatever did not change stays untouched."""
        room, now = self._latest()
        session = room.session
        if session is None:
            self._take_away()
            return
        if self.surface is None:
            self.surface = StaffSurface(self._panel, self._tell)
            Window.add_widget(self.surface)
        if self._drawn != (room, floor(now)):
            self.surface.show(staff_scene(room, session, now, self._catalogues[session.language]))
            self._drawn = room, floor(now)

    def _take_away(self) -> None:
        self._drawn = None
        if self.surface is not None:
            Window.remove_widget(self.surface)
            self.surface = None

    def _watch_corner(self, _: object, touch: MotionEvent) -> bool:
        """Counts taps and takes none of them away."""
        corner = CORNER_MM * self._panel.pixels_per_mm
        now = Clock.get_boottime()
        if touch.x > corner or touch.y < Window.height - corner or self.surface is not None:
            self._taps = ()
            return False
        self._taps = (*(tap for tap in self._taps if now - tap < TAP_SECONDS), now)
        if len(self._taps) == TAPS:
            self._taps = ()
            self._tell(Pressed(Key.DOOR))
        return False

    def _watch_keys(self, _: object, code: int, *__: object) -> bool:
        """A digit knocks; at the door the others count as well. Whether the key was for us."""
        room, _now = self._latest()
        at_door = room.session is not None and not room.session.entered
        if code in _DIGITS and (at_door or room.session is None):
            if not at_door:
                self._tell(Pressed(Key.DOOR))
            self._tell(Pressed(Key.DIGIT, _DIGITS[code]))
            return True
        if at_door and code in _KEYS:
            self._tell(Pressed(_KEYS[code]))
            return True
        return room.session is not None
