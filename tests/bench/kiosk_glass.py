"""The real kiosk program, its glass under watch: `python -m tests.bench.kiosk_glass --settings F`.

Each line on standard input is answered by lines of JSON after ANSWER, among whatever the program
logs. Their monotonic seconds are shared by all processes of this machine:

    until screen pad    -> {"armed": true}, and {"at": 12.5} once a frame that shows it is finished
    until text WORDS    -> likewise, for a text that begins so
    touch language      -> {"touched": 12.5, "at": 12.6}: its pixels are others now; then let go

When its input ends, so does the program.
"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from random import Random
from typing import Any, TypeVar

from broker.program import run_command
from kiosk.__main__ import run
from kiosk.touchscreen.audit.headless import HEADLESS

ANSWER = "> "
FRAME_SECONDS = 1 / 30
_Found = TypeVar("_Found")


class Eye:
    """Looks at every frame between drawing and showing it, for what somebody waits for."""

    def __init__(self) -> None:
        from kivy.core.window import Window  # noqa: PLC0415  # configured only now

        self._window = Window
        self._wanted: Callable[[], bool] | None = None
        self._seen: Future[float] = Future()
        Window.bind(on_flip=self._look)

    def arm(self, wanted: Callable[[], bool]) -> Future[float]:
        """When a frame was finished of which `wanted` holds. For Kivy's thread."""
        self._wanted, self._seen = wanted, Future()
        self._window.canvas.ask_update()
        return self._seen

    def _look(self, _: object) -> None:
        from kivy.graphics.opengl import glFinish  # noqa: PLC0415  # configured only now

        if self._wanted is None:
            return
        glFinish()
        at = time.monotonic()
        if self._wanted():
            self._wanted = None
            self._seen.set_result(at)


class Glass:
    """Carries the commands out."""

    def __init__(self) -> None:
        while "kiosk.touchscreen.app" not in sys.modules or _window() is None:
            threading.Event().wait(0.01)
        from kivy.app import App  # noqa: PLC0415  # configured only now

        self._eye = Eye()
        self._running = App.get_running_app
        self._chance = Random(1)

    def follow(self, line: str) -> None:
        match line.split(maxsplit=2):
            case ["until", what, words]:
                holds = self._screen if what == "screen" else self._text
                seen = on_screen(lambda: self._eye.arm(lambda: holds(words)))
                tell({"armed": True})
                tell({"at": seen.result()})
            case ["touch", button]:
                tell(self._touch(button))
            case _:
                raise SystemExit(f"no command: {line}")

    def _screen(self, name: str) -> bool:
        app: Any = self._running()
        return app is not None and app.scene is not None and app.scene.screen.value == name

    def _text(self, words: str) -> bool:
        from kiosk.touchscreen.rehearsal import visible_texts  # noqa: PLC0415  # likewise

        app: Any = self._running()
        return any(text.startswith(words) for text in visible_texts(app.root))

    def _touch(self, button: str) -> dict[str, float]:
        from kivy.clock import Clock  # noqa: PLC0415  # configured only now

        from kiosk.touchscreen.rehearsal import Finger  # noqa: PLC0415  # likewise

        while (target := on_screen(lambda: self._target(button))) is None:
            threading.Event().wait(FRAME_SECONDS)
        finger = on_screen(lambda: Finger(*target.center))
        before = on_screen(lambda: pixel(target))
        # A finger knows nothing of frames.
        threading.Event().wait(self._chance.uniform(0, FRAME_SECONDS))
        seen: Future[float] = Future()

        def press(_: float) -> None:
            finger.press()
            self._eye.arm(lambda: pixel(target) != before).add_done_callback(
                lambda done: seen.set_result(done.result())
            )

        touched = time.monotonic()
        Clock.schedule_once(press)
        at = seen.result()
        on_screen(finger.lift)
        return {"touched": touched, "at": at}

    def _target(self, button: str) -> Any:
        surface: Any = self._running().surface
        if surface is None or not surface.settled:
            return None
        found = (one for (name, _), one in surface.targets.items() if name.value == button)
        return next(found, None)


def pixel(target: Any) -> bytes:
    """The colour of its field beside its left edge."""
    from kivy.graphics.opengl import (  # noqa: PLC0415  # configured only now
        GL_RGB,
        GL_UNSIGNED_BYTE,
        glReadPixels,
    )

    x, y = target.to_window(target.x + target.height / 12, target.center_y)
    return bytes(glReadPixels(int(x), int(y), 1, 1, GL_RGB, GL_UNSIGNED_BYTE))


def on_screen(work: Callable[[], _Found]) -> _Found:
    """What `work` gives on Kivy's thread, in the next frame."""
    from kivy.clock import Clock  # noqa: PLC0415  # configured only now

    outcome: Future[_Found] = Future()
    Clock.schedule_once(lambda _: outcome.set_result(work()))
    return outcome.result()


def tell(answer: dict[str, Any]) -> None:
    sys.stdout.write(f"{ANSWER}{json.dumps(answer)}\n")
    sys.stdout.flush()


def _window() -> object:
    return getattr(sys.modules.get("kivy.core.window"), "Window", None)


def direct() -> None:
    glass = Glass()
    for line in sys.stdin:
        glass.follow(line.strip())
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    os.environ.update(HEADLESS)
    threading.Thread(target=direct, daemon=True).start()
    run_command(run)
