"""The whole simulated station, opened by the same drivers a real one is."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from broker.vocabulary import PatronId
from devices.capabilities import Card, LampColour, PrinterCondition, Receipt
from devices.catalogue import open_card_reader, open_lamp, open_printer, open_reader, open_scanner
from devices.errors import NotUnderstood, NotWritten, TagGone, Unplugged
from devices.station.description import PUBLISHED_TAGS, Family, Place, read_station
from devices.station.prompt import HELP, Part, command_of
from devices.station.station import SimulatedStation
from devices.writing import write_afi
from tests.contract.test_lamp import until
from tests.devices.station.test_description import GOOD, written
from tests.devices.tags_in_hand import ON_LOAN, SECURED, uid

DESK = """
[scanner]
connection = "keyboard"
[printer]
columns = 32
"""


@pytest.fixture
def broker() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture
def devices() -> str:
    """What the station's file says of its devices."""
    return ""


@pytest.fixture
def station(tmp_path: Path, broker: socket.socket, devices: str) -> Iterator[SimulatedStation]:
    description = read_station(written(tmp_path, devices + GOOD), PUBLISHED_TAGS)
    station = SimulatedStation(description, tmp_path, "127.0.0.1", broker.getsockname()[1])
    station.start()
    yield station
    station.close()


def typed(station: SimulatedStation, line: str) -> str:
    return station.carry_out(command_of(line))


def test_a_book_goes_from_the_pad_into_the_bin(station: SimulatedStation) -> None:
    pad, bin_ = open_reader(station.pad_settings), open_reader(station.bin_settings)
    assert (pad.inventory(), bin_.inventory()) == ((uid(12),), ())
    assert typed(station, "take B00012") == "B00012: pad to hands"
    assert (pad.inventory(), bin_.inventory()) == ((), ())
    typed(station, "drop B00012")
    assert (pad.inventory(), bin_.inventory()) == ((), (uid(12),))
    pad.close()
    bin_.close()


def test_a_card_is_laid_and_taken_away(station: SimulatedStation) -> None:
    reader = open_card_reader(station.card_settings)
    typed(station, "card KTA-0007")
    assert reader.present() == Card(PatronId("04497622D93881"))
    typed(station, "card away")
    assert reader.present() is None
    reader.close()


def test_cables_are_pulled_and_put_back(station: SimulatedStation) -> None:
    typed(station, "unplug pad")
    typed(station, "unplug bin")
    typed(station, "unplug cards")
    for settings in (station.pad_settings, station.bin_settings):
        with pytest.raises(Unplugged):
            open_reader(settings)
    with pytest.raises(Unplugged):
        open_card_reader(station.card_settings)
    typed(station, "plug pad")
    typed(station, "plug cards")
    open_reader(station.pad_settings).close()
    open_card_reader(station.card_settings).close()


def test_the_network_is_cut_and_comes_back(
    station: SimulatedStation, broker: socket.socket
) -> None:
    with socket.create_connection(("127.0.0.1", station.network.port), 10) as connection:
        connected, _ = broker.accept()
        connection.sendall(b"!")
        assert connected.recv(1) == b"!"
        assert typed(station, "net off") == "the network is cut"
        assert connection.recv(1) == connected.recv(1) == b""
        connected.close()
    assert typed(station, "net on") == "the network is back"


def test_an_unknown_book_moves_nothing(station: SimulatedStation) -> None:
    with pytest.raises(NotUnderstood, match="B00012"):
        typed(station, "put annexB1 B99999")
    assert station.truth.book("annexB1").where is Place.SHELF


def test_an_unknown_card_names_those_there_are(station: SimulatedStation) -> None:
    with pytest.raises(NotUnderstood, match="KTA-0007"):
        typed(station, "card KTA-9999")


def test_help_lists_what_is_possible(station: SimulatedStation) -> None:
    assert typed(station, "help") == HELP


