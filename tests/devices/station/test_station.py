"""The whole simulated station, opened by the same drivers a real one is."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.vocabulary import PatronId
from devices.capabilities import Card
from devices.catalogue import open_card_reader, open_reader
from devices.errors import NotUnderstood, Unplugged
from devices.station.description import PUBLISHED_TAGS, Place, read_station
from devices.station.prompt import HELP, command_of
from devices.station.station import SimulatedStation
from tests.devices.station.test_description import GOOD, written
from tests.devices.tags_in_hand import uid


@pytest.fixture
def broker() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture
def station(tmp_path: Path, broker: socket.socket) -> Iterator[SimulatedStation]:
    description = read_station(written(tmp_path, GOOD), PUBLISHED_TAGS)
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
