"""What a station's settings file may hold; each program reads only what it names."""

import os
from pathlib import Path

import msgspec

from broker.mqtt import Address
from broker.vocabulary import DeviceId, SiteId
from devices.settings import CardReaderSettings, PadReaderSettings, TagSettings
from kiosk.touchscreen.panel import Panel


class BrokerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the broker listens."""

    port: int
    host: str = "127.0.0.1"

    def address(self) -> Address:
        return Address(self.host, self.port)


class ScreenSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The panel: pixels, and its diagonal in inches, from which everything gets its true size.

    `rehearsal_port` opens a loopback line for demonstrations and tests; leave it out in service.
    """

    width: int
    height: int
    diagonal: float
    fullscreen: bool = True
    rehearsal_port: int | None = None

    def panel(self) -> Panel:
        return Panel(self.width, self.height, self.diagonal, self.fullscreen, self.rehearsal_port)


class StationSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What kiosk and drop box have in common. `folder` keeps the ledger: a local disk."""

    site: SiteId
    device: DeviceId
    folder: str
    broker: BrokerSettings
    tags: TagSettings
    reader: PadReaderSettings


class KioskSettings(StationSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A kiosk: a station with a card reader and a panel."""

    card_reader: CardReaderSettings
    screen: ScreenSettings


class AgentSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reading-room agent: who it is, where the broker is, which disk to watch."""

    site: SiteId
    device: DeviceId
    broker: BrokerSettings
    disk: str = "/"


def ledger_path(folder: str) -> Path:
    """Where a station keeps its ledger below its own folder, which is made when missing."""
    path = Path(folder).absolute()
    missing = [path, *(above for above in path.parents if not above.exists())]
    path.mkdir(parents=True, exist_ok=True)
    for made in missing:
        _keep_name(made)
    return path / "ledger.db"


def _keep_name(folder: Path) -> None:
    """Its name is on the disk afterwards: syncing what is inside does not save it (fsync(2))."""
    above = os.open(folder.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(above)
    finally:
        os.close(above)
