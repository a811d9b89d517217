"""Whether this machine is fit to run our broker."""

import getpass
from collections.abc import Mapping
from pathlib import Path

from broker.doctor.checks import Check
from broker.doctor.machine import look_at_clock, look_at_folder, look_at_watchdog
from broker.mosquitto.configuration import configuration
from broker.mosquitto.limits import limits
from broker.mosquitto.settings import BrokerSettings


def broker_checks(read: BrokerSettings, environment: Mapping[str, str]) -> tuple[Check, ...]:
    """Every check; the configuration is the one a running broker was started with, if any."""
    folder = Path(read.folder).absolute()
    file = folder / "mosquitto.conf"
    text = configuration(read.port, folder, getpass.getuser())
    if file.exists():
        text = file.read_text(encoding="utf-8")
    return (
        look_at_clock(),
        *look_at_folder(folder),
        *limits(text),
        look_at_watchdog(environment, told=False),
    )
