"""`sirkula simulate` plugs in a whole station that the other commands can be pointed at."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.devices.console.test_hardware import PATIENCE, SIRKULA, watched
from tests.devices.station.test_description import GOOD, written

TAGS = "[tags]\nowners = ['ID-1275014']\nafi_secured = 0x07\nafi_released = 0xC2\n"


@pytest.fixture
def prompt(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    described = written(
        tmp_path, '[pad]\nreader = "m3-810"\n[scanner]\n[lamp]\n[bin_lamp]\n' + GOOD
    )
    command = [*SIRKULA, "simulate", str(described), "--folder", str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(PATIENCE) == 0


def told_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    told = ""
    for line in process.stdout:
        told += line
        if words in line:
            return told
    raise AssertionError(f"{words!r} was never told: {told}")


def typed(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()


def test_what_it_prints_is_a_station_that_can_be_watched(
    prompt: subprocess.Popen[str], tmp_path: Path
) -> None:
    settings = told_until(prompt, f"{tmp_path / 'bin'}")
    station = tmp_path / "kiosk.toml"
    station.write_text(TAGS + settings, encoding="utf-8")
    assert f"{tmp_path / 'lamp' / 'sirkula-red'}" in settings
    told_until(prompt, f"{tmp_path / 'bin-lamp' / 'sirkula-red'}")
    typed(prompt, "card KTA-0007")
    told_until(prompt, "on the reader")
    watched(station, "B00012", "+ card")


def test_a_line_it_does_not_understand_ends_nothing(prompt: subprocess.Popen[str]) -> None:
    typed(prompt, "fly B00012")
    told_until(prompt, "`fly` is not known here")
    typed(prompt, "scan KTA-0007")
    told_until(prompt, "scanned")


def test_a_cable_to_nowhere_is_refused(tmp_path: Path) -> None:
    described = written(tmp_path, GOOD)
    command = [*SIRKULA, "simulate", str(described), "--broker", "nowhere"]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "HOST:PORT" in refused.stderr
