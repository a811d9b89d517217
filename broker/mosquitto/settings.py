"""What a broker's settings file may hold."""

import msgspec

from broker.vocabulary import SiteId


class SecuredSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For every machine but this one: TLS, and who is who by certificate.

    `keys` is the folder where `sirkula-server` puts what the broker needs; `host` is the address to
    listen on; `user` runs Mosquitto when it is a service.
    """

    site: SiteId
    keys: str
    host: str = "0.0.0.0"  # noqa: S104 whoever has no certificate is turned away
    user: str = "mosquitto"


class BrokerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`port`; `folder` for its store and generated configuration.

    Without `tls` it listens on the loopback interface alone.
    """

    port: int
    folder: str
    tls: SecuredSettings | None = None
