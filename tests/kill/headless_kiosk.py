"""The kiosk program without its window: everything else is the product's, settings file included.

    python -m tests.kill.headless_kiosk --settings FILE

On the rehearsal port of the settings it speaks the rehearsal's language (`touch BUTTON`, `screen`).
As often as the window would look, it draws: each new scene is one JSON line in `drawn.jsonl` in the
station's folder, with the acts of the books on it, before anybody can be shown it.
"""

import json
import os
import socketserver
import threading
from dataclasses import asdict, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from broker.program import run_command, stopping
from broker.settings import read_settings
from broker.telemetry import Kind
from devices.card_watch import CardWatch
from devices.catalogue import open_card_reader, open_reader
from kiosk.clock import SystemClock
from kiosk.happenings import Button, Touched
from kiosk.languages.catalogue import read_catalogues
from kiosk.running import Running
from kiosk.serving import KioskConduct, condition
from kiosk.settings import KioskSettings, server_key
from kiosk.touchscreen.scenes import scene
from kiosk.visit import Visit, screen

LOOKS_PER_SECOND = 15
DRAWN = "drawn.jsonl"


class Screen:
    """Draws visits into a file; what it draws is what a patron can read."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._catalogues = read_catalogues()
        self._clock = SystemClock()
        self._drawn: dict[str, Any] = {}
        self._looking = threading.Lock()

    def look(self, visit: Visit) -> dict[str, Any]:
        """What the visit looks like now."""
        with self._looking:
            drawn = self._drawing(visit)
            if drawn != self._drawn:
                self._drawn = drawn
                line = {"at": self._clock.wall()} | drawn
                os.write(self._file, json.dumps(line, ensure_ascii=False).encode() + b"\n")
            return drawn

    def _drawing(self, visit: Visit) -> dict[str, Any]:
        there = scene(visit, self._clock.monotonic(), self._catalogues[visit.language])
        books = [
            {
                "item": "" if book.item is None else str(book.item),
                "act": "" if book.act is None else str(book.act),
                "stage": book.stage.name.lower(),
            }
            for book in visit.books
        ]
        return {"screen": screen(visit).value, "books": books, "texts": _texts(there)}


def _texts(part: object) -> list[str]:
    """Every word of a scene, from the top down."""
    if isinstance(part, str):
        return [part] if part else []
    if is_dataclass(part) and not isinstance(part, type | Enum):
        part = tuple(getattr(part, name) for name in asdict(part))
    return [text for one in part for text in _texts(one)] if isinstance(part, tuple) else []


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    running: Running
    conduct: KioskConduct
    screen: Screen


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server = cast("_Server", self.server)
        word, _, rest = self.rfile.readline().decode().strip().partition(" ")
        if word == "touch":
            server.running.hear(Touched(Button(rest)))
        answer = server.screen.look(server.conduct.visit)
        self.wfile.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")


def run(settings: Annotated[Path, typer.Option()]) -> None:
    read = read_settings(settings, KioskSettings)
    stop = stopping()
    conduct = KioskConduct()
    running = Running(
        read,
        server_key(read.folder),
        Kind.KIOSK,
        conduct,
        lambda: condition(conduct.visit),
        in_bin=False,
    )
    drawing = Screen(Path(read.folder) / DRAWN)
    server = _Server(("127.0.0.1", read.screen.rehearsal_port or 0), _Conversation)
    server.running, server.conduct, server.screen = running, conduct, drawing
    threading.Thread(target=server.serve_forever, name="rehearsal", daemon=True).start()
    cards = CardWatch(lambda: open_card_reader(read.card_reader), running.hear)
    serving = threading.Thread(target=_serve, args=(running, read, stop), name="station")
    serving.start()
    cards.start()
    while not stop.wait(1 / LOOKS_PER_SECOND):
        drawing.look(conduct.visit)
    cards.stop()
    serving.join()


def _serve(running: Running, read: KioskSettings, stop: threading.Event) -> None:
    """A station that fails takes the screen down with it."""
    try:
        running.run(lambda: open_reader(read.reader), stop)
    finally:
        stop.set()


if __name__ == "__main__":
    run_command(run)
