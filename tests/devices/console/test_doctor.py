"""`sirkula doctor` finds whose settings it was given, and that program says how it is."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from broker.errors import BadSettings
from devices.console.doctor import command_for
from devices.console.ports import Ports
from devices.console.settings_files import (
    Hardware,
    Panel,
    write_library_settings,
    write_station_settings,
)

STATION = {"clock", "folder", "file-system", "disk", "ledger", "port", "zone", "watchdog"}
EXPECTED = {
    "broker": {"clock", "folder", "file-system", "disk", "limits", "watchdog"},
    "server": {"clock", "folder", "file-system", "disk", "database", "zone", "watchdog"},
    "kiosk": {*STATION, "speech"},
    "dropbox": STATION,
    "agent": {"clock", "disk", "watchdog"},
}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """The settings of a demonstration, its readers plugged in."""
    hardware = Hardware("/dev/null", "/dev/null", "usb:072f:2200", 1883)
    library = write_library_settings(tmp_path, Ports(18830))
    return library | write_station_settings(tmp_path, Ports(18830), hardware, Panel())


def doctor(file: Path) -> tuple[int, dict[str, Any]]:
    program = [sys.executable, "-m", "devices.console", "doctor", "--settings", str(file), "--json"]
    done = subprocess.run(program, capture_output=True, text=True, check=False, timeout=60)
    assert not done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("program", EXPECTED)
def test_every_program_says_whether_its_machine_is_fit(
    files: dict[str, Path], program: str
) -> None:
    status, told = doctor(files[program])
    assert {check["check"] for check in told["checks"]} == EXPECTED[program]
    assert (status, told["errors"]) == (0, 0)


def test_what_is_wrong_is_told_and_gives_status_one(files: dict[str, Path]) -> None:
    file = files["dropbox"]
    text = file.read_text(encoding="utf-8").replace("/dev/null", "/dev/not-there")
    file.write_text(text, encoding="utf-8")
    status, told = doctor(file)
    (wrong,) = [check for check in told["checks"] if check["outcome"] == "error"]
    assert (status, wrong["code"]) == (1, "missing")
    assert "Periksa kabelnya" in wrong["id"]


def test_a_program_that_would_lose_facts_refuses_to_start(
    files: dict[str, Path], tmp_path: Path
) -> None:
    (tmp_path / "boks-01").touch()  # where its folder should be
    program = [sys.executable, "-m", "kiosk.dropbox", "--settings", str(files["dropbox"])]
    done = subprocess.run(program, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert "cannot be written. Make it, and let the program write there." in done.stderr


@pytest.mark.parametrize("text", ["", "title = 'x'", "= not TOML"])
def test_a_file_of_no_program_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadSettings, match=r"x\.toml"):
        command_for(file)
