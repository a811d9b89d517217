"""What a station's settings file may hold; each program reads only what it names."""

from pathlib import Path

import msgspec

from broker.mqtt import Address
from broker.vocabulary import DeviceId, SiteId


class BrokerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the broker listens."""

    port: int
    host: str = "127.0.0.1"

    def address(self) -> Address:
        return Address(self.host, self.port)


class TagSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How this site marks its books: both AFI values, and the ISILs that are its own.

    The direction of the AFI differs between sites, so nothing is assumed.
    """

    afi_secured: int
    afi_released: int
    owners: tuple[str, ...]

    def __post_init__(self) -> None:
        for name in ("afi_secured", "afi_released"):
            if not 0 <= getattr(self, name) <= 0xFF:  # noqa: PLR2004 one byte
                raise ValueError(f"{name} is one byte, 0x00 to 0xFF")
        if self.afi_secured == self.afi_released:
            raise ValueError("afi_secured and afi_released are the same")


class AgentSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reading-room agent: who it is, where the broker is, which disk to watch."""

    site: SiteId
    device: DeviceId
    broker: BrokerSettings
    disk: str = "/"


def ledger_path(folder: str) -> Path:
    """Where a station keeps its ledger below its own folder, which is made when missing."""
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    return path / "ledger.db"
