"""What a station's settings file may hold; each program reads only what it names."""

import os
from pathlib import Path
from typing import Annotated, Final

import msgspec

from broker.errors import BadSettings
from broker.identity.folder import IdentityFolder
from broker.mqtt import Address
from broker.sealing import SealingKey
from broker.vocabulary import DeviceId, SiteId
from devices.barcode import LabelSettings
from devices.settings import (
    CardReaderSettings,
    LampSettings,
    PadReaderSettings,
    PrinterSettings,
    ScannerSettings,
    TagSettings,
)
from kiosk.house import House
from kiosk.staff.settings import StaffSettings
from kiosk.touchscreen.keypad import KEY_CODES, Keypad
from kiosk.touchscreen.panel import LEAST_REACH_MM, REACH_MM, STANDARD_KEYPAD, Panel

LEDGER: Final = "ledger.db"


class BrokerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the broker listens; `tls` for one that asks for certificates, as all others must."""

    port: int
    host: str = "127.0.0.1"
    tls: bool = False

    def address(self, identity: IdentityFolder | None) -> Address:
        """Raises BadSettings for a broker elsewhere without TLS."""
        own = identity.credentials if identity is not None else None
        return Address(self.host, self.port, own)


class DeviceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every program at a station has: who it is, and its way to the broker.

    `folder` is its own: a local disk, which keeps the ledger and what `sirkula enrol` puts there.
    """

    site: SiteId
    device: DeviceId
    broker: BrokerSettings
    folder: str = ""

    def identity(self) -> IdentityFolder | None:
        """The device's own, None on a line without TLS. Raises BadSettings and NotEnrolled."""
        if not self.broker.tls:
            return None
        if not self.folder:
            raise BadSettings("tls needs the `folder` in which `sirkula enrol` has put an identity")
        found = IdentityFolder(Path(self.folder))
        found.require(self.site, self.device)
        return found


class ScreenSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The panel: pixels, and its diagonal in inches, from which everything gets its true size.

    `bottom` is how many millimetres its lower edge hangs above the floor, which decides what can be
    reached from a wheelchair; `keypad` names the keyboard keys that a five-key keypad sends;
    `speech` is the program that speaks. `rehearsal_port` opens a loopback line for demonstrations
    and tests; leave it out in service.
    """

    width: int
    height: int
    diagonal: float
    fullscreen: bool = True
    rehearsal_port: int | None = None
    bottom: float = 800.0
    keypad: Keypad = STANDARD_KEYPAD
    speech: str = "espeak-ng"

    def panel(self) -> Panel:
        """Raises BadSettings for a keypad's key nobody knows and a panel nobody reaches."""
        unknown = self.keypad.unknown()
        if unknown:
            raise BadSettings(f"screen.keypad: no key {unknown[0]!r}; use {', '.join(KEY_CODES)}")
        panel = Panel(
            self.width,
            self.height,
            self.diagonal,
            self.fullscreen,
            self.rehearsal_port,
            self.bottom,
            self.keypad,
            self.speech,
        )
        if not panel.reachable:
            raise BadSettings(
                f"screen.bottom: {self.bottom} mm is too high to be reached from a wheelchair; "
                f"hang the panel so that {LEAST_REACH_MM:.0f} mm of it are below {REACH_MM:.0f} mm"
            )
        return panel


class StationSettings(DeviceSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What kiosk and drop box have in common; a `lamp` where one is fitted.

    `folder` keeps the ledger and the server's public key: a local disk. `memory` is a folder in RAM
    (tmpfs) for what a thief must not find on the disk.
    """

    folder: str
    tags: TagSettings
    reader: PadReaderSettings
    memory: str = "/dev/shm"  # noqa: S108 a private file, checked to be nobody else's
    lamp: LampSettings | None = None


class DropBoxSettings(StationSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A return box, whose bin `holds` so many books: the lamp says stopped when they lie there."""

    holds: Annotated[int, msgspec.Meta(ge=1)] | None = None


class HouseSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the library decides about its kiosk.

    `name` heads receipts. `hold_place` says by language (`id`, `en`) where a book that somebody
    waits for is put. `typed_numbers` lets patrons type a card's number: only where a PIN is asked.
    `idle_seconds`, 30 to 300, is how long a page waits for somebody to touch it: twice as long with
    large text or voice, and never without a warning.
    """

    name: str = ""
    hold_place: dict[str, str] = {}
    typed_numbers: bool = False
    idle_seconds: Annotated[float, msgspec.Meta(ge=30, le=300)] = 60.0


class KioskSettings(StationSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A kiosk: a station with a card reader and a panel; a printer and a scanner where fitted.

    `labels` say what the numbers on cards and books look like to the scanner.
    """

    card_reader: CardReaderSettings
    screen: ScreenSettings
    house: HouseSettings = HouseSettings()
    printer: PrinterSettings | None = None
    scanner: ScannerSettings | None = None
    labels: LabelSettings | None = None
    staff: StaffSettings = StaffSettings()

    def __post_init__(self) -> None:
        """Raises ValueError for a scanner that nobody told what it reads."""
        if self.scanner is not None and self.labels is None:
            raise ValueError("a scanner needs [labels]: what items' and patrons' numbers look like")

    def the_house(self) -> House:
        return House(
            self.house.name,
            tuple(self.house.hold_place.items()),
            self.house.typed_numbers,
            self.printer is not None,
            idle_seconds=self.house.idle_seconds,
        )


class AgentSettings(DeviceSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A reading-room agent: which disk to watch."""

    disk: str = "/"


def server_key(folder: str) -> SealingKey:
    """The key that patrons' numbers are sealed to. Raises BadSettings: nobody is served without."""
    file = Path(folder) / "server.pub"
    try:
        return SealingKey.read(file.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(
            f"{file}: the server's public key cannot be read; enrol this station: {error}"
        ) from error
    except BadSettings as error:
        raise BadSettings(f"{file}: {error}; enrol this station again") from error


def ledger_path(folder: str) -> Path:
    """Where a station keeps its ledger below its own folder, which is made when missing."""
    path = Path(folder).absolute()
    missing = [path, *(above for above in path.parents if not above.exists())]
    path.mkdir(parents=True, exist_ok=True)
    for made in missing:
        _keep_name(made)
    return path / LEDGER


def _keep_name(folder: Path) -> None:
    """Its name is on the disk afterwards: syncing what is inside does not save it (fsync(2))."""
    above = os.open(folder.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(above)
    finally:
        os.close(above)
