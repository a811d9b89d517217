"""A line server on loopback for demos and tests: touches the real screen, tells what it shows.

    touch borrow       -> {"ok": true}             a touch down and up through the window's input
    touch key 7        -> {"ok": true}             which of several alike: a key, a loan's item
    key down           -> {"ok": true}             one of the keypad's, as `keypad.Key`
    screenshot PATH    -> {"ok": true}             a PNG of the latest visit at exactly PATH
    screen             -> {"screen": "pad", "language": "id", "books": [...], "texts": [...],
                           "viewing": {...}, "staff": null, "focus": "borrow",
                           "targets": [{"button": "borrow", "subject": "", "x": 512, "y": 300},
                           ...]}
    anything else      -> {"error": "..."}         also for a button that is not there now

One command a line, one JSON object a line back. Targets are what a finger or the keypad can choose
now, in reading order, with their middle in pixels from the upper left; there are none until the
screen stands long enough for a touch to be meant for it. Patrons' numbers never cross it. Every
command is carried out on Kivy's thread; only waiting happens on ours.
"""

import json
import socketserver
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.input.motionevent import MotionEvent
from kivy.uix.label import Label
from kivy.uix.widget import Widget

from broker.errors import SirkulaError
from kiosk.happenings import Button
from kiosk.languages.catalogue import UNBROKEN_SPACE
from kiosk.staff.words import Key as StaffKey
from kiosk.touchscreen.keypad import Key
from kiosk.touchscreen.targets import Touchable
from kiosk.touchscreen.viewing import Wish
from kiosk.visit import Visit, screen

if TYPE_CHECKING:
    from kiosk.touchscreen.app import Touchscreen

PATIENCE_SECONDS: Final = 20.0
_TOUCHABLE: Final = frozenset(one.value for one in (*Button, *StaffKey, *Wish))
FRAMES_UNTIL_DRAWN: Final = 4  # layout settles, texts are rendered, the frame is swapped


class NotOnScreen(SirkulaError):
    """What a command wants to touch is not visible or not enabled now."""


class BadCommand(SirkulaError):
    """A line that is no command of the rehearsal, or lacks its argument."""


class Finger(MotionEvent):
    """One finger at a place of the window, in pixels from the lower left."""

    def __init__(self, x: float, y: float) -> None:
        place = {"x": x / (Window.width - 1), "y": y / (Window.height - 1)}
        super().__init__("rehearsal", "rehearsal", place, is_touch=True, type_id="touch")
        self.profile = ["pos"]

    def depack(self, args: dict[str, float]) -> None:
        self.sx, self.sy = args["x"], args["y"]
        super().depack(args)

    def press(self) -> None:
        EventLoop.post_dispatch_input("begin", self)

    def lift(self) -> None:
        EventLoop.post_dispatch_input("end", self)


