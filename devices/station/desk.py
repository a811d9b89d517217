"""What stands beside the pad of a simulated station: a barcode scanner and a receipt printer."""

from collections.abc import Callable
from pathlib import Path

from devices.errors import NotUnderstood
from devices.receipt.layout import paper_of
from devices.receipt.simulator import NEAR_END_DOTS, ROLL_DOTS, SimulatedPrinter, TerminalPrinter
from devices.scanner.simulator import KeyboardScannerSimulator, SerialScannerSimulator
from devices.settings import (
    EscposSettings,
    KeyboardScannerSettings,
    ScannerSettings,
    SerialScannerSettings,
)
from devices.station.description import PrinterEntry, StationDescription
from devices.station.prompt import Part, PrinterState, SaveReceipt, SetPrinter, ShowBarcode

Plugs = dict[Part, tuple[Callable[[], None], Callable[[], None]]]


class Desk:
    """The scanner and the printer a station is described with; it may have neither."""

    def __init__(self, description: StationDescription, folder: Path) -> None:
        self.plugs: Plugs = {}
        self.scanner_settings: ScannerSettings | None = None
        self.printer_settings: EscposSettings | None = None
        self._scanner: KeyboardScannerSimulator | SerialScannerSimulator | None = None
        self._printer: SimulatedPrinter | None = None
        self._closing: list[Callable[[], None]] = []
        if description.scanner is not None:
            self._set_up_scanner(folder / "scanner", description.scanner.connection)
        if description.printer is not None:
            self._set_up_printer(folder / "printer", description.printer)

    def close(self) -> None:
        for close in self._closing:
            close()

    def carry_out(self, command: ShowBarcode | SetPrinter | SaveReceipt) -> str:
        """Raises NotUnderstood when there is no such device, or nothing to save."""
        match command:
            case ShowBarcode(text):
                if self._scanner is None:
                    raise NotUnderstood("this station has no scanner")
                self._scanner.scan(text)
                return "scanned"
            case SetPrinter(state):
                _handle(self._the_printer(), state)
                return f"the printer is {state.value}"
            case SaveReceipt(path):
                return self._saved(path)

    def _set_up_scanner(self, path: Path, connection: str) -> None:
        scanner: KeyboardScannerSimulator | SerialScannerSimulator
        if connection == "serial":
            scanner = SerialScannerSimulator(path)
            self.scanner_settings = SerialScannerSettings(port=str(path))
        else:
            scanner = KeyboardScannerSimulator(path)
            self.scanner_settings = KeyboardScannerSettings(path=str(path))
        self._scanner = scanner
        self.plugs[Part.SCANNER] = (scanner.plug, scanner.unplug)
        self._closing.append(scanner.close)

    def _set_up_printer(self, path: Path, entry: PrinterEntry) -> None:
        self._printer = SimulatedPrinter(paper_of(entry.columns))
        terminal = TerminalPrinter(path, self._printer)
        self.printer_settings = EscposSettings(at=f"serial:{path}", columns=entry.columns)
        self.plugs[Part.PRINTER] = (terminal.plug, terminal.unplug)
        self._closing.append(terminal.close)

    def _saved(self, path: str) -> str:
        receipts = self._the_printer().receipts
        if not receipts:
            raise NotUnderstood("nothing was printed yet")
        try:
            receipts[-1].picture().save(path, "PNG")
        except OSError as error:
            raise NotUnderstood(f"the receipt cannot be saved there: {error}") from error
        return f"saved as {path}"

    def _the_printer(self) -> SimulatedPrinter:
        if self._printer is None:
            raise NotUnderstood("this station has no printer")
        return self._printer


def _handle(printer: SimulatedPrinter, state: PrinterState) -> None:
    match state:
        case PrinterState.FULL:
            printer.paper_left = ROLL_DOTS
        case PrinterState.LOW:
            printer.paper_left = NEAR_END_DOTS
        case PrinterState.OUT:
            printer.paper_left = 0
        case PrinterState.OPEN | PrinterState.SHUT:
            printer.is_cover_open = state is PrinterState.OPEN
