"""The kiosk's screen in a process of its own: `python -m tests.bench.kiosk_drawing MODE AMOUNT`.

    paging SECONDS    the kiosk's screen with twenty books, a page turned in every frame
    visits COUNT      whole visits of a station with a real ledger, every screen drawn

Prints one line of JSON: monotonic seconds at the first frame and, by mode, frames a second, or by
how many bytes this process grew in COUNT visits, once a tenth as many had made it warm.
"""

import ctypes
import json
import logging
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import structlog

from broker.requests import Answer, Describe, Description, Question
from broker.vocabulary import PatronId
from kiosk.happenings import Button, CardArrived, CardLeft, CardReaderChanged, Touched
from kiosk.pad_seen import SETTLE_SECONDS
from kiosk.touchscreen.configure import touchscreen
from kiosk.touchscreen.panel import Panel
from kiosk.touchscreen.viewing import Wish
from kiosk.visit import Screen, Visit, screen
from tests.bench.empty_window import Play, frames, played
from tests.kiosk.bench import Bench, always_yes

PANEL = Panel(1280, 800, 10.1, fullscreen=False, speech_program="")
SMALL = Panel(800, 480, 7.0, fullscreen=False, speech_program="")  # as many widgets, less to paint
LISTED = 20
REST_SECONDS = 2.0  # between two visits: then the kiosk looks for garbage


def paging(home: Path, seconds: float) -> tuple[Any, Play]:
    bench, app = standing_ready(home, PANEL)
    bench.station.hear(CardArrived(PatronId("KTA-0007")))
    bench.serve().lay(*range(1, LISTED + 1)).wait(SETTLE_SECONDS).serve()

    def turn() -> None:
        surface: Any = app.surface
        targets = {name: one for (name, _), one in surface.targets.items()}
        (targets.get(Wish.PAGE_DOWN) or targets[Wish.PAGE_UP]).dispatch("on_release")

    return app, frames(seconds, turn)


def visits(home: Path, wanted: float) -> tuple[Any, Play]:
    bench, app = standing_ready(home, SMALL)
    return app, grown(bench, int(wanted))


def standing_ready(home: Path, panel: Panel) -> tuple[Bench, Any]:
    """A station in service, and its screen."""
    bench = Bench(home / "ledger.db", prompt=True)
    bench.start().connect().order()
    bench.station.hear(CardReaderChanged(healthy=True))

    def latest() -> tuple[Visit, float]:
        return bench.kiosk.visit, bench.clock.monotonic()

    return bench, touchscreen(panel, home, latest, bench.station.hear)


def grown(bench: Bench, wanted: int) -> Play:
    """Bytes from the median of a first window of readings to that of a last one, each at a rest."""
    from kivy.clock import Clock  # noqa: PLC0415  # configured only now

    Clock._max_fps = 0
    window = wanted // 10
    first, last = range(window, 2 * window), range(wanted + window, wanted + 2 * window)
    sizes = {}
    for number in range(wanted + 2 * window):
        for _ in visit(bench, number):
            yield {}
        if number in first or number in last:
            sizes[number] = _bytes()
    yield {"grown": median(sizes[at] for at in last) - median(sizes[at] for at in first)}


def visit(bench: Bench, number: int) -> Iterator[None]:
    """Three books are borrowed; whoever comes next has another card and other titles."""

    def answer(question: Question) -> Answer:
        if isinstance(question, Describe):
            return Description(question.item, f"Buku ke-{number} {question.item}", "Andrea Hirata")
        return always_yes(question)

    def touch(button: Button) -> None:
        bench.station.hear(Touched(button))

    bench.station.hear(CardArrived(PatronId(f"KTA-{number:04}")))
    yield
    bench.serve(answer).lay(1, 2, 3).wait(SETTLE_SECONDS).serve(answer)
    yield
    touch(Button.LANGUAGE)
    yield
    touch(Button.CONFIRM)
    yield
    bench.serve(answer).work().serve(answer)
    yield
    touch(Button.DONE)
    yield
    if screen(bench.kiosk.visit) is not Screen.GOODBYE:
        raise AssertionError(f"the visit stands at {screen(bench.kiosk.visit)}")
    bench.station.hear(CardLeft())
    bench.lift(1, 2, 3).things.released.clear()
    touch(Button.DONE)
    bench.wait(SETTLE_SECONDS).serve(answer)
    yield
    bench.wait(REST_SECONDS)
    yield
    bench.published.clear()  # the bench's own record of what was sent
    bench.unserved = 0


def _bytes() -> int:
    """Held by this process alone: pages of files, libraries among them, the kernel takes and gives.

    What was freed is given back first: glibc keeps tens of megabytes of it or returns them, by what
    happens to lie at their end (malloc_trim(3)).
    """
    ctypes.CDLL(None).malloc_trim(0)
    held = psutil.Process().memory_info()
    return int(held.rss - held.shared)


MODES = {"paging": paging, "visits": visits}


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as home:
        told = played(*MODES[sys.argv[1]](Path(home), float(sys.argv[2])))
    print(json.dumps(told))


if __name__ == "__main__":
    main()
