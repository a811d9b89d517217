"""What can go wrong with hardware, in words a technician can act on."""

from broker.errors import SirkulaError
from devices.capabilities import PrinterCondition


class DeviceError(SirkulaError):
    """Root of hardware failures: the pad or card reader did not do what was asked."""


class Unplugged(DeviceError):
    """The port is gone or cannot be opened: check cable and power."""


class NoAnswer(DeviceError):
    """The device is there but stayed silent: check baud rate, address and power."""


class Garbled(DeviceError):
    """The device answered something its protocol does not allow."""


class Refused(DeviceError):
    """The device answered, with an error status of its own; the text names it."""


class NotPrinted(Refused):
    """The printer cannot print, or stopped in the middle; `condition` says why."""

    def __init__(self, condition: PrinterCondition) -> None:
        super().__init__(condition.value)
        self.condition = condition


class TagGone(DeviceError):
    """The tag left the field in the middle of a command."""


class NotWritten(DeviceError):
    """A write was acknowledged or refused, but reading back shows another value."""


class BadTag(SirkulaError):
    """A tag's bytes break its data model, or a label does not fit it; the text says which rule."""


class NotUnderstood(SirkulaError):
    """A line at the simulated station's prompt; the text says what is possible instead."""
