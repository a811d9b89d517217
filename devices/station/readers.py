"""The simulated reader of a pad or a bin, of whichever family the description names."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from devices.feig.simulator import FeigPeer
from devices.m3_810.simulator import M3Peer
from devices.metratec.simulator import MetratecPeer
from devices.pseudo_terminal import Pace, Peer, PseudoTerminal
from devices.rl866.simulator import Rl866Peer
from devices.rr3036.simulator import Rr3036Peer
from devices.settings import (
    FeigSettings,
    M3Settings,
    MetratecSettings,
    PadReaderSettings,
    Rl866Settings,
    Rr3036Settings,
)
from devices.station.description import ReaderEntry
from devices.tag_field import TagField

_BITS: Final = {"none": 10, "odd": 11, "even": 11}  # start, eight of data, parity, stop


@dataclass(frozen=True, slots=True)
class _Family:
    power_on: Callable[[TagField], Peer]
    settings: Callable[[str], PadReaderSettings]


_FAMILIES: Final = {
    "feig": _Family(FeigPeer, FeigSettings),
    "m3-810": _Family(M3Peer, M3Settings),
    "rl866": _Family(Rl866Peer, Rl866Settings),
    "rr3036": _Family(Rr3036Peer, Rr3036Settings),
    "metratec": _Family(MetratecPeer, MetratecSettings),
}


class SimulatedReader:
    """One reader one can plug and unplug at `path`; it is not plugged yet."""

    def __init__(self, path: Path, entry: ReaderEntry, tags: TagField) -> None:
        family = _FAMILIES[entry.reader]
        self.settings = family.settings(str(path))
        pace = Pace(self.settings.baud, tags.seconds_on_air, _BITS[self.settings.parity])
        self._terminal = PseudoTerminal(
            path, lambda: family.power_on(tags), pace if entry.paced else None
        )
        self.plug = self._terminal.plug
        self.unplug = self._terminal.unplug
        self.close = self._terminal.close
