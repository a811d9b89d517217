"""The demonstration as a newcomer starts it: it agrees with itself and leaves nothing behind."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from devices.console.ports import Ports
from tests.brokers import free_port, started_mosquitto

pytestmark = pytest.mark.timeout(180)


def command(folder: Path, first_port: int) -> list[str]:
    program = [sys.executable, "-m", "devices.console", "demo", "--scripted"]
    return [*program, "--folder", str(folder), "--first-port", str(first_port)]


def left_behind(folder: Path) -> list[str]:
    """Every process that still speaks of this demo's folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = " ".join(process.info["cmdline"] or ())
        if str(folder) in words:
            found.append(words)
    return found


def three_free_ports() -> int:
    for first in range(20_000 + free_port() % 10_000, 32_000, 3):
        try:
            Ports(first).require_free()
        except Exception:  # noqa: BLE001, S112 whatever it says, the next three may be free
            continue
        return first
    raise AssertionError("no free ports")


def test_one_visit_plays_by_itself_and_all_witnesses_agree(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    run = subprocess.run(
        command(folder, three_free_ports()), capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr + run.stdout
    assert json.loads(run.stdout.splitlines()[-1]) == {
        "loans": 3,
        "returns": 2,
        "refusals": 1,
        "facts_confirmed": 5,
        "facts_applied": 5,
        "tags_secured": 2,
        "tags_released": 1,
        "screenshots": 9,
    }
    assert "the kiosk asks staff to look at an unreadable tag" in run.stdout
    assert len(list((folder / "screenshots").glob("*.png"))) == 9
    assert left_behind(folder) == []


def test_nobody_of_the_visit_is_named_in_any_log_or_on_any_stations_disk(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    run = subprocess.run(
        command(folder, three_free_ports()), capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr + run.stdout
    described = (folder / "station.toml").read_text(encoding="utf-8")
    card = described.partition('number = "KTA-0007"\nuid = "')[2].partition('"')[0]
    assert len(card) == 14
    for log in (folder / "logs").iterdir():
        words = log.read_text(encoding="utf-8")
        assert card not in words, log
        assert "KTA-0007" not in words, log
    held = [file for own in ("kios-01", "boks-01") for file in (folder / own).rglob("*")]
    assert any(file.name == "ledger.db" for file in held)
    for file in (*held, *(folder / "broker").rglob("*")):
        content = file.read_bytes() if file.is_file() else b""
        assert card.encode() not in content, file
        assert bytes.fromhex(card) not in content, file
        assert b"KTA-0007" not in content, file


def test_interrupting_it_stops_everything(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with subprocess.Popen(
        command(folder, three_free_ports()), stdout=subprocess.PIPE, text=True
    ) as demo:
        assert demo.stdout is not None
        for line in demo.stdout:
            if "'card'" in line:
                break
        assert len(left_behind(folder)) >= 6
        demo.send_signal(signal.SIGINT)
        demo.wait(30)
    assert left_behind(folder) == []


def test_a_second_demo_says_which_port_is_taken(tmp_path: Path) -> None:
    first = three_free_ports()
    taken = started_mosquitto(tmp_path / "other", first)
    run = subprocess.run(
        command(tmp_path / "demo", first), capture_output=True, text=True, check=False
    )
    taken.stop()
    assert run.returncode == 1
    assert f"port {first} is taken" in run.stderr
    assert not (tmp_path / "demo").exists()
