"""From settings to a driver: one match, and each family imported only when it is asked for.

So a missing library hurts only the device that needs it. A new family adds its settings and one
case.
"""

from devices.capabilities import CardReader, Lamp, PadReader, ReceiptPrinter, Scanner
from devices.lamp import places
from devices.link import Parity, open_serial
from devices.settings import (
    CardReaderSettings,
    EscposSettings,
    FeigSettings,
    KeyboardScannerSettings,
    LampSettings,
    LcusSettings,
    LedSettings,
    M3Settings,
    MetratecSettings,
    NfcSettings,
    PadReaderSettings,
    PrinterSettings,
    Rl866Settings,
    Rr3036Settings,
    ScannerSettings,
    SerialScannerSettings,
)


def open_reader(settings: PadReaderSettings) -> PadReader:
    """The reader of a pad or a bin, ready to be asked. Raises Unplugged."""
    match settings:
        case FeigSettings():
            from devices.feig.driver import FeigReader  # noqa: PLC0415 - only if asked for
            from devices.feig.frame import Form  # noqa: PLC0415 - only if asked for

            return FeigReader(
                open_serial(settings.port, settings.baud, Parity(settings.parity)),
                settings.address,
                settings.answer_within,
                form=Form(settings.frames),
                resets_itself=settings.resets_itself,
            )
        case M3Settings(port, baud, parity, answer_within):
            from devices.m3_810.driver import M3Reader  # noqa: PLC0415 - only if asked for

            return M3Reader(open_serial(port, baud, Parity(parity)), answer_within)
        case Rl866Settings(port, baud, parity, address, answer_within):
            from devices.rl866.driver import Rl866Reader  # noqa: PLC0415 - only if asked for

            link = open_serial(port, baud, Parity(parity))
            return Rl866Reader(link, address, answer_within)
        case MetratecSettings(port, baud, parity, answer_within):
            from devices.metratec.driver import MetratecReader  # noqa: PLC0415 - only if asked for

            return MetratecReader(open_serial(port, baud, Parity(parity)), answer_within)
        case Rr3036Settings(port, baud, parity, address, answer_within):
            from devices.rr3036.driver import Rr3036Reader  # noqa: PLC0415 - only if asked for

            link = open_serial(port, baud, Parity(parity))
            return Rr3036Reader(link, address, answer_within)


def open_card_reader(settings: CardReaderSettings) -> CardReader:
    """The reader of library cards, ready to be asked. Raises Unplugged."""
    match settings:
        case NfcSettings(path, number):
            from devices.nfc.driver import NfcReader  # noqa: PLC0415 - only if asked for

            return NfcReader(path, number)


def open_printer(settings: PrinterSettings) -> ReceiptPrinter:
    """The receipt printer, to be closed again when it has printed. Raises Unplugged."""
    match settings:
        case EscposSettings(at, columns, baud, parity, answer_within):
            from devices.receipt.driver import EscposPrinter  # noqa: PLC0415 - only if asked for
            from devices.receipt.layout import paper_of  # noqa: PLC0415 - only if asked for
            from devices.receipt.link import open_link  # noqa: PLC0415 - only if asked for

            link = open_link(at, baud, Parity(parity))
            return EscposPrinter(link, paper_of(columns), answer_within)


def open_scanner(settings: ScannerSettings) -> Scanner:
    """The scanner of barcodes, ready to be asked. Raises Unplugged or Refused."""
    from devices.scanner.driver import BarcodeScanner, InputDevice  # noqa: PLC0415 - only if asked for
    from devices.scanner.protocol import Keys, Lines  # noqa: PLC0415 - only if asked for

    match settings:
        case KeyboardScannerSettings(path):
            return BarcodeScanner(InputDevice(path), Keys())
        case SerialScannerSettings(port, baud, parity):
            return BarcodeScanner(open_serial(port, baud, Parity(parity)), Lines())


def open_lamp(settings: LampSettings) -> Lamp:
    """The lamp, ready to be lit. Raises DeviceError."""
    match settings:
        case LedSettings(green, amber, red):
            from devices.led.driver import LedLamp  # noqa: PLC0415 - only if asked for

            return LedLamp(places(green, amber, red))
        case LcusSettings(port, green, amber, red):
            from devices.lcus.driver import LcusLamp  # noqa: PLC0415 - only if asked for

            link = open_serial(port, settings.baud, Parity(settings.parity))
            answer_within = settings.answer_within if settings.answers else None
            return LcusLamp(link, places(green, amber, red), answer_within)
