"""How a station is, in the words a technician reads. Pure."""

from dataclasses import dataclass

from broker.telemetry import Health, Mode
from kiosk.bounds import Capacity


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


def ledger_findings(capacity: Capacity, *, healthy: bool) -> tuple[Finding, ...]:
    """The disk as it takes writes now, and what is still to be sent from it."""
    ledger = finding("ledger", healthy=healthy, code="disk-refuses-writes")
    if capacity is Capacity.UNCHECKED and healthy:
        ledger = Finding("ledger", Health.ERROR, "ledger-replaced")
    match capacity:
        case Capacity.FULL:
            outbox = Finding("outbox", Health.ERROR, "outbox-full")
        case Capacity.HALF_FULL:
            outbox = Finding("outbox", Health.WARNING, "outbox-half-full")
        case _:
            outbox = Finding("outbox", Health.OK)
    return ledger, outbox
