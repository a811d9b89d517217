"""Whether a machine is fit to be a kiosk or a drop box."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from broker.doctor.checks import Check, Outcome
from broker.doctor.machine import (
    look_at_clock,
    look_at_folder,
    look_at_port,
    look_at_watchdog,
    look_at_zone,
)
from devices.settings import LampSettings, LcusSettings, LedSettings
from kiosk.ledger.fitness import look_at_ledger
from kiosk.settings import LEDGER, KioskSettings, StationSettings
from kiosk.touchscreen.speech.voice import is_installed

# Where our branches are; the server says which it is.
_ZONES: Final = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
_SERIAL_CARD_READER: Final = re.compile(r"(?:tty|com):([^:]+):")


def station_checks(read: StationSettings, environment: Mapping[str, str]) -> tuple[Check, ...]:
    """Every check of a kiosk or a drop box."""
    folder = Path(read.folder).absolute()
    ports = {"reader": read.reader.port}
    speech: tuple[Check, ...] = ()
    if isinstance(read, KioskSettings):
        ports |= _card_reader_port(read.card_reader.path)
        speech = look_at_speech(read.screen.speech)
    ports |= _lamp_ports(read.lamp)
    return (
        look_at_clock(),
        *look_at_folder(folder),
        look_at_ledger(folder / LEDGER),
        *(look_at_port(name, port) for name, port in ports.items()),
        *map(look_at_zone, _ZONES),
        *speech,
        look_at_watchdog(environment),
    )


def look_at_speech(program: str) -> tuple[Check, ...]:
    """Whether the program that speaks is there; a kiosk meant to be silent needs none."""
    if not program:
        return ()
    outcome, code = (Outcome.ADVICE, "missing")
    if is_installed(program):
        outcome, code = Outcome.WELL, "there"
    return (Check("speech", outcome, code, {"program": program}),)


def _card_reader_port(path: str) -> dict[str, str]:
    """The device file of a card reader at a serial line; by USB it has none."""
    found = _SERIAL_CARD_READER.match(path)
    if found is None:
        return {}
    port = found[1] if found[1].startswith("/") else f"/dev/tty{found[1]}"
    return {"card_reader": port}


def _lamp_ports(lamp: LampSettings | None) -> dict[str, str]:
    """A relay board's device file, or the folder of each LED."""
    match lamp:
        case LcusSettings(port):
            return {"lamp": port}
        case LedSettings(green, amber, red):
            folders = {"green": green, "amber": amber, "red": red}
            return {f"lamp, {colour}": folder for colour, folder in folders.items() if folder}
        case None:
            return {}
