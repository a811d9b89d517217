"""The real kiosk program with a finger: `python -m tests.kiosk.staff.glass --settings FILE`.

Each line on standard input is carried out on the screen's own thread, through its own input, and
answered by one line of JSON: `press KEY [NUMBER]`, `corner`, `key CODE`, `texts`, `shot PATH`.
FAILED is the answer where it raised: what, the kiosk's log says.
"""

import json
import os
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, cast

from broker.program import run_command
from kiosk.program import run
from kiosk.staff.words import Key
from kiosk.touchscreen.audit.headless import HEADLESS
from kiosk.touchscreen.viewing import Wish

if TYPE_CHECKING:
    from kiosk.touchscreen.app import Touchscreen
    from kiosk.touchscreen.targets import Name

FAILED = "failed"
FRAMES = 8
TAPS = 5


def follow(line: str) -> object:
    """What one command does; called on Kivy's thread."""
    from kivy.core.window import Window  # noqa: PLC0415  # configured only now

    match line.split():
        case ["press", name, *number]:
            return press(name, number[0] if number else "")
        case ["corner"]:
            for _ in range(TAPS):
                tap(5, Window.height - 5)
            return "done"
        case ["key", code]:
            Window.dispatch("on_key_down", int(code), 0, "", [])
            return "done"
        case ["texts"]:
            from kiosk.touchscreen.rehearsal import visible_texts  # noqa: PLC0415  # likewise

            return visible_texts(app().root) if app().room.session is not None else []
        case ["shot", path]:
            Path(Window.screenshot(name=f"{path}.part.png")).replace(path)
            return "done"
        case _:
            return "unknown"


def app() -> "Touchscreen":
    from kivy.app import App  # noqa: PLC0415  # configured only now

    return cast("Touchscreen", App.get_running_app())


def press(name: str, number: str) -> str:
    """Taps the key, or else the way to what does not fit the glass, where it may be."""
    surface = app().surface
    if surface is None or not surface.settled:
        return "not there"
    ways: list[Name] = [(Key(name), number), (Wish.PAGE_DOWN, ""), (Wish.MORE, "")]
    found = next((way for way in ways if way in surface.targets), None)
    if found is not None:
        tap(*surface.targets[found].center)
    return "done" if found == ways[0] else "not there"


def tap(x: float, y: float) -> None:
    from kiosk.touchscreen.rehearsal import Finger  # noqa: PLC0415  # configured only now

    finger = Finger(x, y)
    finger.press()
    finger.lift()


def direct() -> None:
    """Line by line, each a few frames after the one before was drawn."""
    while "kivy.app" not in sys.modules:
        threading.Event().wait(0.1)
    from kivy.clock import Clock  # noqa: PLC0415  # configured only now

    answer: SimpleQueue[object] = SimpleQueue()

    def carry_out(line: str) -> None:
        told: object = FAILED
        try:
            told = follow(line)
        finally:
            answer.put(told)

    for line in sys.stdin:
        in_frames(Clock.schedule_once, FRAMES, partial(carry_out, line))
        # A line of its own, also where another thread has not ended its line yet.
        sys.stdout.write(f"\n{json.dumps(answer.get())}\n")
        sys.stdout.flush()


def in_frames(
    soon: Callable[[Callable[[float], None], float], object], count: int, work: Callable[[], None]
) -> None:
    def frame(_: float) -> None:
        if count:
            in_frames(soon, count - 1, work)
        else:
            work()

    soon(frame, 0)


if __name__ == "__main__":
    os.environ.update(HEADLESS)
    threading.Thread(target=direct, daemon=True).start()
    run_command(run)
