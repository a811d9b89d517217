"""How a library's system is set, of every kind, and the system made of that.

    [library]
    kind = "slims"
    host = "127.0.0.1"
    database = "slims"
    user = "sirkula"
    secrets = "/etc/sirkula/library-secrets.toml"    # password = "..."

Where a system is reached over TLS, `ca` names the authority its certificate is checked by; without
one, those that this machine believes. A password is never in this file: `secrets` names one that
only the server's user can read. A database account needs SELECT on the whole database and INSERT,
UPDATE (for SLiMS also DELETE) on the tables named WRITTEN in `slims.tables` and `inlislite.tables`.
"""

import ssl
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from broker.errors import BadSettings
from broker.settings import read_settings
from broker.vocabulary import Secret
from server.ils.koha.library import KohaLibrary
from server.ils.koha.rest import Rest, RestAddress
from server.ils.mariadb import DatabaseAddress
from server.ils.sip2.connection import Address
from server.ils.sip2.library import Sip2Library
from server.ils.sip2.pool import PoolSettings
from server.ils.sip2.profiles import PROFILES
from server.ils.sip2.questions import Account
from server.ils.status import Examinable

ProfileName = Literal["koha", "evergreen", "slims-gateway", "strict"]
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class Secrets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file that `secrets` names. `terminal_password` is SIP2's AC. Prints nothing of it."""

    password: str = ""
    terminal_password: str = ""

    def __repr__(self) -> str:
        return "Secrets(...)"


class Sip2Settings(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="sip2"
):
    """A system that speaks SIP2.

    `institution`, `location` and `branch` (AO, CP, AP) are as its administrator says.
    """

    host: str
    port: int = 6001
    profile: ProfileName = "strict"
    institution: str = ""
    user: str = ""
    location: str = ""
    branch: str = ""
    secrets: str = ""
    tls: bool = False
    ca: str = ""
    connections: int = 1
    answer_within: float = 30.0


class SlimsSettings(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="slims"
):
    """SLiMS 9 on its database. `uid` is the SLiMS user that stations' loans are written for."""

    host: str
    database: str
    user: str
    secrets: str
    port: int = 3306
    uid: int = 1
    tls: bool = False
    ca: str = ""
    connections: int = 4
    answer_within: float = 10.0


class InlisliteSettings(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="inlislite"
):
    """INLISLite 3.3 on its database. `uid` is the INLISLite user that loans are written for.

    `library` is the number in location_library of where the stations stand; without it nobody is
    refused for borrowing there.
    """

    host: str
    database: str
    user: str
    secrets: str
    port: int = 3306
    uid: int = 1
    library: int | None = None
    tls: bool = False
    ca: str = ""
    connections: int = 4
    answer_within: float = 10.0


class KohaSettings(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="koha"
):
    """Koha by its REST API, and by SIP2 (`returns`) for what that cannot do.

    `user` and the secret are an API key's, or a user's name and password without `oauth`.
    """

    url: str
    user: str
    secrets: str
    returns: Sip2Settings
    oauth: bool = True
    ca: str = ""
    answer_within: float = 15.0


LibrarySettings = Sip2Settings | SlimsSettings | InlisliteSettings | KohaSettings


def open_library_system(
    settings: LibrarySettings,
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
    secrets = _read(settings.secrets)
    account = Account(
        settings.institution,
        zone,
        settings.user,
        _secret(secrets.password),
        settings.location,
        settings.branch,
        _secret(secrets.terminal_password),
    )
    tls = _tls(settings.ca) if settings.tls else None
    within = settings.answer_within
    address = Address(settings.host, settings.port, tls, min(5.0, within), within)
    pool = PoolSettings(settings.connections)
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
    address = RestAddress(
        settings.url,
        settings.user,
        _needed(settings.secrets),
        settings.oauth,
        _tls(settings.ca),
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
        _tls(settings.ca) if settings.tls else None,
    )


def _read(path: str) -> Secrets:
    """Raises BadSettings when others may read it."""
    if not path:
        return Secrets()
    secrets = read_settings(Path(path), Secrets)
    if Path(path).stat().st_mode & _OTHERS:
        raise BadSettings(f"others may read it: chmod 600 {path}")
    return secrets


def _needed(path: str) -> Secret:
    password = _secret(_read(path).password)
    if password is None:
        raise BadSettings(f"{path}: there is no `password`")
    return password


def _secret(given: str) -> Secret | None:
    """Raises BadSettings for what nobody could type; the value stays out of the text."""
    try:
        return Secret(given) if given else None
    except ValueError:
        raise BadSettings("a secret is 1 to 64 characters, none of them a control") from None


def _tls(ca: str) -> ssl.SSLContext:
    """Raises BadSettings when the authority's certificate cannot be read."""
    try:
        return ssl.create_default_context(cafile=ca or None)
    except OSError as error:
        raise BadSettings(f"{ca}: no certificate of an authority: {error}") from error
