"""The running screen: asks for the latest visit about 15 times a second, redraws on change."""

import logging
from collections.abc import Callable
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from kivy.app import App
from kivy.base import ExceptionHandler, ExceptionManager
from kivy.clock import Clock
from kivy.core.text import LabelBase
from kivy.core.window import Window

from kiosk.happenings import Button, Happening, Touched
from kiosk.languages.catalogue import read_catalogues
from kiosk.touchscreen.panel import Panel
from kiosk.touchscreen.rehearsal import Rehearsal
from kiosk.touchscreen.scenes import scene
from kiosk.touchscreen.screens import Sideways, Surface, Upright
from kiosk.touchscreen.theme import measures
from kiosk.visit import Visit

if TYPE_CHECKING:
    from kiosk.touchscreen.scene import Scene

LOOKS_PER_SECOND: Final = 15

log = logging.getLogger(__name__)


class Survival(ExceptionHandler):
    """Keeps the screen alive: a failure in a callback is logged once, and drawing goes on."""

    def __init__(self) -> None:
        super().__init__()
        self._last = ""

    def handle_exception(self, inst: BaseException) -> int:
        if not isinstance(inst, Exception):
            return int(ExceptionManager.RAISE)
        # The same failure may come back with every look; one report is enough for the log.
        if repr(inst) != self._last:
            self._last = repr(inst)
            log.error("the screen goes on after a failure", exc_info=inst)
        return int(ExceptionManager.PASS)


class Touchscreen(App):
    """Draws what `latest` gives, tells touches to `tell`. Build it with `configure.touchscreen`.

    `run()` blocks until `stop()`; both belong to the main thread.
    """

    title = "Sirkula"

    def __init__(
        self,
        panel: Panel,
        latest: Callable[[], tuple[Visit, float]],
        tell: Callable[[Happening], None],
    ) -> None:
        super().__init__()
        self.panel = panel
        self.measures = measures(panel)
        self._latest = latest
        self._tell = tell
        self._catalogues = read_catalogues()
        self._scene: Scene | None = None
        self._rehearsal: Rehearsal | None = None
        self._survival = Survival()
        self.surface: Surface | None = None
        self.over: Callable[[], object] | None = None
        """What else lies over the screen; called, and kept, once there is a window."""
        self._over: object = None

    def build(self) -> Surface:
        fonts = files("kiosk.touchscreen") / "fonts"
        LabelBase.register(
            "Sirkula",
            fn_regular=str(fonts / "NotoSans-Regular.ttf"),
            fn_bold=str(fonts / "NotoSans-Bold.ttf"),
        )
        kind = Sideways if self.panel.landscape else Upright
        self.surface = kind(self._choose)
        return self.surface

    def on_start(self) -> None:
        ExceptionManager.add_handler(self._survival)
        if self.panel.fullscreen:
            Window.bind(on_request_close=lambda *_, **__: True)
        self.look()
        Clock.schedule_interval(lambda _: self.look(), 1 / LOOKS_PER_SECOND)
        self._over = self.over() if self.over is not None else None
        if self.panel.rehearsal_port is not None:
            self._rehearsal = Rehearsal(self, self.panel.rehearsal_port)

    def on_stop(self) -> None:
        ExceptionManager.remove_handler(self._survival)
        if self._rehearsal is not None:
            self._rehearsal.close()

    def look(self) -> Visit:
        """Shows the latest visit now; whatever did not change stays untouched."""
        visit, now = self._latest()
        wanted = scene(visit, now, self._catalogues[visit.language])
        if wanted != self._scene and self.surface is not None:
            self.surface.show(wanted)
            self._scene = wanted
        return visit

    def _choose(self, button: Button, subject: str) -> None:
        self._tell(Touched(button, subject))

    def open_settings(self, *_: object) -> bool:
        """Kivy's settings panel, on F1, is not for patrons."""
        return True
