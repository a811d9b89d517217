"""The lamp of a simulated kiosk or return box."""

from pathlib import Path

from devices.capabilities import LampColour
from devices.lcus.simulator import LcusSimulator
from devices.led.simulator import LedSimulator
from devices.settings import LampSettings, LcusSettings, LedSettings
from devices.station.description import LampEntry

_BOARD_OF = {1: 1, 3: 4}  # there is none of three relays


class SimulatedLamp:
    """A lamp one can plug and unplug at `path`, a port, or a folder of LEDs."""

    def __init__(self, path: Path, entry: LampEntry) -> None:
        self._colours = tuple(LampColour)[: entry.colours]
        self._simulator: LedSimulator | LcusSimulator
        self.settings: LampSettings
        if entry.driver == "led":
            leds = self._simulator = LedSimulator(path, *self._colours)
            places = [str(folder) for folder in leds.folders.values()]
            self.settings = LedSettings(*places)
        else:
            board = _BOARD_OF[entry.colours]
            self._simulator = LcusSimulator(path, board, answers=board > 1)
            amber, red = (2, 3) if entry.colours == len(LampColour) else (None, None)
            self.settings = LcusSettings(str(path), 1, amber, red, answers=board > 1)

    @property
    def lit(self) -> tuple[LampColour, ...]:
        """What shines in this moment; a lamp that blinks is dark in between."""
        if isinstance(self._simulator, LedSimulator):
            return self._simulator.lit
        return tuple(self._colours[relay - 1] for relay in self._simulator.on)

    def plug(self) -> None:
        self._simulator.plug()

    def unplug(self) -> None:
        self._simulator.unplug()

    def close(self) -> None:
        self._simulator.close()
