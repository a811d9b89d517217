"""What strikes by itself: every few seconds something breaks, somewhere."""

from collections.abc import Callable
from typing import Final

from tests.simulation import disk
from tests.simulation.faults import TROUBLES
from tests.simulation.library import Server
from tests.simulation.line import Broker
from tests.simulation.mischief import Mischief
from tests.simulation.stations import SimulatedStation
from tests.simulation.weather import Weather

_NEXT_SECONDS: Final = (6.0, 25.0)
_REFUSING_SECONDS: Final = (2.0, 30.0)
_SERVICE_SECONDS: Final = (10.0, 60.0)
_BACKUP_SECONDS: Final = 60.0


class Troubles:
    """One after the other until the weather calms down."""

    def __init__(
        self,
        weather: Weather,
        broker: Broker,
        server: Server,
        stations: list[SimulatedStation],
        mischief: Mischief,
    ) -> None:
        self._weather = weather
        self._broker = broker
        self._server = server
        self._stations = stations
        mischiefs = {
            "garbage said": mischief.garbage,
            "another's fact said": mischief.as_another,
            "old fact said again": mischief.again,
            "old fact said otherwise": mischief.otherwise,
            "old acknowledgement said again": mischief.old_acknowledgement,
            "revoked device spoke": mischief.revoked,
        }
        here: dict[str, Callable[[], None]] = {
            "broker restarted": lambda: broker.restart(forgetting=False),
            "broker forgot what it kept": lambda: broker.restart(forgetting=True),
            "server's database refused": lambda: server.refuse(self._between(_REFUSING_SECONDS)),
            **mischiefs,
        }
        self._here = here
        self._at_a_station: dict[str, Callable[[SimulatedStation], None]] = {
            "line broken": lambda one: one.connection.partition(),
            "taken out of service": self._out_of_service,
            "power cut at any time": lambda one: one.die(power=True),
            "program killed at any time": lambda one: one.die(power=False),
            disk.FULL: lambda one: one.spoil_disk(disk.FULL),
            disk.READ_ONLY: lambda one: one.spoil_disk(disk.READ_ONLY),
            "reader unplugged": lambda one: one.pad.unplug() if one.alive else None,
            "clock stepped": lambda one: one.clock.step(),
        }

    def begin(self) -> None:
        self._weather.later(self._between(_NEXT_SECONDS), self._strike)
        if "server restored from a backup" in self._weather.armed:
            self._weather.later(_BACKUP_SECONDS, self._back_up)

    def _strike(self) -> None:
        if self._weather.calm:
            return
        self._weather.later(self._between(_NEXT_SECONDS), self._strike)
        armed = [trouble for trouble in TROUBLES if trouble in self._weather.armed]
        if not armed:
            return
        trouble = self._weather.random.choice(armed)
        station = self._weather.random.choice(self._stations)
        if self._weather.strikes(trouble):
            if trouble in self._here:
                self._here[trouble]()
            else:
                self._at_a_station[trouble](station)

    def _out_of_service(self, station: SimulatedStation) -> None:
        self._server.serve(station.name, in_service=False)
        back = lambda: self._server.serve(station.name, in_service=True)  # noqa: E731
        self._weather.later(self._between(_SERVICE_SECONDS), back)

    def _back_up(self) -> None:
        if not self._weather.calm:
            self._server.back_up()
            self._weather.later(_BACKUP_SECONDS, self._back_up)

    def _between(self, seconds: tuple[float, float]) -> float:
        return self._weather.random.uniform(*seconds)
