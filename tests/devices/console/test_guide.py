"""The technician's guide says only what can be typed, run against a simulated pad."""

import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from devices.feig.simulator import FeigPeer
from devices.nfc.simulator import NfcField
from devices.pseudo_terminal import PseudoTerminal
from devices.settings import TagSettings
from devices.simulated_tag import SimulatedTag
from devices.tag_field import TagField
from kiosk.settings import ScreenSettings
from kiosk.touchscreen.keypad import Keypad
from tests.devices.console.test_hardware import station
from tests.devices.tags_in_hand import ON_LOAN, uid

GUIDE = Path(__file__).parents[3] / "hardware" / "README.md"
PATIENCE = 60
COMMANDS = re.findall(r"^\s*sirkula (.+)$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
ENDLESS = ("devices watch", "simulate")
NEEDS_A_TORN_TAG = "tag mend"
NEEDS_A_CODE = "enrol"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    tags = TagField(SimulatedTag(uid(1), bytes(112), afi=ON_LOAN))
    simulator = PseudoTerminal(tmp_path / "sirkula-pad", lambda: FeigPeer(tags))
    simulator.plug()
    cards = NfcField()
    cards.start()
    station(tmp_path, str(simulator.path), cards.path)
    yield tmp_path
    cards.stop()
    simulator.close()


def test_the_guide_has_commands() -> None:
    groups = {" ".join(command.split()[:2]) for command in COMMANDS}
    assert {
        "devices probe",
        "devices watch",
        "simulate station.toml",
        "tag decode",
        "tag write",
        NEEDS_A_TORN_TAG,
    } <= groups


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_guide_works(folder: Path, command: str) -> None:
    words = shlex.split(command.replace("/dev/", f"{folder}/"))
    if command.startswith(ENDLESS):
        words.append("--help")
    done = subprocess.run(
        [sys.executable, "-m", "devices.console", *words],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        cwd=folder,
        env={"PYTHONPATH": str(GUIDE.parents[1]), "PATH": ""},
    )
    if command.startswith(NEEDS_A_TORN_TAG):
        assert "nothing was begun" in done.stderr
    elif command.startswith(NEEDS_A_CODE):
        assert "copy it whole from the server" in done.stderr
    else:
        assert done.returncode == 0, done.stderr


def test_the_settings_of_the_guide_are_understood() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    keys = re.findall(r"^\s*(afi_\w+|owners|eas|model|text_\w+) =", text, re.MULTILINE)
    assert keys
    assert set(keys) <= set(TagSettings.__struct_fields__)


def test_the_screens_settings_in_the_guide_are_those_that_there_are() -> None:
    (block,) = re.findall(r"```toml\n(\[screen\].*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    told = tomllib.loads(block)["screen"]
    screen = msgspec.convert(told, ScreenSettings)
    assert screen.panel().keypad == Keypad()
    assert set(told["keypad"]) == set(Keypad.__struct_fields__)
