"""What the simulation is put together from."""

from dataclasses import dataclass
from pathlib import Path

from kiosk.courier import Courier
from kiosk.dropbox.box import BoxConduct
from kiosk.report import Reporter
from kiosk.running import PadTags
from kiosk.serving import KioskConduct
from kiosk.station import Station
from tests.simulation.clocks import StationClock
from tests.simulation.disk import FragileLedger
from tests.simulation.library import Server
from tests.simulation.line import Broker
from tests.simulation.pad import FieldReader
from tests.simulation.things import World
from tests.simulation.weather import Weather


@dataclass(frozen=True)
class Parts:
    """One class for each part; a planted bug is one of these replaced."""

    ledger: type[FragileLedger] = FragileLedger
    courier: type[Courier] = Courier
    station: type[Station] = Station
    kiosk: type[KioskConduct] = KioskConduct
    box: type[BoxConduct] = BoxConduct
    tags: type[PadTags] = PadTags
    reader: type[FieldReader] = FieldReader
    clock: type[StationClock] = StationClock
    reporter: type[Reporter] = Reporter
    server: type[Server] = Server


@dataclass(frozen=True)
class Surroundings:
    """What a station stands in."""

    weather: Weather
    world: World
    broker: Broker
    folder: Path
    parts: Parts
