"""Presence, health and settings: what technicians see and steer. Pure values."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from broker.appearance import PLAIN, Appearance
from broker.staff_keys import NO_STAFF, StaffCards
from broker.vocabulary import Anchor, BootClock, DeviceId, SiteId


class Presence(Enum):
    """Retained plain text on `status`; the broker says OFFLINE for a station that cannot."""

    ONLINE = "online"
    OFFLINE = "offline"


class Kind(Enum):
    """Which program a station runs."""

    KIOSK = "kiosk"
    DROP_BOX = "drop-box"
    AGENT = "agent"


class Mode(Enum):
    """Whether patrons are served."""

    STARTING = "starting"
    IN_SERVICE = "in-service"
    DEGRADED = "degraded"
    OUT_OF_SERVICE = "out-of-service"


class PinAsked(Enum):
    """For what a patron's PIN is asked: for nothing, for the account alone, or at every visit.

    `account`: only of patrons who have a PIN. `always`: of everybody.
    """

    NEVER = "never"
    ACCOUNT = "account"
    ALWAYS = "always"


class Health(Enum):
    """How one component is."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Extent:
    """What a ledger holds in its install: the entries `oldest` to `newest`, without a gap.

    One that holds nothing has `oldest` = `newest` + 1. `acknowledged`: the highest entry that the
    server, as far as the station knows, has committed.
    """

    oldest: int
    newest: int
    acknowledged: int


@dataclass(frozen=True, slots=True)
class Birth:
    """Who a station is; retained, sent on every connection and whenever the server comes back.

    `at` is seconds since 1970 UTC. A device without a ledger has no `ledger`. `boots` are the
    latest of its ledger, oldest first and this one last: what was learnt of their time after their
    facts had left corrects those facts.
    """

    site: SiteId
    device: DeviceId
    kind: Kind
    version: str
    boot: str
    install: str
    at: float
    ledger: Extent | None = None
    boots: tuple[BootClock, ...] = ()


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a station; `code` is a closed word such as `unplugged`, empty when healthy."""

    name: str
    health: Health
    code: str
    since: float


@dataclass(frozen=True, slots=True)
class State:
    """A full snapshot, retained, on change and every 60 s. Times are seconds since 1970 UTC.

    `unsent` counts entries the server has not acknowledged, `oldest_unsent` is the first's time;
    `ignored` counts messages since the program began that were stale, another's or not readable.
    It was sent `monotonic` seconds after the start of `boot`, of whose time `anchors` are known.
    """

    boot: str
    at: float
    mode: Mode
    mode_since: float
    reason: str
    components: tuple[Component, ...]
    unsent: int
    oldest_unsent: float | None
    ignored: int = 0
    monotonic: float = 0.0
    anchors: tuple[Anchor, ...] = ()


@dataclass(frozen=True, slots=True)
class OfflinePolicy:
    """What a station may decide alone. Hours since the last contact; days until due.

    `zone` is the branch's IANA time zone; `closed_weekdays` are 0 Monday to 6 Sunday.
    """

    loans_per_card: int
    contact_within_hours: int
    loan_days: int
    zone: str
    closed_weekdays: tuple[int, ...]
    closed_days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class SettingsDesired:
    """What the server wants of a station; retained, so that it survives every restart."""

    version: int
    in_service: bool
    reason: str
    offline: OfflinePolicy
    pin: PinAsked = PinAsked.NEVER
    staff: StaffCards = NO_STAFF
    house: Appearance = PLAIN


@dataclass(frozen=True, slots=True)
class SettingsReported:
    """What a station made of it; `problem` is empty when it was applied."""

    version: int
    problem: str
