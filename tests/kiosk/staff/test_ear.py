"""What of the scanner is staff mode's, and what the patron's."""

import pytest

from broker.vocabulary import ItemId, PatronId
from devices.barcode import LabelSettings
from devices.capabilities import Scan
from devices.scanner_watch import Scanned, ScannerHealthy, ScannerLost
from kiosk.staff.ear import StaffEar
from kiosk.staff.heard import ItemScanned, OtherScanned, ScannerSeen, StaffHeard, StaffShown
from kiosk.staff.words import Other

LABELS = LabelSettings(item="B[0-9]{5}", patron="KTA-[0-9]{4}")
BOOK, PERSON, STAFF = Scan("B00012"), Scan("KTA-0007"), Scan("PTG-01")


def heard(scan: Scan, *, entered: bool) -> StaffHeard | None:
    ear = StaffEar(lambda number: number == PatronId("PTG-01"), lambda: entered)
    return ear.heard(Scanned(scan), LABELS)


@pytest.mark.parametrize("scan", [BOOK, PERSON])
def test_a_scan_is_the_patrons_while_no_staff_are_at_work(scan: Scan) -> None:
    assert heard(scan, entered=False) is None


def test_while_staff_are_at_work_a_scan_is_theirs_and_a_persons_number_is_not_told() -> None:
    assert heard(BOOK, entered=True) == ItemScanned(ItemId("B00012"))
    assert heard(PERSON, entered=True) == OtherScanned(Other.PERSON)


@pytest.mark.parametrize("entered", [True, False])
def test_a_staff_card_is_staffs_at_any_time(*, entered: bool) -> None:
    assert heard(STAFF, entered=entered) == StaffShown()


@pytest.mark.parametrize(("event", "healthy"), [(ScannerHealthy(), True), (ScannerLost(""), False)])
def test_staff_mode_knows_whether_the_scanner_is_there(
    event: ScannerHealthy | ScannerLost, *, healthy: bool
) -> None:
    ear = StaffEar(lambda _: False, lambda: False)
    assert ear.heard(event, LABELS) == ScannerSeen(healthy)
