"""The settings files of a demonstration, as a technician would write them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from devices.console.ports import Ports

SITE: Final = "binjai"
OWNER: Final = "ID-SUMUTBINJAI"
KIOSK: Final = "kios-01"
DROP_BOX: Final = "boks-01"


@dataclass(frozen=True, slots=True)
class Panel:
    """Pixels, and the diagonal in inches."""

    width: int = 1280
    height: int = 800
    diagonal: float = 10.1


@dataclass(frozen=True, slots=True)
class Hardware:
    """What is plugged in: serial ports, a card reader by nfcpy's path, the way to the broker.

    `lamp` and `bin_lamp` are sections of the settings, empty where none is fitted.
    """

    pad: str
    bin: str
    cards: str
    network_port: int
    lamp: str = ""
    bin_lamp: str = ""


def write_library_settings(folder: Path, ports: Ports) -> dict[str, Path]:
    """Writes the broker's and the server's files below `folder`; their paths by program."""
    broker = f'port = {ports.broker}\nfolder = "{folder / "broker"}"\n'
    return _written(folder, {"broker": broker, "server": _server(folder, ports)})


def write_station_settings(
    folder: Path, ports: Ports, hardware: Hardware, panel: Panel
) -> dict[str, Path]:
    """Writes one file per station below `folder`; their paths by program."""
    kiosk = _station(folder, KIOSK, hardware, hardware.pad)
    texts = {
        "kiosk": kiosk + _panel(ports, hardware, panel) + hardware.lamp,
        "dropbox": _station(folder, DROP_BOX, hardware, hardware.bin) + hardware.bin_lamp,
        "agent": _agent(hardware),
    }
    return _written(folder, texts)


def hand_over_key(folder: Path, key: str) -> None:
    """Puts the server's public key where the stations look for it, as their enrolment does."""
    for device in (KIOSK, DROP_BOX):
        own = folder / device
        own.mkdir(exist_ok=True)
        (own / "server.pub").write_text(f"{key}\n", encoding="ascii")


def _written(folder: Path, texts: dict[str, str]) -> dict[str, Path]:
    paths = {program: folder / f"{program}.toml" for program in texts}
    for program, path in paths.items():
        path.write_text(texts[program], encoding="utf-8")
    return paths


def _server(folder: Path, ports: Ports) -> str:
    return f"""\
site = "{SITE}"
database = "sqlite:///{folder / "server.db"}"
keys = "{folder / "keys"}"
zone = "Asia/Jakarta"
closed_weekdays = [6]

[broker]
port = {ports.broker}

[web]
port = {ports.web}

[offline]
loans_per_card = 3
"""


def _station(folder: Path, device: str, hardware: Hardware, reader: str) -> str:
    own = folder / device
    return f"""\
site = "{SITE}"
device = "{device}"
folder = "{own}"

[broker]
port = {hardware.network_port}

[tags]
afi_secured = 0x07
afi_released = 0xC2
owners = ["{OWNER}"]

[reader]
driver = "feig"
port = "{reader}"
"""


def _panel(ports: Ports, hardware: Hardware, panel: Panel) -> str:
    return f"""
[card_reader]
driver = "nfc"
path = "{hardware.cards}"

[screen]
width = {panel.width}
height = {panel.height}
diagonal = {panel.diagonal}
fullscreen = false
rehearsal_port = {ports.rehearsal}
"""


def _agent(hardware: Hardware) -> str:
    return f"""\
site = "{SITE}"
device = "ruang-baca-01"

[broker]
port = {hardware.network_port}
"""
