"""The way to staff mode's screen for whoever must not import Kivy yet."""

from collections.abc import Callable

from kiosk.languages.catalogue import read_catalogues
from kiosk.staff.heard import StaffHeard
from kiosk.staff.session import Room
from kiosk.touchscreen.panel import Panel


def staff_screen(
    panel: Panel,
    latest: Callable[[], tuple[Room, float]],
    tell: Callable[[StaffHeard], None],
) -> Callable[[], object]:
    """What lays staff mode over a screen, to be called once there is a window.

    `latest` gives the room and monotonic seconds.
    """

    def lay() -> object:
        from kiosk.touchscreen.staff_overlay import StaffOverlay  # noqa: PLC0415  # as it says

        return StaffOverlay(panel, latest, tell, read_catalogues())

    return lay
