"""The kernel's end: a folder for each LED, as below /sys/class/leds, with files that keep what is
written to them.
"""

import shutil
from pathlib import Path

from devices.capabilities import LampColour
from devices.led.protocol import number

_FILES = {"brightness": "0\n", "max_brightness": "1\n", "trigger": "[none] timer heartbeat\n"}


class LedSimulator:
    """LEDs one can plug and unplug below `folder`; they are not plugged yet."""

    def __init__(self, folder: Path, *colours: LampColour) -> None:
        self.folders = {colour: folder / f"sirkula-{colour.value}" for colour in colours}

    @property
    def lit(self) -> tuple[LampColour, ...]:
        return tuple(
            colour
            for colour, folder in self.folders.items()
            if folder.exists() and number((folder / "brightness").read_bytes() or b"0")
        )

    def plug(self) -> None:
        for folder in self.folders.values():
            if not folder.exists():
                fresh = folder.with_name(f".{folder.name}.new")
                fresh.mkdir(parents=True)
                for name, text in _FILES.items():
                    (fresh / name).write_text(text, encoding="ascii")
                fresh.rename(folder)

    def unplug(self) -> None:
        for folder in self.folders.values():
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        self.unplug()
