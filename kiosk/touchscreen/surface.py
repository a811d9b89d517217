"""The whole glass: frame, body, pager, notes and buttons, laid out for panel and patron at once."""

from itertools import takewhile
from typing import Any, Final

from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.uix.widget import Widget

from kiosk.touchscreen.arrangement import Glass
from kiosk.touchscreen.bar import Bar, FrameBar
from kiosk.touchscreen.layout import Layout, Parts, Title
from kiosk.touchscreen.measures import Measures
from kiosk.touchscreen.pager import Pager
from kiosk.touchscreen.scene import (
    Control,
    Frame,
    Meaning,
    Scene,
    Sign,
    StaffScreen,
    Steps,
    Weight,
)
from kiosk.touchscreen.screens import BODIES
from kiosk.touchscreen.speech.sentences import controls
from kiosk.touchscreen.stripes import Stripes
from kiosk.touchscreen.targets import Choose, Name, Quiet, Touchable
from kiosk.touchscreen.viewing import Wish
from kiosk.touchscreen.widgets import NoteStrip

# A second tap of a hasty finger must not reach the button that just appeared under it.
SETTLING_SECONDS: Final = 0.35


class Surface(Widget):
    """`choose` is told every button; a touch beside them may mean "I stay"."""

    def __init__(self, choose: Choose, sizes: Measures, glass: Glass) -> None:
        super().__init__(size=(glass.width, glass.height))
        self._choose, self._sizes, self._glass = choose, sizes, glass
        self._scene: Scene | None = None
        self._shown_at = Clock.get_boottime()
        self._parts = Parts(
            head=FrameBar(choose, kind=Quiet),
            controls=Bar(self._chosen),
            everything=FrameBar(self._chosen, brief=FrameBar.BRIEFEST),
            title=Title(),
            pager=Pager(self._turn),
        )
        self._stripes: Stripes | None = None
        self.focused: Name | None = None

    @property
    def settled(self) -> bool:
        """Whether the screen stands long enough for a touch to be meant for it."""
        return bool(Clock.get_boottime() - self._shown_at > SETTLING_SECONDS)

    @property
    def targets(self) -> dict[Name, Touchable]:
        """All that can be touched now by name, in reading order: the way the focus goes."""
        column = self._parts.head.x if self._sizes.landscape else 0.0

        def reading(target: Touchable) -> tuple[bool, float, float]:
            return target.x >= column > 0, -round(target.top), target.x

        enabled = (target for target in self.choices if not target.disabled)
        return {target.name: target for target in sorted(enabled, key=reading)}

    @property
    def choices(self) -> tuple[Touchable, ...]:
        """Every target on the screen now, also those that cannot be touched."""
        return tuple(one for one in self.walk(restrict=True) if isinstance(one, Touchable))

    @property
    def pages(self) -> tuple[int, int]:
        """Which page of how many, counted from one."""
        return (
            (self._parts.body.page + 1, self._parts.body.pages)
            if self._parts.body is not None
            else (1, 1)
        )

    def show(self, scene: Scene) -> None:
        """Becomes `scene`, changing only what differs."""
        before, self._scene = self._scene, scene
        fresh = before is None or before.screen != scene.screen
        if fresh:
            self._shown_at = Clock.get_boottime()
            _let_go()
        if fresh or before is None or before.body != scene.body:
            self._show_body(scene, fresh=fresh)
        if before is None or before.frame != scene.frame:
            self._show_frame(scene.frame)
        if before is None or before.notes != scene.notes:
            self._show_notes(scene, before)
        if isinstance(scene.screen, StaffScreen) and self._stripes is None:
            self._stripes = Stripes((self.width, self.height), self._sizes.pixels_per_mm)
        self._parts.controls.show(scene.controls, scene.frame.more)
        self._parts.controls.tall = isinstance(scene.body, Steps)
        self._parts.touchable = any(controls(scene.body))
        self._parts.everything.show(_everything(scene), scene.frame.more)
        self.arrange()

    def forget(self) -> None:
        """As if it had shown nothing yet."""
        self._scene = None

    def focus(self, name: Name | None) -> Touchable | None:
        """Draws the ring around the target of this name, if it is there."""
        self.focused = name
        target = self.targets.get(name) if name is not None else None
        for choice in self.choices:
            choice.focused = choice is target
        return target

    def press_focused(self) -> None:
        """As a finger on the target in the ring, if there is one."""
        target = self.targets.get(self.focused) if self.focused is not None else None
        if target is not None:
            target.dispatch("on_release")

    def _show_body(self, scene: Scene, *, fresh: bool) -> None:
        kind = BODIES[type(scene.body)]
        if fresh or not isinstance(self._parts.body, kind):
            self._parts.body = kind(self._chosen)
        shown: Any = self._parts.body  # each class shows its own kind of body
        shown.show(scene.body)

    def _show_frame(self, frame: Frame) -> None:
        self._parts.title.text = frame.title
        self._parts.head.show((frame.language, frame.access, frame.help), frame.more)
        self._parts.pager.show(frame)

    def _show_notes(self, scene: Scene, before: Scene | None) -> None:
        self._parts.notes = tuple(NoteStrip(note) for note in scene.notes)
        counting = _counting(scene) and (before is None or not _counting(before))
        if counting and self._parts.body is not None:
            self._parts.body.page = 0

    def _chosen(self, name: Meaning, subject: str) -> None:
        if name is Wish.MORE:
            self.arrange()
        self._choose(name, subject)

    def _turn(self, wish: Meaning, subject: str) -> None:
        if self._parts.body is not None:
            self._parts.body.turn(-1 if wish is Wish.PAGE_UP else 1)
            self.arrange()
        self._choose(wish, subject)

    def arrange(self) -> None:
        """Gives every part its place."""
        self.clear_widgets()
        if self._scene is not None and isinstance(self._scene.screen, StaffScreen):
            self.add_widget(self._stripes)
        Layout(self, self._parts, self._sizes, self._glass).arrange()
        self.focus(self.focused)

    def on_touch_down(self, touch: object) -> bool:
        if not self.settled:
            return True
        self.focus(None)  # whoever touches needs no ring
        if super().on_touch_down(touch):
            return True
        if self._scene is not None and self._scene.stay is not None:
            self._choose(self._scene.stay, "")
        return True


def _let_go() -> None:
    """A finger that came down on one screen presses nothing on the next."""
    for touch in EventLoop.touches:
        for target in [one for one in touch.ud if isinstance(one, Touchable)]:
            touch.ungrab(target)
            target.state = "normal"


def _everything(scene: Scene) -> tuple[Control, ...]:
    """All buttons, those first that are needed first: who comes new may need another language."""
    frame, controls = scene.frame, scene.controls
    first = len(controls)
    if isinstance(scene.body, Steps):
        first = sum(1 for _ in takewhile(lambda one: one.weight is not Weight.QUIET, controls))
    return *controls[:first], frame.language, *controls[first:], frame.access, frame.help


def _counting(scene: Scene) -> bool:
    return any(note.sign is Sign.CLOCK for note in scene.notes)
