"""The settings files of a demonstration, as a technician would write them."""

from pathlib import Path
from typing import Final

from devices.console.ports import Ports

SITE: Final = "binjai"
OWNER: Final = "ID-SUMUTBINJAI"
PANEL: Final = (1024, 600, 7.0)


def write_settings(folder: Path, ports: Ports, panel: tuple[int, int, float]) -> dict[str, Path]:
    """Writes one TOML file per program below `folder`; their paths by program."""
    texts = {
        "broker": f'port = {ports.broker}\nfolder = "{folder / "broker"}"\n',
        "server": _server(folder, ports),
        "kiosk": _station(folder, "kios-01", ports, "pad") + _panel(ports, panel),
        "dropbox": _station(folder, "boks-01", ports, "bin"),
        "agent": _agent(ports),
    }
    paths = {}
    for program, text in texts.items():
        paths[program] = folder / f"{program}.toml"
        paths[program].write_text(text, encoding="utf-8")
    return paths


def _server(folder: Path, ports: Ports) -> str:
    return f"""\
site = "{SITE}"
database = "sqlite:///{folder / "server.db"}"
zone = "Asia/Jakarta"
closed_weekdays = [6]

[broker]
port = {ports.broker}

[web]
port = {ports.web}

[offline]
loans_per_card = 3
"""


def _station(folder: Path, device: str, ports: Ports, reader: str) -> str:
    own = folder / device
    return f"""\
site = "{SITE}"
device = "{device}"
folder = "{own}"

[broker]
port = {ports.network}

[tags]
afi_secured = 0x07
afi_released = 0xC2
owners = ["{OWNER}"]

[reader]
driver = "feig"
port = "{folder / reader}"
"""


def _panel(ports: Ports, panel: tuple[int, int, float]) -> str:
    width, height, diagonal = panel
    return f"""
[card_reader]
driver = "nfc"
path = "udp:127.0.0.1:{ports.card_reader}"

[screen]
width = {width}
height = {height}
diagonal = {diagonal}
fullscreen = false
rehearsal_port = {ports.rehearsal}
"""


def _agent(ports: Ports) -> str:
    return f"""\
site = "{SITE}"
device = "ruang-baca-01"

[broker]
port = {ports.network}
"""
