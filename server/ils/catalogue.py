"""The library's own system by its settings: `[ils]`, with its `kind`. One match, lazy imports."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec

from broker.errors import BadSettings
from broker.vocabulary import Secret
from server.ils.port import LibrarySystem

PortNumber = Annotated[int, msgspec.Meta(ge=1, le=65_535)]


class Sip2System(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="sip2"
):
    """A system that speaks SIP2. `password_file` holds the password alone, in plain text.

    `branch` is the current location (AP) of what is returned; `connections` at most at once.
    """

    host: str
    port: PortNumber
    institution: str
    profile: Literal["koha", "evergreen", "slims-gateway", "strict"]
    user: str = ""
    password_file: str = ""
    location: str = ""
    branch: str = ""
    connections: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1


@dataclass(frozen=True, slots=True)
class Opened:
    """A library's system. `tend` keeps its connections and is called every few seconds."""

    library: LibrarySystem
    tend: Callable[[], None]
    close: Callable[[], None]


def open_library(settings: Sip2System, zone: ZoneInfo, clock: Callable[[], float]) -> Opened:
    """`clock` gives seconds since 1970 UTC. Raises BadSettings; asks nothing yet."""
    match settings:
        case Sip2System():
            from server.ils.sip2.connection import Address  # noqa: PLC0415 - only when spoken
            from server.ils.sip2.library import Sip2Library  # noqa: PLC0415
            from server.ils.sip2.pool import PoolSettings  # noqa: PLC0415
            from server.ils.sip2.profiles import PROFILES  # noqa: PLC0415
            from server.ils.sip2.questions import Account  # noqa: PLC0415

            account = Account(
                settings.institution,
                zone,
                settings.user,
                _password(settings.password_file),
                settings.location,
                settings.branch,
            )
            there = Address(settings.host, settings.port)
            pool = PoolSettings(settings.connections)
            library = Sip2Library(there, account, PROFILES[settings.profile], pool, clock)
            return Opened(library, library.tend, library.close)


def _password(path: str) -> Secret | None:
    if not path:
        return None
    try:
        return Secret(Path(path).read_text("utf-8").strip("\r\n"))
    except (OSError, ValueError) as error:  # the latter for no text, or no password
        raise BadSettings(f"{path}: holds no password: {type(error).__name__}") from None
