"""The nouns of circulation, as frozen values. Pure: no clock, no randomness, no I/O.

Patron numbers and PINs are types that print redacted; only `reveal()` gives the characters, so a
log line cannot leak one by accident.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

# Nothing of ours happened before: 1 January 2026, UTC.
BEGINNING: Final = 1_767_225_600.0
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}")
_NAME_IN_TOPIC: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


class _Word:
    """One checked string that is a type of its own. Raises ValueError on anything else."""

    __slots__ = ("_text",)
    _form: re.Pattern[str] = _IDENTIFIER

    def __init__(self, text: str) -> None:
        if self._form.fullmatch(text) is None:
            raise ValueError(f"not a valid {type(self).__name__}: use {self._form.pattern}")
        self._text = text

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._text == self._text

    def __hash__(self) -> int:
        return hash((type(self).__name__, self._text))


class _Redacted(_Word):
    """A word that only `reveal()` tells."""

    def reveal(self) -> str:
        return self._text

    def __str__(self) -> str:
        return "..."

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"


class Pin(_Word):
    """What a patron proves a card with: a secret in memory, sealed on the way, never at rest."""

    _form = re.compile(r"secret:[A-Za-z0-9_-]{406}")


class Secret(_Redacted, Pin):
    """A PIN or a password on its way through. Prints redacted; has no form on the wire.

    >>> Secret("1234")
    Secret(...)
    """

    _form = re.compile(r"[^\x00-\x1f\x7f]{1,64}")


class MailAddress(_Redacted):
    """Where somebody reads mail: known to the server alone. Prints redacted; not for the wire.

    A dot-atom and a domain of two labels or more (RFC 5321, 4.1.2), in ASCII.
    """

    _form = re.compile(
        r"(?=.{6,254}\Z)(?=[^@]{1,64}@)[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*"
        r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]",
        re.ASCII,
    )

    def __init__(self, text: str) -> None:
        try:
            super().__init__(text)
        except ValueError:
            raise ValueError("not a mail address, as in receipts@library.example") from None


class SealedSecret(_Redacted, Pin):
    """A secret that only the server can read (`broker.sealing`); prints redacted all the same.

    Whoever keeps one keeps a PIN for the day on which the server's key is stolen.
    """

    _form = re.compile(r"secret:[A-Za-z0-9_-]{406}")


class ItemId(_Word):
    """What identifies one copy: the primary item identifier of its tag or barcode.

    >>> str(ItemId("B00012"))
    'B00012'
    """


class DeviceId(_Word):
    """A station's name: MQTT user, client id and topic level at once, e.g. `kios-01`."""

    _form = _NAME_IN_TOPIC


class SiteId(_Word):
    """A library's name in topics, e.g. `binjai`."""

    _form = _NAME_IN_TOPIC


class ActId(_Word):
    """One patron action, for ever: made before the first byte leaves, carried by every retry."""


class Patron(_Word):
    """Whom a message names: a number in memory, sealed on the way, erased when it was long ago."""

    _form = re.compile(r"sealed:[A-Za-z0-9_-]{150}|erased:")


class PatronId(_Redacted, Patron):
    """The number a patron's card or keyboard gave. Prints redacted; has no form on the wire.

    >>> PatronId("KTA-0007")
    PatronId(...)
    >>> f"{PatronId('KTA-0007')}", PatronId("KTA-0007").reveal()
    ('...', 'KTA-0007')
    """

    _form = _IDENTIFIER


class SealedPatron(Patron):
    """A patron's number that only the server can read (`broker.sealing`). Not secret itself."""

    _form = re.compile(r"sealed:[A-Za-z0-9_-]{150}")


class ErasedPatron(Patron):
    """Somebody whose link to the item was erased on schedule; one value for everybody."""

    _form = re.compile(r"erased:")


ERASED: Final = ErasedPatron("erased:")


LONGEST_SHELF_NAME: Final = 48


def shelf_name(text: str) -> str:
    """The name of a shelf, which is a file's name as well. Raises ValueError for anything else.

    >>> shelf_name("sirkulasi 800-899")
    'sirkulasi 800-899'
    """
    if not 1 <= len(text) <= LONGEST_SHELF_NAME:
        raise ValueError(f"a shelf's name of {len(text)} characters; 1 to {LONGEST_SHELF_NAME}")
    if not text.isprintable() or text != text.strip() or {"/", "\\"} & {*text}:
        raise ValueError("a shelf's name is printable, without slashes or spaces around it")
    return text


class Reason(Enum):
    """Why the library or the station says no. Every reason has a sentence in every language."""

    UNKNOWN_CARD = "unknown-card"
    NEEDS_PIN = "needs-pin"
    WRONG_PIN = "wrong-pin"
    PIN_LOCKED = "pin-locked"
    MEMBERSHIP_EXPIRED = "membership-expired"
    PATRON_BLOCKED = "patron-blocked"
    PATRON_SUSPENDED = "patron-suspended"
    LOAN_LIMIT = "loan-limit"
    UNKNOWN_ITEM = "unknown-item"
    NOT_FOR_LOAN = "not-for-loan"
    ON_LOAN_TO_OTHER = "on-loan-to-other"
    ALREADY_YOURS = "already-yours"
    ON_HOLD = "on-hold"
    NOT_ON_LOAN = "not-on-loan"
    NOT_RENEWABLE = "not-renewable"
    ITEM_WITHDRAWN = "item-withdrawn"
    ASK_STAFF = "ask-staff"
    ACT_CLOSED = "act-closed"
    OFFLINE_LIMIT = "offline-limit"
    OFFLINE_TOO_LONG = "offline-too-long"
    STATION_FULL = "station-full"
    STATION_UNCHECKED = "station-unchecked"
    TAG_NOT_WRITTEN = "tag-not-written"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    NO_ADDRESS = "no-address"
    MAIL_FAILED = "mail-failed"


@dataclass(frozen=True, slots=True)
class Refusal:
    """The library says no; an answer, not a failure."""

    reason: Reason


class ClockState(Enum):
    """How far a station trusts its wall clock (reliability: anchors and bounds)."""

    SYNCHRONISED = "synchronised"
    COASTING = "coasting"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened, as far as the station knows.

    `wall` is seconds since 1970 UTC, and off by at most `bound` seconds while the clock is
    synchronised; `monotonic` is seconds since boot `boot`, by which the server corrects a whole
    boot once something is known of its time.
    """

    boot: str
    monotonic: float
    wall: float
    clock: ClockState
    bound: float = 0.0


class TimeSource(Enum):
    """Who told a station the time."""

    NTP = "ntp"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Anchor:
    """What was learnt of the time at `monotonic` seconds of a boot.

    By NTP: `wall` (seconds since 1970 UTC), give or take `bound` seconds. By the server's word:
    `wall` less `bound` or later, for it was written before it was heard.
    """

    monotonic: float
    wall: float
    source: TimeSource
    bound: float


@dataclass(frozen=True, slots=True)
class BootClock:
    """What a station knows of the time in one of its boots, number 1, 2, 3 in one ledger.

    `monotonic` is the last second of that boot that the station knows of.
    """

    number: int
    boot: str
    monotonic: float
    anchors: tuple[Anchor, ...]
