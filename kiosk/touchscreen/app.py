"""The running screen: asks for the latest visit with every frame, redraws on change."""

import gc
from collections.abc import Callable
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from kivy.app import App
from kivy.base import ExceptionManager
from kivy.clock import Clock
from kivy.core.text import LabelBase
from kivy.core.window import Window
from kivy.uix.floatlayout import FloatLayout

from broker.supervision import Supervision
from kiosk.happenings import Happening, PaceWanted
from kiosk.languages.catalogue import Catalogue, read_catalogues
from kiosk.staff.session import Room
from kiosk.touchscreen.arrangement import Glass
from kiosk.touchscreen.hand import Hand
from kiosk.touchscreen.keyboard import Keyboard
from kiosk.touchscreen.leisure import Leisure
from kiosk.touchscreen.measures import measures
from kiosk.touchscreen.panel import Panel
from kiosk.touchscreen.patience import Patience
from kiosk.touchscreen.scene import Scene
from kiosk.touchscreen.scenes import scene
from kiosk.touchscreen.speech.sentences import change, spoken
from kiosk.touchscreen.speech.voice import Voice
from kiosk.touchscreen.staff_door import StaffDoor
from kiosk.touchscreen.staff_scenes import staff_scene
from kiosk.touchscreen.surface import Surface
from kiosk.touchscreen.survival import Survival
from kiosk.touchscreen.theme import HIGH_CONTRAST, STANDARD, Palette, Token, standard
from kiosk.touchscreen.viewing import Viewing, kept, kept_by_staff
from kiosk.visit import Screen, Visit, screen

if TYPE_CHECKING:
    from kiosk.touchscreen.rehearsal import Rehearsal

# What only the time changes, a countdown, is looked at so often; the welcome has none.
_TIME_SECONDS: Final = 0.2
_WELCOME_SECONDS: Final = 1.0


