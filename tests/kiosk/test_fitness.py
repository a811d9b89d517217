"""A station's machine is tried before anybody is told yes on it."""

from pathlib import Path

import pytest

from broker.doctor.checks import Check, Outcome
from broker.doctor.report import lines, read_words
from broker.settings import read_settings
from broker.vocabulary import DeviceId, SiteId
from kiosk.agent.fitness import agent_checks
from kiosk.fitness import station_checks
from kiosk.ledger import Ledger
from kiosk.settings import (
    AgentSettings,
    DropBoxSettings,
    KioskSettings,
    StationSettings,
    ledger_path,
)

STATION = """\
site = "binjai"
device = "boks-01"
folder = "{folder}"
[broker]
port = 1883
[tags]
afi_secured = 0x07
afi_released = 0xC2
owners = ["ID-X"]
[reader]
driver = "feig"
port = "{port}"
"""
KIOSK = """
[card_reader]
driver = "nfc"
path = "{path}"
[screen]
width = 1280
height = 800
diagonal = 10.1
"""


def station(folder: Path, port: str = "/dev/null") -> tuple[Check, ...]:
    file = folder / "station.toml"
    file.write_text(STATION.format(folder=folder / "own", port=port), encoding="utf-8")
    return station_checks(read_settings(file, StationSettings), {})


def told(checks: tuple[Check, ...], name: str) -> list[tuple[Outcome, str]]:
    assert lines(checks, read_words())
    return [(check.outcome, check.code) for check in checks if check.name == name]


def test_a_folder_without_a_ledger_is_tried_and_left_as_it_was(tmp_path: Path) -> None:
    checks = station(tmp_path)
    assert told(checks, "ledger") == [(Outcome.WELL, "durable")]
    assert told(checks, "port") == [(Outcome.WELL, "there")]
    assert [path.name for path in tmp_path.iterdir()] == ["station.toml"]


def test_a_ledger_in_use_is_well(tmp_path: Path) -> None:
    path = ledger_path(str(tmp_path / "own"))
    ledger = Ledger.open(path, SiteId("binjai"), DeviceId("boks-01"), "life")
    assert told(station(tmp_path), "ledger") == [(Outcome.WELL, "durable")]
    ledger.close()


def test_a_file_that_is_no_ledger_is_told_and_stops_no_station(tmp_path: Path) -> None:
    path = ledger_path(str(tmp_path / "own"))
    path.write_bytes(b"x" * 4096)
    assert told(station(tmp_path), "ledger") == [(Outcome.ERROR, "damaged")]


def test_a_folder_that_cannot_be_made_is_unsafe(tmp_path: Path) -> None:
    (tmp_path / "own").touch()
    checks = station(tmp_path)
    assert told(checks, "folder") == [(Outcome.UNSAFE, "not-writable")]
    assert told(checks, "ledger") == [(Outcome.UNSAFE, "unfit")]


def test_a_reader_that_is_not_plugged_in_is_wrong_but_does_not_keep_from_starting(
    tmp_path: Path,
) -> None:
    checks = station(tmp_path, port=str(tmp_path / "ttyUSB0"))
    assert told(checks, "port") == [(Outcome.ERROR, "missing")]


@pytest.mark.parametrize(
    ("path", "ports"),
    [
        ("tty:/dev/card-reader:pn532", ["/dev/null", "/dev/card-reader"]),
        ("tty:USB7:pn532", ["/dev/null", "/dev/ttyUSB7"]),
        ("usb:072f:2200", ["/dev/null"]),
    ],
)
def test_a_card_reader_at_a_serial_line_is_looked_for(
    tmp_path: Path, path: str, ports: list[str]
) -> None:
    file = tmp_path / "kiosk.toml"
    text = STATION.format(folder=tmp_path, port="/dev/null") + KIOSK.format(path=path)
    file.write_text(text, encoding="utf-8")
    checks = station_checks(read_settings(file, KioskSettings), {})
    assert [check.places["port"] for check in checks if check.name == "port"] == ports


LAMPS = {
    'driver = "lcus"\nport = "/dev/lamp"': ["/dev/lamp"],
    'driver = "led"\ngreen = "/sys/a"\nred = "/sys/b"': ["/sys/a", "/sys/b"],
}


@pytest.mark.parametrize("lamp", LAMPS)
def test_a_lamp_is_looked_for_where_the_settings_say_it_is(tmp_path: Path, lamp: str) -> None:
    file = tmp_path / "boks.toml"
    text = STATION.format(folder=tmp_path, port="/dev/null") + f"[lamp]\n{lamp}\n"
    file.write_text(f"holds = 80\n{text}", encoding="utf-8")
    checks = station_checks(read_settings(file, DropBoxSettings), {})
    ports = [check.places["port"] for check in checks if check.name == "port"]
    assert ports == ["/dev/null", *LAMPS[lamp]]
    assert told(checks, "port")[1:] == [(Outcome.ERROR, "missing")] * len(LAMPS[lamp])


@pytest.mark.parametrize(
    ("speech", "found"),
    [
        ("espeak-ng", [(Outcome.WELL, "there")]),
        ("/nowhere/espeak-ng", [(Outcome.ADVICE, "missing")]),
        ("", []),
    ],
)
def test_a_kiosk_that_cannot_speak_is_advised_how(
    tmp_path: Path, speech: str, found: list[tuple[Outcome, str]]
) -> None:
    file = tmp_path / "kiosk.toml"
    text = STATION.format(folder=tmp_path, port="/dev/null") + KIOSK.format(path="usb:072f:2200")
    file.write_text(f'{text}speech = "{speech}"\n', encoding="utf-8")
    assert told(station_checks(read_settings(file, KioskSettings), {}), "speech") == found


def test_an_agent_watches_a_disk(tmp_path: Path) -> None:
    settings = f'site = "binjai"\ndevice = "r-01"\ndisk = "{tmp_path}"\n[broker]\nport = 1\n'
    file = tmp_path / "agent.toml"
    file.write_text(settings, encoding="utf-8")
    names = [check.name for check in agent_checks(read_settings(file, AgentSettings), {})]
    assert names == ["clock", "disk", "watchdog"]
