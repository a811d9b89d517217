"""What a scanned barcode means to a visit. Pure."""

from devices.barcode import (
    BookIsbn,
    ItemBarcode,
    LabelSettings,
    Misread,
    NationalNumber,
    PatronBarcode,
    meaning,
)
from devices.capabilities import Scan
from kiosk.happenings import Barcode, CardArrived, WrongBarcode


def heard(scan: Scan, labels: LabelSettings) -> CardArrived | WrongBarcode:
    """A card's barcode is as good as the card; whatever else is told apart."""
    match meaning(scan, labels):
        case PatronBarcode(patron):
            return CardArrived(patron, in_field=False)
        case ItemBarcode():
            return WrongBarcode(Barcode.BOOK)
        case BookIsbn():
            return WrongBarcode(Barcode.ISBN)
        case NationalNumber():
            return WrongBarcode(Barcode.NATIONAL_NUMBER)
        case Misread():
            return WrongBarcode(Barcode.MISREAD)
        case _:
            return WrongBarcode(Barcode.OTHER)
