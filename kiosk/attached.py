"""What may stand beside a kiosk: a receipt printer and a scanner, each with a thread of its own."""

from collections.abc import Callable
from functools import partial

from devices.catalogue import open_printer, open_scanner
from devices.scanner_watch import Scanned, ScannerEvent, ScannerWatch
from kiosk.barcodes import heard
from kiosk.equipment import no_printer
from kiosk.happenings import Happening
from kiosk.house import House
from kiosk.languages.catalogue import read_catalogues
from kiosk.languages.receipt import receipt
from kiosk.printing import PrinterWatch
from kiosk.settings import KioskSettings
from kiosk.slip import Slip
from kiosk.staff.ear import StaffEar


class Attached:
    """Whatever of it the settings name; `tell` is called on its threads and must not block.

    `house` is what the library wants now.
    """

    def __init__(
        self,
        read: KioskSettings,
        tell: Callable[[Happening], None],
        staff: StaffEar,
        house: Callable[[], House],
    ) -> None:
        self._read = read
        self._house = house
        self._tell = tell
        self._staff = staff
        self._catalogues = read_catalogues()
        self._printer: PrinterWatch | None = None
        self._watches: list[PrinterWatch | ScannerWatch] = []
        if read.printer is not None:
            self._printer = PrinterWatch(partial(open_printer, read.printer), tell)
            self._watches.append(self._printer)
        if read.scanner is not None:
            opening = partial(open_scanner, read.scanner)
            self._watches.append(ScannerWatch(opening, self._scanned))

    def start(self) -> None:
        for watch in self._watches:
            watch.start()

    def stop(self) -> None:
        for watch in self._watches:
            watch.stop()

    def print(self, slip: Slip) -> None:
        """Prints it in its language; `Printed` will say what came of it."""
        if self._printer is None:
            no_printer(slip)
            return
        words = self._catalogues[slip.language]
        self._printer.print(receipt(slip, self._house(), words))

    def _scanned(self, event: ScannerEvent) -> None:
        labels = self._read.labels
        if labels is None:
            return
        concerned = self._staff.heard(event, labels)
        if concerned is not None:
            self._tell(concerned)
        elif isinstance(event, Scanned):
            self._tell(heard(event.scan, labels))
