"""What the settings file may say of the library's own system, and the system made of it."""

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec

from broker.errors import BadSettings
from broker.settings import read_settings
from broker.vocabulary import Secret
from server.circulation.outcomes import WhenLentToAnother
from server.ils.sip2.connection import Address, authority
from server.ils.sip2.library import Sip2Library
from server.ils.sip2.pool import PoolSettings
from server.ils.sip2.profiles import PROFILES
from server.ils.sip2.questions import Account

Positive = Annotated[float, msgspec.Meta(gt=0)]


class BuiltIn(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="built-in"
):
    """The library that the server keeps itself."""


class Sip2(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="sip2"):
    """A system that speaks SIP2; the words are its administrator's.

    `secrets` is a TOML file with `password` and `terminal_password`, readable by the server's user
    alone. `connections` at most at once; times in seconds. `tls_authority` is the PEM file of who
    signed the system's certificate, empty for those this machine trusts. `loan_days` is asked for.
    `reconcile_at` is the branch's hour, 0 to 23, at which both sides are compared.
    """

    host: str
    port: Annotated[int, msgspec.Meta(ge=1, le=65_535)]
    profile: Literal["koha", "evergreen", "slims-gateway", "strict"]
    institution: str = ""
    user: str = ""
    location: str = ""
    branch: str = ""
    secrets: str = ""
    connections: Annotated[int, msgspec.Meta(ge=1, le=32)] = 1
    connect_within: Positive = 5.0
    answer_within: Positive = 30.0
    turn_within: Positive = 60.0
    idle_for: Positive = 25.0
    tls: bool = False
    tls_authority: str = ""
    loan_days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 7
    when_lent_to_another: WhenLentToAnother = WhenLentToAnother.STAFF
    reconcile_at: Annotated[int, msgspec.Meta(ge=0, le=23)] = 3


class _Secrets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file of secrets; nothing prints them."""

    password: Secret | None = None
    terminal_password: Secret | None = None


def opened(given: Sip2, zone: ZoneInfo, clock: Callable[[], float]) -> Sip2Library:
    """The system, not connected yet; `clock` gives seconds since 1970 UTC. Raises BadSettings."""
    secrets = _secrets(Path(given.secrets)) if given.secrets else _Secrets()
    tls = authority(given.tls_authority) if given.tls else None
    account = Account(
        given.institution,
        zone,
        given.user,
        secrets.password,
        given.location,
        given.branch,
        secrets.terminal_password,
    )
    address = Address(given.host, given.port, tls, given.connect_within, given.answer_within)
    pool = PoolSettings(given.connections, given.turn_within, given.idle_for)
    return Sip2Library(address, account, PROFILES[given.profile], pool, clock)


def _secrets(path: Path) -> _Secrets:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise BadSettings(f"[library] secrets: {path}: {error.strerror}") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise BadSettings(f"{path}: others can read it: chmod 600 {path}")
    return read_settings(path, _Secrets)
