"""What the server's settings file may hold, and the values made of it."""

from base64 import b64encode
from datetime import date
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec

from broker.appearance import Appearance, InWords
from broker.errors import BadSettings
from broker.mqtt import Address
from broker.staff_keys import NO_STAFF, StaffCards
from broker.telemetry import PinAsked
from broker.vocabulary import DeviceId, SiteId
from server.circulation.pins import PinPolicy
from server.circulation.retention import KEPT_DAYS, LONGEST_DAYS
from server.circulation.rules import Fines, Policy, RenewedFrom
from server.enrolment.keys import client_credentials
from server.ils.library import SystemLibrary
from server.ils.settings import BuiltIn, SystemSettings, TermsSettings
from server.ils.sip2_server.settings import Sip2ServerSettings
from server.library import Library
from server.mail.letterbox import Letterbox
from server.mail.settings import MailSettings
from server.settings import Branch, OfflineLimits, Service


class BrokerAddress(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the broker listens; `tls` for one that asks for certificates."""

    port: int
    host: str = "127.0.0.1"
    tls: bool = False


class WebAddress(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the pages are served."""

    port: int
    host: str = "127.0.0.1"


class EnrolmentAddress(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where devices get and renew their certificates.

    `names` are the host names or addresses by which they reach this machine, the first for staff to
    type; they are in the certificates of the enrolment page and the broker.
    """

    port: int
    names: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    host: str = "0.0.0.0"  # noqa: S104 devices come from the whole network


class OfflineSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stations may lend without the server."""

    loans_per_card: int = 5
    contact_within_hours: int = 72
    loan_days: int = 7


class FineSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Money for days late: only by a regulation of the region, which is named here.

    Whole rupiah for each day, `at_most` so many for one loan; nothing for what came back before
    `since`.
    """

    regulation: str
    since: date
    per_day: int
    at_most: int

    def __post_init__(self) -> None:
        if not self.regulation.strip():
            raise ValueError("fines need the name of the regulation (Perda) that sets them")
        if not 0 < self.per_day <= self.at_most:
            raise ValueError("fines need a per_day of some rupiah, and an at_most not below it")

    def fines(self) -> Fines:
        return Fines(self.regulation, self.since, self.per_day, self.at_most)


class LoanSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the built-in library lends, whatever the rule."""

    renewed_from: RenewedFrom = RenewedFrom.TODAY
    most_holds: Annotated[int, msgspec.Meta(ge=0, le=100)] = 2
    pick_up_days: Annotated[int, msgspec.Meta(ge=1, le=60)] = 3

    def policy(self, fines: FineSettings | None, pins: PinPolicy) -> Policy:
        named = None if fines is None else fines.fines()
        return Policy(self.renewed_from, self.most_holds, self.pick_up_days, named, pins)


class PatronSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How patrons prove their cards: `pin` says for what members' PINs are asked.

    So many `wrong_pins` lock a card at every station for `locked_minutes`.
    """

    pin: PinAsked = PinAsked.ACCOUNT
    wrong_pins: Annotated[int, msgspec.Meta(ge=1, le=20)] = 5
    locked_minutes: Annotated[int, msgspec.Meta(ge=1, le=1_440)] = 15

    def policy(self) -> PinPolicy:
        return PinPolicy(self.pin, self.wrong_pins, 60.0 * self.locked_minutes)


class StationSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one station shall be; raise `version` with every change."""

    version: int = 1
    in_service: bool = True
    reason: str = ""


class StaffCardSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose cards open the staff mode of every station: hashes, made with `sirkula staff card`."""

    card_key: str
    cards: tuple[str, ...]

    def __post_init__(self) -> None:
        self.known()

    def known(self) -> StaffCards:
        """Raises ValueError for what is no hash."""
        return StaffCards(self.card_key, self.cards)


class WordsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in Indonesian and in English."""

    id: str = ""
    en: str = ""

    def words(self) -> InWords:
        """Raises ValueError for what is too long."""
        return InWords(self.id, self.en)


class HouseSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How every kiosk looks and speaks (`broker.appearance`); `logo` is the path of a PNG."""

    name: str = ""
    colour: str = ""
    welcome: WordsSettings = WordsSettings()
    hold_place: WordsSettings = WordsSettings()
    logo: str = ""

    def __post_init__(self) -> None:
        self.appearance()

    def appearance(self) -> Appearance:
        """Raises ValueError for what cannot be shown."""
        try:
            logo = Path(self.logo).read_bytes() if self.logo else b""
        except OSError as error:
            raise ValueError(f"logo: {self.logo}: {error.strerror}") from error
        words = (self.welcome.words(), self.hold_place.words())
        return Appearance(self.name, self.colour, *words, b64encode(logo).decode())


class RetentionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many days after its return the records still tell who had an item.

    A library may shorten it; more than 7 days, up to 30, need a `reason` in writing.
    """

    days: int = KEPT_DAYS
    reason: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.days <= LONGEST_DAYS:
            raise ValueError(f"retention is 0 to {LONGEST_DAYS} days, not {self.days}")
        if self.days > KEPT_DAYS and not self.reason.strip():
            raise ValueError(f"more than {KEPT_DAYS} days of retention need a reason in writing")


class ServerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file. `zone` is the branch's IANA time zone; weekdays are 0 Monday to 6 Sunday.

    `keys` is the folder of the server's private keys and of the library's own authority: local,
    readable by the server's user alone, backed up apart from the database. `library` says
    who keeps the loans, and `sip2` offers that to the machines a library owns already. `mail`: with
    it, receipts go by mail to whoever wants that.
    """

    site: SiteId
    database: str
    keys: str
    broker: BrokerAddress
    web: WebAddress
    enrolment: EnrolmentAddress | None = None
    zone: str = "Asia/Jakarta"
    closed_weekdays: tuple[int, ...] = (6,)
    offline: OfflineSettings = OfflineSettings()
    loans: LoanSettings = LoanSettings()
    patrons: PatronSettings = PatronSettings()
    fines: FineSettings | None = None
    retention: RetentionSettings = RetentionSettings()
    library: BuiltIn | SystemSettings = BuiltIn()
    terms: TermsSettings = TermsSettings()
    stations: dict[str, StationSettings] = {}
    staff: StaffCardSettings | None = None
    house: HouseSettings = HouseSettings()
    sip2: Sip2ServerSettings | None = None
    mail: MailSettings | None = None

    def broker_address(self) -> Address:
        """Raises BadSettings for TLS without what it needs, and for none to another machine."""
        if self.broker.tls and not (self.keys and self.enrolment):
            raise BadSettings(
                "tls needs the folder `keys`, and [enrolment] where certificates are renewed"
            )
        own = client_credentials(Path(self.keys)) if self.broker.tls else None
        return Address(self.broker.host, self.broker.port, own)

    def hosts(self) -> tuple[str, ...]:
        """The names this machine and its broker answer for."""
        names = self.enrolment.names if self.enrolment else ()
        return tuple(dict.fromkeys(map(_canonical, (*names, self.broker.host))))

    def branch(self) -> Branch:
        weekdays = frozenset(self.closed_weekdays)
        policy = self.loans.policy(self.fines, self.patrons.policy())
        return Branch(ZoneInfo(self.zone), weekdays, policy, self.house.appearance())

    def keeper(self) -> Library:
        """What keeps the loans: this server, or a system of the library's own."""
        letterbox = None if self.mail is None else Letterbox(titles=self.mail.titles)
        if isinstance(self.library, BuiltIn):
            return Library(self.branch(), self.site, letterbox=letterbox)
        days = self.terms.loan_days
        return SystemLibrary(self.branch(), self.site, days, letterbox=letterbox)

    def limits(self) -> OfflineLimits:
        given = self.offline
        return OfflineLimits(given.loans_per_card, given.contact_within_hours, given.loan_days)

    def staff_cards(self) -> StaffCards:
        return NO_STAFF if self.staff is None else self.staff.known()

    def service(self, device: DeviceId) -> Service:
        wanted = self.stations.get(str(device), StationSettings())
        return Service(wanted.version, wanted.in_service, wanted.reason)


def _canonical(host: str) -> str:
    """An address as certificates write it."""
    try:
        return str(ip_address(host))
    except ValueError:
        return host.lower()
