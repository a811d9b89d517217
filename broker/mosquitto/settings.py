"""What a broker's settings file may hold."""

import msgspec


class BrokerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`port` on the loopback interface; `folder` for its store and generated configuration."""

    port: int
    folder: str