class Touchscreen(App):
    """Draws what `latest` gives, tells touches to `tell`. Build it with `configure.touchscreen`.

    While somebody is in the `staff`'s room, that is drawn in place of the visit; without a way to
    ask for it this screen has no staff mode. `watched` hears of every look that came to its end.

    `run()` blocks until `stop()`; both belong to the main thread.
    """

    title = "Sirkula"

    def __init__(
        self,
        panel: Panel,
        latest: Callable[[], tuple[Visit, float]],
        tell: Callable[[Happening], None],
        staff: Callable[[], Room] | None = None,
        watched: Supervision | None = None,
    ) -> None:
        super().__init__()
        self.panel = panel
        self.measures = measures(panel)
        self.palette = STANDARD
        self.viewing = Viewing(tall_panel=panel.reach < panel.height)
        self.surface: Surface | None = None
        self._latest = latest
        self.tell = tell
        self._staff = staff
        self._watched = watched or Supervision()
        self.room = Room()
        self._door: StaffDoor | None = None
        self._catalogues = read_catalogues()
        self._visit, self._now, self._touched_at = Visit(), 0.0, 0.0
        self.scene: Scene | None = None
        self._patience = Patience()
        self._leisure = Leisure()
        self._looking = False
        self._rehearsal: Rehearsal | None = None
        self._survival = Survival()
        self._voice = Voice(panel.speech_program)
        self.hand = Hand(self)
        self._pace_told: bool | None = None
        self._wake = Clock.create_trigger_free(lambda _: None)

    def build(self) -> FloatLayout:
        fonts = files("kiosk.touchscreen") / "fonts"
        LabelBase.register(
            "Sirkula",
            fn_regular=str(fonts / "NotoSans-Regular.ttf"),
            fn_bold=str(fonts / "NotoSans-Bold.ttf"),
        )
        return FloatLayout()

    def on_start(self) -> None:
        ExceptionManager.add_handler(self._survival)
        if self.panel.fullscreen:
            Window.bind(on_request_close=lambda *_, **__: True)
        self._keyboard = Keyboard(self.panel.keypad, self.hand.press)
        self._renew()
        self.look()
        Clock.schedule_interval(self._survival.outlived(self._look_again), 0)
        if self._staff is not None:
            # Made after the keyboard, so that its keys are heard first.
            millimetre = self.panel.pixels_per_mm
            self._door = StaffDoor(millimetre, self._room_now, self.tell, self._ringed)
        if self.panel.rehearsal_port is not None:
            # Demos and tests alone have one.
            from kiosk.touchscreen.rehearsal import Rehearsal  # noqa: PLC0415

            self._rehearsal = Rehearsal(self, self.panel.rehearsal_port)

    def on_stop(self) -> None:
        self._watched.leaving()
        ExceptionManager.remove_handler(self._survival)
        if self._door is not None:
            self._door.close()
        self._keyboard.close()
        self._voice.hush()
        if self._rehearsal is not None:
            self._rehearsal.close()

    def notice(self, visit: Visit) -> None:
        """Draws what changed without waiting for the next frame. For any thread."""
        if visit is not self._visit or self._room_now() is not self.room:
            self._wake()

    def _look_again(self) -> None:
        visit, now = self._latest()
        changed = visit is not self._visit or self._room_now() is not self.room
        rests = screen(visit) is Screen.WELCOME and self.room.session is None
        lasts = _WELCOME_SECONDS if rests else _TIME_SECONDS
        if changed or self._looking or now - self._now >= lasts:
            self._looking = True  # for as long as it fails
            self.look()
            self._looking = False
        if changed:
            self._leisure.lose(now)
        elif rests and self._leisure.comes(now):
            gc.collect()
        self._watched.alive(now)  # not by a thread of its own: a frozen screen has to be noticed

    def _room_now(self) -> Room:
        return self.room if self._staff is None else self._staff()

    def _ringed(self) -> bool:
        return self.surface is not None and self.surface.focused in self.surface.targets

    def look(self) -> Visit:
        """Shows the latest visit now; whatever did not change stays untouched."""
        visit, self._now = self._latest()
        before, self._visit = self._visit, visit
        left, self.room = self.room, self._room_now()
        if left.session is None and self.room.session is None:
            self.become(kept(self.viewing, before, visit, self._now - self._touched_at))
        else:
            self.become(kept_by_staff(self.viewing, left, self.room))
        self._tell_pace(visit)
        if self.palette != self._palette():
            self._renew()
        self.draw()
        return visit

    def _tell_pace(self, visit: Visit) -> None:
        """Once, as often as the visit has another pace than the patron's settings want."""
        wanted = self.viewing.unhurried
        if visit.unhurried is wanted:
            self._pace_told = None
        elif self._pace_told is not wanted:
            self._pace_told = wanted
            self.tell(PaceWanted(wanted))

    def stage(self, visit: Visit, now: float, viewing: Viewing, room: Room | None = None) -> Scene:
        """Shows this at once, as if there had been nothing before: for pictures."""
        self.room = room or Room()
        self._visit, self._now, self._touched_at, self.scene = visit, now, now, None
        self._patience.lose()
        before, self.viewing = self.viewing, viewing
        if _look(before) != _look(viewing) or self.palette != self._palette():
            self._renew()
        elif self.surface is not None:
            self.surface.forget()
        self.draw()
        return self._wanted()

    def touched(self) -> None:
        """Somebody is there, whatever comes of it."""
        self._touched_at = self._now
        self._leisure.lose(self._now)

    def become(self, viewing: Viewing) -> None:
        """Takes the patron's settings; what they change about the look is drawn anew."""
        before, self.viewing = self.viewing, viewing
        if _look(before) != _look(viewing):
            self._renew()
        if before.voice and not viewing.voice:
            self.hush()

    @property
    def words(self) -> Catalogue:
        session = self.room.session
        return self._catalogues[self._visit.language if session is None else session.language]

    def _renew(self) -> None:
        """A surface in the patron's size, colours and reach, in place of the one before."""
        viewing, panel = self.viewing, self.panel
        self.measures = measures(panel, large=viewing.large_text)
        self.palette = self._palette()
        reach = panel.reach if viewing.reach else float(panel.height)
        glass = Glass(float(panel.width), float(panel.height), reach)
        focus = self.surface.focused if self.surface is not None else None
        self.surface = Surface(self.hand.choose, self.measures, glass)
        self.surface.focused = focus
        Window.clearcolor = self.palette[Token.GROUND]  # it is cleared anyway: no rectangle
        self.root.clear_widgets()
        self.root.add_widget(self.surface)
        if self.scene is not None:
            self._show(self.surface, self.scene)

    def _palette(self) -> Palette:
        if self.viewing.high_contrast:
            return HIGH_CONTRAST
        return standard(self._visit.house.look.colour)

    def draw(self) -> None:
        """What is wanted now, unless it is over too soon to be read."""
        wanted = self._wanted()
        passing = self._patience.has_time_for(wanted.screen, self._now)
        if passing or wanted == self.scene or self.surface is None:
            return
        before = self.scene
        self._show(self.surface, wanted)
        if self.viewing.voice:
            self.say(change(before, wanted, self.words))

    def _show(self, surface: Surface, wanted: Scene) -> None:
        if self.scene is None:  # nothing stands there yet, or what a failure left
            surface.forget()
        self.scene = None
        surface.show(wanted)
        self.scene = wanted

    def _wanted(self) -> Scene:
        session = self.room.session
        if session is None:
            return scene(self._visit, self._now, self.words, self.viewing)
        return staff_scene(self.room, session, self._now, self.words, self.viewing)

    def hush(self) -> None:
        """The voice stops in the middle of a word."""
        self._voice.hush()

    def say_all(self) -> None:
        """Everything that stands there, to whoever listens."""
        if self.scene is not None:
            self.say(spoken(self.scene, self.words))

    def say(self, text: str) -> None:
        """After the screen has changed, so that eyes are never behind ears."""
        if self.viewing.voice and text:
            self._voice.say(text, self.words.language, self.viewing.volume)

    def open_settings(self, *_: object) -> bool:
        """Kivy's settings panel is not for patrons."""
        return True


def _look(viewing: Viewing) -> tuple[bool, bool, bool]:
    return viewing.large_text, viewing.high_contrast, viewing.reach
