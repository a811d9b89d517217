"""Everything Kivy reads while it is imported, set before it is: the only way to open the screen.

Kivy would otherwise parse our arguments, take over logging and standard error, write into the
home directory, hear every touch twice, and close on Escape.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from broker.errors import SirkulaError
from broker.supervision import Supervision
from kiosk.happenings import Happening
from kiosk.staff.session import Room
from kiosk.touchscreen.panel import Panel
from kiosk.visit import Visit

if TYPE_CHECKING:
    from kiosk.touchscreen.app import Touchscreen

DP_PER_INCH: Final = 160
FRAMES_PER_SECOND: Final = 30


class TooLate(SirkulaError):
    """Kivy was imported before it was configured; nothing set now would be heard."""


def touchscreen(
    panel: Panel,
    home: Path,
    latest: Callable[[], tuple[Visit, float]],
    tell: Callable[[Happening], None],
    staff: Callable[[], Room] | None = None,
    watched: Supervision | None = None,
) -> "Touchscreen":
    """The screen, ready to `run()` on this, the main, thread.

    `home` is where Kivy may write; `latest` gives the visit and monotonic seconds with
    each frame, and is called by the drawing loop only, so its silence means a frozen screen.
    `staff` gives staff mode's room, where there is one; `watched` is told that the screen lives.
    Raises TooLate.
    """
    configure(panel, home)
    from kiosk.touchscreen.app import Touchscreen  # noqa: PLC0415  # Kivy reads what is set above

    return Touchscreen(panel, latest, tell, staff, watched)


def configure(panel: Panel, home: Path) -> None:
    """Sets Kivy's environment and configuration for `panel`. Raises TooLate."""
    if "kivy" in sys.modules:
        raise TooLate("kivy is imported already: call configure() first")
    os.environ.update(_environment(panel, home))
    from kivy.config import Config  # noqa: PLC0415  # reads the environment when imported

    for section, options in _options(panel).items():
        for name, value in options.items():
            Config.set(section, name, value)
    # SDL brings every touch itself; a second provider would bring it twice.
    Config.remove_option("input", "%(name)s")
    Config.set("input", "mouse", "mouse,disable_multitouch")


def _environment(panel: Panel, home: Path) -> dict[str, str]:
    return {
        "KIVY_DPI": f"{panel.dots_per_inch:.2f}",
        "KIVY_HOME": str(home),
        "KIVY_LOG_MODE": "PYTHON",
        "KIVY_METRICS_DENSITY": f"{panel.dots_per_inch / DP_PER_INCH:.4f}",
        "KIVY_NO_ARGS": "1",
        "KIVY_NO_FILELOG": "1",
        "KIVY_USE_DEFAULTCONFIG": "1",
        # Any other provider hides why SDL found no window, and ends the process.
        "KIVY_WINDOW": "sdl2",
        # SIGTERM is the program's, not SDL's.
        "SDL_NO_SIGNAL_HANDLERS": "1",
        "SDL_TOUCH_MOUSE_EVENTS": "0",
    }


def _options(panel: Panel) -> dict[str, dict[str, str]]:
    kiosk = "1" if panel.fullscreen else "0"
    return {
        "kivy": {
            "exit_on_escape": "0",
            "keyboard_mode": "system",
            "kivy_clock": "free_all",  # so that an answer need not wait for the next frame
            "log_level": "warning",
        },
        "graphics": {
            "allow_screensaver": "0",
            "borderless": kiosk,
            "fullscreen": "auto" if panel.fullscreen else "0",
            "height": str(panel.height),
            "maxfps": str(FRAMES_PER_SECOND),
            "multisamples": "0",  # our shapes bring smooth edges of their own
            "resizable": "0",
            "show_cursor": "0" if panel.fullscreen else "1",
            "width": str(panel.width),
        },
    }