@pytest.mark.parametrize("family", get_args(Family))
@pytest.mark.parametrize("paced", ["true", "false"])
def test_any_family_can_be_under_the_pad(
    tmp_path: Path, broker: socket.socket, family: str, paced: str
) -> None:
    file = written(tmp_path, f'[pad]\nreader = "{family}"\npaced = {paced}\n' + GOOD)
    port = broker.getsockname()[1]
    station = SimulatedStation(read_station(file), tmp_path, "127.0.0.1", port)
    station.start()
    reader = open_reader(station.pad_settings)
    assert reader.inventory() == (uid(12),)
    reader.close()
    station.close()


@pytest.mark.parametrize("devices", [DESK])
def test_the_scanner_reads_what_it_is_shown(station: SimulatedStation) -> None:
    assert station.scanner_settings is not None
    scanner = open_scanner(station.scanner_settings)
    typed(station, "scan KTA-0007")
    scan = scanner.next_scan(10)
    assert scan is not None
    assert scan.text == "KTA-0007"
    scanner.close()


@pytest.mark.parametrize("devices", [DESK])
def test_the_printer_prints_and_tells_its_paper_and_its_cover(
    station: SimulatedStation, tmp_path: Path
) -> None:
    assert station.printer_settings is not None
    printer = open_printer(station.printer_settings)
    with pytest.raises(NotUnderstood, match="nothing was printed"):
        typed(station, "receipt bon.png")
    printer.print(Receipt("Perpustakaan", ("Bukti pinjam",)))
    typed(station, f"receipt {tmp_path / 'bon.png'}")
    assert (tmp_path / "bon.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(NotUnderstood, match="cannot be saved"):
        typed(station, f"receipt {tmp_path / 'none' / 'bon.png'}")
    told = []
    for state in ("low", "open", "shut", "out", "full"):
        typed(station, f"printer {state}")
        told.append(printer.condition())
    assert told == [
        PrinterCondition.PAPER_NEAR_END,
        PrinterCondition.COVER_OPEN,
        PrinterCondition.PAPER_NEAR_END,
        PrinterCondition.OUT_OF_PAPER,
        PrinterCondition.READY,
    ]
    printer.close()


@pytest.mark.parametrize("line", ["scan KTA-0007", "printer low", "receipt x", "plug printer"])
def test_a_station_without_a_desk_says_so(station: SimulatedStation, line: str) -> None:
    with pytest.raises(NotUnderstood, match="this station has no"):
        typed(station, line)


def test_a_spoilt_tag_does_what_was_said_until_it_is_sound_again(
    station: SimulatedStation,
) -> None:
    reader = open_reader(station.pad_settings)
    for how, error in (("worn", NotWritten), ("forgetful", NotWritten), ("torn", TagGone)):
        typed(station, f"spoil B00012 {how}")
        with pytest.raises(error):
            write_afi(reader, uid(12), ON_LOAN if how != "torn" else SECURED)
    assert reader.inventory() == ()
    typed(station, "spoil B00012 sound")
    write_afi(reader, uid(12), ON_LOAN)
    assert reader.describe(uid(12)).afi == ON_LOAN
    reader.close()


LAMPS = """
[lamp]
driver = "lcus"
[bin_lamp]
colours = 1
"""


@pytest.mark.parametrize("devices", [LAMPS])
def test_lamps_show_what_their_programs_light(station: SimulatedStation) -> None:
    assert typed(station, "lamp") == "lamp: dark; bin-lamp: dark"
    shown = {Part.LAMP: LampColour.AMBER, Part.BIN_LAMP: LampColour.GREEN}
    for part, colour in shown.items():
        settings = station.lamp_settings(part)
        assert settings is not None
        lamp = open_lamp(settings)
        lamp.light(colour)
        lamp.close()
    assert until(
        lambda: (
            {part: station.lit(part) for part in shown}
            == {part: (colour,) for part, colour in shown.items()}
        )
    )
    assert typed(station, "lamp") == "lamp: amber; bin-lamp: green"
    typed(station, "unplug lamp")
    assert typed(station, "lamp") == "lamp: dark; bin-lamp: green"


@pytest.mark.parametrize("line", ["lamp", "unplug lamp", "plug bin-lamp"])
def test_a_station_without_lamps_says_so(station: SimulatedStation, line: str) -> None:
    with pytest.raises(NotUnderstood, match="this station has no"):
        typed(station, line)
