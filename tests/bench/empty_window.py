"""A Kivy window with nothing in it: `python -m tests.bench.empty_window MODE SECONDS`.

    frames    each drawn anew, under a kiosk's clock: how many a second
    idle      nothing to draw: processor time over time

Imports Kivy and nothing of ours, so that it is the least any such program takes. Prints one line of
JSON: monotonic seconds at the first frame, and what the mode tells.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

FRAMES_PER_SECOND = 30
Play = Iterator[dict[str, float]]


def frames(seconds: float, work: Any) -> Play:
    """How many a second under the kiosk's clock, with `work` done in each."""
    from kivy.clock import Clock  # noqa: PLC0415  # configured only now
    from kivy.core.window import Window  # noqa: PLC0415  # likewise

    Clock._max_fps = FRAMES_PER_SECOND
    begun, drawn = time.monotonic(), 0
    while time.monotonic() - begun < seconds:
        work()
        Window.canvas.ask_update()
        drawn += 1
        yield {}
    yield {"per_second": drawn / (time.monotonic() - begun)}


def idle(seconds: float) -> Play:
    """The share of a core that goes to a window nobody touches."""
    begun, spent = time.monotonic(), time.process_time()
    while time.monotonic() - begun < seconds:
        yield {}
    yield {"share": (time.process_time() - spent) / (time.monotonic() - begun)}


def played(app: Any, play: Play) -> dict[str, float]:
    """What `play` told, a step a frame, once the first was finished: that is `at`."""
    from kivy.clock import Clock  # noqa: PLC0415  # configured only now
    from kivy.core.window import Window  # noqa: PLC0415  # likewise
    from kivy.graphics.opengl import glFinish  # noqa: PLC0415  # likewise

    told: dict[str, float] = {}

    def first(_: object) -> None:
        if "at" not in told:
            glFinish()
            told["at"] = time.monotonic()

    def go_on(_: float) -> None:
        if "at" not in told:
            return
        told.update(step := next(play, {"over": 1.0}))
        if step:
            app.stop()

    Window.bind(on_flip=first)
    Clock.schedule_interval(go_on, 0)
    app.run()
    return told


def empty() -> Any:
    """As large and as quick as the kiosk's of these figures."""
    from kivy.config import Config  # noqa: PLC0415  # reads the environment when imported

    Config.set("kivy", "kivy_clock", "free_all")
    for name, value in {"width": "1280", "height": "800", "multisamples": "0"}.items():
        Config.set("graphics", name, value)
    Config.set("graphics", "maxfps", str(FRAMES_PER_SECOND))
    Config.remove_option("input", "%(name)s")
    from kivy.app import App  # noqa: PLC0415  # configured only now
    from kivy.uix.widget import Widget  # noqa: PLC0415  # likewise

    class Empty(App):
        def build(self) -> Widget:
            return Widget()

    return Empty()


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        # As `kiosk.touchscreen.configure` does.
        os.environ |= {"KIVY_HOME": home, "KIVY_NO_ARGS": "1", "KIVY_NO_FILELOG": "1"}
        os.environ |= {"KIVY_LOG_MODE": "PYTHON", "KIVY_WINDOW": "sdl2"}
        mode, seconds = sys.argv[1], float(sys.argv[2])
        told = played(empty(), idle(seconds) if mode == "idle" else frames(seconds, lambda: None))
    print(json.dumps(told))


if __name__ == "__main__":
    main()
