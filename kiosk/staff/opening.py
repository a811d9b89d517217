"""Builds a kiosk's staff mode from its settings: the room, the hands and the ear at the scanner."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import typer

from broker.vocabulary import PatronId
from devices.barcode import (
    BookIsbn,
    ItemBarcode,
    LabelSettings,
    Meaning,
    Misread,
    NationalNumber,
    PatronBarcode,
    meaning,
)
from devices.capabilities import Receipt, Scan
from devices.catalogue import open_printer, open_scanner
from devices.scanner_watch import Scanned, ScannerEvent, ScannerHealthy, ScannerLost, ScannerWatch
from devices.unfinished import Unfinished
from kiosk.languages.catalogue import read_catalogues
from kiosk.serving import KioskConduct
from kiosk.settings import KioskSettings
from kiosk.staff.conduct import StaffConduct
from kiosk.staff.hands import Hands, Tools
from kiosk.staff.heard import ItemScanned, OtherScanned, ScannerSeen, StaffHeard, StaffShown
from kiosk.staff.records import Memory, TagReport
from kiosk.staff.shelves import Shelves
from kiosk.staff.tag_hands import Labels, TagHands
from kiosk.staff.words import Other

RESTART_STATUS: Final = 75
"""Asks the supervising process to start the program again: EX_TEMPFAIL (sysexits(3))."""


def open_staff_mode(
    read: KioskSettings,
    patrons: KioskConduct,
    tell: Callable[[StaffHeard], None],
    restart: Callable[[], bool],
) -> tuple[StaffConduct, Hands]:
    """The conduct to serve with, and the hands, which still lack their station."""
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
        restart,
    )
    hands = Hands(tools, tell)
    conduct = StaffConduct(
        patrons,
        memory.kept,
        hands.do,
        hands.is_staff,
        has_code=bool(read.staff.code),
        scans=read.scanner is not None,
    )
    return conduct, hands


def scanner_watches(
    read: KioskSettings,
    tell: Callable[[StaffHeard], None],
    is_staff: Callable[[PatronId], bool],
) -> tuple[ScannerWatch, ...]:
    """The ear at the scanner, where one is fitted."""
    scanner, labels = read.scanner, read.labels
    if scanner is None or labels is None:
        return ()

    def hear(event: ScannerEvent) -> None:
        tell(told(event, labels, is_staff))

    return (ScannerWatch(lambda: open_scanner(scanner), hear),)


def told(
    event: ScannerEvent, labels: LabelSettings, is_staff: Callable[[PatronId], bool]
) -> StaffHeard:
    """What the scanner's event is to staff mode: never a person's number."""
    match event:
        case ScannerHealthy() | ScannerLost():
            return ScannerSeen(isinstance(event, ScannerHealthy))
        case Scanned(scan):
            return StaffShown() if _is_staffs(scan, is_staff) else _meaning(meaning(scan, labels))


def _is_staffs(scan: Scan, is_staff: Callable[[PatronId], bool]) -> bool:
    try:
        return is_staff(PatronId(scan.text))
    except ValueError:  # characters no card has
        return False


def _meaning(found: Meaning) -> StaffHeard:
    match found:
        case ItemBarcode(item):
            return ItemScanned(item)
        case BookIsbn():
            return OtherScanned(Other.ISBN)
        case PatronBarcode() | NationalNumber():
            return OtherScanned(Other.PERSON)
        case Misread():
            return OtherScanned(Other.MISREAD)
        case _:
            return OtherScanned(Other.NOT_OURS)


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


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")  # noqa: TID251 for people's eyes
