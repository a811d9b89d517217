"""nfcpy over the simulated field: every kind of card, and the reader going away."""

from collections.abc import Iterator

import pytest

from broker.vocabulary import PatronId
from devices.capabilities import Card
from devices.errors import Unplugged
from devices.nfc.driver import NfcReader
from devices.nfc.simulator import FelicaCard, NfcField, SimulatedCard, TypeACard, TypeBCard


@pytest.fixture
def field() -> Iterator[NfcField]:
    field = NfcField()
    field.start()
    yield field
    field.stop()


@pytest.fixture
def reader(field: NfcField) -> Iterator[NfcReader]:
    reader = NfcReader(field.path)
    yield reader
    reader.close()


@pytest.mark.parametrize(
    ("card", "number"),
    [
        (TypeACard(bytes.fromhex("04497622D93881"), sak=0), "04497622D93881"),
        (TypeACard(bytes.fromhex("DEADBEEF")), "DEADBEEF"),
        (TypeBCard(bytes.fromhex("11223344")), "11223344"),
        (FelicaCard(bytes.fromhex("01010501B00AC30B")), "01010501B00AC30B"),
    ],
)
def test_every_kind_of_card_gives_its_number(
    field: NfcField, reader: NfcReader, card: SimulatedCard, number: str
) -> None:
    field.put(card)
    assert reader.present() == Card(PatronId(number))
    field.take()
    assert reader.present() is None


def test_a_card_with_a_random_uid_is_there_and_nobody(field: NfcField, reader: NfcReader) -> None:
    field.put(TypeACard(bytes.fromhex("08ABCDEF"), sak=0x20))
    assert reader.present() == Card(None)


def test_a_stopped_field_is_unplugged(field: NfcField, reader: NfcReader) -> None:
    assert reader.present() is None
    field.stop()
    with pytest.raises(Unplugged):
        reader.present()


def test_nobody_at_the_port_cannot_be_opened_until_somebody_is(field: NfcField) -> None:
    field.stop()
    with pytest.raises(Unplugged):
        NfcReader(field.path)
    field.start()
    reader = NfcReader(field.path)
    assert reader.present() is None
    reader.close()


def test_a_reader_that_is_not_there_is_unplugged() -> None:
    with pytest.raises(Unplugged):
        NfcReader("tty:NONE0:pn532")


def test_a_closed_reader_is_unplugged(field: NfcField) -> None:
    reader = NfcReader(field.path)
    reader.close()
    with pytest.raises(Unplugged):
        reader.present()
