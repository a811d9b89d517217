"""What is over too soon to be read is not shown: nothing flashes by. Pure."""

from typing import Final

from kiosk.visit import Screen

_SOON_SECONDS: Final = {Screen.IDENTIFYING: 0.15, Screen.STARTING: 0.3}


class Patience:
    """How long a screen that only asks to wait has been wanted, in monotonic seconds."""

    def __init__(self) -> None:
        self._since: float | None = None

    def has_time_for(self, screen: object, now: float) -> bool:
        """Whether `screen` may still be over before anybody could read it."""
        if not isinstance(screen, Screen) or screen not in _SOON_SECONDS:
            self._since = None
            return False
        if self._since is None:
            self._since = now
        return now - self._since < _SOON_SECONDS[screen]

    def lose(self) -> None:
        """Whatever is wanted next is shown at once."""
        self._since = -max(_SOON_SECONDS.values())
