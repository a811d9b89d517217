"""What is chosen, by a finger or by the keypad, carried out on the screen."""

from dataclasses import replace
from typing import TYPE_CHECKING

from kiosk.happenings import Button, Touched
from kiosk.staff.heard import Pressed
from kiosk.staff.words import Key as StaffKey
from kiosk.touchscreen.keypad import Key, moved
from kiosk.touchscreen.scene import Meaning
from kiosk.touchscreen.speech.sentences import controls, echo, focused
from kiosk.touchscreen.viewing import Wish, wished

if TYPE_CHECKING:
    from kiosk.touchscreen.app import Touchscreen


class Hand:
    """Of whoever stands before the screen that it is `on`. For Kivy's thread."""

    def __init__(self, on: "Touchscreen") -> None:
        self._on = on

    def press(self, key: Key) -> None:
        """What a key of the keypad does."""
        self._on.touched()
        match key:
            case Key.UP | Key.DOWN:
                self._move(key)
            case Key.OK if self._on.surface is not None and self._on.surface.settled:
                self._on.surface.press_focused()
            case Key.BACK:
                self._first_of(Wish.CLOSE, Button.BACK, Button.DONE, StaffKey.BACK, StaffKey.LEAVE)
            case Key.HELP | Key.HEADPHONES:
                # Who asks for help without touching the glass may not see it.
                self._on.become(replace(self._on.viewing, voice=True))
                if key is Key.HEADPHONES or not self._first_of(Button.HELP):
                    self.choose(Wish.REPEAT)
            case _:
                pass

    def _move(self, key: Key) -> None:
        surface = self._on.surface
        if surface is None:
            return
        names = tuple(surface.targets)
        name = moved(names, surface.focused, key)
        target = surface.focus(name)
        self._stay()
        if self._on.viewing.voice and target is not None and name is not None:
            place = names.index(name) + 1, len(names)
            self._on.say(focused(target.control, place, self._on.words))

    def _first_of(self, *wanted: Meaning) -> bool:
        """Chooses the first of `wanted` that the scene offers; whether there was one.

        On a small panel it may stand behind the way to more.
        """
        offered = {one.button for one in controls(self._on.scene) if one.enabled}
        for name in wanted:
            if name in offered:
                self.choose(name)
                return True
        return False

    def choose(self, name: Meaning, subject: str = "") -> None:
        """What touching the target of that name, and `subject`, does."""
        self._on.touched()
        if isinstance(name, Wish):
            self._wish(name)
            return
        if self._on.viewing.voice and self._on.scene is not None:
            self._on.say(echo(self._on.scene, (name, subject), self._on.words))
        if isinstance(name, StaffKey):
            self._on.tell(Pressed(name, int(subject or 0)))
        else:
            self._on.tell(Touched(name, subject))

    def _stay(self) -> None:
        """Whoever changes the screen is still there."""
        at_work = self._on.room.session is not None
        self._on.tell(Pressed(StaffKey.STAY) if at_work else Touched(Button.STAY))

    def _wish(self, name: Wish) -> None:
        self._stay()
        self._on.become(wished(self._on.viewing, name))
        self._on.draw()
        if name is Wish.HUSH:
            self._on.hush()
        elif name in {Wish.REPEAT, Wish.VOICE}:
            self._on.say_all()
        elif name in {Wish.PAGE_UP, Wish.PAGE_DOWN} and self._on.surface is not None:
            page, pages = self._on.surface.pages
            self._on.say(self._on.words.text("speech.page", page=page, pages=pages))
