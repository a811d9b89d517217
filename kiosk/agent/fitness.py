"""Whether a machine is fit to be watched by an agent."""

from collections.abc import Mapping
from pathlib import Path

from broker.doctor.checks import Check
from broker.doctor.machine import look_at_clock, look_at_disk, look_at_watchdog
from kiosk.settings import AgentSettings


def agent_checks(read: AgentSettings, environment: Mapping[str, str]) -> tuple[Check, ...]:
    """Every check of an agent; it keeps no facts."""
    return (look_at_clock(), look_at_disk(Path(read.disk)), look_at_watchdog(environment))
