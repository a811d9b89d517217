"""How a device is, judged from what it last said and how long ago. Pure."""

from enum import Enum
from typing import Final

from broker.telemetry import Health, Mode, Presence
from server.web.records import Device

# A station tells its state every 60 s: two were missed.
SILENT_AFTER_SECONDS: Final = 150.0
UNSENT_TOO_LONG_SECONDS: Final = 300.0
STARTING_TOO_LONG_SECONDS: Final = 120.0


class Status(Enum):
    """How a device is, worst first; also its name in the style sheet."""

    SILENT = "silent"
    NOT_SERVING = "not-serving"
    ATTENTION = "attention"
    NORMAL = "normal"


def status_of(device: Device, now: float) -> Status:
    """How the device is at `now`."""
    if is_silent(device, now):
        return Status.SILENT
    if device.mode is Mode.OUT_OF_SERVICE:
        return Status.NOT_SERVING
    ill = any(component.health is not Health.OK for component in device.components)
    if ill or device.mode is Mode.DEGRADED or device.settings_problem or device.incidents:
        return Status.ATTENTION
    if long_since(device.oldest_unsent if device.unsent else None, now, UNSENT_TOO_LONG_SECONDS):
        return Status.ATTENTION
    starting = device.mode_since if device.mode is Mode.STARTING else None
    if long_since(starting, now, STARTING_TOO_LONG_SECONDS):
        return Status.ATTENTION
    return Status.NORMAL


def is_silent(device: Device, now: float) -> bool:
    """The broker lost it, or it says it is there and yet says nothing."""
    if device.presence is Presence.OFFLINE or device.last_heard is None:
        return True
    return now - device.last_heard > SILENT_AFTER_SECONDS


def long_since(moment: float | None, now: float, seconds: float) -> bool:
    """More than `seconds` ago; what never was is not long ago."""
    return moment is not None and now - moment > seconds