class Rehearsal:
    """The server, running from construction until `close`."""

    def __init__(self, app: "Touchscreen", port: int) -> None:
        self._app = app
        self._server = _Server(("127.0.0.1", port), _Conversation)
        self._server.answer = self._answer
        threading.Thread(target=self._server.serve_forever, name="rehearsal", daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, line: str) -> dict[str, object]:
        """Called on the conversation's thread. Waits for Kivy's."""
        word, _, rest = line.strip().partition(" ")
        outcome: Future[dict[str, object]] = Future()
        try:
            work = self._work(word, rest)
            _in_frames(0, outcome, lambda: work(outcome))
            return outcome.result(PATIENCE_SECONDS)
        except SirkulaError as error:
            return {"error": str(error)}
        except TimeoutError:
            return {"error": f"{word}: the screen did not answer"}

    def _work(self, word: str, rest: str) -> Callable[[Future[dict[str, object]]], None]:
        match word, rest:
            case "touch", name if name.partition(" ")[0] in _TOUCHABLE:
                word, _, subject = name.partition(" ")
                return lambda outcome: self._touch(word, subject, outcome)
            case "key", name if name in {key.value for key in Key}:
                return lambda outcome: self._key(Key(name), outcome)
            case "screenshot", path if path:
                return lambda outcome: self._screenshot(Path(path), outcome)
            case "screen", "":
                return self._screen
            case _:
                raise BadCommand("use: touch BUTTON [SUBJECT], key KEY, screenshot PATH or screen")

    def _touch(self, button: str, subject: str, outcome: Future[dict[str, object]]) -> None:
        self._app.look()
        surface = self._app.surface
        if surface is None or not surface.settled:
            _in_frames(1, outcome, lambda: self._touch(button, subject, outcome))
            return
        there = [
            choice
            for choice in surface.choices
            if choice.control.button.value == button and subject in ("", choice.control.subject)
        ]
        if not there or there[0].disabled:
            raise NotOnScreen(f"touch {button}: no such button can be touched now")
        _in_frames(FRAMES_UNTIL_DRAWN, outcome, lambda: self._press(there[0], button, outcome))

    def _key(self, key: Key, outcome: Future[dict[str, object]]) -> None:
        self._app.look()
        if self._app.surface is None or not self._app.surface.settled:
            _in_frames(1, outcome, lambda: self._key(key, outcome))
            return
        outcome.set_result({"ok": True})
        self._app.hand.press(key)

    def _press(self, choice: Touchable, button: str, outcome: Future[dict[str, object]]) -> None:
        if choice.get_parent_window() is None or choice.control.button.value != button:
            raise NotOnScreen(f"touch {button}: the button went away")
        finger = Finger(*choice.to_window(*choice.center))
        # A touch is done even when what it tells fails; that failure is the app's to survive.
        outcome.set_result({"ok": True})
        finger.press()
        finger.lift()

    def _screenshot(self, path: Path, outcome: Future[dict[str, object]]) -> None:
        self._app.look()
        _in_frames(FRAMES_UNTIL_DRAWN, outcome, lambda: _save(path, outcome))

    def _screen(self, outcome: Future[dict[str, object]]) -> None:
        visit = self._app.look()
        _in_frames(
            FRAMES_UNTIL_DRAWN,
            outcome,
            lambda: outcome.set_result(
                described(visit, visible_texts(self._app.root)) | self._viewed()
            ),
        )

    def _viewed(self) -> dict[str, object]:
        """How it is seen, staff mode's page, where the keypad's focus is, what can be touched."""
        surface = self._app.surface
        focus = surface.focused if surface is not None else None
        session = self._app.room.session
        touchable = surface.targets if surface is not None and surface.settled else {}
        return {
            "viewing": asdict(self._app.viewing),
            "staff": session.page.value if session is not None else None,
            "focus": focus[0].value if focus is not None else None,
            "targets": [_placed(one) for one in touchable.values()],
        }


def described(visit: Visit, texts: list[str]) -> dict[str, object]:
    """What a rehearsal may know of a visit: everything but the patron."""
    books = [
        {
            "item": str(book.item) if book.item is not None else None,
            "title": book.title,
            "stage": book.stage.name.lower(),
            "due": book.due.isoformat() if book.due is not None else None,
            "reason": book.reason.value if book.reason is not None else None,
            "problem": book.problem.value if book.problem is not None else None,
        }
        for book in visit.books
    ]
    return {
        "screen": screen(visit).value,
        "language": visit.language,
        "unhurried": visit.unhurried,
        "books": books,
        "texts": texts,
    }


def visible_texts(root: Widget) -> list[str]:
    """Every text on the screen now, from the top of the tree down."""
    found = []
    if isinstance(root, Label) and root.text:
        found.append(root.text.replace(UNBROKEN_SPACE, " "))
    for child in root.children[::-1]:
        found += visible_texts(child)
    return found


def _placed(target: Touchable) -> dict[str, object]:
    """What it is, and where a finger finds it."""
    x, y = target.to_window(*target.center)
    return {
        "button": target.control.button.value,
        "subject": target.control.subject,
        "x": round(x),
        "y": round(Window.height - y),
    }


def _save(path: Path, outcome: Future[dict[str, object]]) -> None:
    """Kivy numbers its screenshots; ours has exactly the name it was asked for."""
    numbered = Window.screenshot(name=f"{path}.part.png")
    Path(numbered).replace(path)
    outcome.set_result({"ok": True})


def _in_frames(count: int, outcome: Future[dict[str, object]], work: Callable[[], None]) -> None:
    """Does `work` on Kivy's thread `count` frames from now; its failure becomes the outcome."""

    def frame(_: float) -> None:
        if count > 0:
            _in_frames(count - 1, outcome, work)
            return
        try:
            work()
        except (SirkulaError, OSError) as error:
            outcome.set_exception(
                error if isinstance(error, SirkulaError) else BadCommand(str(error))
            )

    Clock.schedule_once(frame, 0)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    answer: Callable[[str], dict[str, object]]


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server = cast("_Server", self.server)
        for line in self.rfile:
            answer = server.answer(line.decode("utf-8", "replace"))
            self.wfile.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
