"""What the settings file may say of a library's system, of every kind.

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

from typing import Annotated, Literal

import msgspec

from server.circulation.outcomes import WhenLentToAnother

ProfileName = Literal["koha", "evergreen", "slims-gateway", "strict"]
PortNumber = Annotated[int, msgspec.Meta(ge=1, le=65_535)]
Connections = Annotated[int, msgspec.Meta(ge=1, le=32)]
Seconds = Annotated[float, msgspec.Meta(gt=0)]


class BuiltIn(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="built-in"
):
    """The library that the server keeps itself."""


class Sip2Settings(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="sip2"
):
    """A system that speaks SIP2.

    `institution`, `location` and `branch` (AO, CP, AP) are as its administrator says.
    `connections` at most at once; of what a caller waits for, `connect_within`, `answer_within`
    and `turn_within` (for a free connection) are the longest; after `idle_for` it is kept alive.
    """

    host: str
    port: PortNumber = 6001
    profile: ProfileName = "strict"
    institution: str = ""
    user: str = ""
    location: str = ""
    branch: str = ""
    secrets: str = ""
    tls: bool = False
    ca: str = ""
    connections: Connections = 1
    connect_within: Seconds = 5.0
    answer_within: Seconds = 30.0
    turn_within: Seconds = 60.0
    idle_for: Seconds = 25.0


class SlimsSettings(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="slims"
):
    """SLiMS 9 on its database. `uid` is the SLiMS user that stations' loans are written for."""

    host: str
    database: str
    user: str
    secrets: str
    port: PortNumber = 3306
    uid: int = 1
    tls: bool = False
    ca: str = ""
    connections: Connections = 4
    answer_within: Seconds = 10.0


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
    port: PortNumber = 3306
    uid: int = 1
    library: int | None = None
    tls: bool = False
    ca: str = ""
    connections: Connections = 4
    answer_within: Seconds = 10.0


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
    connections: Connections = 4
    answer_within: Seconds = 15.0


SystemSettings = Sip2Settings | SlimsSettings | InlisliteSettings | KohaSettings


class TermsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[terms]`: how the server works with a system of the library's own.

    `loan_days` is asked for, and shown where the system tells no due date. `reconcile_at` is the
    branch's hour, 0 to 23, at which both sides are compared.
    """

    loan_days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 7
    when_lent_to_another: WhenLentToAnother = WhenLentToAnother.STAFF
    reconcile_at: Annotated[int, msgspec.Meta(ge=0, le=23)] = 3
