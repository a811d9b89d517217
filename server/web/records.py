"""What was read from the database for the page and the summary. Pure values.

Law: nothing here can hold a patron's number or name. Times are seconds since 1970 UTC.
"""

from dataclasses import dataclass

from broker.facts import Fact, ItemLent, LoanAbandoned, LoanUnconfirmed
from broker.telemetry import Component, Kind, Mode, Presence
from broker.topics import Channel
from broker.vocabulary import Reason
from server.circulation.tasks import TaskKind


@dataclass(frozen=True, slots=True)
class Device:
    """A station by its own latest word; None is what it has not said yet.

    `ignored` counts the messages that it did not believe; `revoked` is our word, not its own.
    """

    name: str
    kind: Kind | None
    presence: Presence | None
    presence_since: float | None
    mode: Mode | None
    mode_since: float | None
    reason: str
    components: tuple[Component, ...]
    unsent: int | None
    oldest_unsent: float | None
    settings_problem: str
    last_heard: float | None
    ignored: int = 0
    revoked: bool = False
    incidents: tuple[TaskKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Happening:
    """A fact without its patron. `sure` is False when its minute cannot be proved.

    `secured`, `provisional` and `reason` are as in the fact; what its kind lacks is None.
    """

    act: str
    device: str
    time: float
    sure: bool
    kind: type[Fact]
    item: str | None
    title: str | None
    secured: bool | None = None
    provisional: bool | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class SetAside:
    """A message in quarantine: who sent it where, and what was wrong with it."""

    number: int
    device: str | None
    channel: Channel | None
    reason: str
    received_at: float


@dataclass(frozen=True, slots=True)
class OpenTask:
    """Something staff have not seen to yet."""

    kind: TaskKind
    act: str
    item: str | None
    title: str | None
    opened_at: float
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Records:
    """One look at the database; the latest of each, newest first, and how many there are."""

    devices: tuple[Device, ...]
    happenings: tuple[Happening, ...]
    set_aside: tuple[SetAside, ...]
    set_aside_total: int
    tasks: tuple[OpenTask, ...]
    tasks_total: int
    sample: bool
    refused_total: int = 0


@dataclass(frozen=True, slots=True)
class DeviceSummary:
    """One device in `/api/summary`, in the words of the contract; null is not said yet."""

    device: str
    kind: str | None
    presence: str | None
    mode: str | None
    unsent: int | None
    last_heard: float | None
    ignored: int


@dataclass(frozen=True, slots=True)
class Summary:
    """All there is, in numbers. Kinds are those of the contract, e.g. `item-lent`.

    `refused` counts messages that were not listened to: from a revoked device, out of the broker's
    memory where nothing belongs there, or on a topic that is not the sender's.
    """

    loans_open: int
    loans_closed: int
    returns: int
    facts: int
    facts_by_kind: dict[str, int]
    unsent: int
    quarantined: int
    refused: dict[str, int]
    tasks: int
    tasks_by_kind: dict[str, int]
    devices: tuple[DeviceSummary, ...]
    sample: bool


def without_patron(fact: Fact) -> tuple[bool | None, bool | None, Reason | None]:
    """`secured`, `provisional` and `reason` of a fact, as far as its kind has them."""
    match fact:
        case ItemLent(provisional=provisional):
            return None, provisional, None
        case LoanAbandoned(reason=reason, secured=secured):
            return secured, None, reason
        case LoanUnconfirmed():
            return None, None, None
        case _:
            return getattr(fact, "secured", None), None, None
