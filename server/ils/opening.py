"""A library's system, made of its settings; secrets come from a file of their own."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from broker.errors import BadSettings
from broker.vocabulary import Secret
from server.credentials import read_secrets, tls_context
from server.ils.mariadb import DatabaseAddress
from server.ils.settings import (
    InlisliteSettings,
    KohaSettings,
    Sip2Settings,
    SlimsSettings,
    SystemSettings,
)
from server.ils.sip2.connection import Address
from server.ils.sip2.library import Sip2Library
from server.ils.sip2.pool import PoolSettings
from server.ils.sip2.profiles import PROFILES
from server.ils.sip2.questions import Account
from server.ils.status import Examinable


def open_library_system(
    settings: SystemSettings,
    zone: ZoneInfo,
    clock: Callable[[], float],
    monotonic: Callable[[], float],
) -> Examinable:
    """The system; nothing is asked of it yet. Raises BadSettings.

    `zone` is the branch's; `clock` gives seconds since 1970 UTC, `monotonic` such that only grow.
    """
    try:
        match settings:
            case Sip2Settings():
                return _sip2(settings, zone, clock)
            case SlimsSettings():
                return _slims(settings, zone, clock)
            case InlisliteSettings():
                return _inlislite(settings, zone, clock)
            case KohaSettings():
                return _koha(settings, zone, clock, monotonic)
    except ModuleNotFoundError as error:
        raise BadSettings(f"{error.name} is missing: pip install 'sirkula[mariadb]'") from error


def _sip2(settings: Sip2Settings, zone: ZoneInfo, clock: Callable[[], float]) -> Sip2Library:
    secrets = read_secrets(settings.secrets)
    account = Account(
        settings.institution,
        zone,
        settings.user,
        _secret(secrets.password),
        settings.location,
        settings.branch,
        _secret(secrets.terminal_password),
    )
    tls = tls_context(settings.ca) if settings.tls else None
    within = (settings.connect_within, settings.answer_within)
    address = Address(settings.host, settings.port, tls, *within)
    pool = PoolSettings(settings.connections, settings.turn_within, settings.idle_for)
    return Sip2Library(address, account, PROFILES[settings.profile], pool, clock)


def _slims(settings: SlimsSettings, zone: ZoneInfo, clock: Callable[[], float]) -> Examinable:
    from server.ils.slims.library import SlimsLibrary  # noqa: PLC0415 - its drivers are an extra

    return SlimsLibrary(_database(settings), zone, settings.uid, clock)


def _inlislite(
    settings: InlisliteSettings, zone: ZoneInfo, clock: Callable[[], float]
) -> Examinable:
    from server.ils.inlislite.library import (  # noqa: PLC0415 - its driver is an extra
        InlisliteLibrary,
        Place,
    )

    place = Place(zone, settings.uid, settings.library)
    return InlisliteLibrary(_database(settings), place, clock)


def _koha(
    settings: KohaSettings,
    zone: ZoneInfo,
    clock: Callable[[], float],
    monotonic: Callable[[], float],
) -> Examinable:
    from server.ils.koha.library import KohaLibrary  # noqa: PLC0415 few libraries need its HTTP
    from server.ils.koha.rest import Rest, RestAddress  # noqa: PLC0415

    address = RestAddress(
        settings.url,
        settings.user,
        _needed(settings.secrets),
        settings.oauth,
        tls_context(settings.ca),
        settings.answer_within,
    )
    return KohaLibrary(Rest(address, monotonic), _sip2(settings.returns, zone, clock), zone, clock)


def _database(settings: SlimsSettings | InlisliteSettings) -> DatabaseAddress:
    return DatabaseAddress(
        settings.host,
        settings.port,
        settings.database,
        settings.user,
        _needed(settings.secrets),
        settings.answer_within,
        settings.connections,
        tls_context(settings.ca) if settings.tls else None,
    )


def _needed(path: str) -> Secret:
    password = _secret(read_secrets(path).password)
    if password is None:
        raise BadSettings(f"{path}: there is no `password`")
    return password


def _secret(given: str) -> Secret | None:
    """Raises BadSettings for what nobody could type; the value stays out of the text."""
    try:
        return Secret(given) if given else None
    except ValueError:
        raise BadSettings("a secret is 1 to 64 characters, none of them a control") from None
