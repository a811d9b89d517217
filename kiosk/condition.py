"""How a station is, in the words a technician reads. Pure."""

from dataclasses import dataclass

from broker.telemetry import Health, Mode


@dataclass(frozen=True, slots=True)
class Finding:
    """How one component is now; `code` is empty when it is healthy."""

    name: str
    health: Health
    code: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """How a station is now: whether patrons are served, why not, and each of its components."""

    mode: Mode
    reason: str
    findings: tuple[Finding, ...]


def finding(name: str, *, healthy: bool, code: str, health: Health = Health.ERROR) -> Finding:
    """A component that is well, or ill in the way `code` says."""
    return Finding(name, Health.OK) if healthy else Finding(name, health, code)
