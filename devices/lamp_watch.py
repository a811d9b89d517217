"""A lamp under watch: one thread that owns it, keeps its rhythm and finds it when it was lost.

Law: whoever shows something never waits for the lamp. A station that shows nothing any more is
stopped, whatever it showed last: a green lamp before a program that hangs would be a lie.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from devices.capabilities import Lamp, LampColour, LampMeaning
from devices.errors import DeviceError
from devices.lamp import STEP_SECONDS, Shown, after, lit
from devices.presence import Rhythm

_PACE: Final = Rhythm(poll=STEP_SECONDS, retry=1.0)
_SILENT_S: Final = 5.0
# After so many steps without a change the lamp is told again: that is how a lost one is noticed.
_SAID_AGAIN_AFTER: Final = 8
_MOST_HEARD: Final = 64


class LampWatch:
    """Watches one lamp. `trouble` is why it is lost, None while it is not; any thread may read it.

    `pace` has how long a step takes and how long a lost lamp is left alone; `silent` is how long a
    station may show nothing, in seconds.
    """

    def __init__(
        self,
        open_lamp: Callable[[], Lamp],
        pace: Rhythm | None = None,
        silent: float = _SILENT_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.trouble: DeviceError | None = None
        self._open_lamp = open_lamp
        self._pace = pace or _PACE
        self._silent = silent
        self._clock = clock
        self._heard: deque[LampMeaning] = deque(maxlen=_MOST_HEARD)
        self._heard_at = clock()
        self._shown = Shown(LampMeaning.DARK)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lamp watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """The lamp is dark and closed when this returns."""
        self._stopping.set()
        self._thread.join()

    def show(self, meaning: LampMeaning) -> None:
        """From any thread, a few times a second; returns at once."""
        self._heard_at = self._clock()
        self._heard.append(meaning)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._one_opening()
            except DeviceError as error:
                self.trouble = error
                self._stopping.wait(self._pace.retry)

    def _one_opening(self) -> None:
        """From opening the lamp until told to stop. Raises DeviceError when it is lost."""
        lamp = self._open_lamp()
        try:
            self._keep(lamp)
            lamp.light(None)
        finally:
            lamp.close()

    def _keep(self, lamp: Lamp) -> None:
        on: LampColour | None = None
        said = _SAID_AGAIN_AFTER
        while not self._stopping.is_set():
            self._shown = after(self._shown, self._meanings())
            colour = lit(self._shown, wears_out=lamp.wears_out)
            said += 1
            if colour is not on or said > _SAID_AGAIN_AFTER:
                lamp.light(colour)
                self.trouble = None
                on, said = colour, 0
            # Not until the next quarter of a second: a slow lamp blinks slower, never faster.
            self._stopping.wait(self._pace.poll)

    def _meanings(self) -> tuple[LampMeaning, ...]:
        heard = tuple(self._heard.popleft() for _ in range(len(self._heard)))
        if self._clock() - self._heard_at > self._silent:
            return (LampMeaning.STOPPED,)
        return heard
