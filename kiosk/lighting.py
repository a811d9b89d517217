"""The thin shell around a station's lamp: what its machine means, several times a second."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from broker.telemetry import Health
from devices.capabilities import LampMeaning
from devices.catalogue import open_lamp
from devices.lamp_watch import LampWatch
from devices.settings import LampSettings
from kiosk.condition import Condition, finding


@dataclass(frozen=True, slots=True)
class Lighting:
    """A lamp, and what the station means by it. The machine's own thread calls `turn`."""

    watch: LampWatch
    meaning: Callable[[], LampMeaning]

    def turn(self) -> None:
        self.watch.show(self.meaning())


def lighting(settings: LampSettings | None, meaning: Callable[[], LampMeaning]) -> Lighting | None:
    """None where no lamp is fitted."""
    if settings is None:
        return None
    return Lighting(LampWatch(lambda: open_lamp(settings)), meaning)


def with_lamp(condition: Condition, lighting: Lighting | None) -> Condition:
    """How the station is, and its lamp: without which it serves as well."""
    if lighting is None:
        return condition
    well = lighting.watch.trouble is None
    found = finding("lamp", healthy=well, code="unlit", health=Health.WARNING)
    return replace(condition, findings=(*condition.findings, found))
