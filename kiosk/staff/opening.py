"""Builds a kiosk's staff mode from its settings: the room, the hands and the ear at the scanner."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import typer

from devices.capabilities import Receipt
from devices.catalogue import open_printer
from devices.unfinished import Unfinished
from kiosk.languages.catalogue import read_catalogues
from kiosk.lighting import Lighting, lighting
from kiosk.serving import KioskConduct
from kiosk.settings import KioskSettings
from kiosk.staff.conduct import Fitted, StaffConduct
from kiosk.staff.hands import Hands, Tools
from kiosk.staff.heard import StaffHeard
from kiosk.staff.records import Memory, TagReport
from kiosk.staff.shelves import Shelves
from kiosk.staff.tag_hands import Labels, TagHands
from kiosk.staff.words import Found
from kiosk.touchscreen.speech.voice import is_installed, say_all

RESTART_STATUS: Final = 75
"""Asks the supervising process to start the program again: EX_TEMPFAIL (sysexits(3))."""


def open_staff_mode(
    read: KioskSettings,
    patrons: KioskConduct,
    tell: Callable[[StaffHeard], None],
    restart: Callable[[], bool],
) -> tuple[StaffConduct, Hands, Lighting | None]:
    """The conduct to serve with, the hands, which still lack their station, and the lamp."""
    folder = Path(read.folder) / "staff"
    memory = Memory(folder)
    labels = Labels(read.staff.data_model(), next(iter(read.tags.owners), None))
    unfinished = Unfinished(folder / "unfinished")
    tags = TagHands(read.tags, labels, unfinished, TagReport(folder, _now))
    printer = read.printer
    tools = Tools(
        memory,
        tags,
        Shelves(folder / "inventory", lambda: datetime.now().strftime("%Y%m%d-%H%M%S")),  # noqa: DTZ005, TID251 for people's eyes, by the local clock
        read.staff.code,
        read.staff.known_cards(),
        None if printer is None else lambda: open_printer(printer),
        _slip(str(read.device)),
        lambda: _speak(read.screen.speech),
        restart,
    )
    hands = Hands(tools, tell)
    light = lighting(read.lamp, lambda: conduct.lamp)
    fitted = Fitted(bool(read.staff.code), read.scanner is not None)
    if light is not None and (lamp := read.lamp) is not None:
        colours = sum(place is not None for place in (lamp.green, lamp.amber, lamp.red))
        fitted = replace(fitted, lamp=light.watch, colours=colours)
    conduct = StaffConduct(patrons, memory.kept, hands.do, hands.is_staff, fitted)
    return conduct, hands, light


@dataclass
class Restart:
    """Ends the program so that the supervising process, which is systemd, starts it again.

    It names itself in the environment (systemd.exec(5)); without it nobody would.
    """

    stop: threading.Event
    asked: bool = False

    def ask(self) -> bool:
        """Whether it will be started again."""
        self.asked = "INVOCATION_ID" in os.environ
        if self.asked:
            self.stop.set()
        return self.asked

    def leave(self) -> None:
        """Raises typer.Exit with a status that says so, if it was asked."""
        if self.asked:
            raise typer.Exit(RESTART_STATUS)


def _slip(device: str) -> Receipt:
    words = [catalogue.text("staff.slip") for catalogue in read_catalogues().values()]
    return Receipt(words[0], (device, _now()), notes=tuple(words[1:]))


def _speak(program: str) -> Found:
    """Says a sentence in every language."""
    if not program:
        return Found.NOT_FITTED
    if not is_installed(program):
        return Found.NOT_INSTALLED
    said = [
        say_all(program, catalogue.text("staff.voice"), language)
        for language, catalogue in read_catalogues().items()
    ]
    return Found.WELL if all(said) else Found.SILENT


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")  # noqa: TID251 for people's eyes
