"""The technician's commands, as processes against a simulated pad and card reader."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.capabilities import LampColour
from devices.feig.simulator import FeigPeer
from devices.led.simulator import LedSimulator
from devices.nfc.simulator import NfcField, TypeACard
from devices.pseudo_terminal import PseudoTerminal
from devices.tag_field import TagField
from tests.devices.tags_in_hand import book, damaged_book

SIRKULA = (sys.executable, "-m", "devices.console")
PATIENCE = 60


@pytest.fixture
def pad(tmp_path: Path) -> Iterator[PseudoTerminal]:
    tags = TagField(book(1), damaged_book(2))
    simulator = PseudoTerminal(tmp_path / "pad", lambda: FeigPeer(tags))
    simulator.plug()
    yield simulator
    simulator.close()


@pytest.fixture
def cards() -> Iterator[NfcField]:
    field = NfcField()
    field.start()
    yield field
    field.stop()


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SIRKULA, *words], capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def station(folder: Path, port: str, cards: str) -> Path:
    path = folder / "kiosk.toml"
    path.write_text(
        f"""site = "binjai"
[tags]
owners = ["ID-1275014"]
afi_secured = 0x07
afi_released = 0xC2
[reader]
driver = "feig"
port = "{port}"
[card_reader]
driver = "nfc"
path = "{cards}"
""",
        encoding="utf-8",
    )
    return path


def test_a_probed_port_prints_settings_that_a_station_can_use(
    pad: PseudoTerminal, cards: NfcField, tmp_path: Path
) -> None:
    found = run("devices", "probe", str(pad.path))
    assert found.returncode == 0
    assert "FEIG" in found.stdout
    path = station(tmp_path, "nowhere", cards.path)
    before, _, rest = path.read_text(encoding="utf-8").partition("[reader]")
    card_reader = rest[rest.index("[card_reader]") :]
    path.write_text(before + found.stdout + card_reader, encoding="utf-8")
    told = watched(path, "B00001")
    assert "B00001 of ID-1275014" in told


def test_a_port_without_a_reader_says_what_to_check(tmp_path: Path) -> None:
    missing = run("devices", "probe", str(tmp_path / "nothing"))
    assert missing.returncode == 1
    assert "nothing" in missing.stderr
    assert "Traceback" not in missing.stderr


def test_watching_tells_tags_cards_and_trouble_until_interrupted(
    pad: PseudoTerminal, cards: NfcField, tmp_path: Path
) -> None:
    cards.put(TypeACard(bytes.fromhex("04497622D93881")))
    told = watched(station(tmp_path, str(pad.path), cards.path), "B00001", "+ card", "unreadable")
    assert "04497622D93881" not in told


def watched(path: Path, *wanted: str) -> str:
    """What is told until all of `wanted` was; then Ctrl-C, which must end it well."""
    left = set(wanted)
    command = [*SIRKULA, "devices", "watch", "--station", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = ""
        for line in process.stdout:
            told += line
            left = {word for word in left if word not in line}
            if not left:
                process.send_signal(signal.SIGINT)
                break
        told += process.stdout.read()
        assert process.wait(PATIENCE) == 0
    assert not left
    return told


def test_a_misspelt_station_file_names_itself_and_the_line(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.toml"
    path.write_text('[tags]\nowners = []\neas = true\n[reader]\ndriver = "feig"\nprot = "x"\n')
    refused = run("devices", "watch", "--station", str(path))
    assert refused.returncode == 1
    assert "kiosk.toml line 6" in refused.stderr


LAMP = "\n[lamp]\ndriver = 'led'\ngreen = '{}'\n"


def test_a_lamp_shows_everything_it_can_say(
    pad: PseudoTerminal, cards: NfcField, tmp_path: Path
) -> None:
    leds = LedSimulator(tmp_path, LampColour.GREEN)
    leds.plug()
    path = station(tmp_path, str(pad.path), cards.path)
    with path.open("a", encoding="utf-8") as file:
        file.write(LAMP.format(leds.folders[LampColour.GREEN]))
    shown = run("devices", "lamp", "--station", str(path))
    assert shown.returncode == 0
    meanings = [line.partition(":")[0] for line in shown.stdout.splitlines()]
    assert meanings == ["ready", "working", "attention", "stopped"]
    leds.unplug()
    lost = run("devices", "lamp", "--station", str(path))
    assert lost.returncode == 1
    assert "sirkula-green" in lost.stderr
    assert "Traceback" not in lost.stderr


def test_a_station_without_a_lamp_says_so(
    pad: PseudoTerminal, cards: NfcField, tmp_path: Path
) -> None:
    refused = run("devices", "lamp", "--station", str(station(tmp_path, str(pad.path), cards.path)))
    assert refused.returncode == 1
    assert "no [lamp]" in refused.stderr
