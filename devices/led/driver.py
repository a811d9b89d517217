"""Our end of a lamp made of the kernel's LEDs: one folder below /sys/class/leds for each colour."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from devices.capabilities import LampColour
from devices.errors import Refused, Unplugged
from devices.led.protocol import NO_TRIGGER, number, trigger


class LedLamp:
    """A lamp for one thread; `folders` as `devices.lamp.places` has them.

    Opening raises DeviceError. A trigger that something else gave an LED, such as `heartbeat`, is
    taken from it.
    """

    wears_out = False

    def __init__(self, folders: Mapping[LampColour, str]) -> None:
        self._folders = folders
        self._brightest = {name: _prepared(Path(name)) for name in set(folders.values())}

    def light(self, colour: LampColour | None) -> None:
        """That colour alone, or none; the others go out first."""
        wanted = None if colour is None else self._folders[colour]
        for name in sorted(self._brightest, key=lambda name: name == wanted):
            told = self._brightest[name] if name == wanted else 0
            file = Path(name) / "brightness"
            _write(file, str(told))
            kept = number(_read(file))
            if bool(kept) is not bool(told):
                raise Refused(f"{file} says {kept} after {told}: does something else use it?")

    def close(self) -> None:
        """Nothing is kept open."""


def _prepared(folder: Path) -> int:
    """Ours alone from here on; how bright it can be."""
    file = folder / "trigger"
    if trigger(_read(file)) != NO_TRIGGER:
        _write(file, NO_TRIGGER)
    return number(_read(folder / "max_brightness"))


def _read(file: Path) -> bytes:
    with _translated(file):
        return file.read_bytes()


def _write(file: Path, text: str) -> None:
    """As `echo` does, but never makes a file that is not there."""
    with _translated(file):
        opened = os.open(file, os.O_WRONLY | os.O_TRUNC)
        try:
            os.write(opened, f"{text}\n".encode("ascii"))
        finally:
            os.close(opened)


@contextmanager
def _translated(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unplugged(f"{file}: {error.strerror}") from error
