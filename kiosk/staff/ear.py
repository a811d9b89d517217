"""What the scanner says to staff mode: never a person's number."""

from collections.abc import Callable
from dataclasses import dataclass

from broker.vocabulary import PatronId
from devices.barcode import (
    BookIsbn,
    ItemBarcode,
    LabelSettings,
    Meaning,
    Misread,
    NationalNumber,
    PatronBarcode,
    meaning,
)
from devices.capabilities import Scan
from devices.scanner_watch import Scanned, ScannerEvent, ScannerHealthy, ScannerLost
from kiosk.staff.heard import ItemScanned, OtherScanned, ScannerSeen, StaffHeard, StaffShown
from kiosk.staff.words import Other


@dataclass(frozen=True, slots=True)
class StaffEar:
    """`is_staff` knows staff's cards; `entered` says whether staff are at work now."""

    is_staff: Callable[[PatronId], bool]
    entered: Callable[[], bool]

    def heard(self, event: ScannerEvent, labels: LabelSettings) -> StaffHeard | None:
        """None for what concerns the patron who stands there."""
        match event:
            case ScannerHealthy() | ScannerLost():
                return ScannerSeen(isinstance(event, ScannerHealthy))
            case Scanned(scan):
                if _is_staffs(scan, self.is_staff):
                    return StaffShown()
                return _meaning(meaning(scan, labels)) if self.entered() else None


def _is_staffs(scan: Scan, is_staff: Callable[[PatronId], bool]) -> bool:
    try:
        return is_staff(PatronId(scan.text))
    except ValueError:  # characters no card has
        return False


def _meaning(found: Meaning) -> StaffHeard:
    match found:
        case ItemBarcode(item):
            return ItemScanned(item)
        case BookIsbn():
            return OtherScanned(Other.ISBN)
        case PatronBarcode() | NationalNumber():
            return OtherScanned(Other.PERSON)
        case Misread():
            return OtherScanned(Other.MISREAD)
        case _:
            return OtherScanned(Other.NOT_OURS)
