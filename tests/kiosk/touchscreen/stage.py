"""A screen in a process of its own: `python -m tests.kiosk.touchscreen.stage`.

With PROGRAM after it, it speaks with that. Prints the rehearsal port once it is drawn. Lines on
standard input make things happen that no touch can: a card, books on the pad, failures, keys of a
keyboard, a finger that stays.
"""

import gc
import os
import signal
import socket
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from broker.appearance import Appearance
from broker.requests import Describe, Description, Identify, Standing
from broker.supervision import supervision
from broker.vocabulary import ItemId, PatronId, Reason, Refusal, Secret
from devices.capabilities import TagUid
from kiosk.happenings import (
    Answered,
    CardArrived,
    CardReaderChanged,
    ConnectionChanged,
    Happening,
    PadChanged,
    Problem,
    Started,
    TagArrived,
)
from kiosk.house import House
from kiosk.serving import KioskConduct
from kiosk.staff.conduct import Fitted, StaffConduct
from kiosk.staff.deeds import Deed, TryCode
from kiosk.staff.heard import CodeTried
from kiosk.staff.records import Kept
from kiosk.staff.session import Room
from kiosk.touchscreen.configure import touchscreen
from kiosk.touchscreen.keypad import KEY_CODES
from kiosk.touchscreen.panel import Panel
from kiosk.visit import Visit

PATRON = PatronId("KTA-SECRET-7")
STAFF, CODE = PatronId("PTG-01"), Secret("246813")
BOOK = ItemId("B00012")
MACHINE: tuple[Happening, ...] = (
    Started(settling=frozenset()),
    PadChanged(healthy=True),
    CardReaderChanged(healthy=True),
    ConnectionChanged(online=True),
)
SCRIPT: dict[str, tuple[Happening, ...]] = {
    "staff": (CardArrived(STAFF),),
    "card": (
        CardArrived(PATRON),
        Answered(Identify(PATRON), Standing(on_loan=0, remaining=5), provisional=False),
    ),
    "pin": (
        CardArrived(PATRON),
        Answered(Identify(PATRON), Refusal(Reason.NEEDS_PIN), provisional=False),
    ),
    "foreign": (CardArrived(None),),
    "books": (
        TagArrived(TagUid(bytes.fromhex("E004010000000001")), BOOK, None, secured=True),
        Answered(Describe(BOOK), Description(BOOK, "Laskar Pelangi", "-"), provisional=False),
        TagArrived(
            TagUid(bytes.fromhex("E004010000000002")), None, Problem.UNREADABLE, secured=True
        ),
    ),
}
ESCAPE, F1 = 27, 282


class Unchecked(Appearance):
    """A look whose sign cannot be drawn."""

    def __post_init__(self) -> None:
        """Lets everything pass."""


class Stage:
    """The visit, staff mode, and the faults somebody asked for."""

    def __init__(self) -> None:
        self.conduct = StaffConduct(
            KioskConduct(),
            Kept(),
            self._do,
            lambda number: number == STAFF,
            Fitted(code=True, scanner=False),
        )
        self.failing: set[str] = set()
        self.freezing = 0.0
        self.spoilt: Visit | None = None
        for happening in MACHINE:
            self.hear(happening)

    def hear(self, happening: Happening) -> None:
        self.conduct.hear(happening, time.monotonic())

    def _do(self, deed: Deed) -> None:
        """Only the code is tried here: all other deeds need devices."""
        if isinstance(deed, TryCode):
            self.hear(CodeTried(deed.code == CODE))

    def tell(self, happening: Happening) -> None:
        self._fail_once("tell")
        self.hear(happening)

    def latest(self) -> tuple[Visit, float]:
        self._fail_once("latest")
        frozen, self.freezing = self.freezing, 0.0
        threading.Event().wait(frozen)
        return self.spoilt or self.conduct.visit, time.monotonic()

    def room(self) -> Room:
        return self.conduct.room

    def follow(self, line: str) -> None:
        word, *rest = line.split()
        if word in HANDS:
            HANDS[word](*rest)
        elif word in {"spoil", "mend"}:
            unchecked = House(look=Unchecked(logo="bm9uZQ=="))
            spoilt = replace(self.conduct.visit, house=unchecked)
            self.spoilt = spoilt if word == "spoil" else None
        elif word == "litter":
            litter()
        elif word == "freeze":
            self.freezing = float(rest[0])
        elif word in SCRIPT:
            for happening in SCRIPT[word]:
                self.hear(happening)
        else:
            self.failing.add(word)

    def _fail_once(self, where: str) -> None:
        if where in self.failing:
            self.failing.remove(where)
            raise RuntimeError(f"asked to fail in {where}")


