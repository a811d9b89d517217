"""How the machine is: disk, memory and temperature, judged by pure limits."""

from dataclasses import dataclass
from typing import Final

import psutil

from broker.doctor.checks import DISK_FILLING, DISK_FULL
from broker.telemetry import Health, Mode
from kiosk.condition import Condition, Finding, finding

MEMORY_SHORT: Final = 95.0
TOO_HOT: Final = 80.0


@dataclass(frozen=True, slots=True)
class Readings:
    """Percent used of disk and memory; degrees Celsius of the hottest sensor, None without one."""

    disk: float
    memory: float
    hottest: float | None


def read(disk: str) -> Readings:
    """The machine now. Raises OSError when `disk` is not there."""
    sensors = psutil.sensors_temperatures().values()
    degrees = [reading.current for readings in sensors for reading in readings]
    return Readings(
        psutil.disk_usage(disk).percent,
        psutil.virtual_memory().percent,
        max(degrees, default=None),
    )


def condition(readings: Readings) -> Condition:
    """What the readings mean for a technician. Pure."""
    findings = (
        _disk(readings.disk),
        finding(
            "memory",
            healthy=readings.memory < MEMORY_SHORT,
            code="memory-short",
            health=Health.WARNING,
        ),
        finding(
            "temperature",
            healthy=readings.hottest is None or readings.hottest < TOO_HOT,
            code="too-hot",
            health=Health.WARNING,
        ),
    )
    well = all(found.health is Health.OK for found in findings)
    return Condition(Mode.IN_SERVICE if well else Mode.DEGRADED, "", findings)


def _disk(percent: float) -> Finding:
    if percent >= DISK_FULL:
        return Finding("disk", Health.ERROR, "disk-full")
    healthy = percent < DISK_FILLING
    return finding("disk", healthy=healthy, code="disk-filling", health=Health.WARNING)
