"""A scanned card is a card; anything else says what it is."""

import pytest

from broker.vocabulary import PatronId
from devices.barcode import LabelSettings
from devices.capabilities import Scan
from kiosk.barcodes import heard
from kiosk.happenings import Barcode, CardArrived, WrongBarcode

LABELS = LabelSettings(item="B[0-9]{5}", patron="KTA-[0-9]{4}")


def test_a_patrons_barcode_is_their_card() -> None:
    card = CardArrived(PatronId("KTA-0007"), in_field=False)
    assert heard(Scan("KTA-0007"), LABELS) == card


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("B00012", Barcode.BOOK),
        ("9786020324784", Barcode.ISBN),
        ("1275016512090003", Barcode.NATIONAL_NUMBER),
        ("HELLO", Barcode.OTHER),
        ("", Barcode.MISREAD),
    ],
)
def test_everything_else_says_what_it_is(text: str, kind: Barcode) -> None:
    assert heard(Scan(text), LABELS) == WrongBarcode(kind)
