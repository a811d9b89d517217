"""When the screen may stand still to look for garbage: while nobody is there. Pure."""

from typing import Final

_LEISURE_SECONDS: Final = 1.0


class Leisure:
    """Comes once after whatever happened, when the welcome has stood for a second.

    To look through all that a visit made takes up to a tenth of a second, on a small computer
    longer, in which no touch is answered. Times are monotonic seconds.
    """

    def __init__(self) -> None:
        self._since: float | None = None

    def lose(self, now: float) -> None:
        """Something happened: somebody may be there."""
        self._since = now

    def comes(self, now: float) -> bool:
        """Whether it is now, at a welcome; not again before it was lost."""
        if self._since is None or now - self._since < _LEISURE_SECONDS:
            return False
        self._since = None
        return True