class Litter:
    """Refers to itself: only who looks for garbage finds it."""

    def __init__(self) -> None:
        self.myself = self


def litter() -> None:
    """Leaves some, and reports when it is found."""
    gc.disable()
    found = weakref.finalize(Litter(), sys.stderr.write, "garbage was found\n")
    found.atexit = False


def press_keys() -> None:
    from kivy.clock import Clock  # noqa: PLC0415  # configured only now
    from kivy.core.window import Window  # noqa: PLC0415  # configured only now

    for key in (ESCAPE, F1):
        Clock.schedule_once(lambda _, key=key: Window.dispatch("on_keyboard", key, 0, "", []))


def type_key(name: str, *modifiers: str) -> None:
    """As SDL tells a key of a keyboard: down, as text where it is one, and up."""
    from kivy.clock import Clock  # noqa: PLC0415  # configured only now
    from kivy.core.window import Window  # noqa: PLC0415  # configured only now

    code = KEY_CODES[name] if name in KEY_CODES else ord(name)

    def press(_: float) -> None:
        if not Window.dispatch("on_key_down", code, 0, name, list(modifiers)):
            Window.dispatch("on_keyboard", code, 0, name, list(modifiers))
        Window.dispatch("on_keyboard", code, 0, name, list(modifiers))
        Window.dispatch("on_textinput", name)
        Window.dispatch("on_key_up", code, 0)

    Clock.schedule_once(press)


def lay_finger(x: str, y: str) -> None:
    """Leaves it there, in pixels from the upper left, until `lift_finger`."""
    from kivy.clock import Clock  # noqa: PLC0415  # configured only now
    from kivy.core.window import Window  # noqa: PLC0415  # configured only now

    from kiosk.touchscreen.rehearsal import Finger  # noqa: PLC0415  # likewise

    Clock.schedule_once(lambda _: Finger(float(x), Window.height - float(y)).press())


def lift_finger() -> None:
    from kivy.base import EventLoop  # noqa: PLC0415  # configured only now
    from kivy.clock import Clock  # noqa: PLC0415  # configured only now

    Clock.schedule_once(lambda _: [finger.lift() for finger in EventLoop.touches])


HANDS: dict[str, Callable[..., None]] = {
    "keys": press_keys,
    "type": type_key,
    "lay": lay_finger,
    "lift": lift_finger,
}


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def main() -> None:
    stage, port = Stage(), free_port()
    with tempfile.TemporaryDirectory() as home:
        speech = sys.argv[1] if len(sys.argv) > 1 else ""
        panel = Panel(540, 960, 15.6, fullscreen=False, rehearsal_port=port, speech_program=speech)
        watched = supervision(os.environ, os.getpid())
        app = touchscreen(panel, Path(home), stage.latest, stage.tell, stage.room, watched)
        from kivy.clock import Clock  # noqa: PLC0415  # configured only now

        signal.signal(signal.SIGTERM, lambda *_: app.stop())

        def direct() -> None:
            for line in sys.stdin:
                stage.follow(line.strip())
                say("done")
            # Whoever directed is gone: nobody shall find a forgotten screen running.
            Clock.schedule_once(lambda _: app.stop())

        def begin(_: float) -> None:
            threading.Thread(target=direct, daemon=True).start()
            say(str(port))

        Clock.schedule_once(begin)
        app.run()


if __name__ == "__main__":
    main()
