"""Without its own identity and the server's key a station serves nobody, and says what to do."""

from pathlib import Path

import pytest

from broker.errors import BadSettings
from broker.identity.tls import NotEnrolled
from broker.settings import read_settings
from kiosk.house import House
from kiosk.settings import AgentSettings, BrokerSettings, KioskSettings, server_key
from tests.keys import SEALING

TEXT = 'site = "binjai"\ndevice = "ruang-01"\n[broker]\nport = 8883\n'


def agent(folder: Path, text: str = TEXT) -> AgentSettings:
    file = folder / "agent.toml"
    file.write_text(text, encoding="utf-8")
    return read_settings(file, AgentSettings)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.1.2.3"])
def test_this_machine_is_spoken_to_without_tls(host: str) -> None:
    assert BrokerSettings(1883, host).address(None).host == host


@pytest.mark.parametrize("host", ["192.168.1.10", "pusat.example", "::", "", "localhost.x"])
def test_another_machine_is_not_and_the_error_says_what_to_do(host: str) -> None:
    with pytest.raises(BadSettings, match=r"enrol this one, and set `tls = true` in \[broker\]"):
        BrokerSettings(1883, host).address(None)


def test_without_tls_nobody_needs_an_identity(tmp_path: Path) -> None:
    assert agent(tmp_path).identity() is None


def test_with_tls_a_machine_that_is_not_enrolled_is_told_how(tmp_path: Path) -> None:
    read = agent(tmp_path, f'folder = "{tmp_path / "own"}"\n{TEXT}tls = true\n')
    with pytest.raises(NotEnrolled, match=f"sirkula enrol .* --folder {tmp_path / 'own'}"):
        read.identity()


def test_with_tls_a_folder_has_to_be_named(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="folder"):
        agent(tmp_path, f"{TEXT}tls = true\n").identity()


def test_the_key_is_read_from_the_stations_folder(tmp_path: Path) -> None:
    (tmp_path / "server.pub").write_text(f"{SEALING}\n", encoding="ascii")
    assert str(server_key(str(tmp_path))) == str(SEALING)


@pytest.mark.parametrize("content", [b"", b"x", "ä".encode(), str(SEALING).encode()[:40]])
def test_what_is_no_key_names_the_file_and_asks_to_enrol(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "server.pub").write_bytes(content)
    with pytest.raises(BadSettings, match=r"server\.pub: .*enrol this station"):
        server_key(str(tmp_path))


def test_a_missing_key_names_the_file_and_asks_to_enrol(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"server\.pub: .*enrol this station"):
        server_key(str(tmp_path / "nowhere"))


KIOSK = """
site = "binjai"
device = "kios-01"
folder = "/nowhere"
[broker]
port = 1883
[tags]
owners = ["ID-SUMUTBINJAI"]
afi_secured = 7
afi_released = 194
[reader]
driver = "feig"
port = "/dev/pad"
[card_reader]
driver = "nfc"
path = "usb:072f:2200"
[screen]
width = 1080
height = 1920
diagonal = 15.6
"""
SCANNER = '[scanner]\ndriver = "keyboard"\npath = "/dev/input/by-id/scanner"\n'


def kiosk(folder: Path, more: str = "") -> KioskSettings:
    file = folder / "kiosk.toml"
    file.write_text(KIOSK + more, encoding="utf-8")
    return read_settings(file, KioskSettings)


def test_a_kiosk_needs_neither_printer_nor_scanner(tmp_path: Path) -> None:
    assert kiosk(tmp_path).the_house() == House()


def test_what_the_library_decides_reaches_the_screen(tmp_path: Path) -> None:
    more = (
        '[house]\nname = "Binjai"\ntyped_numbers = true\nidle_seconds = 90\n'
        '[house.hold_place]\nid = "rak reservasi"\n'
        '[printer]\ndriver = "escpos"\nat = "usb:/dev/usb/lp0"\n'
    )
    house = kiosk(tmp_path, more).the_house()
    places = (("id", "rak reservasi"),)
    assert house == House("Binjai", places, typed_numbers=True, prints=True, idle_seconds=90)
    assert (house.place_of_holds("id"), house.place_of_holds("en")) == ("rak reservasi", "")


@pytest.mark.parametrize("seconds", [29, 301])
def test_a_page_waits_for_half_a_minute_at_least_and_five_at_most(
    tmp_path: Path, seconds: int
) -> None:
    with pytest.raises(BadSettings, match="idle_seconds"):
        kiosk(tmp_path, f"[house]\nidle_seconds = {seconds}\n")


def test_a_scanner_needs_to_be_told_what_it_reads(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"a scanner needs \[labels\]"):
        kiosk(tmp_path, SCANNER)
    labels = '[labels]\nitem = "B[0-9]{5}"\npatron = "KTA-[0-9]{4}"\n'
    assert kiosk(tmp_path, SCANNER + labels).scanner is not None
